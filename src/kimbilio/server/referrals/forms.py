"""What is filled in on the pages of a referral: the person's answer, and each step that a side may take.

Knows which values belong together and the sentence for each mistake. The closed lists are the pack's; the
rules of a step are asked once more by the services.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kimbilio.packs import Pack
from kimbilio.server.people.country import word

from . import words
from .refusals import CONSENT, PARTS

CANNOT_ANSWER = "cannot_answer"
NO_ESCORT = ("none_wanted", "not_needed")

Choices = Sequence[tuple[str, Any]]


class ConsentForm(forms.Form):
    """What the person said when asked about one desk, and how.

    `is_child` asks for what a child is owed; `may_override` offers the one way without a yes, to save life.
    """

    answer = forms.ChoiceField(
        label=gettext_lazy("What did the person say?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what the person said.")},
    )
    agreed = forms.MultipleChoiceField(
        label=gettext_lazy("Which parts may they know?"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy(
            "Only for “Yes, but not everything”. Tick what the person agreed to, nothing else."
        ),
    )
    override_reason = forms.CharField(
        label=gettext_lazy("Why is life at risk, and why can the person not be asked?"),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        required=False,
        max_length=1000,
        help_text=gettext_lazy(
            "Only when the person cannot be asked. A second person of your organisation must confirm it "
            "within 24 hours, and it is listed to the data protection officer."
        ),
    )
    child_told = forms.BooleanField(
        label=gettext_lazy("I told the child, in words they understand, and I listened"),
        required=False,
        help_text=gettext_lazy("The child’s assent: what they want is heard, whatever is decided."),
    )
    best_interests = forms.BooleanField(
        label=gettext_lazy("The agency that protects children has decided that this is best for the child"),
        required=False,
        help_text=gettext_lazy("Not the adult who travels with the child."),
    )
    how = forms.ChoiceField(
        label=gettext_lazy("How was it said?"),
        widget=forms.RadioSelect,
        required=False,
        initial="spoken",
    )
    interpreter = forms.ChoiceField(
        label=gettext_lazy("Who interpreted?"),
        required=False,
        help_text=gettext_lazy("To be told whenever the person says yes."),
    )
    until = forms.DateField(
        label=gettext_lazy("The consent ends on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        required=False,
        error_messages={
            "invalid": gettext_lazy("Write the day on which the consent ends, such as 2027-02-22.")
        },
    )

    def __init__(
        self,
        *args: Any,
        pack: Pack,
        fields: Iterable[str],
        interpreters: Choices,
        is_child: bool,
        may_override: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._child = is_child
        answers: list[tuple[str, Any]] = list(words.ANSWERS.items())
        if may_override:
            answers.append((CANNOT_ANSWER, _("The person cannot be asked, and life is at risk")))
        else:
            del self.fields["override_reason"]
        if not is_child:
            del self.fields["child_told"], self.fields["best_interests"]
        self._choices("answer", answers)
        self._choices("agreed", [(field, word(pack, f"field:{field}")) for field in fields])
        self._choices("how", list(words.HOW_GIVEN.items()))
        self._choices("interpreter", [("", _("Choose")), *interpreters])
        if not interpreters:
            del self.fields["interpreter"]
        today = timezone.localdate()
        self._last = today + timedelta(days=pack.consent_days)
        until = self.fields["until"]
        until.initial = self._last
        until.widget.attrs |= {"min": today.isoformat(), "max": self._last.isoformat()}
        until.help_text = ngettext(
            "In %(days)s day, or sooner if the person wishes. It may be taken back at any time.",
            "In %(days)s days, or sooner if the person wishes. It may be taken back at any time.",
            pack.consent_days,
        ) % {"days": pack.consent_days}

    def _choices(self, name: str, choices: Choices) -> None:
        self.fields[name].choices = list(choices)  # type: ignore[attr-defined]  # all are choice fields

    def clean(self) -> dict[str, Any]:
        """What belongs together: parts with a partial yes, a reason with an override, a child told."""
        given = super().clean() or {}
        answer = given.get("answer")
        if answer == "yes_but_not_all" and not given.get("agreed"):
            self.add_error("agreed", _("Tick at least one part the person agreed to, or choose “No”."))
        if answer == CANNOT_ANSWER and not str(given.get("override_reason", "")).strip():
            self.add_error("override_reason", CONSENT["override_without_reason"])
        if self._child and answer in ("yes", "yes_but_not_all") and not given.get("child_told"):
            self.add_error("child_told", CONSENT["child_not_told"])
        if (
            "interpreter" in self.fields
            and answer in ("yes", "yes_but_not_all")
            and not given.get("interpreter")
        ):
            self.add_error("interpreter", _("Say who interpreted, or that none was needed."))
        until = given.get("until")
        if until is not None and not timezone.localdate() <= until <= self._last:
            self.add_error(
                "until",
                _("The consent ends on a day between today and %(day)s. Choose such a day.")
                % {"day": self._last.isoformat()},
            )
        return given

    def expires_at(self) -> datetime:
        """The end of the day on which the consent ends."""
        day = self.cleaned_data.get("until") or self._last
        return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))

    def document(self) -> dict[str, Any]:
        """The answer as the consent record keeps it; who asked and about which desk is added by the page."""
        given = self.cleaned_data
        overridden = given["answer"] == CANNOT_ANSWER
        return {
            "answer": "not_asked" if overridden else given["answer"],
            "fields": list(given.get("agreed") or []) if given["answer"] == "yes_but_not_all" else [],
            "can_answer": not overridden,
            "override_reason": given.get("override_reason", "").strip() if overridden else "",
            "child_told": bool(given.get("child_told")),
            "best_interests_decided": bool(given.get("best_interests")),
            "how": "" if overridden else given.get("how") or "spoken",
            "interpreter": given.get("interpreter", ""),
        }


class _Moment(forms.DateTimeField):
    """A moment in the post's zone, as a browser's own control writes it."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    input_formats = ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M")
    default_error_messages = {
        "invalid": gettext_lazy("Write day and time, such as 2026-11-26 08:00."),
    }


class NothingForm(forms.Form):
    """A step that needs no further word."""


class AcceptForm(forms.Form):
    """How the person gets there: transport, escort, bed. A child is offered no way without an escort."""

    transport = forms.ChoiceField(
        label=gettext_lazy("How does the person get there?"),
        widget=forms.RadioSelect,
        error_messages={"required": PARTS["transport"]},
    )
    transport_at = _Moment(
        label=gettext_lazy("When?"),
        required=False,
        help_text=gettext_lazy("When the person is fetched or sets out."),
    )
    escort = forms.ChoiceField(
        label=gettext_lazy("Who goes along?"),
        widget=forms.RadioSelect,
        error_messages={"required": PARTS["escort"]},
    )
    bed = forms.ChoiceField(
        label=gettext_lazy("Is a bed held?"),
        widget=forms.RadioSelect,
        error_messages={"required": PARTS["bed"]},
    )
    bed_held_until = _Moment(
        label=gettext_lazy("Held until"),
        required=False,
        help_text=gettext_lazy("Only when a bed is held. Never write the address of a shelter."),
    )

    def __init__(self, *args: Any, pack: Pack, is_child: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("transport", "escort", "bed"):
            codes = pack.ruleset.accepted_fields[name]
            self.fields[name].choices = [  # type: ignore[attr-defined]  # each of the three is a choice field
                (code, word(pack, f"{name}:{code}"))
                for code in codes
                if not (name == "escort" and is_child and code in NO_ESCORT)
            ]
        if is_child:
            self.fields["escort"].help_text = _("A child never travels without an escort.")

    def clean(self) -> dict[str, Any]:
        """A time with a transport, an end with a bed."""
        given = super().clean() or {}
        if given.get("transport") not in (None, "", "not_needed") and not given.get("transport_at"):
            self._missing("transport_at")
        if given.get("bed") == "held" and not given.get("bed_held_until"):
            self._missing("bed_held_until")
        return given

    def _missing(self, field: str) -> None:
        if field not in self.errors:
            self.add_error(field, PARTS[field])


class AskForm(forms.Form):
    """One field of the share profile that the receiver needs and did not get."""

    field = forms.ChoiceField(
        label=gettext_lazy("What do you need to know?"),
        widget=forms.RadioSelect,
        help_text=gettext_lazy("The person is asked again before it is answered, and may say no."),
        error_messages={"required": PARTS["field"]},
    )

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"].choices = list(choices)  # type: ignore[attr-defined]  # a choice field


class DeclineForm(forms.Form):
    """Why not, by the closed list, and the other desk that is offered."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why not?"),
        widget=forms.RadioSelect,
        error_messages={"required": PARTS["reason"]},
    )
    why = forms.CharField(
        label=gettext_lazy("Why is the person not eligible?"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Only for that reason. Write the rule, nothing about the person."),
    )
    other_desk = forms.ChoiceField(
        label=gettext_lazy("Which desk do you offer instead?"),
        error_messages={"required": PARTS["other_desk"]},
    )

    def __init__(self, *args: Any, reasons: Choices, desks: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = list(reasons)  # type: ignore[attr-defined]  # a choice field
        offered = [("", _("Choose a desk")), *desks]
        self.fields["other_desk"].choices = offered  # type: ignore[attr-defined]  # a choice field too
        if "not_eligible" not in dict(reasons):
            del self.fields["why"]

    def clean(self) -> dict[str, Any]:
        """`not eligible` also says why."""
        given = super().clean() or {}
        if given.get("reason") == "not_eligible" and not str(given.get("why") or "").strip():
            self.add_error("why", PARTS["why"])
        return given


class _CodeForm(forms.Form):
    """One code of a closed list of the pack."""

    def __init__(self, *args: Any, codes: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        only = next(iter(self.fields.values()))
        only.choices = list(codes)  # type: ignore[attr-defined]  # it is a choice field


class CompleteForm(_CodeForm):
    """How the help ended; the sender hears this code and no note."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("How did it end?"),
        widget=forms.RadioSelect,
        help_text=gettext_lazy("The sender hears this and nothing more."),
        error_messages={"required": gettext_lazy("Choose how it ended.")},
    )


class CloseForm(_CodeForm):
    """Why a referral ends without help."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why is it closed?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose why it is closed.")},
    )


class AnswerForm(forms.Form):
    """A question of the receiver, put to the person once more."""

    answer = forms.ChoiceField(
        label=gettext_lazy("May this desk know this too?"),
        widget=forms.RadioSelect,
        choices=[
            ("yes", gettext_lazy("Yes, the person agrees")),
            ("no", gettext_lazy("No, the person does not want it")),
        ],
        error_messages={"required": gettext_lazy("Choose what the person said.")},
    )
    child_told = forms.BooleanField(
        label=gettext_lazy("I told the child, in words they understand, and I listened"), required=False
    )
    how = forms.ChoiceField(
        label=gettext_lazy("How was it said?"),
        widget=forms.RadioSelect,
        choices=list(words.HOW_GIVEN.items()),
        initial="spoken",
        required=False,
    )

    def __init__(self, *args: Any, is_child: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_child:
            del self.fields["child_told"]

    def clean(self) -> dict[str, Any]:
        """A child is told and heard before anything more is said of them."""
        given = super().clean() or {}
        if "child_told" in self.fields and given.get("answer") == "yes" and not given.get("child_told"):
            self.add_error("child_told", CONSENT["child_not_told"])
        return given


class WithdrawForm(_CodeForm):
    """Why the sender takes a referral back."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why is it withdrawn?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose why it is withdrawn.")},
    )
