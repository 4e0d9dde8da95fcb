"""Acts on forms: publishing a version, receiving a filled one, saying what became of it."""

from __future__ import annotations

from .erased import forms_of_erased_settle
from .publishing import form_publish, forms_publish, version_publish
from .receiving import REFUSALS, NotTaken, Receipt, submission_receive, submissions_receive
from .settling import refusal_settle, submission_retry, submission_settle
from .turns import UNDERSTAND
from .understanding import (
    Taken,
    submission_corrected,
    submission_set_aside,
    submission_take,
    submission_understood,
)

__all__ = [
    "REFUSALS",
    "UNDERSTAND",
    "NotTaken",
    "Receipt",
    "Taken",
    "form_publish",
    "forms_of_erased_settle",
    "forms_publish",
    "refusal_settle",
    "submission_corrected",
    "submission_receive",
    "submission_retry",
    "submission_set_aside",
    "submission_settle",
    "submission_take",
    "submission_understood",
    "submissions_receive",
    "version_publish",
]
