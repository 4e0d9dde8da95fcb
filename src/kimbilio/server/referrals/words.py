"""A referral in the words of its reader: states, a desk's reasons, shared values, the receiver's copy.

Knows the codes that this room's rules and selectors speak in, and the pack's words. Knows no right: it is
handed what the selectors opened for the actor. Refusals have their own sentences in `words`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kimbilio.packs import Pack
from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.models import Desk, Organisation
from kimbilio.server.identity.places import place_of
from kimbilio.server.people.country import answer_word, word
from kimbilio.server.people.selectors import NAME_FIELDS
from kimbilio.server.people.showing import FORM, fact_words
from kimbilio.server.ui.moments import moment_words, span_words, time_words

from .directory import DeskCard
from .models import Referral

ANSWERS: dict[str, Promise] = {
    "yes": gettext_lazy("Yes"),
    "yes_but_not_all": gettext_lazy("Yes, but not everything"),
    "no": gettext_lazy("No"),
    "not_now": gettext_lazy("Not now"),
}
HOW_GIVEN: dict[str, Promise] = {
    "spoken": gettext_lazy("Spoken"),
    "signed": gettext_lazy("Signed"),
    "mark": gettext_lazy("By a mark or thumbprint"),
    "guardian": gettext_lazy("By a guardian"),
}
_SENDER: dict[str, Promise] = {
    "draft": gettext_lazy("Draft, nobody has been told"),
    "sent": gettext_lazy("Sent, not answered yet"),
    "acknowledged": gettext_lazy("Received by the desk"),
    "information_needed": gettext_lazy("The desk asks for information"),
    "accepted": gettext_lazy("Accepted"),
    "declined": gettext_lazy("Declined"),
    "arrived": gettext_lazy("The person arrived"),
    "not_arrived": gettext_lazy("The person has not arrived"),
    "in_service": gettext_lazy("Help began"),
    "completed": gettext_lazy("Helped"),
    "closed": gettext_lazy("Closed"),
    "withdrawn": gettext_lazy("Withdrawn"),
    "expired": gettext_lazy("Not answered in time"),
}
_RECEIVER: dict[str, Promise] = {
    **_SENDER,
    "sent": gettext_lazy("New, not acknowledged yet"),
    "acknowledged": gettext_lazy("Acknowledged, not decided yet"),
    "information_needed": gettext_lazy("You asked for information"),
    "withdrawn": gettext_lazy("Withdrawn by the sender"),
    "expired": gettext_lazy("Overdue, not answered yet"),
}
_GROUNDS: dict[str, Promise] = {
    "adult_informed": gettext_lazy("The person said yes"),
    "child_assent": gettext_lazy("The child was told and heard; what is best for the child decides"),
    "life_at_risk": gettext_lazy("Life is at risk and the person could not be asked"),
}
_DAYS: tuple[tuple[str, Promise], ...] = (
    ("mon", gettext_lazy("Mon")),
    ("tue", gettext_lazy("Tue")),
    ("wed", gettext_lazy("Wed")),
    ("thu", gettext_lazy("Thu")),
    ("fri", gettext_lazy("Fri")),
    ("sat", gettext_lazy("Sat")),
    ("sun", gettext_lazy("Sun")),
)


@dataclass(frozen=True)
class Line:
    """One line of what is shared. `number` ties a tick to its line of the copy; a `fixed` one always goes.

    `on_tap`: the value is a name or the like, and is not shown yet. `said`: the person agreed to this very line.
    """

    id: str
    number: int
    label: str
    value: str
    agreed: bool = True
    ticked: bool = True
    fixed: bool = False
    on_tap: bool = False
    said: bool = True


@dataclass(frozen=True)
class Said:
    """Words to read to the person in their own language, or in the reader's while there are none in it."""

    language: str
    lang: str
    dir: str
    known: bool
    who: str
    what: str
    why: str
    no: str


def state_words(state: str, side: str) -> str:
    """A state as this side of the referral says it."""
    return str((_RECEIVER if side == "received" else _SENDER).get(state, state))


def desk_name(desk: Desk) -> str:
    """The desk's name in the reader's language."""
    return desk.called


def organisation_name(organisation: Organisation) -> str:
    """The organisation's name in the reader's language."""
    return organisation.called


def language_words(pack: Pack, language: str) -> str:
    """A language by its own name where the pack or its form knows it."""
    known = next((row.name for row in pack.languages if row.id == language), "")
    return known or answer_word(pack, FORM, "language", language)


def place_kept_words(desk: Desk) -> str:
    """What stands where the place of a desk would, for those from whom it is kept."""
    return _("Address kept confidential; transport is arranged by %(agency)s.") % {
        "agency": organisation_name(desk.organisation)
    }


def hours_words(card: DeskCard, now: datetime) -> tuple[str, str]:
    """Whether a desk is open, and until or from when."""
    at = card.opens_or_closes
    if card.open_now:
        return _("Open now"), _("until %(time)s") % {"time": time_words(at)} if at else _("Day and night")
    return _("Closed now"), _("opens %(moment)s") % {"moment": moment_words(at, now)} if at else ""


def week_words(desk: Desk) -> list[str]:
    """The opening hours of a week, days with the same hours as one line."""
    if not desk.hours:
        return []
    lines: list[tuple[str, str, str]] = []
    for day, label in _DAYS:
        spans = ", ".join(f"{start}–{end}" for start, end in desk.hours.get(day, ()))
        if lines and lines[-1][2] == spans:
            lines[-1] = (lines[-1][0], str(label), spans)
        else:
            lines.append((str(label), str(label), spans))
    return [
        f"{first if first == last else f'{first}–{last}'} \u2066{spans}\u2069"
        for first, last, spans in lines
        if spans
    ]


def days_ago_words(days: int | None) -> str:
    """`12 days ago`, `today`, or that nobody checked."""
    if days is None:
        return _("Never")
    if days <= 0:
        return _("Today")
    return ngettext("%(days)s day ago", "%(days)s days ago", days) % {"days": days}


def desk_row(pack: Pack, card: DeskCard, now: datetime) -> dict[str, Any]:
    """A desk as a row of a table or as a choice."""
    desk = card.desk
    open_words, note = hours_words(card, now)
    return {
        "id": str(desk.id),
        "name": desk_name(desk),
        "organisation": organisation_name(desk.organisation),
        "area": card.place.area,
        "open": open_words,
        "open_note": note,
        "hours": week_words(desk),
        "languages": _(", ").join(language_words(pack, language) for language in desk.languages),
        "services": [word(pack, f"service_type:{service}") for service in desk.service_types],
        "phone": card.place.phone,
        "place_kept": place_kept_words(desk) if card.place.kept else "",
        "verified": days_ago_words(card.verified_days),
        "verified_on": desk.verified_on,
        "stale": card.stale,
        "focal_points": sum(point is not None for point in (desk.focal_point_1_id, desk.focal_point_2_id)),
    }


def whom_to_call(actor: Actor, referral: Referral, beside: DeskCard | None) -> str:
    """The desk that does not answer with its number, and the next one with its own."""
    numbers = [(desk_name(referral.desk), place_of(referral.desk, seen_by=actor.organisation).phone)]
    if beside is not None:
        numbers.append((desk_name(beside.desk), beside.place.phone))
    named = [" ".join(part for part in pair if part) for pair in numbers]
    return (
        named[0]
        if len(named) == 1
        else _("%(desk)s · next: %(other)s") % {"desk": named[0], "other": named[1]}
    )


def reason_words(code: str, values: Mapping[str, Any], pack: Pack) -> str:
    """Why a desk is suggested, as a whole sentence."""
    match code:
        case "pathway":
            return _("The pathway names it for this step, within %(span)s.") % {
                "span": span_words(timedelta(hours=float(values["hours"])))
            }
        case "offered":
            return _("The desk that declined offers it.")
        case "open_always":
            return _("It is open day and night.")
        case "open_until":
            return _("It is open now, until %(time)s.") % {"time": time_words(values["at"])}
        case "speaks":
            return _("It speaks %(language)s.") % {"language": language_words(pack, str(values["language"]))}
        case "answered":
            return ngettext(
                "It answered %(n)s of its last %(of)s referral in time.",
                "It answered %(n)s of its last %(of)s referrals in time.",
                int(values["of"]),
            ) % {"n": values["n"], "of": values["of"]}
        case _:
            return code


def warning_words(code: str, values: Mapping[str, Any], pack: Pack, now: datetime) -> str:
    """What speaks against a desk, as a whole sentence."""
    match code:
        case "declined":
            return _("It has declined this need before.")
        case "closed" if values.get("opens"):
            return _("It is closed now and opens %(moment)s. Call if it cannot wait.") % {
                "moment": moment_words(values["opens"], now)
            }
        case "closed":
            return _("It is closed now. Call before you send.")
        case "not_verified":
            return ngettext(
                "Its entry was last checked %(days)s day ago. Over 90 days: call before you send.",
                "Its entry was last checked %(days)s days ago. Over 90 days: call before you send.",
                int(values["days"]),
            ) % {"days": values["days"]}
        case "never_verified":
            return _("Nobody has checked its entry yet. Call before you send.")
        case "other_service":
            return _("It does not offer the service that the pathway asks for.")
        case "said_no":
            return _("The person said no to this agency.")
        case "withdrawn":
            return _("The person took back the consent for this agency.")
        case "expired":
            return _("The consent for this agency has ended. Ask again.")
        case "no_language":
            return _("It does not speak %(language)s. Arrange an interpreter.") % {
                "language": language_words(pack, str(values["language"]))
            }
        case _:
            return code


def value_words(pack: Pack, field: str, value: Any) -> str:
    """A shared value as it is read: needs, priority, the answers of one question or of several."""
    if value in (None, "", [], {}):
        return ""
    return fact_words(pack, field, value)


def field_words(pack: Pack, field: str) -> str:
    """The name of a shared field."""
    return word(pack, f"field:{field}")


def copy_shown(
    content: Mapping[str, Any],
    *,
    pack: Pack,
    sender: str,
    desk: Desk,
    answer_by: datetime | None,
    numbers: Mapping[str, int] | None = None,
    names: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The receiver's copy: every part of an envelope in words, and nothing that is not in it.

    `names` are name and safe contact once they were asked for; until then the copy says that they go.
    """
    values = content.get("values", {})
    shown = [
        (field, value_words(pack, field, (names or {}).get(field, "") if field in NAME_FIELDS else value))
        for field, value in values.items()
        if field not in ("case_code", "priority")
    ]
    services = content.get("service_types", ())
    return {
        "code": values.get("case_code", ""),
        "priority": content["priority"],
        "priority_words": word(pack, f"priority:{content['priority']}:label"),
        "sender": sender,
        "desk": _(", ").join([desk_name(desk), organisation_name(desk.organisation)]),
        "asked": _("; ").join(word(pack, f"service_type:{service}") for service in services),
        "lines": [
            Line(field, (numbers or {}).get(field, 0), field_words(pack, field), words, on_tap=not words)
            for field, words in shown
        ],
        "escort_needed": bool(content.get("escort_needed")),
        "ground": str(_GROUNDS.get(str(content.get("ground")), "")),
        "answer_by": answer_by,
    }


def said_aloud(
    pack: Pack,
    language: str,
    *,
    desk: Desk,
    fields: Sequence[str],
    steps: Collection[str] = (),
    services: Collection[str] = (),
    again: bool = False,
) -> Said:
    """What is read to the person before they answer: who, what, why, and that no is an answer.

    `services` are codes of the pack that say why, `steps` keys of it where no service is asked.
    `again`: the desk knows of the person already and asks for more.
    """
    known = language in dict(_interface_languages())
    name = language_words(pack, language) if language else ""
    with _in_language(language if known else ""):
        lang = translation.get_language() or "en"
        comma = _(", ")
        aims = [word(pack, f"service_type:{code}") for code in services] or [word(pack, key) for key in steps]
        parts = comma.join(field_words(pack, field) for field in fields)
        return Said(
            language=name,
            lang=lang,
            dir="rtl" if translation.get_language_bidi() else "ltr",
            known=known or not language,
            who=(
                _("%(desk)s of %(organisation)s asks to know more about you.")
                if again
                else _("I would like to tell %(desk)s of %(organisation)s about you.")
            )
            % {"desk": desk_name(desk), "organisation": organisation_name(desk.organisation)},
            what=(
                _("They would also learn this and nothing else: %(fields)s.")
                if again
                else _("They would learn this and nothing else: %(fields)s.")
            )
            % {"fields": parts},
            why=_("I would tell them so that they can help with this: %(aims)s.")
            % {"aims": _("; ").join(aims)}
            if aims
            else _("I would tell them so that they can help you."),
            no=_("You may say yes or no. If you say no, it stays here and they help you all the same.")
            if again
            else _(
                "You may say yes, no, not now, or only some of it. If you say no, nothing is sent and we "
                "still help you here. You may change your mind at any time."
            ),
        )


def list_row(row: Referral) -> dict[str, Any]:
    """A referral as a line of the list; nothing of what is sealed."""
    received = row.side == Referral.Side.RECEIVED
    return {
        "code": row.case.code,
        "url": reverse("referrals:referral", args=[row.id]),
        "priority": row.priority,
        "direction": _("From") if received else _("To"),
        "desk": organisation_name(row.other) if received else desk_name(row.desk),
        "organisation": "" if received else organisation_name(row.desk.organisation),
        "state": state_words(row.state, row.side),
        "sent_at": row.sent_at,
        "due_at": row.due_at,
        "started": row.accepted_at if row.state == Referral.State.ACCEPTED else row.sent_at,
        "answered_in": row.answered_at - row.sent_at if row.answered_at and row.sent_at else None,
    }


def acceptance_shown(pack: Pack, given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """How the person gets there, by the codes of an acceptance."""
    rows = [
        (_("Transport"), word(pack, f"transport:{given['transport']}") if given.get("transport") else ""),
        (_("When"), _moment(given.get("transport_at"))),
        (_("Escort"), word(pack, f"escort:{given['escort']}") if given.get("escort") else ""),
        (_("Bed"), word(pack, f"bed:{given['bed']}") if given.get("bed") else ""),
        (_("Held until"), _moment(given.get("bed_held_until"))),
    ]
    return [(term, value) for term, value in rows if value]


def _moment(value: Any) -> str:
    if not value:
        return ""
    at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment_words(at, timezone.now())


def code_choices(pack: Pack, name: str) -> list[tuple[str, str]]:
    """A closed list of the pack, as a form offers it."""
    return [(row.code, word(pack, f"{name}:{row.code}")) for row in pack.codes[name]]


def _interface_languages() -> Sequence[tuple[str, Any]]:
    from django.conf import settings

    return list(settings.LANGUAGES)


@contextmanager
def _in_language(language: str) -> Iterator[None]:
    """The block speaks `language`, or goes on in the reader's when it is empty."""
    if not language:
        yield
        return
    with translation.override(language):
        yield
