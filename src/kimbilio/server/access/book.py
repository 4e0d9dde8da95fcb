"""Pages about the book itself: its seal and its witnesses; what was unusual in how records were looked at."""

from __future__ import annotations

import uuid
from typing import Any

import segno
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kimbilio.seals import line_of
from kimbilio.server.identity.models import Member
from kimbilio.server.identity.selectors import member_names, organisation_get, organisations_all
from kimbilio.server.journal.digests import digest_look
from kimbilio.server.journal.selectors import digests_of, root_latest
from kimbilio.server.journal.witnessing import witness_name, witnesses_of
from kimbilio.server.ui.panels import panels_for

from .doors import actor_of, as_member

Role = Member.Role

REASONS: dict[str, Promise] = {
    "many_opened": _("Opened %(count)s cases; usual is %(usual)s."),
    "many_named": _("Had the name or the filled form of %(count)s people shown; usual is %(usual)s."),
    "untied": _(
        "Opened %(count)s cases that neither a desk nor an assignment gives to this member; usual is %(usual)s."
    ),
    "outside_hours": _(
        "Looked at records %(count)s times while their desks were closed; usual is %(usual)s."
    ),
    "searched_without_opening": _("Searched %(count)s times and opened %(usual)s cases."),
    "exported": _("Exported %(count)s times; usual is %(usual)s."),
}
"""Reasons of rules.looking in the words of their reader."""


class WitnessForm(forms.Form):
    """Which organisation keeps our roots."""

    witness = forms.ChoiceField(label=_("Organisation"), choices=[])

    def __init__(self, *args: Any, others: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["witness"].choices = [("", _("Choose an organisation")), *others]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["witness"].error_messages["required"] = _("Choose which organisation keeps the roots.")


@require_http_methods(["GET", "POST"])
@as_member(Role.STEWARD, Role.AUDITOR)
def seal(request: HttpRequest) -> HttpResponse:
    """The newest root to print or copy, and the witnesses. A steward names further witnesses here."""
    actor = actor_of(request)
    kept = witnesses_of(actor.organisation)
    taken = {row.witness for row in kept} | {actor.organisation}
    others = [(str(row.id), row.called) for row in organisations_all() if row.id not in taken]
    keeper = actor.role == Role.STEWARD
    form = WitnessForm(request.POST or None, others=others) if keeper and others else None
    if request.method == "POST" and form is not None and form.is_valid():
        witness_name(actor=actor, witness=uuid.UUID(form.cleaned_data["witness"]))
        return redirect("access:seal")
    root = root_latest(actor.organisation)
    line = line_of(actor.organisation, root.size, bytes(root.root)) if root else ""
    return render(
        request,
        "access/seal.html",
        {
            "organisation": organisation_get(actor.organisation),
            "root": root,
            "rows": _rows(line),
            "qr": _qr(line),
            "witnesses": kept,
            "form": form,
        },
    )


def _rows(line: str) -> list[str]:
    """A root's line in rows as a hand copies it: mark and number, then four groups a row, the check character last."""
    if not line:
        return []
    mark, size, root, check = line.split()
    groups = root.split("-")
    rows = [groups[at : at + 4] for at in range(0, len(groups), 4)]
    return [f"{mark} {size}", *(" ".join(row) for row in rows[:-1]), f"{' '.join(rows[-1])} {check}"]


def _qr(line: str) -> str:
    if not line:
        return ""
    picture: str = segno.make(line, error="m", micro=False).svg_data_uri(scale=4, border=4, light="#fff")
    return picture


@require_GET
@as_member(Role.AUDITOR)
def unusual(request: HttpRequest) -> HttpResponse:
    """For the data protection officer: the weekly digests, and what other rooms have to show them."""
    actor = actor_of(request)
    found = digests_of(actor.organisation)
    ids = {uuid.UUID(line["member"]) for digest, _look in found for line in digest.lines}
    ids |= {look.member for _digest, look in found if look and look.member}
    names = member_names(ids)
    weeks = [
        {
            "id": digest.id,
            "week": digest.week,
            "lines": [
                {
                    "member": names.get(uuid.UUID(line["member"]), ""),
                    "reasons": [REASONS[reason["code"]] % reason for reason in line["reasons"]],
                }
                for line in digest.lines
            ],
            "looked_at": look.at if look else None,
            "looked_by": names.get(look.member, "") if look and look.member else "",
        }
        for digest, look in found
    ]
    waiting = next((week["id"] for week in weeks if week["looked_at"] is None), None)
    panels = panels_for("unusual", actor, None)
    return render(request, "access/unusual.html", {"weeks": weeks, "waiting": waiting, "panels": panels})


@require_POST
@as_member(Role.AUDITOR)
def digest_looked(request: HttpRequest, digest: uuid.UUID) -> HttpResponse:
    """The data protection officer has looked at a week."""
    digest_look(actor=actor_of(request), digest=digest)
    return redirect("access:unusual")
