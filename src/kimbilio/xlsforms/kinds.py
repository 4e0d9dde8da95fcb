"""What kind of answer each question of an XForm takes.

Knows XForm binds and controls as pyxform writes them. Does not know the workbook they came from, so a form
published years ago can still be read. Source: ODK XForms specification.
"""

from collections.abc import Mapping
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

_CONTROLS = {"select": "select_multiple", "select1": "select_one", "upload": "file", "trigger": "acknowledge"}
_ASKING = {"input", "range", "rank", *_CONTROLS}
_TYPES = {"int": "integer", "decimal": "decimal", "date": "date", "dateTime": "datetime", "binary": "file"}


def kinds_of(xform: str) -> Mapping[str, str]:
    """Question name to kind, for every bound or repeated element of the form.

    Kinds: select_one, select_multiple, integer, decimal, date, datetime, text, file, acknowledge, note,
    calculate, metadata (filled by the client: start, end, deviceid, the members of meta) and repeat.
    Names are taken to be unique in a form, which the pack checker demands.
    """
    root = fromstring(xform)
    controls = {_name(e.get("ref", "")): _local(e) for e in root.iter() if _local(e) in _ASKING}
    kinds = {
        _name(bind.get("nodeset", "")): _kind(bind, controls.get(_name(bind.get("nodeset", ""))))
        for bind in root.iter()
        if _local(bind) == "bind"
    }
    for element in root.iter():
        if _local(element) == "group" and element.get("ref"):
            kinds.pop(_name(element.get("ref", "")), None)
    for element in root.iter():
        if _local(element) == "repeat":
            kinds[_name(element.get("nodeset", ""))] = "repeat"
    return kinds


def _kind(bind: Element, control: str | None) -> str:
    if any(key.endswith("}preload") for key in bind.attrib) or "/meta/" in bind.get("nodeset", ""):
        return "metadata"
    if bind.get("calculate") and control is None:
        return "calculate"
    if control == "input" and bind.get("readonly") == "true()":
        return "note"
    if control in _CONTROLS:
        return _CONTROLS[control]
    return _TYPES.get(bind.get("type", ""), "text")


def _name(path: str) -> str:
    return path.rsplit("/", 1)[-1].strip()


def _local(element: Element) -> str:
    return element.tag.rsplit("}", 1)[-1]
