"""What is unusual in a week of looking at records, and when somebody may search again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimbilio.rules.looking import MANY, SEARCHES, SPAN, Unusual, Week, search_from, unusual

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
COUNTS = st.builds(Week, *[st.integers(0, 200)] * 6)


@pytest.mark.parametrize(
    ("mine", "before", "desk"),
    [
        (Week(opened=19, named=19, untied=4, outside=4, searched=9), [], []),
        (Week(opened=60), [Week(opened=20), Week(opened=20), Week(opened=500)], []),
        (Week(opened=60), [], [Week(opened=0), Week(opened=20), Week(opened=30)]),
        (Week(untied=30), [Week(untied=10)] * 3, []),
        (Week(searched=90, opened=30), [], [Week(opened=30)]),
    ],
)
def test_what_is_small_or_usual_is_not_named(mine: Week, before: list[Week], desk: list[Week]) -> None:
    assert unusual(mine, before=before, desk=desk) == []


@pytest.mark.parametrize(
    ("mine", "before", "desk", "code", "usual"),
    [
        (Week(opened=61), [Week(opened=5)], [Week(opened=20), Week(opened=20)], "many_opened", 20),
        (Week(named=20), [Week(named=6)], [], "many_named", 6),
        (Week(untied=5), [], [], "untied", 0),
        (Week(outside=5), [Week(outside=1)], [], "outside_hours", 1),
        (Week(searched=10, opened=3), [], [], "searched_without_opening", 3),
        (Week(exported=1), [], [], "exported", 0),
    ],
)
def test_each_reason_says_its_count_and_what_would_be_usual(
    mine: Week, before: list[Week], desk: list[Week], code: str, usual: int
) -> None:
    [reason] = unusual(mine, before=before, desk=desk)
    name = {"many_opened": "opened", "many_named": "named", "outside_hours": "outside"}.get(code, code)
    count = mine.searched if code == "searched_without_opening" else getattr(mine, name)
    assert reason == Unusual(code, count, usual)


@given(mine=COUNTS, before=st.lists(COUNTS, max_size=8), desk=st.lists(COUNTS, max_size=8))
def test_more_of_one_thing_never_takes_its_reason_away(
    mine: Week, before: list[Week], desk: list[Week]
) -> None:
    codes = {reason.code for reason in unusual(mine, before=before, desk=desk)}
    more = Week(
        mine.opened, mine.untied + 1, mine.named + 1, mine.outside + 1, mine.searched + 1, mine.exported + 1
    )
    assert codes <= {reason.code for reason in unusual(more, before=before, desk=desk)}
    assert MANY > 0


def test_below_the_bound_nobody_waits() -> None:
    assert search_from([], NOW) is None
    assert search_from([NOW] * (SEARCHES - 1), NOW) is None
    assert search_from([NOW - SPAN] * SEARCHES, NOW) is None


@given(st.lists(st.integers(0, 1200), min_size=SEARCHES, max_size=90))
def test_whoever_waits_as_long_as_they_are_told_may_search(seconds: list[int]) -> None:
    searches = [NOW - timedelta(seconds=ago) for ago in seconds]
    again = search_from(searches, NOW)
    if again is not None:
        assert NOW < again <= NOW + SPAN
        assert search_from(searches, again) is None
        assert search_from(searches, again - timedelta(microseconds=1)) is not None
