"""Rows of which the journal's verification knows that an act wrote them, and those of which it does not, with why."""

from __future__ import annotations

from kimbilio.server.journal.rowcheck import sealed_models

WITHOUT_AN_ACT = {
    "forms.Attachment": "its file lies outside the database; the form's act counts it, and a missing one is shown",
    "forms.PhoneKey": "a key of a phone, nothing of a person",
    "notices.Way": "how a member is reached, nothing of a person",
}
"""Sealed rows that may be there without an act that hashes them."""


def test_every_sealed_row_is_hashed_by_acts_or_has_a_reason() -> None:
    bare = {model._meta.label for model in sealed_models() if not model.hashed_by_acts}
    assert bare == set(WITHOUT_AN_ACT)
