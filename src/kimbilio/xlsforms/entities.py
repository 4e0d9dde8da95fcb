"""Lists that a form draws on, and what a filled form says it does to their records.

Knows the marks that ODK Entities put into a form and into its submission. Does not know what a record is, nor
whether the change may be made. Source: ODK Entities specification, 2024.1.0.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from kimbilio.xlsforms.submission import meta_of, parse

_FROM_CSV = "jr://file-csv/"


@dataclass(frozen=True, slots=True)
class EntityDeclared:
    """What a submission says of one record of a list.

    `base` is the version on which the change stands, `trunk` the server's version on which the phone's own
    series of changes, named `branch`, began. A number that is none is None; all is the client's word.
    """

    dataset: str
    id: str
    create: bool
    update: bool
    base: int | None
    trunk: int | None
    branch: str


def lists_of(xform: str) -> tuple[str, ...]:
    """The lists that a form reads from CSV files of the same name, in the order of the form."""
    sources = (
        element.get("src", "") for element in fromstring(xform).iter() if element.tag.endswith("}instance")
    )
    return tuple(PurePosixPath(source).stem for source in sources if source.startswith(_FROM_CSV))


def read_entities(xml: bytes) -> tuple[EntityDeclared, ...]:
    """What a filled form says of records. Raises what `read_identity` raises."""
    return tuple(_declared(element) for meta in meta_of(parse(xml)) for element in _entities(meta))


def _entities(meta: Element) -> Iterator[Element]:
    return (element for element in meta if element.tag.rpartition("}")[2] == "entity")


def _declared(element: Element) -> EntityDeclared:
    return EntityDeclared(
        dataset=_text(element, "dataset"),
        id=_text(element, "id"),
        create=_text(element, "create") in ("1", "true"),
        update=_text(element, "update") in ("1", "true"),
        base=_number(_text(element, "baseVersion")),
        trunk=_number(_text(element, "trunkVersion")),
        branch=_text(element, "branchId"),
    )


def _text(element: Element, name: str) -> str:
    return (element.get(name) or "").strip()


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
