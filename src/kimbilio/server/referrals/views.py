"""The pages of a referral: refer, the referral on either side, the list, the directory of desks."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction as db
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kimbilio.server.access.doors import actor_of, as_member
from kimbilio.server.access.rules import Purpose
from kimbilio.server.identity.actor import SEES_IDENTITIES
from kimbilio.server.identity.models import Desk
from kimbilio.server.kernel.errors import NotAllowed, Refused
from kimbilio.server.kernel.ids import new_id
from kimbilio.server.people import selectors as people
from kimbilio.server.people.country import pack_for
from kimbilio.server.ui.panels import ROWS_SHOWN

from . import selectors, services, steps, words
from .asking import answer_record, question_answer
from .models import Referral
from .moving import already
from .refer_page import ReferPage
from .referral_page import referral_context


@require_http_methods(["GET", "POST"])
@as_member(*SEES_IDENTITIES)
def refer(request: HttpRequest, code: str) -> HttpResponse:
    """Refer a case: to whom, what is shared, as the desk sees it. Nothing goes that is not shown."""
    actor = actor_of(request)
    case = people.case_get(actor, code, for_=Purpose.REFERRAL)
    page = ReferPage(request, actor, case)
    wanted = request.POST.get("do", "show") if request.method == "POST" else ""
    if wanted == "consent" and page.desk is not None:
        form = page.consent_form(request.POST)
        if not form.is_valid():
            return render(request, "referrals/refer.html", page.context(form))
        answer_record(
            actor=actor,
            case=case,
            desk=page.desk,
            category=page.category,
            said=form.document(),
            language=page.language,
            expires_at=form.expires_at(),
            transaction=_transaction(request),
        )
        return redirect(page.address())
    if wanted in ("send", "draft"):
        done = already(actor, page.press(wanted), "referral.drafted", "referral.sent")
        if done is not None:
            return redirect("referrals:referral", referral=done)
        if page.desk is not None and page.shows_copy:
            return _refer_done(request, page, page.desk, send=wanted == "send")
        # Without a script the copy may still be another desk's, or none: nothing goes that was not shown
        messages.warning(request, _("This copy is not the one you had before you. Read the copy, then send."))
    if wanted == "name":
        page.names = people.name_show(actor, case, for_=Purpose.REFERRAL)
    return render(request, "referrals/refer.html", page.context())


def _refer_done(request: HttpRequest, page: ReferPage, desk: Desk, *, send: bool) -> HttpResponse:
    """Keep the draft, and send it when that was pressed; a refusal leaves the page as it was."""
    actor = actor_of(request)
    transaction = page.press("send" if send else "draft")
    try:
        with db.atomic():
            draft = services.referral_draft(
                actor=actor,
                case=page.case,
                category=page.category,
                desk=desk,
                fields=page.fields,
                transaction=transaction,
            )
            if send:
                services.referral_send(actor=actor, referral=draft, transaction=transaction)
    except (Refused, NotAllowed) as refusal:
        messages.error(request, str(refusal))
        return render(request, "referrals/refer.html", page.context())
    if send:
        messages.success(request, _("Sent to %(desk)s. The clock runs.") % {"desk": words.desk_name(desk)})
    else:
        messages.info(request, _("Kept as a draft. Nobody has been told."))
    return redirect("referrals:referral", referral=draft.id)


@require_GET
@as_member(*SEES_IDENTITIES)
def referral(request: HttpRequest, referral: uuid.UUID) -> HttpResponse:
    """A referral as this side holds it: its state, its clock, what was shared, what can be done now."""
    return _referral_page(request, referral)


@require_POST
@as_member(*SEES_IDENTITIES)
def referral_name(request: HttpRequest, referral: uuid.UUID) -> HttpResponse:
    """Show the name and the safe contact; the look is recorded."""
    actor = actor_of(request)
    row = selectors.referral_get(actor, referral)
    return _referral_page(request, referral, names=people.name_show(actor, row.case, for_=Purpose.REFERRAL))


@require_http_methods(["GET", "POST"])
@as_member(*SEES_IDENTITIES)
def referral_act(request: HttpRequest, referral: uuid.UUID, act: str) -> HttpResponse:
    """Take one step. What was typed stays when the step is refused."""
    if act not in steps.ACT_FOR.values():
        raise Http404
    if request.method != "POST":
        # The address of a refused step, opened anew
        return redirect("referrals:referral", referral=referral)
    actor = actor_of(request)
    row = selectors.referral_get(actor, referral)
    reading = selectors.referral_read(actor, row)
    step = steps.step_of(act, reading, actor=actor, pack=pack_for(actor.organisation), data=request.POST)
    if not step.form.is_valid():
        return _referral_page(request, referral, bound=step)
    transaction = _transaction(request)
    try:
        if act == "answer":
            question_answer(
                actor=actor,
                referral=row,
                field=reading.document["asked_field"],
                said=step.form.cleaned_data,
                transaction=transaction,
            )
        else:
            given = steps.given_of(act, step.form)
            steps.take(act, given, actor=actor, referral=row, transaction=transaction)
    except (Refused, NotAllowed) as refusal:
        step.form.add_error(None, str(refusal))
        return _referral_page(request, referral, bound=step)
    messages.success(request, _("Done. The other side is told.") if act != "confirm" else _("Confirmed."))
    return redirect("referrals:referral", referral=referral)


def _referral_page(
    request: HttpRequest,
    referral: uuid.UUID,
    *,
    bound: steps.Step | None = None,
    names: dict[str, Any] | None = None,
) -> HttpResponse:
    actor = actor_of(request)
    row = selectors.referral_get(actor, referral)
    context = referral_context(actor, selectors.referral_read(actor, row), bound=bound, names=names or {})
    return render(request, "referrals/referral.html", {**context, "transaction": new_id()})


@require_GET
@as_member(*SEES_IDENTITIES)
def referrals(request: HttpRequest) -> HttpResponse:
    """The list of referrals, newest first, those that came and those that went."""
    actor = actor_of(request)
    side = request.GET.get("side", "")
    side = side if side in Referral.Side.values else ""
    state = request.GET.get("state", "")
    state = state if state in Referral.State.values else ""
    rows = selectors.referrals_visible(actor)
    if side:
        rows = rows.filter(side=side)
    if state:
        rows = rows.filter(state=state)
    before = request.GET.get("before", "")
    if before:
        rows = rows.filter(id__lt=_uuid(before))
    shown = list(rows[: ROWS_SHOWN + 1])
    next_url = ""
    if len(shown) > ROWS_SHOWN:
        shown = shown[:ROWS_SHOWN]
        chosen = {"side": side, "state": state, "before": str(shown[-1].id)}
        next_url = "?" + urlencode({name: value for name, value in chosen.items() if value})
    address = reverse("referrals:list")
    doors = [("", _("All")), (Referral.Side.RECEIVED, _("Received")), (Referral.Side.SENT, _("Sent"))]
    return render(
        request,
        "referrals/list.html",
        {
            "rows": [words.list_row(row) for row in shown],
            "sides": [
                {"title": title, "url": f"{address}?side={key}" if key else address, "current": key == side}
                for key, title in doors
            ],
            "side": side,
            "state": state,
            "states": [(code, words.state_words(code, side or "sent")) for code in Referral.State.values],
            "next_url": next_url,
        },
    )


@require_GET
@as_member()
def directory(request: HttpRequest) -> HttpResponse:
    """Desks that answer referrals, with hours, languages, services and when the entry was last checked."""
    actor = actor_of(request)
    pack, now = pack_for(actor.organisation), timezone.now()
    rows = [words.desk_row(pack, card, now) for card in selectors.directory(actor)]
    return render(request, "referrals/directory.html", {"rows": rows})


def _transaction(request: HttpRequest) -> uuid.UUID | None:
    """The id that the page gave to this press, so that a second press is the same act."""
    try:
        return uuid.UUID(request.POST.get("transaction", ""))
    except ValueError:
        return None


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as fault:
        raise Http404 from fault
