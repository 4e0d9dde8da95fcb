"""The parts of a page, as drawn."""

from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.http import HttpRequest

from kimbilio.server.ui.panels import Queue, QueueRow
from tests.rooms.ui.conftest import Draw

NOW = datetime(2026, 11, 24, 11, 42, tzinfo=UTC)


class Note(forms.Form):
    note = forms.CharField(label="Why?", help_text="No name.", widget=forms.Textarea)
    way = forms.ChoiceField(label="How?", choices=[("spoken", "Spoken")], widget=forms.RadioSelect)
    secret = forms.CharField(widget=forms.HiddenInput)


def test_what_a_person_wrote_is_escaped(draw: Draw) -> None:
    html = draw("{% facts rows %}", rows=[("Note", "<script>x</script>")])
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_a_code_is_escaped(draw: Draw) -> None:
    assert "<b>" not in draw("{% code value href=value %}", value='"><b>')


def test_the_name_is_not_in_the_page_before_it_is_asked_for(draw: Draw) -> None:
    html = draw('{% reveal action="/reveal/" %}', name="Invented Example", csrf_token="t0k3n")
    assert "Invented Example" not in html
    assert 'method="post"' in html
    assert 'value="t0k3n"' in html
    assert "this is recorded" in html


def test_the_name_once_shown_is_isolated_from_the_page_direction(draw: Draw) -> None:
    assert "<bdi>Invented Example</bdi>" in draw('{% reveal action="/" shown="Invented Example" %}')


def test_an_unknown_priority_shows_its_word_without_alarm(draw: Draw) -> None:
    assert draw('{% priority "later" %}') == '<span class="pri pri-normal">later</span>'


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Late by 1 h 27 min"), ("ar", "متأخر: ساعة و27 دقيقة")]
)
def test_a_late_clock_says_so_in_words(draw: Draw, language: str, words: str) -> None:
    html = draw("{% clock due=due %}", language, due=NOW - timedelta(minutes=87), now=NOW)
    assert words in html
    assert "late" in html


def test_a_running_clock_says_what_is_left_until_when_and_shows_it(draw: Draw) -> None:
    html = draw(
        "{% clock due=due started=started %}",
        due=NOW + timedelta(minutes=38),
        started=NOW - timedelta(minutes=22),
        now=NOW,
    )
    assert '<b class="num">38 minutes</b> left' in html
    assert "until 12:20" in html
    assert '<progress max="60" value="22" aria-label="22 minutes of 1 h used">' in html


def test_an_error_stands_above_the_form_and_beside_its_field(draw: Draw) -> None:
    form = Note(data={"secret": "x", "way": "spoken"})
    html = draw("{% error_summary form %}{% field form.note %}", form=form)
    assert '<a href="#id_note">' in html
    assert 'id="id_note_error"' in html
    assert 'aria-describedby="id_note_helptext id_note_error"' in html
    assert html.count("This is needed. Fill it in.") == 2


def test_the_error_of_a_hidden_field_has_no_link_to_nowhere(draw: Draw) -> None:
    html = draw("{% error_summary form %}", form=Note(data={"note": "x", "way": "spoken"}))
    assert "href" not in html
    assert "This is needed" in html


def test_the_link_to_a_choice_leads_to_its_first_answer(draw: Draw) -> None:
    html = draw("{% error_summary form %}{% field form.way %}", form=Note(data={"note": "x", "secret": "x"}))
    assert 'href="#id_way_0"' in html
    assert 'id="id_way_0"' in html
    assert "<legend>How?</legend>" in html


def test_an_untouched_form_has_no_summary(draw: Draw) -> None:
    assert draw("{% error_summary form %}", form=Note()).strip() == ""


def test_a_person_writes_in_either_direction(draw: Draw) -> None:
    assert 'dir="auto"' in draw("{% field form.note %}", form=Note())


def test_a_folded_queue_keeps_its_table_roles(draw: Draw) -> None:
    rows = [QueueRow("K-1", "/cases/K-1/", "Acknowledge", "urgent", since=NOW)]
    html = draw("{% queue item %}", item=Queue("new", "New for you", "", rows, "1"), now=NOW)
    for role in ("table", "rowgroup", "row", "columnheader", "rowheader", "cell"):
        assert f'role="{role}"' in html


def test_a_line_of_a_queue_without_a_code_is_found_by_its_words(draw: Draw) -> None:
    rows = [QueueRow("", "/n/lost/", "3 members have no way")]
    html = draw("{% queue item %}", item=Queue("lost", "Not reached", "", rows, "1"), now=NOW)
    assert '<a class="open" href="/n/lost/"><bdi>3 members have no way</bdi></a>' in html
    assert 'class="code"' not in html


def test_an_empty_queue_says_that_nothing_waits(draw: Draw) -> None:
    html = draw("{% queue item %}", item=Queue("new", "New for you", "", [], "0"))
    assert "Nothing is waiting here." in html
    assert "<table" not in html


def test_a_need_without_law_says_that_none_is_named(draw: Draw) -> None:
    html = draw("{% need item %}", item={"title": "Shelter", "reasons": [], "laws": [], "steps": []})
    assert "No law is named" in html


def test_events_of_one_day_stand_under_one_day(draw: Draw) -> None:
    entries = [{"at": NOW - timedelta(hours=n), "text": f"event {n}", "by": ""} for n in (0, 1, 24)]
    html = draw("{% timeline entries %}", entries=entries, now=NOW)
    assert html.count("Tuesday 24 November") == 1
    assert html.count("Monday 23 November") == 1


def test_the_end_of_a_list_has_no_next_link(draw: Draw) -> None:
    assert "href" not in draw('{% more "" %}')


@pytest.mark.urls("tests.rooms.ui.addresses")
@pytest.mark.usefixtures("no_doors")
@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_a_page_says_its_language_and_direction(
    draw: Draw, visitor: HttpRequest, language: str, direction: str
) -> None:
    html = draw('{% include "ui/base.html" %}', language, visitor)
    assert f'<html lang="{language}" dir="{direction}">' in html
    assert ("not yet been reviewed" in html) is False
    assert ("لم يراجع متحدث أصلي" in html) is (language == "ar")


@pytest.mark.parametrize("page", ["400.html", "500.html"])
def test_the_page_of_a_failure_needs_no_context(draw: Draw, page: str) -> None:
    html = draw(f'{{% include "{page}" %}}')
    assert 'lang="ar" dir="rtl"' in html


def test_a_picture_or_voice_that_is_not_there_draws_nothing(draw: Draw) -> None:
    assert draw('{% pictogram "" %}{% audio "" "Opening" %}') == ""


def test_a_picture_leaves_the_word_beside_it_to_be_read_aloud(draw: Draw) -> None:
    html = draw("{% pictogram src %}", src='/media/x.svg"><b>')
    assert 'alt=""' in html
    assert "<b>" not in html


def test_a_voice_is_fetched_only_when_it_is_asked_for_and_says_what_it_is(draw: Draw) -> None:
    html = draw("{% audio src label %}", src="/media/x.ogg", label="Opening <words>")
    assert 'controls preload="none"' in html
    assert 'aria-label="Opening &lt;words&gt;"' in html
