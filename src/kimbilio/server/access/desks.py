"""A steward's pages about desks: open one, change its entry."""

from __future__ import annotations

import re
import uuid
from functools import lru_cache
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as now_in
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from kimbilio.packs import load
from kimbilio.rules.hours import WEEKDAYS
from kimbilio.server.identity.models import Desk, Member
from kimbilio.server.identity.places import place_of
from kimbilio.server.identity.selectors import colleagues_of, organisation_get
from kimbilio.server.kernel.errors import Refused

from . import keeping
from .doors import actor_of, as_member

KEEPERS = (Member.Role.STEWARD,)
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
SPAN = re.compile(r"([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)")
FURTHER = [(code, name) for code, name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


class DeskForm(forms.Form):
    """What others read about a desk before they call it."""

    name = forms.CharField(label=_("Name of the desk"), max_length=200)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    area = forms.CharField(label=_("Area"), max_length=200, required=False)
    hours = forms.CharField(
        label=_("Opening hours"),
        required=False,
        widget=forms.Textarea({"rows": 7, "dir": "ltr"}),
        help_text=_("A line for each day, such as “mon 08:00-12:00 13:00-17:00”. Empty: day and night."),
    )
    languages = forms.CharField(
        label=_("Languages spoken"),
        max_length=200,
        required=False,
        widget=forms.TextInput({"dir": "ltr"}),
        help_text=_("As codes with commas, such as “en, bem, sw”."),
    )
    service_types = forms.MultipleChoiceField(
        label=_("What the desk offers"), required=False, widget=forms.CheckboxSelectMultiple
    )
    focal_point_1 = forms.ChoiceField(label=_("First focal point"), required=False)
    focal_point_2 = forms.ChoiceField(label=_("Second focal point"), required=False)
    receives_referrals = forms.BooleanField(label=_("Receives referrals"), required=False, initial=True)
    open = forms.BooleanField(label=_("Is open"), required=False, initial=True)

    def __init__(
        self, *args: Any, services: list[tuple[str, str]], members: list[Member], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].error_messages["required"] = _("Enter the name of the desk.")
        self.fields["service_types"].choices = services  # type: ignore[attr-defined]  # a ChoiceField
        for point in ("focal_point_1", "focal_point_2"):
            self.fields[point].choices = [("", "–"), *((str(row.id), row.name) for row in members)]  # type: ignore[attr-defined]  # likewise
        for code, own in FURTHER:
            self.fields[f"name_in_{code}"] = forms.CharField(
                label=_("Name in %(language)s") % {"language": own}, max_length=200, required=False
            )
        self.order_fields(["name", *(f"name_in_{code}" for code, _own in FURTHER)])

    def clean_hours(self) -> dict[str, list[list[str]]]:
        """By weekday, as the rules read it."""
        hours: dict[str, list[list[str]]] = {}
        for line in filter(None, map(str.strip, self.cleaned_data["hours"].splitlines())):
            day, *spans = line.lower().split()
            if day not in WEEKDAYS or not spans or not all(map(SPAN.fullmatch, spans)):
                raise ValidationError(
                    now_in("“%(line)s” is not understood. Write a day and its times, such as “%(example)s”.")
                    % {"line": line, "example": "mon 08:00-17:00"}
                )
            hours[day] = [span.split("-") for span in spans]
        return hours

    def clean_languages(self) -> list[str]:
        """BCP 47 tags."""
        tags = re.split(r"[\s,]+", self.cleaned_data["languages"].strip())
        for tag in filter(None, tags):
            if not LANGUAGE.fullmatch(tag):
                raise ValidationError(
                    now_in("“%(tag)s” is not the code of a language. Write such as “en” or “bem”.")
                    % {"tag": tag}
                )
        return [tag for tag in tags if tag]

    def clean(self) -> dict[str, Any]:
        """Two different people stand behind a desk."""
        given = self.cleaned_data
        if given.get("focal_point_1") and given.get("focal_point_1") == given.get("focal_point_2"):
            self.add_error("focal_point_2", now_in("Choose somebody else than the first focal point."))
        return given

    @property
    def said(self) -> dict[str, Any]:
        """The desk's columns as given."""
        given = dict(self.cleaned_data)
        names = {code: given.pop(f"name_in_{code}") for code, _own in FURTHER}
        for point in ("focal_point_1", "focal_point_2"):
            chosen = given.pop(point)
            given[f"{point}_id"] = uuid.UUID(chosen) if chosen else None
        return given | {"names": {code: name for code, name in names.items() if name}}


@require_http_methods(["GET", "POST"])
@as_member(*KEEPERS)
def desk_open(request: HttpRequest) -> HttpResponse:
    """Open a desk."""
    return _page(request, None)


@require_http_methods(["GET", "POST"])
@as_member(*KEEPERS)
def desk(request: HttpRequest, desk: uuid.UUID) -> HttpResponse:
    """Change the entry of a desk."""
    row = Desk.objects.filter(id=desk, organisation_id=actor_of(request).organisation).first()
    if row is None:
        raise Http404
    return _page(request, row)


def _page(request: HttpRequest, row: Desk | None) -> HttpResponse:
    actor = actor_of(request)
    offered = _services(organisation_get(actor.organisation).pack, (get_language() or "en").split("-")[0])
    form = DeskForm(
        request.POST or None,
        initial=_entry(row, actor.organisation) if row else None,
        services=list(offered),
        members=colleagues_of(actor.organisation),
    )
    if request.method == "POST" and form.is_valid():
        try:
            if row:
                keeping.desk_change(actor=actor, desk=row, **form.said)
            else:
                keeping.desk_open(actor=actor, **form.said)
        except Refused as refused:
            form.add_error("name", str(refused))
        else:
            return redirect("access:organisation")
    return render(request, "access/desk.html", {"form": form, "desk": row})


def _entry(row: Desk, seen_by: uuid.UUID) -> dict[str, Any]:
    place = place_of(row, seen_by=seen_by)
    hours = "\n".join(
        " ".join([day, *("-".join(span) for span in row.hours[day])])
        for day in WEEKDAYS
        if row.hours.get(day)
    )
    names = {f"name_in_{code}": row.names.get(code, "") for code, _own in FURTHER}
    return names | {
        "name": row.name,
        "phone": place.phone,
        "area": place.area,
        "hours": hours,
        "languages": ", ".join(row.languages),
        "service_types": row.service_types,
        "focal_point_1": str(row.focal_point_1_id or ""),
        "focal_point_2": str(row.focal_point_2_id or ""),
        "receives_referrals": row.receives_referrals,
        "open": row.open,
    }


@lru_cache(maxsize=16)
def _services(pack_id: str, language: str) -> tuple[tuple[str, str], ...]:
    """The service types of a pack, in words."""
    pack = load(pack_id)
    kinds = sorted({service.type for service in pack.services.values()})
    return tuple((kind, pack.text(f"service_type:{kind}", language)) for kind in kinds)
