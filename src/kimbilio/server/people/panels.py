"""What the room `people` puts on the pages of lower rooms."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from kimbilio.server.identity.actor import Actor


def why_asking(_actor: Actor, _case: None) -> SafeString:
    """The journal's question: why can this member see this?"""
    return render_to_string("people/why_form.html")
