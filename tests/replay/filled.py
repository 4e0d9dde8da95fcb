"""Filled forms of the invented republic, as a phone would send them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from uuid import uuid4
from xml.etree.ElementTree import tostring

from defusedxml.ElementTree import fromstring

from kimbilio.packs import Pack, load
from kimbilio.packs.compiler import CompiledForm, compile_form
from kimbilio.packs.form_result import computed_values
from kimbilio.server.field.sample import build_submission
from kimbilio.xlsforms import Answer

STARTED = datetime(2026, 11, 20, 8, 50, tzinfo=UTC)

ANSWERS: dict[str, Answer] = {
    "post": "river_gate",
    "group_size": 1,
    "private_place": "yes",
    "emergency": ["none"],
    "removal_planned": "no",
    "language": "ar",
    "interpreter": "vetted",
    "consent_talk": "yes",
    "age_band": "18_plus",
    "with_whom": "alone",
    "sex": "woman",
    "fear_return": "no",
    "forced_or_controlled": "yes",
    "work_conditions": ["unpaid", "papers_kept"],
    "stuck": ["money_lost"],
    "health": ["medicine"],
    "name_used": "Invented Example",
    "safe_contact": "the tea seller at the bridge",
}
"""An adult who says that someone forced her: a potential victim of trafficking; the Care Office leads."""

YES: dict[str, Answer] = {
    "referral_for": "victim_of_trafficking",
    "referral_agency": "ZZZ-CARE",
    "consent_refer": "yes",
    "handover": "waiting_here",
}


@cache
def pack_zz() -> Pack:
    """The pack."""
    return load("zz")


@cache
def form_zz() -> CompiledForm:
    """Its screening form, as a phone has fetched it."""
    return compile_form(pack_zz())


def new_instance() -> str:
    """An instanceID such as a phone makes."""
    return f"uuid:{uuid4()}"


def filled(
    changes: Mapping[str, Answer] | None = None,
    *,
    referrals: Sequence[Mapping[str, Answer]] = (YES,),
    without: Sequence[str] = (),
    claims: Mapping[str, str] | None = None,
    instance: str = "",
    corrects: str = "",
    start: datetime | None = STARTED,
    form: CompiledForm | None = None,
) -> bytes:
    """A screening of zz with some answers changed or left out; what the phone claims follows the rules unless
    given.
    """
    answers = {name: value for name, value in (ANSWERS | dict(changes or {})).items() if name not in without}
    return build_submission(
        (form or form_zz()).xform,
        answers,
        repeats={"referral": list(referrals)},
        claims=claims if claims is not None else computed_values(answers, pack_zz().ruleset),
        start=start,
        instance_id=instance or new_instance(),
        corrects=corrects,
    )


@cache
def follow_up_zz() -> CompiledForm:
    """Its form for a person met before."""
    return compile_form(pack_zz(), "follow_up")


def follow_up(
    case: object,
    changes: Mapping[str, Answer] | None = None,
    *,
    base: object = 1,
    trunk: object = "",
    branch: str = "",
    create: bool = False,
    record: object = None,
    instance: str = "",
) -> bytes:
    """A follow-up of a case, saying as ODK Collect does on which version of the list it stands."""
    answers = {"which_case": str(case), "met_again": "met", "how_now": "better"} | dict(changes or {})
    answers |= {"follow_up_note": "Sleeps indoors now. ينام"} if "follow_up_note" not in answers else {}
    root = fromstring(
        build_submission(follow_up_zz().xform, answers, start=STARTED, instance_id=instance or new_instance())
    )
    (entity,) = (element for element in root.iter() if element.tag.rpartition("}")[2] == "entity")
    if create:
        del entity.attrib["update"]
        entity.set("create", "1")
    said = {"id": record or case, "baseVersion": base, "trunkVersion": trunk, "branchId": branch}
    for name, value in said.items():
        entity.set(name, str(value))
    xml: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return xml


PHOTOS = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head>
<h:title>Photos</h:title><model><instance><data id="photos"
version="1"><p0/><p1/><p2/><p3/><p4/><meta><instanceID/> </meta></data></instance><bind nodeset="/data/p0"
type="binary"/><bind nodeset="/data/p1" type="binary"/> <bind nodeset="/data/p2" type="binary"/><bind
nodeset="/data/p3" type="binary"/><bind nodeset="/data/p4" type="binary"/> </model></h:head><h:body><upload
ref="/data/p0" mediatype="image/*"/><upload ref="/data/p1" mediatype="image/*"/> <upload ref="/data/p2"
mediatype="image/*"/><upload ref="/data/p3" mediatype="image/*"/> <upload ref="/data/p4"
mediatype="image/*"/></h:body></h:html>"""
"""A form with five photos, because a screening takes none of a person."""


def photos_publish() -> None:
    """Publish the form with photos; nothing understands it, so it also stands for a kind without handler."""
    from kimbilio.server.forms.services import version_publish

    version_publish(
        pack="zz", kind="photos", compiled=CompiledForm("photos", "Photos", "1", PHOTOS, "md5:1", {}, ())
    )


def photo_form(*names: str, instance: str = "") -> bytes:
    """The form with photos, naming up to five files."""
    answers = {f"p{number}": name for number, name in enumerate(names)}
    return build_submission(PHOTOS, answers, instance_id=instance or new_instance())
