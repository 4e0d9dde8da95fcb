"""The rules of protection: what answers mean, who may be told what, by when, and what may happen next.

Knows how to judge plain values by a country's ruleset; knows no database, clock, language or screen.
`screen(answers, ruleset)` is the door most callers want; a ruleset comes with a pack (`kimbilio.packs.load`).
"""

from kimbilio.rules.answers import Answer, Look
from kimbilio.rules.expressions import parse
from kimbilio.rules.faults import RuleError
from kimbilio.rules.pathways import Action
from kimbilio.rules.ruleset import Ruleset
from kimbilio.rules.screening import Need, Reason, Screening, screen

__all__ = [
    "Action",
    "Answer",
    "Look",
    "Need",
    "Reason",
    "RuleError",
    "Ruleset",
    "Screening",
    "parse",
    "screen",
]
