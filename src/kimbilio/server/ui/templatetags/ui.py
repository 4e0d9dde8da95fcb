"""The parts of a page of the desk. A page extends `ui/base.html` and begins with `{% load i18n ui %}`.

Knows how a part looks and is read aloud. Knows no case and no right: what it is handed is shown as it is.

Words and signs
    {% code case.code %}  {% code case.code href=url %}    the code, left-to-right in every page
    {% priority "urgent" %}  {% priority "urgent" label=text %}    emergency | urgent | normal
    {% chip _("Connected, all sent") "on" %}               on | off | (nothing): ring
    {% when at %}  {% when at "time" %}                    moment | time | day | date, in the post's zone
    {{ delta|span }}                                       1 h 27 min
    {% pictogram src %}                                    a picture beside its word, which alone is read aloud
    {% audio src label %}                                  a player that fetches nothing until it is pressed;
                                                           both draw nothing for an empty address
                                                           (country.media gives the addresses)
    {% clock due=at started=at note=text %}                what is left or how late, and a bar; `note`
                                                           replaces the line "until 14:20"
Statements
    {% tell %}<p>…</p>{% endtell %}  {% tell "urgent" %}…  what must be known; emergency | urgent | nothing
    {% next_step _("Next: answer") %}…{% endnext_step %}   the next action, with the page's primary button
Case
    {% stages list %}        of .label .note .state ("done", "current", "to_come")
    {% need need %}          .title, .reasons (.question .answer .looked), .laws (.says .source .bound),
                             .steps (.text .note), optional .anchor .note; a dict does as well as an object
    {% reveal action=url %}  {% reveal action=url shown=name %}    POST button; the view journals, then shows
    {% facts rows %}  {% facts rows narrow=True %}         pairs of term and value
    {% timeline entries %}   .at .text .by, newest first or last as given; grouped by day
    {% queue queue %}        a Queue of panels.py, folding on a phone; `what=` names the third column
    {% panel panel %}        a Panel of panels.py as a part with its heading
    {% more url %}           "Show the next 50": the address of the next keyset page
Forms
    {% error_summary form %} first thing in <main> after a refused POST; links to each field
    {% field form.note %}    label, hint, error, box; radios, tick boxes and single ticks become `.choice`;
                             label=… and hint=… replace those of the form

Classes for what is written by hand (see the look page): .part .btn .btn-primary .btns .head .line .stack
.soft .sheet .beside .beside-end .sticky .fold .queues .list .steps .say. A person's text gets dir="auto",
a short one <bdi>.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django import forms, template
from django.forms import BoundField
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy

from kimbilio.server.ui.moments import (
    clock_reading,
    date_words,
    day_words,
    local_day,
    moment_words,
    span_words,
    time_words,
)
from kimbilio.server.ui.panels import Panel, Queue

register = template.Library()

PRIORITIES: dict[str, str | Promise] = {
    "emergency": gettext_lazy("Emergency"),
    "urgent": gettext_lazy("Urgent"),
    "normal": gettext_lazy("Normal"),
}
TELLS = {"": "tell", "urgent": "tell tell-urgent", "emergency": "tell tell-emergency"}


@register.simple_tag
def code(value: str, href: str = "") -> SafeString:
    """A case, referral or device code; a link when `href` is given."""
    if href:
        return format_html('<a class="code" href="{}">{}</a>', href, value)
    return format_html('<span class="code">{}</span>', value)


@register.simple_tag
def priority(value: str, label: str | Promise = "") -> SafeString:
    """A priority as word, shape and colour. An unknown one shows its word in the shape of normal."""
    known = value if value in PRIORITIES else "normal"
    return format_html('<span class="pri pri-{}">{}</span>', known, label or PRIORITIES.get(value, value))


@register.simple_tag
def chip(text: str | Promise, state: str = "") -> SafeString:
    """A state of connection or the like, in words with a small sign."""
    return format_html('<span class="chip {}">{}</span>', state, text)


@register.simple_tag(takes_context=True)
def when(context: template.Context, value: date | datetime | None, style: str = "moment") -> SafeString | str:
    """A moment or day in the post's zone; nothing for None."""
    if value is None:
        return ""
    if style == "day":
        words = day_words(value)
    elif style == "date" or not isinstance(value, datetime):
        words = date_words(value)
    elif style == "time":
        words = time_words(value)
    else:
        words = moment_words(value, _now(context))
    shown = timezone.localtime(value) if isinstance(value, datetime) else value
    return format_html('<time class="num" datetime="{}">{}</time>', shown.isoformat(), words)


@register.simple_tag
def pictogram(src: str) -> SafeString | str:
    """A picture that only repeats the word beside it, so it has no words of its own."""
    if not src:
        return ""
    return format_html(
        '<img class="pictogram" src="{}" alt="" width="48" height="48" loading="lazy" decoding="async">', src
    )


@register.simple_tag
def audio(src: str, label: str | Promise) -> SafeString | str:
    """A player with the browser's own controls. `label` says what is heard, and in which language."""
    if not src:
        return ""
    return format_html('<audio controls preload="none" src="{}" aria-label="{}"></audio>', src, label)


@register.filter
def span(value: timedelta) -> str:
    """A span of time in words."""
    return span_words(value)


@register.inclusion_tag("ui/components/clock.html", takes_context=True)
def clock(
    context: template.Context, due: datetime, started: datetime | None = None, note: str | Promise = ""
) -> dict[str, Any]:
    """What is left until `due`, or how late it is."""
    now = _now(context)
    reading = clock_reading(due=due, now=now, started=started)
    phrase = gettext("Late by %(span)s") if reading.late else gettext("%(span)s left")
    marked = format_html('<b class="num">{}</b>', reading.words)
    if reading.late:
        words = format_html('<b class="num">{}</b>', phrase % {"span": reading.words})
    else:
        before, _, after = phrase.partition("%(span)s")
        words = format_html("{}{}{}", before, marked, after)
    same_day = local_day(due) == local_day(now)
    return {
        "reading": reading,
        "words": words,
        "note": note,
        "until": time_words(due) if same_day else moment_words(due, now),
    }


@register.simple_block_tag
def tell(content: SafeString, kind: str = "") -> SafeString:
    """A statement that must be read."""
    return format_html('<div class="{}">{}</div>', TELLS[kind], content)


@register.simple_block_tag
def next_step(content: SafeString, title: str | Promise, anchor: str = "next") -> SafeString:
    """The next action of a page, with the page's one primary button inside."""
    return format_html(
        '<section class="part next" aria-labelledby="{0}"><h2 id="{0}">{1}</h2>{2}</section>',
        anchor,
        title,
        content,
    )


@register.inclusion_tag("ui/components/stages.html")
def stages(items: Iterable[Any]) -> dict[str, Any]:
    """The stage line of a case."""
    return {"stages": items}


@register.inclusion_tag("ui/components/need.html")
def need(item: Any) -> dict[str, Any]:
    """A need with its reasons, the law and what to do."""
    return {"need": item}


@register.inclusion_tag("ui/components/reveal.html", takes_context=True)
def reveal(
    context: template.Context, action: str, shown: str = "", label: str | Promise = "", anchor: str = "name"
) -> dict[str, Any]:
    """What is hidden until asked for. `shown` is set only in the answer to the recorded POST."""
    return {
        "action": action,
        "shown": shown,
        "label": label or gettext("Show the name (this is recorded)"),
        "anchor": anchor,
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("ui/components/facts.html")
def facts(rows: Iterable[tuple[Any, Any]], narrow: bool = False) -> dict[str, Any]:
    """Terms and their values."""
    return {"rows": rows, "narrow": narrow}


@register.inclusion_tag("ui/components/timeline.html", takes_context=True)
def timeline(context: template.Context, entries: Iterable[Any]) -> dict[str, Any]:
    """What happened, day by day, in the order given."""
    return {"days": list(_by_day(entries)), "now": _now(context)}


@register.inclusion_tag("ui/components/queue.html", takes_context=True)
def queue(context: template.Context, queue: Queue, what: str | Promise = "") -> dict[str, Any]:
    """A queue of *Work*."""
    return {"queue": queue, "what": what or gettext("What is asked"), "now": _now(context)}


@register.inclusion_tag("ui/components/panel.html")
def panel(item: Panel) -> dict[str, Any]:
    """A part of a page that another room has drawn."""
    return {"panel": item}


@register.inclusion_tag("ui/components/more.html")
def more(url: str, shown: int = 50) -> dict[str, Any]:
    """The link to the next page of a long list; nothing when `url` is empty."""
    return {"url": url, "shown": shown}


@register.inclusion_tag("ui/components/error_summary.html")
def error_summary(form: forms.BaseForm | None) -> dict[str, Any]:
    """All that has to be mended in a form, above it, each linked to its field."""
    if form is None or not form.errors:
        return {"mistakes": []}
    mistakes = [("", "", str(error)) for error in form.non_field_errors()]
    for bound in form:
        mistakes += [(str(bound.label), _anchor(bound), str(error)) for error in bound.errors]
    return {"mistakes": mistakes}


@register.inclusion_tag("ui/components/field.html")
def field(bound: BoundField, label: str | Promise = "", hint: str | Promise | None = None) -> dict[str, Any]:
    """One field of a Django form with label, hint, errors and box. `hint=""` drops the form's own hint."""
    if label:
        bound.label = str(label)
    if hint is not None:
        bound.help_text = str(hint)
    widget = bound.field.widget
    if isinstance(widget, forms.RadioSelect):
        kind = "choices"
    elif isinstance(widget, forms.CheckboxInput):
        kind = "tick"
    else:
        kind = "box"
    return {
        "field": bound,
        "kind": kind,
        "hint": bound.help_text,
        "box": "" if kind == "choices" else _box(bound),
        "code": widget.attrs.get("autocomplete") == "one-time-code",
    }


def _box(bound: BoundField) -> SafeString:
    widget = bound.field.widget
    # A placeholder vanishes with the first letter and is read by few aids: the label says it
    widget.attrs.pop("placeholder", None)
    written = getattr(widget, "input_type", "text") in {"text", "search"}
    return bound.as_widget(attrs={"dir": "auto"} if written else {})


def _anchor(bound: BoundField) -> str:
    if bound.is_hidden:
        return ""
    if isinstance(bound.field.widget, forms.RadioSelect):
        return f"{bound.auto_id}_0"
    return bound.id_for_label


def _by_day(entries: Iterable[Any]) -> Iterator[tuple[date, list[Any]]]:
    for day, group in groupby(entries, key=lambda entry: local_day(_at(entry))):
        yield day, list(group)


def _at(entry: Any) -> datetime:
    at: datetime = entry["at"] if isinstance(entry, dict) else entry.at
    return at


def _now(context: template.Context) -> datetime:
    now: datetime | None = context.get("now")
    return now or timezone.now()
