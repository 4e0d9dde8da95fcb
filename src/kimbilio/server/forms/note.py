"""What a person writes when they have looked at a form."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class NoteForm(forms.Form):
    """What was decided; kept sealed in the journal."""

    note = forms.CharField(
        label=_("What did you decide?"),
        help_text=_("A few words for whoever comes after you. They are kept sealed, like the form."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write what you decided.")},
    )
