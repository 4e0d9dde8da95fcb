"""The page of the slip: what the person wants to take along, how it looks, and the paper itself."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from kimbilio.packs import Pack
from kimbilio.packs.slip import slip_languages
from kimbilio.server.access.doors import actor_of, as_member
from kimbilio.server.identity.actor import SEES_IDENTITIES
from kimbilio.server.kernel.errors import NotAllowed, Refused
from kimbilio.server.kernel.ids import new_id, read_slip_reference
from kimbilio.server.people.country import answer_word, pack_for
from kimbilio.server.people.showing import FORM

from . import selectors, slips, words

_SIZES = [
    ("a6", gettext_lazy("A6, a postcard")),
    ("roll", gettext_lazy("58 mm, a receipt printer")),
]


class SlipForm(forms.Form):
    """What the person said when asked what paper they want."""

    slip = forms.ChoiceField(
        label=gettext_lazy("What does the person want to take along?"),
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Ask. A paper can be found by the one they fear."),
        error_messages={"required": gettext_lazy("Choose what the person wants.")},
    )
    feared = forms.BooleanField(
        label=gettext_lazy("Someone they fear is near, or could find the paper: no paper then"),
        required=False,
    )
    with_agency = forms.BooleanField(
        label=gettext_lazy("The person wants the organisation named on it"), required=False
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the slip"))
    size = forms.ChoiceField(label=gettext_lazy("Size"), choices=_SIZES)

    def __init__(self, data: QueryDict | None, *, pack: Pack, before: slips.Wish) -> None:
        super().__init__(
            data, initial={"slip": before.slip, "language": before.language, "size": before.size}
        )
        self.fields["slip"].choices = [  # type: ignore[attr-defined]
            (name, answer_word(pack, FORM, "slip", name)) for name in pack.ruleset.slips
        ]
        self.fields["language"].choices = [  # type: ignore[attr-defined]
            (language, words.language_words(pack, language)) for language in slip_languages()
        ]

    def wish(self) -> slips.Wish:
        """The wish of a form that was filled in rightly."""
        return slips.Wish(**self.cleaned_data)


@require_http_methods(["GET", "POST"])
@as_member(*SEES_IDENTITIES)
def slip(request: HttpRequest, referral: uuid.UUID) -> HttpResponse:
    """Ask what paper the person wants, show it, print it. Printing, and taking none, are acts."""
    actor = actor_of(request)
    row = selectors.referral_get(actor, referral)
    if not slips.may_have_slip(row):
        raise Http404
    row = selectors.referral_read(
        actor, row
    ).referral  # what the person said is shown: an opening like any other
    before = slips.wish_before(row)
    posted = request.POST if request.method == "POST" else None
    form = SlipForm(posted, pack=pack_for(actor.organisation), before=before)
    wish = form.wish() if posted is not None and form.is_valid() else None
    if wish is not None and request.POST.get("do") == "give":
        try:
            made = slips.slip_give(actor=actor, referral=row, wish=wish, transaction=_transaction(request))
        except (Refused, NotAllowed) as refusal:
            messages.error(request, str(refusal))
            return redirect("referrals:referral", referral=row.id)
        if made is None:
            messages.info(request, _("Recorded: the person takes no paper along. Tell them in words."))
            return redirect("referrals:referral", referral=row.id)
        return _paper(made)
    context = {
        "form": form,
        "referral": row,
        "shown": slips.slip_shown(row, wish or before),
        "transaction": new_id(),
    }
    return render(request, "referrals/slip.html", context)


@require_POST
@as_member(*SEES_IDENTITIES)
def reference(request: HttpRequest) -> HttpResponse:
    """From the reference on a person's paper to the referral; what the member may not see is not found."""
    read = read_slip_reference(request.POST.get("reference", ""))
    if read is None:
        messages.error(
            request,
            _(
                "A reference begins with R and has nine more letters or figures. Read it once more from the paper."
            ),
        )
        return redirect("referrals:list")
    found = slips.referral_by_reference(actor_of(request), read)
    if found is None:
        messages.error(request, _("No referral with this reference is here for you."))
        return redirect("referrals:list")
    return redirect("referrals:referral", referral=found.id)


def _paper(made: bytes) -> HttpResponse:
    response = HttpResponse(made, content_type="application/pdf")
    # A neutral name: it stays behind in the list of downloads
    response.headers["Content-Disposition"] = 'attachment; filename="paper.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _transaction(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get("transaction", ""))
    except ValueError:
        return None
