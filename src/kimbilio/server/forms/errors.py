"""What the one door of filled forms refuses, beside what `kimbilio.xlsforms` refuses to read."""

from __future__ import annotations

from kimbilio.server.kernel.errors import KimbilioError


class UnknownForm(KimbilioError):
    """This form or version was never published here. Fetch the forms again and fill in the new one."""

    code = "SUBMISSION_010"


class EmptyFile(KimbilioError):
    """A file that the form shows has no content. Give each file its content, then publish the form."""

    code = "FORM_010"


class UnknownOriginal(KimbilioError):
    """The form corrects one that never arrived here. Send the first one, then the correction."""

    code = "SUBMISSION_011"


class StillClosed(KimbilioError):
    """The form was encrypted on the phone and does not open yet. It is kept as it came.

    `reason` is a code of forms.reasons.
    """

    code = "SUBMISSION_012"

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason
