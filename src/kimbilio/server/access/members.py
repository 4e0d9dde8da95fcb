"""A steward's pages about members: add one, change one, give a code for a new password, let one leave."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from kimbilio.server.identity.joining import LIFE
from kimbilio.server.identity.models import Desk, Member, User
from kimbilio.server.identity.selectors import desks_of
from kimbilio.server.kernel.errors import Refused

from . import keeping
from .doors import actor_of, as_member, freshly_proven

KEEPERS = (Member.Role.STEWARD,)


class MemberForm(forms.Form):
    """Who somebody is here."""

    name = forms.CharField(label=_("Name, as colleagues know it"), max_length=120)
    role = forms.ChoiceField(label=_("Role"), choices=Member.Role.choices, widget=forms.RadioSelect)
    desks = forms.MultipleChoiceField(
        label=_("Desks they serve"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, desks: list[Desk], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].error_messages["required"] = _("Enter the name by which colleagues know them.")
        self.fields["role"].error_messages["required"] = _("Choose what they do here.")
        self.fields["desks"].choices = [(str(row.id), row.called) for row in desks]  # type: ignore[attr-defined]  # a ChoiceField
        self._desks = {str(row.id): row for row in desks}

    @property
    def said(self) -> dict[str, Any]:
        """Name, role and desks as given."""
        given = self.cleaned_data
        return {
            "name": given["name"],
            "role": given["role"],
            "desks": [self._desks[chosen] for chosen in given["desks"]],
        }


class JoinForm(MemberForm):
    """A new member also gets a name to sign in with."""

    username = forms.CharField(
        label=_("Name to sign in with"),
        max_length=150,
        validators=User._meta.get_field("username").validators,
        help_text=_("Short, such as r.tembo. It cannot be changed later."),
    )
    field_order = ("name", "username", "role", "desks")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].error_messages["required"] = _("Enter the name they will sign in with.")


@require_http_methods(["GET", "POST"])
@as_member(*KEEPERS)
@freshly_proven
def member_add(request: HttpRequest) -> HttpResponse:
    """Add a member; the code for their password is shown once."""
    actor = actor_of(request)
    form = JoinForm(request.POST or None, desks=desks_of(actor.organisation))
    if request.method == "POST" and form.is_valid():
        try:
            row, code = keeping.member_invite(
                actor=actor, username=form.cleaned_data["username"], **form.said
            )
        except Refused as refused:
            form.add_error("username", str(refused))
        else:
            return _code_shown(request, row, code)
    return render(request, "access/member_add.html", {"form": form})


@require_http_methods(["GET", "POST"])
@as_member(*KEEPERS)
@freshly_proven
def member(request: HttpRequest, member: uuid.UUID) -> HttpResponse:
    """One member: name, role, desks."""
    actor, row = actor_of(request), _own(request, member)
    before = {"name": row.name, "role": row.role, "desks": [str(desk.id) for desk in row.desks.all()]}
    form = MemberForm(request.POST or None, initial=before, desks=desks_of(actor.organisation))
    if request.method == "POST" and form.is_valid():
        try:
            keeping.member_change(actor=actor, member=row, **form.said)
        except Refused as refused:
            form.add_error("role", str(refused))
        else:
            return redirect("access:organisation")
    return render(request, "access/member.html", {"form": form, "member": row, "own": row.id == actor.member})


@require_POST
@as_member(*KEEPERS)
@freshly_proven
def member_code(request: HttpRequest, member: uuid.UUID) -> HttpResponse:
    """A new one-time code, shown once."""
    row = _own(request, member)
    lost = request.POST.get("second_step") == "lost"
    try:
        code = keeping.code_give(actor=actor_of(request), member=row, factor_lost=lost)
    except Refused as refused:
        return render(request, "access/not_now.html", {"member": row, "why": str(refused)}, status=409)
    return _code_shown(request, row, code)


@require_POST
@as_member(*KEEPERS)
def member_end(request: HttpRequest, member: uuid.UUID) -> HttpResponse:
    """The member leaves."""
    row = _own(request, member)
    try:
        keeping.member_end(actor=actor_of(request), member=row)
    except Refused as refused:
        return render(request, "access/not_now.html", {"member": row, "why": str(refused)}, status=409)
    return redirect("access:organisation")


def _own(request: HttpRequest, member: uuid.UUID) -> Member:
    row = Member.objects.filter(
        id=member, organisation_id=actor_of(request).organisation, active=True
    ).first()
    if row is None:
        raise Http404
    return row


def _code_shown(request: HttpRequest, row: Member, code: str) -> HttpResponse:
    return render(request, "access/member_code.html", {"member": row, "code": code, "days": LIFE.days})
