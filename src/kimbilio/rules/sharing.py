"""What leaves the organisation: the fields of a share profile, cut down to what the person agreed.

Knows profiles, where each shared value comes from, and the paper a person may carry; does not know whether
sharing is allowed at all (`consent`). Source: share_profiles, fields and slip of the pack.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from kimbilio.rules.answers import Answer
from kimbilio.rules.expressions import NOT_ANSWERS
from kimbilio.rules.faults import RuleError, allowed
from kimbilio.rules.ruleset import Ruleset

COMPUTED = "computed"

# The question whose choices are the fields that a person may hold back.
SHARE_FIELDS = "share_fields"


@dataclass(frozen=True)
class SharedField:
    """A field of a share profile. `questions` is empty when the value is computed.

    `may_be_held_back` is false for the few that name nobody and keep a referral apart from another.
    """

    id: str
    questions: tuple[str, ...]
    may_be_held_back: bool


def profile_fields(profile: str, ruleset: Ruleset) -> tuple[SharedField, ...]:
    """The fields of a share profile in its order, without those that never travel at a first referral.

    Raises RuleError for a profile that the pack does not have.
    """
    if profile not in ruleset.share_profiles:
        raise RuleError(
            f"There is no share profile '{profile}'. {allowed(ruleset.share_profiles, near=profile)}"
        )
    question = ruleset.questions.get(SHARE_FIELDS)
    offered = question.choices if question else ruleset.share_profiles[profile]
    fields = []
    for id_ in ruleset.share_profiles[profile]:
        if id_ not in ruleset.never_at_first_referral:
            sources = tuple(name for name in ruleset.field_sources.get(id_, ()) if name != COMPUTED)
            fields.append(SharedField(id_, sources, id_ in offered))
    return tuple(fields)


def agreed_fields(
    profile: str, ruleset: Ruleset, agreed: Collection[str] | None = None
) -> tuple[SharedField, ...]:
    """The fields of a profile that may travel: all, or with `agreed` those among it.

    A field that the person agreed to but the profile does not hold stays here: consent widens nothing. Raises
    RuleError for a field that the pack does not know.
    """
    fields = profile_fields(profile, ruleset)
    if agreed is None:
        return fields
    for id_ in agreed:
        if id_ not in ruleset.field_sources:
            raise RuleError(f"There is no shared field '{id_}'. {allowed(ruleset.field_sources, near=id_)}")
    return tuple(field for field in fields if field.id in agreed or not field.may_be_held_back)


def shared_values(
    fields: Collection[SharedField], answers: Mapping[str, Answer], computed: Mapping[str, object]
) -> dict[str, object]:
    """The values of an envelope by field id, and nothing else.

    `answers` are those that count (leave out `Screening.closed`); `computed` holds the values that no
    question gives. A field of several questions is a dictionary by question. A field without a value, or
    whose question was not answered, is left out.
    """
    values: dict[str, object] = {}
    for field in fields:
        if not field.questions:
            if field.id in computed:
                values[field.id] = computed[field.id]
            continue
        told = {name: answers[name] for name in field.questions if _tells(answers.get(name))}
        if told:
            values[field.id] = told if len(field.questions) > 1 else next(iter(told.values()))
    return values


def _tells(answer: Answer) -> bool:
    if answer is None or answer == "":
        return False
    if isinstance(answer, int):
        return True
    return answer not in NOT_ANSWERS if isinstance(answer, str) else bool(set(answer) - NOT_ANSWERS)


def slip_lines(
    chosen: str | None, ruleset: Ruleset, *, feared_person_near: bool, place_is_shelter: bool
) -> tuple[str, ...]:
    """What is printed on the paper the person carries; empty when there is none.

    The person chooses. When they were not asked, or someone they fear is near, the pack's default holds. The
    place is never printed when it is a shelter. Raises RuleError for a slip that the pack does not have.
    """
    slip = ruleset.default_slip if chosen is None or feared_person_near else chosen
    if slip not in ruleset.slips:
        raise RuleError(f"There is no slip '{slip}'. {allowed(ruleset.slips, near=slip)}")
    return tuple(line for line in ruleset.slips[slip] if not (place_is_shelter and line == "place"))
