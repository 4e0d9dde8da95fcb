"""Why a workbook or a filled form was refused: one sentence and one code each.

Knows how a refusal is said. Does not know who asked. A sentence names places (sheet, row, element, limit) and
never repeats what a person answered, because sentences end in logs.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cell:
    """One fault of a workbook: sheet, row as a spreadsheet numbers it (titles are 1), column, sentence."""

    sheet: str
    row: int
    column: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.sheet}, row {self.row}, column '{self.column}': {self.sentence}"


class WorkbookRefused(ValueError):
    """The workbook cannot become a form; `faults` says what to mend, cell by cell where that is known."""

    code = "FORM_001"

    def __init__(self, sentence: str, faults: Sequence[Cell] = ()) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join([sentence, *map(str, self.faults)]))


class SubmissionRefused(ValueError):
    """A filled form that cannot be read. The subclass says why; its docstring is the sentence shown.

    `details` fill the places in the sentence, for whoever says it in another language.
    """

    code = "SUBMISSION_000"

    def __init__(self, **details: object) -> None:
        self.details = details
        super().__init__((type(self).__doc__ or "").format(**details))


class NotXml(SubmissionRefused):
    """The filled form stops being XML at line {line}. Send the form again from the phone."""

    code = "SUBMISSION_001"


class DeclarationsRefused(SubmissionRefused):
    """The filled form carries a document type or entities, which no form needs. Send it without them."""

    code = "SUBMISSION_002"


class TooLarge(SubmissionRefused):
    """The filled form holds more than {limit} {of}. Send photos as attachments and shorten long texts."""

    code = "SUBMISSION_003"


class TooDeep(SubmissionRefused):
    """The filled form nests more than {limit} levels. Send one made from a form of this server."""

    code = "SUBMISSION_004"


class NotASubmission(SubmissionRefused):
    """The outermost element names no form: it has no 'id'. Send a filled form, not another document."""

    code = "SUBMISSION_005"


class NoInstanceId(SubmissionRefused):
    """The filled form has no usable meta/instanceID: {found}. Send it with one, as uuid: and 36 signs."""

    code = "SUBMISSION_006"


class NameTwice(SubmissionRefused):
    """The question '{name}' is answered in two places. Name each question once in the form."""

    code = "SUBMISSION_007"


class AnswersRefused(SubmissionRefused):
    """Answers that do not fit the form's questions: {questions}. Read the filled form and decide by hand."""

    code = "SUBMISSION_008"

    def __init__(self, questions: Sequence[str]) -> None:
        self.questions = tuple(questions)
        super().__init__(questions=", ".join(self.questions))
