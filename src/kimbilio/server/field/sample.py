"""A filled form made from an XForm: for the demo's sample screening and for tests, where no phone is at hand.

Puts answers into the XForm's own empty instance, as a client would send it. Does not run the form: what a
phone works out by itself (relevance, calculations) is given as `claims`, see `packs.form_result`. Source: ODK XForms,
primary instance.
"""

from __future__ import annotations

import copy
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from defusedxml.ElementTree import fromstring

from kimbilio.xlsforms import Answer

_XFORMS, _JAVAROSA = "{http://www.w3.org/2002/xforms}", "{http://openrosa.org/javarosa}"
_SAMPLES = uuid.UUID("5b1f4b0e-3b0e-4a55-9d49-6f0f9f3b7a11")

Line = Mapping[str, Answer]


def build_submission(
    xform: str,
    answers: Line,
    *,
    repeats: Mapping[str, Sequence[Line]] | None = None,
    claims: Mapping[str, str] | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    instance_id: str = "",
    corrects: str = "",
    device_id: str = "",
) -> bytes:
    """The XML of a filled form.

    `answers` by question name, several choices as a sequence; `repeats` by the repeat's name, one mapping a
    row. `start` and `end` carry an offset. Without `instance_id` the same content gets the same one. Raises
    KeyError for a name that the form does not have.
    """
    root = _empty_instance(xform)
    for name, rows in (repeats or {}).items():
        _repeat(root, name, rows)
    times = {"start": start, "end": end or start}
    client = {name: at.isoformat(timespec="milliseconds") for name, at in times.items() if at}
    client |= {"deviceid": device_id} if device_id else {}
    for name, answer in {**client, **answers, **(claims or {})}.items():
        _find(root, name).text = _text(answer)
    _without_templates(root, keep=set(repeats or {}))
    _identify(
        root, instance_id or f"uuid:{uuid.uuid5(_SAMPLES, tostring(root, encoding='unicode'))}", corrects
    )
    xml: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return xml


def _empty_instance(xform: str) -> Element:
    document = fromstring(xform)
    instance = document.find(f".//{_XFORMS}instance")
    if instance is None or not len(instance):
        raise KeyError("The XForm has no primary instance.")
    root = copy.deepcopy(instance[0])
    for element in root.iter():
        element.tag = element.tag.removeprefix(_XFORMS)
    return root


def _repeat(root: Element, name: str, rows: Sequence[Line]) -> None:
    parent = next(element for element in root.iter() if any(child.tag == name for child in element))
    model = _find(parent, name)
    place = list(parent).index(model)
    for old in parent.findall(name):
        parent.remove(old)
    for offset, row in enumerate(rows):
        line = copy.deepcopy(model)
        line.attrib.pop(f"{_JAVAROSA}template", None)
        for question, answer in row.items():
            _find(line, question).text = _text(answer)
        parent.insert(place + offset, line)


def _without_templates(root: Element, keep: set[str]) -> None:
    """A phone sends no template, and no repeat that was never opened."""
    for parent in list(root.iter()):
        templates = {child.tag for child in parent if f"{_JAVAROSA}template" in child.attrib} - keep
        for child in [child for child in parent if child.tag in templates]:
            parent.remove(child)


def _identify(root: Element, instance_id: str, corrects: str) -> None:
    meta = _find(root, "meta")
    _find(meta, "instanceID").text = instance_id
    if corrects:
        SubElement(meta, meta.tag.replace("meta", "deprecatedID")).text = corrects


def _find(parent: Element, name: str) -> Element:
    for element in _below(parent):
        if element.tag.rpartition("}")[2] == name:
            return element
    raise KeyError(f"The form has no question '{name}'.")


def _below(parent: Element) -> Iterator[Element]:
    for element in parent.iter():
        if element is not parent:
            yield element


def _text(answer: Answer) -> str:
    return answer if isinstance(answer, str) else str(answer) if isinstance(answer, int) else " ".join(answer)
