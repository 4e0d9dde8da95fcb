"""What members type in on the pages of the room."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from .references import read_reference

NOT_A_REFERENCE = _("A reference looks like N-7Q4M-2XPB. Enter the one of your message.")


class ReferenceForm(forms.Form):
    """The reference of a text message."""

    reference = forms.CharField(
        label=_("Reference of your message"), max_length=40, error_messages={"required": NOT_A_REFERENCE}
    )

    def clean_reference(self) -> str:
        reference = read_reference(self.cleaned_data["reference"])
        if reference is None:
            raise forms.ValidationError(NOT_A_REFERENCE)
        return reference
