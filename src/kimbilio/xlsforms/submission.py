"""A filled form, as a phone sends it, becomes names and texts.

Knows the XML of OpenRosa submissions: identity on the root and in meta, groups, repeats. Does not know the
form, except the question kinds it is handed. Reads hostile input: no document types, no entities, and limits
on size, depth, number and length. Source: OpenRosa metadata specification.
"""

import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from xml.etree.ElementTree import Element, ParseError, fromstring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from kimbilio.xlsforms import faults

MAX_BYTES = 2_000_000
MAX_DEPTH = 32
MAX_ELEMENTS = 20_000
MAX_TEXT = 100_000
MAX_INSTANCE_ID = 249  # OpenRosa metadata: servers store at least this many

OPENROSA = "http://openrosa.org/xforms"
CLIENT_FIELDS = ("start", "end", "today", "deviceid")


@dataclass(frozen=True, slots=True)
class Identity:
    """Which form was filled, and which filling this is. `deprecated_id` names the filling it corrects."""

    form_id: str
    version: str | None
    instance_id: str
    deprecated_id: str | None


@dataclass(frozen=True, slots=True)
class ReadSubmission(Identity):
    """One filled form.

    `answers` maps question to text as typed; a question without an answer is absent. `repeats` maps a
    repeat's name to its rows in document order (a repeat inside a repeat is a list of its own, without its
    parent). `files` names the attachments that the answers point at. Times and device are the client's word.
    """

    start: str | None
    end: str | None
    today: str | None
    deviceid: str | None
    answers: Mapping[str, str]
    repeats: Mapping[str, list[dict[str, str]]]
    files: tuple[str, ...]


@dataclass(slots=True)
class _Reading:
    kinds: Mapping[str, str]
    answers: dict[str, str] = field(default_factory=dict)
    repeats: dict[str, list[dict[str, str]]] = field(default_factory=dict)


def read_identity(xml: bytes | Element) -> Identity:
    """Read only whose filling this is; for the door, which keeps what it cannot understand. `xml` may be parsed.

    Raises a SubmissionRefused: NotXml, DeclarationsRefused, TooLarge, TooDeep, NotASubmission, NoInstanceId.
    """
    return Identity(*_identity(xml if isinstance(xml, Element) else parse(xml)))


def read_submission(xml: bytes | Element, kinds: Mapping[str, str] | None = None) -> ReadSubmission:
    """Read a filled form; `xml` may be parsed.

    `kinds` is `kinds_of` the form: with it, a repeat filled once is told from a group, and attachments from
    text. Without it, only elements that stand side by side under one name are repeats, and `files` is empty.
    Raises what `read_identity` raises, and NameTwice.
    """
    root = xml if isinstance(xml, Element) else parse(xml)
    identity = _identity(root)
    reading = _Reading(kinds or {})
    _read_children(root, reading.answers, reading, skip=frozenset(id(meta) for meta in meta_of(root)))
    start, end, today, deviceid = (reading.answers.pop(name, None) for name in CLIENT_FIELDS)
    rows = [reading.answers, *(row for rows in reading.repeats.values() for row in rows)]
    files = [text for row in rows for name, text in row.items() if reading.kinds.get(name) == "file"]
    return ReadSubmission(
        *identity,
        start=start,
        end=end,
        today=today,
        deviceid=deviceid,
        answers=reading.answers,
        repeats=reading.repeats,
        files=tuple(dict.fromkeys(files)),
    )


def parse(xml: bytes) -> Element:
    """The outermost element of hostile input. Raises a SubmissionRefused."""
    if len(xml) > MAX_BYTES:
        raise faults.TooLarge(limit=f"{MAX_BYTES:,}", of="bytes")
    if not _cannot_declare(xml):
        return _parse_warily(xml)
    try:
        root = fromstring(xml)  # noqa: S314  # it cannot hold a declaration, see above
    except (ParseError, ValueError, LookupError) as error:
        raise _not_xml(error) from None
    _stay_within_limits(root)
    return root


def _cannot_declare(xml: bytes) -> bool:
    """Whether no document type can hide in it: UTF-8 without the two signs that begin every declaration.

    So is nearly every form of a phone, and a parser in C may read it.
    """
    encoding = _ENCODING.match(xml)
    known = encoding is None or encoding[1].lower() in (b"utf-8", b"us-ascii")
    return known and b"<!" not in xml and b"\0" not in xml


_ENCODING = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)")


def _stay_within_limits(root: Element) -> None:
    level, depth, count = [root], 0, 0
    while level:
        depth, count = depth + 1, count + len(level)
        if depth > MAX_DEPTH:
            raise faults.TooDeep(limit=MAX_DEPTH)
        if count > MAX_ELEMENTS:
            raise faults.TooLarge(limit=f"{MAX_ELEMENTS:,}", of="elements")
        if any(len(element.text or "") > MAX_TEXT for element in level):
            raise faults.TooLarge(limit=f"{MAX_TEXT:,}", of="signs in one answer")
        level = [child for element in level for child in element]


def _parse_warily(xml: bytes) -> Element:
    depth = count = 0
    root: Element | None = None
    try:
        for event, element in iterparse(io.BytesIO(xml), events=("start", "end"), forbid_dtd=True):
            if event == "end":
                depth -= 1
                if len(element.text or "") > MAX_TEXT:
                    raise faults.TooLarge(limit=f"{MAX_TEXT:,}", of="signs in one answer")
                continue
            root = element if root is None else root
            depth, count = depth + 1, count + 1
            if depth > MAX_DEPTH:
                raise faults.TooDeep(limit=MAX_DEPTH)
            if count > MAX_ELEMENTS:
                raise faults.TooLarge(limit=f"{MAX_ELEMENTS:,}", of="elements")
    except DefusedXmlException as error:
        raise faults.DeclarationsRefused from error
    except (ParseError, ValueError, LookupError) as error:
        if isinstance(error, faults.SubmissionRefused):
            raise
        raise _not_xml(error) from None
    if root is None:
        raise faults.NotXml(line=1)
    return root


def _not_xml(error: Exception) -> faults.NotXml:
    # The parser's own sentence may quote the document, so it is not passed on.
    return faults.NotXml(line=getattr(error, "position", (1,))[0])


def _identity(root: Element) -> tuple[str, str | None, str, str | None]:
    form_id = (root.get("id") or "").strip()
    if not form_id:
        raise faults.NotASubmission
    found: dict[str, list[str]] = {"instanceID": [], "deprecatedID": []}
    for meta in meta_of(root):
        for element in meta:
            namespace, name = _split(element)
            if name in found and namespace in _meta_namespaces(root):
                found[name].append((element.text or "").strip())
    instance_ids = set(found["instanceID"])
    if len(instance_ids) != 1:
        raise faults.NoInstanceId(found="several different ones" if instance_ids else "none is there")
    instance_id = instance_ids.pop()
    if not instance_id or len(instance_id) > MAX_INSTANCE_ID or not instance_id.isprintable():
        raise faults.NoInstanceId(found="it is empty, too long, or holds control signs")
    deprecated = next((text for text in found["deprecatedID"] if text), None)
    return form_id, (root.get("version") or "").strip() or None, instance_id, deprecated


def meta_of(root: Element) -> Iterator[Element]:
    """The meta elements of a filled form, in whichever of the allowed namespaces."""
    allowed = _meta_namespaces(root)
    for element in root:
        namespace, name = _split(element)
        if name == "meta" and namespace in allowed:
            yield element


def _meta_namespaces(root: Element) -> tuple[str, ...]:
    return ("", OPENROSA, _split(root)[0])


def _read_children(
    parent: Element, into: dict[str, str], reading: _Reading, skip: frozenset[int] = frozenset()
) -> None:
    together = Counter(_split(element)[1] for element in parent)
    for element in parent:
        name = _split(element)[1]
        if id(element) in skip:
            continue
        if reading.kinds.get(name) == "repeat" or (len(element) and together[name] > 1):
            row: dict[str, str] = {}
            rows = reading.repeats.setdefault(name, [])
            rows.append(row)
            _read_children(element, row, reading)
            if not row:  # clients send the turn that nobody filled in
                rows.remove(row)
        elif len(element):
            _read_children(element, into, reading)
        elif element.text and element.text.strip():
            if name in into:
                raise faults.NameTwice(name=_safe(name))
            into[name] = element.text


def _safe(name: str) -> str:
    return name[:60]


def _split(element: Element) -> tuple[str, str]:
    return _split_tag(element.tag)


@lru_cache(maxsize=4096)  # of one form the same names come again and again
def _split_tag(tag: str) -> tuple[str, str]:
    namespace, _, name = tag.rpartition("}")
    return namespace.removeprefix("{"), name
