"""Practice: whom to meet, the meeting itself part by part, the comparison, one's own progress, who has practised."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kimbilio.server.access.doors import actor_of, as_member
from kimbilio.server.country.selectors import word
from kimbilio.server.kernel.errors import NotVisible

from . import selectors, services, showing
from .parts import chosen, next_part, part_questions, shown_in, usable
from .selectors import LEADS, PRACTISES

TOP = "#main"
"""A browser carries the place on the old page over to the new one, unless it is given another."""


@require_GET
@as_member(*PRACTISES)
def people(request: HttpRequest) -> HttpResponse:
    """The invented people, with what the reader has done."""
    pack, met = selectors.people_met(actor_of(request))
    shown = [showing.met_shown(pack, one) for one in met]
    first = next((one for one in shown if not one["times"]), None)
    return render(request, "practice/people.html", {"people": shown, "first": first})


@require_GET
@as_member(*PRACTISES)
def progress(request: HttpRequest) -> HttpResponse:
    """The reader's own attempts. Nobody else reads this page."""
    pack, met = selectors.people_met(actor_of(request))
    shown = [showing.met_shown(pack, one) for one in met if one.finished]
    return render(request, "practice/progress.html", {"people": shown, "met": len(shown), "all": len(met)})


@require_GET
@as_member(*LEADS)
def colleagues(request: HttpRequest) -> HttpResponse:
    """Who has practised on whom; what they answered is theirs."""
    pack, _ = selectors.people_met(actor_of(request))
    rows = [
        {
            "name": one.name,
            "at": one.last_at,
            "people": [word(pack, f"practice:{id_}:name") for id_ in one.people],
        }
        for one in selectors.colleagues_met(actor_of(request))
    ]
    return render(request, "practice/colleagues.html", {"rows": rows, "all": len(pack.practice)})


@require_GET
@as_member(*PRACTISES)
def meet(request: HttpRequest, person: str) -> HttpResponse:
    """The story, before the first question."""
    pack, met = selectors.people_met(actor_of(request))
    one = next((one for one in met if one.person.id == person), None)
    if one is None:
        raise Http404
    return render(request, "practice/meet.html", {"person": showing.met_shown(pack, one)})


@require_POST
@as_member(*PRACTISES)
def begin(request: HttpRequest, person: str) -> HttpResponse:
    """Begin, or go on where one stopped."""
    actor = actor_of(request)
    pack, _ = selectors.person_get(actor, person)
    services.attempt_begin(actor=actor, person=person)
    return redirect("practice:part", person=person, part=next(iter(part_questions(pack))))


@require_http_methods(["GET", "POST"])
@as_member(*PRACTISES)
def part_page(request: HttpRequest, person: str, part: str) -> HttpResponse:
    """One part of the form. Every POST keeps what is ticked; then it asks, goes on, or ends."""
    actor = actor_of(request)
    pack, met = selectors.person_get(actor, person)
    parts = list(part_questions(pack))
    if part not in parts:
        raise Http404
    try:
        attempt = selectors.attempt_open(actor, person)
    except NotVisible:
        return redirect("practice:meet", person=person)
    if request.method == "POST":
        gone = _kept(request, person, part)
        if gone is not None:
            return gone
        attempt.refresh_from_db()
    answers = usable(pack, attempt.answers)
    place = parts.index(part)
    return render(
        request,
        "practice/part.html",
        {
            "person": showing.person_shown(pack, met),
            "title": word(pack, f"section:{part}"),
            "number": place + 1,
            "parts": len(parts),
            "rows": showing.rows_shown(pack, met, shown_in(pack, part, answers), attempt, answers),
            "before": parts[place - 1] if place else "",
            "last": not next_part(pack, part, answers),
        },
    )


def _kept(request: HttpRequest, person: str, part: str) -> HttpResponse | None:
    """Keep the page's answers and say where to go; None to draw the same page (a change, kept by the way)."""
    actor, here = actor_of(request), request.path
    pack, _ = selectors.person_get(actor, person)
    rows = {row.name: row for row in part_questions(pack)[part] if row.type != "note"}
    of = [name for name in request.POST.getlist("of") if name in rows]
    given = {name: chosen(pack, rows[name], request.POST.getlist(name)) for name in of}
    attempt = services.answers_keep(actor=actor, person=person, answers=given, of=of)
    if asked := request.POST.get("ask"):
        services.question_ask(actor=actor, person=person, part=part, question=asked)
        return redirect(f"{here}#q-{asked}")
    going = request.POST.get("go", "")
    if going not in ("next", "finish"):
        return None if request.headers.get("HX-Request") else redirect(here)
    answers = usable(pack, attempt.answers)
    if going == "next":
        came_up = [
            row.name for row in shown_in(pack, part, answers) if row.name in rows and row.name not in of
        ]
        if came_up:
            return redirect(f"{here}#q-{came_up[0]}")
        if after := next_part(pack, part, answers):
            return redirect(reverse("practice:part", kwargs={"person": person, "part": after}) + TOP)
    services.attempt_finish(actor=actor, person=person)
    return redirect(reverse("practice:noticed", kwargs={"person": person}) + TOP)


@require_GET
@as_member(*PRACTISES)
def noticed(request: HttpRequest, person: str) -> HttpResponse:
    """What a good officer would have noticed, beside what the reader wrote."""
    actor = actor_of(request)
    pack, met = selectors.person_get(actor, person)
    comparison = selectors.comparison_of(pack, met, selectors.attempt_last(actor, person))
    return render(
        request,
        "practice/noticed.html",
        {
            "person": showing.person_shown(pack, met),
            "found": showing.comparison_shown(pack, met, comparison),
        },
    )
