"""The one error of the rules.

Knows that something given to the rules cannot be used and says where, what was found and what is allowed;
knows nothing of the command line or the screen that shows the sentence. It never repeats an answer: answers
are about a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class RuleError(ValueError):
    """A rule or an answer that cannot be used; the text is a sentence that says where and what is allowed."""


def allowed(names: Iterable[str], *, near: str = "", at_most: int = 40) -> str:
    """The end of a sentence: the names that may be used, led by the one that was probably meant."""
    known = sorted(set(names))
    if not known:
        return "There are none yet."
    meant = get_close_matches(near, known, n=1) if near else []
    lead = f"Did you mean '{meant[0]}'? " if meant else ""
    shown = ", ".join(known[:at_most])
    more = f" and {len(known) - at_most} more" if len(known) > at_most else ""
    return f"{lead}Allowed: {shown}{more}."
