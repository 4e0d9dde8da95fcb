"""Why a form needs a look: every code there is, in the words of the person who looks. A code is never a
value.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

EXCLUDES_OTHERS = "excludes_others"
ANSWER_MISSING = "answer_missing"
CONSTRAINT_BROKEN = "constraint_broken"
FORM_DIFFERS = "form_differs"
CLOCK_AHEAD = "clock_ahead"
CORRECTION = "correction"
CORRECTED = "corrected"
UNREADABLE = "unreadable"
UNKNOWN_ANSWER = "unknown_answer"
UNKNOWN_PACK = "unknown_pack"
UNKNOWN_KIND = "unknown_kind"
PROGRAM_ERROR = "program_error"
WAITING = "waiting"
NO_KEY = "no_key"
DAMAGED = "damaged"
NOT_THEIRS = "not_theirs"
CASE_CHANGED = "case_changed"
ALREADY_THERE = "already_there"
REFUSED = "refused"
ERASED = "erased"

REASONS = {
    "never_if": _("A question was answered that may not be asked here. Its answer was not used."),
    "may_not_talk": _("Questions were answered although the person could not or did not agree to talk."),
    "not_shown": _("A question was answered that the form does not show after the other answers."),
    EXCLUDES_OTHERS: _("A question holds “none of these” together with other answers."),
    ANSWER_MISSING: _("A question that needs an answer has none."),
    CONSTRAINT_BROKEN: _("An answer breaks a condition of the form, which the phone should have kept."),
    FORM_DIFFERS: _("The phone came to another result than the rules here. The result here is shown."),
    CLOCK_AHEAD: _("The phone's clock was ahead. The time of arrival is used."),
    CORRECTION: _(
        "The form corrects one that already became a case. Compare them and change the case by hand."
    ),
    CORRECTED: _("Another form corrects this one."),
    UNREADABLE: _("The form could not be read. Read it as it was sent and decide by hand."),
    UNKNOWN_ANSWER: _("The form holds an answer that the country's form does not know."),
    UNKNOWN_PACK: _("The country pack of this form is not here or cannot be used. Ask who runs the server."),
    UNKNOWN_KIND: _("Nothing here understands this kind of form. Ask who runs the server."),
    PROGRAM_ERROR: _(
        "The program failed while it read the form. Try again; if it fails again, tell who runs the server."
    ),
    NO_KEY: _(
        "The form was encrypted on the phone, and no key here opens it. It is kept as it came. When the keys "
        "are restored, have it read again."
    ),
    DAMAGED: _(
        "The form was encrypted on the phone and did not arrive whole. It is kept as it came. Have the phone "
        "send it again."
    ),
    NOT_THEIRS: _(
        "The form is about a case that is not, or is no longer, an open case of the person who sent it. "
        "Nothing was written into the case."
    ),
    CASE_CHANGED: _("The case changed after the phone last fetched it. Compare the form with the case."),
    ALREADY_THERE: _("The form says that it makes a new record, and the record is there already."),
    WAITING: _("The form has been waiting to be read for too long. Try again, or tell who runs the server."),
    ERASED: _("The record was erased."),
    REFUSED: _("A second, different form came under the number of this one. It was refused and kept."),
}
"""Words by code. The first four are the reasons of `kimbilio.rules`."""
