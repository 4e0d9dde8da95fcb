"""Spreadsheet forms in, XForms out; filled forms in, answers out.

Knows XLSForm sheets, the XForm that pyxform makes of them, and the XML a phone sends back. Does not know
what any question means, and reads no files. Sources: the XLSForm and OpenRosa specifications.
"""

from kimbilio.xlsforms.answers import Answer, display_text, typed_answers
from kimbilio.xlsforms.checking import Checks, Problem, checks_of, findings
from kimbilio.xlsforms.conversion import Workbook, XForm, convert
from kimbilio.xlsforms.entities import EntityDeclared, lists_of, read_entities
from kimbilio.xlsforms.envelope import Envelope, opened_name, read_envelope
from kimbilio.xlsforms.faults import AnswersRefused, Cell, SubmissionRefused, WorkbookRefused
from kimbilio.xlsforms.kinds import kinds_of
from kimbilio.xlsforms.submission import Identity, ReadSubmission, parse, read_identity, read_submission

__all__ = [
    "Answer",
    "AnswersRefused",
    "Cell",
    "Checks",
    "EntityDeclared",
    "Envelope",
    "Identity",
    "Problem",
    "ReadSubmission",
    "SubmissionRefused",
    "Workbook",
    "WorkbookRefused",
    "XForm",
    "checks_of",
    "convert",
    "display_text",
    "findings",
    "kinds_of",
    "lists_of",
    "opened_name",
    "parse",
    "read_entities",
    "read_envelope",
    "read_identity",
    "read_submission",
    "typed_answers",
]
