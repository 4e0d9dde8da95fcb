"""Says moments, days and spans of time as people of the field say them, in the language of the page.

Knows words and zones. Reads no clock: the caller says what time it is now. The zone is Django's current one
(the post's, activated for the request), digits are Latin in every language so that an hour read over the
telephone is the hour on the screen.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext, ngettext, pgettext


def moment_words(value: datetime, now: datetime | None = None) -> str:
    """`24 Nov, 13:42`; with the year when it is not the year of `now`."""
    local = timezone.localtime(value)
    if now is not None and timezone.localtime(now).year == local.year:
        # Translators: Django date format of a moment in this year
        return format_date(local, pgettext("date format", "j M, H:i"))
    # Translators: Django date format of a moment in another year
    return format_date(local, pgettext("date format", "j M Y, H:i"))


def time_words(value: datetime) -> str:
    """`13:42`."""
    return format_date(timezone.localtime(value), "H:i")


def day_words(value: date) -> str:
    """`Tuesday 24 November`."""
    # Translators: Django date format of a day with its weekday
    return format_date(_day_of(value), pgettext("date format", "l j F"))


def date_words(value: date) -> str:
    """`24 November 2026`."""
    # Translators: Django date format of a day with its year
    return format_date(_day_of(value), pgettext("date format", "j F Y"))


def local_day(value: datetime) -> date:
    """The day of a moment in the post's zone."""
    return timezone.localtime(value).date()


def span_words(span: timedelta) -> str:
    """`38 minutes`, `1 h 27 min`, `2 days 19 h`: two units at most, rounded down, never negative."""
    minutes = max(int(span.total_seconds() // 60), 0)
    hours, minutes_over = divmod(minutes, 60)
    days, hours_over = divmod(hours, 24)
    if minutes == 0:
        return gettext("less than a minute")
    if hours == 0:
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    if days == 0:
        first = ngettext("%(count)s h", "%(count)s h", hours) % {"count": hours}
        second = ngettext("%(count)s min", "%(count)s min", minutes_over) % {"count": minutes_over}
        over = minutes_over
    else:
        first = ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
        second = ngettext("%(count)s h", "%(count)s h", hours_over) % {"count": hours_over}
        over = hours_over
    if over == 0:
        return first
    # Translators: two parts of a span of time, as in "1 h 27 min"
    return pgettext("span", "%(first)s %(second)s") % {"first": first, "second": second}


@dataclass(frozen=True, slots=True)
class Clock:
    """A time limit as shown: what is left or how late, and the share of the time that is used.

    `used` and `total` are minutes, ready for a progress bar; both are None when it is not known since
    when the clock runs.
    """

    due: datetime
    late: bool
    words: str
    used: int | None
    total: int | None
    progress_words: str


def clock_reading(*, due: datetime, now: datetime, started: datetime | None = None) -> Clock:
    """Read a time limit at `now`. All three carry a zone."""
    late = now > due
    words = span_words(now - due if late else due - now)
    if started is None or started >= due:
        return Clock(due, late, words, None, None, "")
    total = max(int((due - started).total_seconds() // 60), 1)
    used = min(max(int((now - started).total_seconds() // 60), 0), total)
    progress_words = gettext("%(used)s of %(total)s used") % {
        "used": span_words(timedelta(minutes=used)),
        "total": span_words(timedelta(minutes=total)),
    }
    return Clock(due, late, words, used, total, progress_words)


def _day_of(value: date) -> date:
    return local_day(value) if isinstance(value, datetime) else value
