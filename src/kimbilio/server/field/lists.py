"""The lists of an officer's own records that forms draw on: as files, and which of their records still count.

Knows CSV as ODK Entities want it (name, label, __version, then properties) and the integrity answer of the
OpenRosa standard. What is on the phone is what a thief gets; `people.carrying` decides what that is.
"""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Callable, Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement

from kimbilio.server.forms.models import FormVersion
from kimbilio.server.forms.selectors import lists_for
from kimbilio.server.identity.actor import actor_of_member
from kimbilio.server.identity.models import Device
from kimbilio.server.journal.services import act_record
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people.carrying import Carried, carried_ids, carried_list
from kimbilio.server.people.country import pack_of

COLUMNS: Mapping[str, Callable[[Carried], str]] = {"needs": lambda case: " ".join(case.needs)}
"""The columns that a pack may allow beside the code."""


def list_files(form: FormVersion) -> dict[str, str]:
    """The list behind each file name under which a form asks for one."""
    return {f"{name}.csv": name for name in lists_for(form)}


def list_content(device: Device, pack: str, name: str) -> bytes:
    """A list as it stands now for who carries the phone, without putting it there."""
    with acting_for(device.organisation_id):
        return _csv(carried_list(actor_of_member(device.member)), pack_of(pack).lists.get(name, ()))


def list_carry(device: Device, pack: str, name: str) -> bytes:
    """The same, put on the phone: which cases went there is written down before the first byte leaves."""
    with acting_for(device.organisation_id):
        actor = actor_of_member(device.member, device=device)
        cases = carried_list(actor)
        act_record(
            actor=actor,
            act="list.carried",
            subject=device.id,
            codes={
                "list": name,
                "member": str(device.member_id),
                "found": len(cases),
                "cases": [str(case.id) for case in cases],
            },
        )
        return _csv(cases, pack_of(pack).lists.get(name, ()))


def integrity(device: Device, ids: Sequence[str]) -> Element:
    """For each id, whether a phone must drop the record: closed, given to somebody else, erased, or never
    there for this officer, which all look the same.
    """
    with acting_for(device.organisation_id):
        there = carried_ids(actor_of_member(device.member))
    root = Element("data")
    entities = SubElement(root, "entities")
    for given in dict.fromkeys(ids):
        entity = SubElement(entities, "entity", id=given)
        SubElement(entity, "deleted").text = "false" if _id(given) in there else "true"
    return root


def _csv(cases: Sequence[Carried], columns: Sequence[str]) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["name", "label", "__version", *columns])
    for case in cases:
        writer.writerow([case.id, case.code, case.version, *(COLUMNS[name](case) for name in columns)])
    return file.getvalue().encode()


def _id(given: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(given)
    except ValueError:
        return None
