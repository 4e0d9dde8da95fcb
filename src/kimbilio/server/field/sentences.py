"""What a person with a phone reads when their form was not taken, by the code of the refusal.

Knows the refusals of the XML reader and of the room `forms`. The reader itself speaks English alone: it is used
where there is no language to choose.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kimbilio.server.forms.errors import UnknownForm, UnknownOriginal
from kimbilio.server.forms.services import NotTaken, Receipt
from kimbilio.server.kernel.errors import KeyDestroyed, KimbilioError, NotVisible
from kimbilio.xlsforms import SubmissionRefused

SENTENCES: dict[str, Promise] = {
    "SUBMISSION_001": _(
        "The filled form stops being XML at line {line}. Send the form again from the phone."
    ),
    "SUBMISSION_002": _(
        "The filled form carries a document type or entities, which no form needs. Send it without them."
    ),
    "SUBMISSION_003": _(
        "The filled form holds more than {limit} {of}. Send photos as attachments and shorten long texts."
    ),
    "SUBMISSION_004": _(
        "The filled form nests more than {limit} levels. Send one made from a form of this server."
    ),
    "SUBMISSION_005": _(
        "The outermost element names no form: it has no 'id'. Send a filled form, not another document."
    ),
    "SUBMISSION_006": _(
        "The filled form has no usable meta/instanceID: {found}. Send it with one, as uuid: and 36 signs."
    ),
    "SUBMISSION_007": _(
        "The question '{name}' is answered in two places. Name each question once in the form."
    ),
    "SUBMISSION_008": _(
        "Answers that do not fit the form's questions: {questions}. Read the filled form and decide by hand."
    ),
    UnknownForm.code: _(
        "This form or version was never published here. Fetch the forms again and fill in the new one."
    ),
    UnknownOriginal.code: _(
        "The form corrects one that never arrived here. Send the first one, then the correction."
    ),
    NotVisible.code: _(
        "Nothing is here for you under this address. Check the address, or ask your supervisor for access."
    ),
    KeyDestroyed.code: _("This record was erased: its key was destroyed, and nobody can read it any more."),
}
"""By code; the places in braces are filled from the refusal's details, which never hold an answer."""

WORDS: dict[str, Promise] = {
    "bytes": _("bytes"),
    "signs in one answer": _("signs in one answer"),
    "elements": _("elements"),
    "several different ones": _("several different ones"),
    "none is there": _("none is there"),
    "it is empty, too long, or holds control signs": _("it is empty, too long, or holds control signs"),
}
"""Details that are words themselves."""


def sentence_of(fault: SubmissionRefused | KimbilioError) -> str:
    """The sentence in the language of the answer; the fault's own when its code has none."""
    template = SENTENCES.get(fault.code)
    if template is None:
        return str(fault)
    details = getattr(fault, "details", {})
    return str(template).format(
        **{name: str(WORDS.get(str(value), value)) for name, value in details.items()}
    )


def told(receipt: Receipt) -> tuple[int, str]:
    """The status of a receipt, as OpenRosa clients know it, and its sentence."""
    match receipt.outcome:
        case "created":
            return 201, gettext("The form has arrived and is safe.")
        case "again":
            return 201, gettext("The form was here already, and is safe.")
        case "damaged":
            return 409, gettext(
                "The encrypted form did not arrive whole. What came is kept. Send it again; if that does not "
                "help, keep it on the phone and tell your supervisor."
            )
        case "refused":
            return 409, gettext(
                "Another form was sent under the same number before. This one was kept apart, and a "
                "supervisor will compare them. Do not send it again."
            )


def told_of(refusal: NotTaken) -> tuple[int, str]:
    """The status and the sentence of a form that was not taken, one of `forms.services.REFUSALS`."""
    if isinstance(refusal, KeyDestroyed):
        return 409, sentence_of(refusal)
    if isinstance(refusal, SubmissionRefused):
        return 400, sentence_of(refusal)
    return 404, sentence_of(refusal)
