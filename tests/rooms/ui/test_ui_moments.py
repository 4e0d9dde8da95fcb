"""Times and spans as they are said, in both languages."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone, translation

from kimbilio.server.ui.moments import clock_reading, day_words, moment_words, span_words

NOW = datetime(2026, 11, 24, 11, 42, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_the_post(compiled_catalogues: None) -> object:
    with timezone.override("Africa/Lusaka"), translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("span", "english", "arabic"),
    [
        (timedelta(seconds=59), "less than a minute", "أقل من دقيقة"),
        (timedelta(minutes=-5), "less than a minute", "أقل من دقيقة"),
        (timedelta(minutes=1), "1 minute", "دقيقة واحدة"),
        (timedelta(minutes=38), "38 minutes", "38 دقيقة"),
        (timedelta(hours=1, minutes=27), "1 h 27 min", "ساعة و27 دقيقة"),
        (timedelta(hours=3), "3 h", "3 ساعات"),
        (timedelta(days=2, hours=19), "2 days 19 h", "يومان و19 ساعة"),
    ],
)
def test_a_span_is_said_in_two_units_at_most(span: timedelta, english: str, arabic: str) -> None:
    assert span_words(span) == english
    with translation.override("ar"):
        assert span_words(span) == arabic


def test_a_limit_that_has_passed_is_late_and_its_bar_is_full() -> None:
    reading = clock_reading(due=NOW - timedelta(minutes=87), now=NOW, started=NOW - timedelta(hours=3))
    assert reading.late
    assert reading.words == "1 h 27 min"
    assert reading.used == reading.total == 93


def test_the_minute_in_which_a_limit_falls_is_not_late() -> None:
    assert not clock_reading(due=NOW, now=NOW).late


def test_a_limit_whose_start_is_unknown_has_no_bar() -> None:
    assert clock_reading(due=NOW + timedelta(minutes=5), now=NOW).total is None


def test_a_started_limit_says_how_much_is_used() -> None:
    reading = clock_reading(due=NOW + timedelta(minutes=38), now=NOW, started=NOW - timedelta(minutes=22))
    assert (reading.used, reading.total) == (22, 60)
    assert reading.progress_words == "22 minutes of 1 h used"


def test_a_moment_is_shown_in_the_zone_of_the_post() -> None:
    assert moment_words(NOW, NOW) == "24 Nov, 13:42"


def test_a_moment_of_another_year_shows_the_year() -> None:
    assert moment_words(NOW - timedelta(days=365), NOW) == "24 Nov 2025, 13:42"


def test_a_day_that_begins_at_the_post_is_not_yesterday() -> None:
    assert day_words(datetime(2026, 11, 23, 22, 30, tzinfo=UTC)) == "Tuesday 24 November"


def test_arabic_keeps_latin_digits() -> None:
    with translation.override("ar"):
        assert moment_words(NOW, NOW) == "24 نوفمبر، 13:42"
        assert day_words(NOW) == "الثلاثاء 24 نوفمبر"
