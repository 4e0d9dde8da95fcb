"""The desk's first pages: Work, Cases, a case, and why somebody can see it."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kimbilio.rules.looking import SEARCHES
from kimbilio.server.access.doors import actor_of, as_member, member_of
from kimbilio.server.access.rules import WORDS, Purpose, ties_between
from kimbilio.server.access.throttle import search_again_at
from kimbilio.server.country.needs import needs_shown, not_assessed_shown, step_shown
from kimbilio.server.identity.actor import SEES_IDENTITIES, Actor, actor_of_member
from kimbilio.server.identity.models import Member
from kimbilio.server.identity.selectors import colleagues_of, desks_of
from kimbilio.server.journal.selectors import acts_on_timeline
from kimbilio.server.journal.services import act_record
from kimbilio.server.kernel.errors import KeyDestroyed, NotVisible
from kimbilio.server.kernel.ids import read_code
from kimbilio.server.ui.panels import ROWS_SHOWN, panels_for, queues_for

from . import narrowing, search, selectors, services, showing
from .country import pack_for, word
from .erasing import MAY_ERASE
from .models import Case

NARROWED_BY = (*selectors.CLEAR, "need", *search.FILTERS)


@require_GET
@as_member()
def work(request: HttpRequest) -> HttpResponse:
    """Queues: what waits for this member, the most pressing first."""
    queues = queues_for(actor_of(request))
    pressing = [row for queue in queues if queue.mine for row in queue.rows if row.due is not None]
    mine = [row for queue in queues if queue.mine for row in queue.rows]
    first = min(pressing, key=lambda row: row.due) if pressing else next(iter(mine), None)  # type: ignore[arg-type,return-value]  # due is set
    member = member_of(request)
    return render(
        request,
        "people/work.html",
        {
            "queues": queues,
            "empty": [queue for queue in queues if not queue.rows],
            "first": first,
            "member": member,
            "desks": list(member.desks.all()),
        },
    )


@require_http_methods(["GET", "POST"])
@as_member(*SEES_IDENTITIES)
def cases(request: HttpRequest) -> HttpResponse:
    """The list of cases, newest first: filters, and search by code or name.

    Neither a name nor a filter stands in an address: what was chosen is kept in the session, and its address names
    it by chance.
    """
    if request.method == "POST":
        offered = {choice["name"]: choice["options"] for choice in _choices(actor_of(request))}
        chosen = {
            name: value
            for name in NARROWED_BY
            if (value := request.POST.get(name, "")) in (code for code, _label in offered.get(name, ()))
        }
        return redirect(narrowing.address(narrowing.keep(request, chosen)))
    return _cases_page(request, asked="")


@require_POST
@as_member(*SEES_IDENTITIES)
def case_find(request: HttpRequest) -> HttpResponse:
    """Search by code or by name."""
    asked = request.POST.get("asked", "").strip()[:200]
    code = read_code(asked.partition("/")[0])
    if code:
        try:
            found = selectors.case_get(actor_of(request), asked, for_=Purpose.SEARCH)
            return redirect("people:case", code=found.code)
        except NotVisible:
            pass
    return _cases_page(request, asked=asked)


def _cases_page(request: HttpRequest, asked: str) -> HttpResponse:
    actor = actor_of(request)
    token = request.GET.get("shown", "")
    kept = narrowing.kept(request, token)
    chosen = kept or {}
    next_url = ""
    code = read_code(asked) if asked else None
    again_at = search_again_at(actor) if (asked or chosen) and not code else None
    if code:
        found = search.cases_under_their_code(actor, code, for_=Purpose.SEARCH)
        shown = list(found.select_related("person", "desk").defer("sealed", "person__sealed")[:ROWS_SHOWN])
    elif asked and again_at is None:
        shown = search.cases_named(actor, asked, for_=Purpose.SEARCH)
    else:
        # Who searched too often finds what was asked in the boxes, and below the newest cases, as on every day
        before = request.GET.get("before", "")
        shown = selectors.cases_narrowed(
            actor,
            chosen if again_at is None else {},
            before=_uuid(before) if before else None,
            for_=Purpose.SEARCH,
            most=ROWS_SHOWN + 1,
        )
        if len(shown) > ROWS_SHOWN:
            shown = shown[:ROWS_SHOWN]
            next_url = narrowing.address(token if kept and not again_at else "", before=shown[-1].id)
    if (asked or chosen) and again_at is None:
        act_record(
            actor=actor,
            act="case.listed",
            subject=actor.organisation,
            codes={"by": sorted(chosen) + (["name"] if asked else []), "found": len(shown)},
        )
    return render(
        request,
        "people/cases.html",
        {
            "cases": shown,
            "asked": asked,
            "chosen": chosen,
            "ended": bool(token) and kept is None,
            "next_url": next_url,
            "choices": _choices(actor),
            "again_at": again_at,
            "searches": SEARCHES,
        },
        status=429 if again_at else 200,
    )


def _choices(actor: Actor) -> list[dict[str, Any]]:
    """What the list can be narrowed by, with the pack's words; by desk where there are several."""
    pack = pack_for(actor.organisation)
    desks = [(str(desk.id), desk.called) for desk in desks_of(actor.organisation)]
    lists: list[tuple[str, str, list[tuple[str, Any]]]] = [
        ("stage", _("Stage"), list(Case.Stage.choices)),
        ("priority", _("Priority"), list(Case.Priority.choices)),
        *([("desk", _("Desk"), desks)] if len(desks) > 1 else []),
        (
            "need",
            _("Need"),
            [(category.id, word(pack, f"category:{category.id}")) for category in pack.categories.values()],
        ),
    ]
    for name in search.FILTERS:
        question = (
            pack.fields[name].questions[0] if name in pack.fields and pack.fields[name].questions else ""
        )
        row = next((row for row in pack.forms[showing.FORM].questions if row.name == question), None)
        if row is not None and row.list:
            options = [
                (option.code, word(pack, option.key)) for option in pack.options(showing.FORM, row.list)
            ]
            lists.append((name, word(pack, f"field:{name}"), options))
    return [{"name": name, "label": label, "options": options} for name, label, options in lists]


@require_GET
@as_member(*SEES_IDENTITIES)
def case(request: HttpRequest, code: str) -> HttpResponse:
    """A case: code first, next action, needs with reasons, law and what to do, and what the other rooms know."""
    return _case_page(request, code)


@require_POST
@as_member(*SEES_IDENTITIES)
def case_name(request: HttpRequest, code: str) -> HttpResponse:
    """Show the name; the look is recorded."""
    actor = actor_of(request)
    found = selectors.case_get(actor, code, for_=Purpose.CASEWORK)
    known = selectors.name_show(actor, found, for_=Purpose.CASEWORK)
    shown = " · ".join(str(value) for value in known.values()) or _("No name was given.")
    return _case_page(request, code, name=shown)


def _case_page(request: HttpRequest, code: str, name: str = "") -> HttpResponse:
    actor = actor_of(request)
    found = selectors.case_get(actor, code, for_=Purpose.CASEWORK)
    pack = pack_for(actor.organisation)
    try:
        reading = selectors.case_read(actor, found, for_=Purpose.CASEWORK)
    except KeyDestroyed:
        return render(request, "people/erased.html", {"case": found}, status=410)
    now = timezone.now()
    return render(
        request,
        "people/case.html",
        {
            "case": found,
            "line": [words for _, words in showing.facts_shown(pack, reading.facts, showing.LINE_FACTS)],
            "facts": showing.facts_shown(pack, reading.facts, pack.fields),
            "has_name": reading.has_name,
            "name": name,
            "stages": showing.stages_of(found),
            "needs": needs_shown(pack, reading.screening),
            "not_assessed": not_assessed_shown(pack, reading.screening),
            "do_now": [
                step_shown(pack, action)
                for action in reading.screening.get("actions", [])
                if not action.get("pathway")
            ],
            "next_panels": panels_for("case_next", actor, found),
            "panels": panels_for("case", actor, found),
            "consents": [showing.consent_shown(pack, row, now) for row in selectors.consents_of(found)],
            "timeline": showing.timeline_of(
                acts_on_timeline(found.id, without=showing.QUIET_ACTS, most=showing.ENTRIES)
            ),
            "may_erase": actor.role in MAY_ERASE,
            "may_ask_why": actor.role in (Member.Role.SUPERVISOR, Member.Role.COORDINATOR),
        },
    )


@require_POST
@as_member(*SEES_IDENTITIES)
def consent_withdraw(request: HttpRequest, code: str, consent: uuid.UUID) -> HttpResponse:
    """The person takes a consent back. The case's page offers to withdraw what was sent under it."""
    services.consent_withdraw(actor=actor_of(request), consent=consent)
    return redirect(f"{reverse('people:case', args=[code])}#taken-back")


@require_http_methods(["GET", "POST"])
@as_member(Member.Role.SUPERVISOR, Member.Role.COORDINATOR)
def case_assign(request: HttpRequest, code: str) -> HttpResponse:
    """Give a case to a colleague."""
    actor = actor_of(request)
    found = selectors.case_get(actor, code, for_=Purpose.SUPERVISION)
    members = [member for member in colleagues_of(actor.organisation) if member.role in SEES_IDENTITIES]
    if request.method == "POST":
        chosen = request.POST.get("member", "")
        member = next((row for row in members if str(row.id) == chosen), None)
        services.case_assign(actor=actor, case=found.id, member=member)
        return redirect("people:case", code=found.code)
    return render(request, "people/assign.html", {"case": found, "members": members})


@require_GET
@as_member(Member.Role.SUPERVISOR, Member.Role.COORDINATOR, Member.Role.STEWARD, Member.Role.AUDITOR)
def case_why(request: HttpRequest, code: str) -> HttpResponse:
    """Why each member of the organisation can, or cannot, see this case. Asking is written down."""
    actor = actor_of(request)
    found = selectors.case_for_explaining(actor, code)
    act_record(actor=actor, act="access.explained", subject=found.id, case=found.id)
    ties = selectors.ties_of(found)
    rows = [
        {"member": member, "reasons": [WORDS[tie] for tie in ties_between(actor_of_member(member), ties)]}
        for member in colleagues_of(actor.organisation)
    ]
    return render(request, "people/why.html", {"case": found, "rows": rows})


@require_GET
@as_member(Member.Role.SUPERVISOR, Member.Role.COORDINATOR, Member.Role.STEWARD, Member.Role.AUDITOR)
def why_find(request: HttpRequest) -> HttpResponse:
    """From the journal's question to its answer."""
    code = read_code(request.GET.get("code", ""))
    if code is None:
        raise Http404
    return redirect("people:why", code=code)


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as fault:
        raise Http404 from fault
