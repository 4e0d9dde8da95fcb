"""What Kimbilio promises of forms, cases and referrals, in plain Python: nothing of it asks the program.

Two organisations: the sender, whose phones fill in forms, and the receiver of its referrals. Each side believes what it
did itself at once, and what the other did once a job has carried it over. The queue is a list.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

SENDER, RECEIVER, CLOCK = "sender", "receiver", "clock"

# Which state may follow which, and who brings it about: section 3 of the referral rules
FOLLOWS: dict[str, dict[str, set[str]]] = {
    "draft": {"sent": {SENDER}, "withdrawn": {SENDER}},
    "sent": {"acknowledged": {RECEIVER}, "expired": {CLOCK}, "withdrawn": {SENDER}},
    "acknowledged": {
        "accepted": {RECEIVER}, "declined": {RECEIVER}, "information_needed": {RECEIVER}, "expired": {CLOCK},
        "withdrawn": {SENDER},
    },
    "information_needed": {"acknowledged": {SENDER}, "expired": {CLOCK}, "withdrawn": {SENDER}},
    "expired": {"acknowledged": {RECEIVER}, "declined": {RECEIVER}, "withdrawn": {SENDER}},
    "accepted": {"arrived": {RECEIVER}, "not_arrived": {RECEIVER, CLOCK}, "withdrawn": {SENDER}},
    "not_arrived": {"arrived": {RECEIVER}, "closed": {SENDER, RECEIVER}, "withdrawn": {SENDER}},
    "arrived": {"in_service": {RECEIVER}, "closed": {RECEIVER}, "withdrawn": {SENDER}},
    "in_service": {"completed": {RECEIVER}, "closed": {RECEIVER}, "withdrawn": {SENDER}},
    "declined": {}, "completed": {}, "closed": {}, "withdrawn": {},
}  # fmt: skip
THERE = {"arrived", "in_service", "completed"}
"""What the receiver says of a person who is with them; it outweighs a closing by the sender."""
LEADS_TO = {
    "send": "sent", "withdraw": "withdrawn", "answer": "acknowledged", "acknowledge": "acknowledged",
    "ask": "information_needed", "accept": "accepted", "decline": "declined", "arrive": "arrived",
    "not_arrived": "not_arrived", "begin": "in_service", "complete": "completed", "close": "closed",
}  # fmt: skip
ONLY = {"answer": SENDER, "acknowledge": RECEIVER}
"""Two acts lead to the same state; each is one side's."""


def over(state: str) -> bool:
    """Whether nothing can follow."""
    return not FOLLOWS[state]


def can_have_become(state: str, to: str, speaker: str) -> bool:
    """Whether `to`, said by the speaker, can have come about from this state by steps not heard of."""
    seen, edge = {state}, [state]
    while edge:
        following = FOLLOWS[edge.pop()]
        if speaker in following.get(to, ()):
            return True
        edge += [next_state for next_state in following if next_state not in seen]
        seen |= set(following)
    return False


def stage(states: list[str], *, received: bool) -> str | None:
    """The stage that referrals in these states give a case; None when none of them was sent."""
    counted = [state for state in states if state != "draft"]
    if not counted:
        return None
    if {"arrived", "in_service"} & set(counted):
        return "in_care"
    if not all(over(state) for state in counted):
        return "referred"
    if "completed" in counted:
        return "settled"
    return "closed" if received else "noticed"


@dataclass
class Side:
    """A referral as one side has it."""

    party: str
    state: str
    said: int = 0
    heard: int = 0
    stage: str = "referred"
    """Of the receiver's own case."""

    def hear(self, number: int, state: str) -> None:
        """The other side says that this is the state."""
        if number <= self.heard:
            return
        speaker = RECEIVER if self.party == SENDER else SENDER
        here_all_the_same = speaker == RECEIVER and self.state == "closed" and state in THERE
        if here_all_the_same or can_have_become(self.state, state, speaker):
            self.state, self.heard = state, number


@dataclass(eq=False)
class Referral:
    """Both sides of one referral, and what is on its way to each."""

    case: Case
    mine: Side = field(default_factory=lambda: Side(SENDER, "draft"))
    theirs: Side | None = None
    waiting: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: {SENDER: [], RECEIVER: []})

    def side(self, party: str) -> Side | None:
        return self.mine if party == SENDER else self.theirs

    def may(self, act: str, party: str) -> bool:
        """Whether this side may do this now."""
        side, to = self.side(party), LEADS_TO[act]
        if side is None or ONLY.get(act, party) != party or (party == SENDER and self.case.unreadable):
            return False
        if act == "send" and self.case.consent != "yes":
            return False
        if act == "answer" and side.state != "information_needed":
            return False
        return party in FOLLOWS[side.state].get(to, ())


@dataclass(eq=False)
class Case:
    """A case of the sender. `unreadable` from the moment its keys are destroyed."""

    consent: str
    stage: str = "noticed"
    referrals: list[Referral] = field(default_factory=list)
    erasure: str = ""
    unreadable: bool = False


@dataclass(eq=False)
class Form:
    """A filled form. `answer` is what the person said to being referred: yes, no, or empty when not asked."""

    instance: str
    answer: str
    corrects: Form | None = None
    state: str = "received"
    case: Case | None = None
    unreadable: bool = False
    photo: bool = False

    def about(self) -> Case | None:
        """The case this form speaks of, through what it corrects."""
        return self.case or (self.corrects.about() if self.corrects else None)


Job = tuple[str, object, str]
"""A word, what it is about, and for an envelope the side that applies it."""


@dataclass
class Model:
    """All of it, with what must be countable."""

    forms: list[Form] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    refused: set[tuple[str, bytes]] = field(default_factory=set)
    jobs: list[Job] = field(default_factory=list)
    acts: dict[str, int] = field(default_factory=dict)

    def count(self, act: str) -> None:
        self.acts[act] = self.acts.get(act, 0) + 1

    def referrals(self) -> Iterator[Referral]:
        for case in self.cases:
            yield from case.referrals

    # The door

    def arrive(self, form: Form) -> None:
        self.forms.append(form)
        self.jobs.append(("understand", form, ""))
        self.count("submission.received")

    def corrected(self, form: Form) -> bool:
        return any(later.corrects is form for later in self.forms)

    def refuse(self, instance: str, xml: bytes) -> None:
        if (instance, xml) not in self.refused:
            self.refused.add((instance, xml))
            self.count("submission.refused")

    # Acts

    def draft(self, case: Case) -> Referral | None:
        """The draft a need has now, made or changed; None when that is refused."""
        if case.unreadable or any(
            row.mine.state != "draft" and not over(row.mine.state) for row in case.referrals
        ):
            return None
        self.count("referral.drafted")
        for row in case.referrals:
            if row.mine.state == "draft":
                return row
        case.referrals.append(Referral(case))
        return case.referrals[-1]

    def act(self, referral: Referral, act: str, party: str) -> None:
        """Do what `may` allows."""
        side, to, other = referral.side(party), LEADS_TO[act], RECEIVER if party == SENDER else SENDER
        assert side is not None
        if side.state != "draft" or act == "send":
            side.said += 1
            referral.waiting[other].append((side.said, to))
            self.jobs.append(("envelope", referral, other))
        side.state = to
        self._stage(referral, party)

    def erase(self, case: Case) -> None:
        """The keys are gone at once; what still ran is ended by a job."""
        case.unreadable, case.erasure = True, "agreed"
        for form in self.forms:
            form.unreadable = form.unreadable or form.about() is case
        self.jobs.append(("settle", case, ""))
        self.count("person.erased")

    def clock(self, referral: Referral, party: str) -> None:
        """So much time passes for one side that every clock has run out."""
        side = referral.side(party)
        if side is None or (party == SENDER and referral.case.unreadable):
            return
        for to, who in FOLLOWS[side.state].items():
            if CLOCK in who:
                side.state = to
                self._stage(referral, party)
                return

    # The worker

    def work(self, place: int) -> None:
        """Do the waiting job at this place."""
        word, about, party = self.jobs.pop(place)
        if word == "understand":
            assert isinstance(about, Form)
            self._understand(about)
        elif word == "envelope":
            assert isinstance(about, Referral)
            self._apply(about, party)
        else:
            assert isinstance(about, Case)
            self._settle(about)

    def _understand(self, form: Form) -> None:
        if form.state != "received" or form.unreadable:
            return
        if form.photo:
            form.state = "needs_a_look"
            return
        known = form.about()
        if known is not None:
            form.case, form.state = known, "needs_a_look"
            return
        form.state, form.case = "understood", Case(consent=form.answer or "none")
        self.cases.append(form.case)
        self.count("case.noticed")
        before = form.corrects
        while before is not None:
            before.state, before.case = "settled", form.case
            before = before.corrects
        if form.answer != "no":
            referral = self.draft(form.case)
            assert referral is not None
            if form.answer == "yes":
                self.act(referral, "send", SENDER)

    def _apply(self, referral: Referral, party: str) -> None:
        heard, referral.waiting[party] = referral.waiting[party], []
        if party == SENDER and referral.case.unreadable:
            return
        for number, state in heard:
            if party == RECEIVER and referral.theirs is None:
                referral.theirs = Side(RECEIVER, "sent", heard=number)
                continue
            side = referral.side(party)
            assert side is not None
            side.hear(number, state)
            self._stage(referral, party)

    def _settle(self, case: Case) -> None:
        for form in self.forms:
            if form.about() is case and form.state in ("received", "needs_a_look"):
                form.state = "settled"
        for referral in case.referrals:
            if referral.mine.state == "draft":
                referral.mine.state = "withdrawn"
            elif not over(referral.mine.state):
                referral.mine.state = "closed"
        case.stage = "closed"

    def _stage(self, referral: Referral, party: str) -> None:
        if party == RECEIVER:
            assert referral.theirs is not None
            referral.theirs.stage = stage([referral.theirs.state], received=True) or referral.theirs.stage
            return
        case = referral.case
        case.stage = stage([row.mine.state for row in case.referrals], received=False) or case.stage
