"""The page *Paper*: find a form by its sheet, print a blank one; and from a filled form, print it or name its sheet."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kimbilio.packs import Pack
from kimbilio.server.access.doors import actor_of, as_member
from kimbilio.server.identity.actor import SEES_IDENTITIES
from kimbilio.server.kernel.errors import NotVisible, Refused
from kimbilio.server.people.country import pack_for

from . import printed
from .selectors import forms_listed

PAPER_LANGUAGES = ("en", "fr", "sw", "ar")
"""The languages in which paper has its own words (packs/paper_words.csv)."""


class BlankForm(forms.Form):
    """Which form is printed, in which language."""

    form = forms.ChoiceField(label=gettext_lazy("Form"))
    language = forms.ChoiceField(label=gettext_lazy("Language of the sheet"))

    def __init__(self, data: QueryDict | None, *, pack: Pack) -> None:
        super().__init__(data, auto_id="blank-%s", initial={"language": _language(pack)})
        self.known = {row.form_id: row for row in forms_listed(pack.id) if row.kind in pack.forms}
        self.fields["form"].choices = [(id_, row.called) for id_, row in self.known.items()]  # type: ignore[attr-defined]
        self.fields["language"].choices = [  # type: ignore[attr-defined]
            (row.id, row.name) for row in pack.languages if row.id in PAPER_LANGUAGES
        ]


@require_GET
@as_member(*SEES_IDENTITIES)
def paper(request: HttpRequest) -> HttpResponse:
    """Find a sheet, or print a blank form."""
    return render(request, "forms/paper.html", {"blank": BlankForm(None, pack=_pack(request))})


@require_POST
@as_member(*SEES_IDENTITIES)
def paper_blank(request: HttpRequest) -> HttpResponse:
    """A blank form as PDF; its number is registered to the organisation."""
    form = BlankForm(request.POST, pack=_pack(request))
    if not form.is_valid():
        return render(request, "forms/paper.html", {"blank": form})
    try:
        made = printed.sheet_print_blank(
            actor=actor_of(request),
            form=form.known[form.cleaned_data["form"]],
            language=form.cleaned_data["language"],
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("forms:paper")
    return _pdf(made, "blank-form.pdf")


@require_POST
@as_member(*SEES_IDENTITIES)
def paper_find(request: HttpRequest) -> HttpResponse:
    """From the number of a sheet to its form; what the member may not see is not there."""
    try:
        row = printed.sheet_find(actor=actor_of(request), number=request.POST.get("number", ""))
    except NotVisible:
        messages.error(
            request,
            _(
                "No form is here for you under this number. It begins with S. "
                "A blank sheet leads nowhere until it is typed in."
            ),
        )
        return redirect("forms:paper")
    return redirect("forms:form", submission=row.id)


@require_POST
@as_member(*SEES_IDENTITIES)
def form_print(request: HttpRequest, submission: uuid.UUID) -> HttpResponse:
    """A filled form as PDF, without the name."""
    try:
        made = printed.sheet_print_filled(
            actor=actor_of(request), submission=submission, language=_language(_pack(request))
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("forms:form", submission=submission)
    return _pdf(made, "form.pdf")


@require_POST
@as_member(*SEES_IDENTITIES)
def form_sheet(request: HttpRequest, submission: uuid.UUID) -> HttpResponse:
    """Say from which sheet of paper a form was typed in."""
    try:
        printed.sheet_join(
            actor=actor_of(request), submission=submission, number=request.POST.get("number", "")
        )
        messages.success(request, _("The sheet now leads to this form."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("forms:form", submission=submission)


def _pack(request: HttpRequest) -> Pack:
    return pack_for(actor_of(request).organisation)


def _language(pack: Pack) -> str:
    """The reader's language where the pack has it."""
    reader = (get_language() or "en").split("-")[0]
    return reader if reader in PAPER_LANGUAGES and any(row.id == reader for row in pack.languages) else "en"


def _pdf(made: bytes, name: str) -> HttpResponse:
    response = HttpResponse(made, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
