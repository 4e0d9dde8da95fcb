"""The one inversion of the house: higher rooms put read-only panels on a page and queues on *Work*.

Knows slots, titles and order. Knows nothing of what a panel says, and calls it only with the actor, so that a
panel asks for records as everything else does. A panel or queue only reads.

    register_panel("case", gettext_lazy("Referrals"), 30, referrals_panel)
    register_queue("new", gettext_lazy("New for you"), 10, new_for_actor)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.text import slugify

# The actor and the case belong to higher rooms, which this room may not import
Actor = Any
Case = Any
PanelFunction = Callable[[Actor, Case], SafeString | None]


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel as drawn: `anchor` is its id on the page."""

    anchor: str
    title: str | Promise
    html: SafeString


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of a queue: which case, how pressing, what is asked, until when. Without a code the words are the link.

    `priority` is a code (emergency, urgent, normal) or empty. `due` and `started` make the clock; `since` is
    shown where nothing is due. No field may hold a name.
    """

    code: str
    url: str
    text: str | Promise
    priority: str = ""
    note: str | Promise = ""
    due: datetime | None = None
    started: datetime | None = None
    since: datetime | None = None
    clock_note: str | Promise = ""


QueueFunction = Callable[[Actor], Sequence[QueueRow] | None]
"""None means that the queue is not for this actor."""


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue as drawn: `count` ends in + when there are more rows than are shown."""

    key: str
    title: str | Promise
    explanation: str | Promise
    rows: Sequence[QueueRow]
    count: str
    mine: bool = True


@dataclass(frozen=True, slots=True)
class _PanelEntry:
    slot: str
    title: str | Promise
    order: int
    function: PanelFunction
    anchor: str


@dataclass(frozen=True, slots=True)
class _QueueEntry:
    key: str
    title: str | Promise
    order: int
    function: QueueFunction
    explanation: str | Promise
    mine: bool


_panels: list[_PanelEntry] = []
_queues: list[_QueueEntry] = []

ROWS_SHOWN = 50


def register_panel(slot: str, title: str | Promise, order: int, function: PanelFunction) -> None:
    """Put a panel into a slot of a page ("case"). The function returns its HTML, or None to stay away.

    Raises ValueError when the same function is in the slot already.
    """
    if any(entry.slot == slot and entry.function is function for entry in _panels):
        raise ValueError(f"Panel slot {slot!r}: {function!r} is registered already. Register it once.")
    # The anchor comes from the function's name: a title changes with the reader's language
    anchor = slugify(getattr(function, "__name__", f"panel-{order}").replace("_", "-"))
    _panels.append(_PanelEntry(slot, title, order, function, anchor))
    _panels.sort(key=lambda entry: entry.order)


def panels_for(slot: str, actor: Actor, case: Case) -> list[Panel]:
    """The panels of a slot that have something to say to this actor about this case, in order."""
    found = ((entry, entry.function(actor, case)) for entry in _panels if entry.slot == slot)
    return [Panel(entry.anchor, entry.title, html) for entry, html in found if html is not None]


def register_queue(
    key: str,
    title: str | Promise,
    order: int,
    function: QueueFunction,
    *,
    explanation: str | Promise = "",
    mine: bool = True,
) -> None:
    """Put a queue on *Work*. `key` is its anchor in the address and never changes with the language.

    `mine` says that its rows wait for the reader; a queue of what others have to do is not.

    The function may return one row more than `ROWS_SHOWN` to say that there are more.
    Raises ValueError when the key is taken.
    """
    if any(entry.key == key for entry in _queues):
        raise ValueError(f"Queue {key!r} is registered already. Choose another key.")
    _queues.append(_QueueEntry(key, title, order, function, explanation, mine))
    _queues.sort(key=lambda entry: entry.order)


def queues_for(actor: Actor) -> list[Queue]:
    """Every queue of *Work* that is for this actor, the empty ones too: a zero is an answer."""
    found = ((entry, entry.function(actor)) for entry in _queues)
    return [_queue_drawn(entry, rows) for entry, rows in found if rows is not None]


def _queue_drawn(entry: _QueueEntry, rows: Sequence[QueueRow]) -> Queue:
    shown = rows[:ROWS_SHOWN]
    count = f"{len(shown)}+" if len(rows) > ROWS_SHOWN else str(len(shown))
    return Queue(entry.key, entry.title, entry.explanation, shown, count, entry.mine)
