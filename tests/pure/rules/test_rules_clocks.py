"""The clocks: what is due when, what is late, and who is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kimbilio.rules import RuleError, Ruleset
from kimbilio.rules.clocks import answer_clock, arrival_due, due_in, ladder, overdue, rungs_reached

SENT = datetime(2026, 3, 1, 22, 0, tzinfo=UTC)


def after(instant: datetime) -> timedelta:
    return instant - SENT


def test_an_instant_without_an_offset_is_refused(small: Ruleset) -> None:
    naive = datetime(2026, 3, 1, 22, 0)  # noqa: DTZ001 - the fault under test
    with pytest.raises(RuleError, match="without an offset from UTC"):
        answer_clock("urgent", small, sent_at=naive)
    with pytest.raises(RuleError, match="without an offset from UTC"):
        overdue(SENT, naive)


def test_an_unknown_priority_is_named_with_those_there_are(small: Ruleset) -> None:
    with pytest.raises(RuleError, match=r"no priority 'urgnt'\. Did you mean 'urgent'"):
        arrival_due("urgnt", small, accepted_at=SENT)


def test_the_clock_counts_from_the_moment_of_sending(small: Ruleset) -> None:
    clock = answer_clock("emergency", small, sent_at=SENT)
    assert after(clock.acknowledge_by) == timedelta(minutes=30)
    assert after(clock.escalate_at) == timedelta(hours=1)
    assert after(clock.first_contact_by) == timedelta(hours=2)
    assert after(clock.help_by) == timedelta(hours=12)


def test_a_shorter_time_of_a_step_always_counts(small: Ruleset) -> None:
    clock = answer_clock("urgent", small, sent_at=SENT, step_minutes=360)
    assert {after(i) for i in (clock.acknowledge_by, clock.escalate_at, clock.help_by)} == {
        timedelta(hours=6)
    }


def test_a_longer_time_of_a_step_does_not_delay_the_priority(small: Ruleset) -> None:
    assert answer_clock("emergency", small, sent_at=SENT, step_minutes=9999) == answer_clock(
        "emergency", small, sent_at=SENT
    )


def test_arrival_is_counted_from_the_acceptance(small: Ruleset) -> None:
    assert after(arrival_due("urgent", small, accepted_at=SENT)) == timedelta(hours=12)


def test_at_the_instant_itself_there_is_still_time() -> None:
    assert not overdue(SENT, SENT)
    assert overdue(SENT, SENT + timedelta(microseconds=1))


def test_offsets_are_compared_as_instants() -> None:
    lusaka = SENT.astimezone(datetime.strptime("+0200", "%z").tzinfo)
    assert not overdue(lusaka, SENT)


@pytest.mark.parametrize(
    ("state", "minutes"),
    [("sent", 30), ("acknowledged", 120), ("information_needed", 120), ("draft", None), ("accepted", None)],
)
def test_a_state_expires_when_its_own_answer_is_late(state: str, minutes: int | None, small: Ruleset) -> None:
    due = due_in(state, answer_clock("emergency", small, sent_at=SENT))
    assert (due and after(due)) == (minutes and timedelta(minutes=minutes))


def test_the_ladder_rises_and_the_second_focal_point_is_told_after_half_the_answering_time(
    small: Ruleset,
) -> None:
    rungs = ladder(answer_clock("emergency", small, sent_at=SENT))
    assert [(rung.who, after(rung.at)) for rung in rungs] == [
        ("focal_point_1", timedelta(0)),
        ("focal_point_2", timedelta(minutes=15)),
        ("supervisor", timedelta(hours=1)),
        ("national_coordinator", timedelta(hours=2)),
        ("committee", timedelta(hours=12)),
    ]


def test_a_rung_is_reached_at_its_instant(small: Ruleset) -> None:
    clock = answer_clock("emergency", small, sent_at=SENT)
    half = SENT + timedelta(minutes=15)
    assert [rung.who for rung in rungs_reached(clock, half)] == ["focal_point_1", "focal_point_2"]
    assert len(rungs_reached(clock, half - timedelta(seconds=1))) == 1
    assert rungs_reached(clock, SENT - timedelta(seconds=1)) == ()


@pytest.mark.parametrize("priority", ["emergency", "urgent", "normal"])
@pytest.mark.parametrize("step_minutes", [None, 15, 360])
def test_no_rung_of_the_zambian_pack_comes_before_the_one_below(
    priority: str, step_minutes: int | None, zambia: Ruleset
) -> None:
    rungs = ladder(answer_clock(priority, zambia, sent_at=SENT, step_minutes=step_minutes))
    assert [rung.at for rung in rungs] == sorted(rung.at for rung in rungs)


def test_the_hours_of_the_zambian_pack_are_those_of_the_referral_form(zambia: Ruleset) -> None:
    hours = {p: after(answer_clock(p, zambia, sent_at=SENT).help_by) for p in zambia.priorities}
    assert hours == {
        "emergency": timedelta(hours=24),
        "urgent": timedelta(hours=72),
        "normal": timedelta(weeks=2),
    }
    assert after(answer_clock("emergency", zambia, sent_at=SENT).acknowledge_by) == timedelta(hours=1)
    assert after(arrival_due("emergency", zambia, accepted_at=SENT)) == timedelta(hours=6)
