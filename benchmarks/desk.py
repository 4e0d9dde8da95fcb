"""The desk at a million people: pages over a socket from `kimbilio serve`, and the questions beneath them as the web
role under row-level security, beside the bare SQL that their owner would write for the same rows.

All three take turns in one run. The bare statement knows no member, opens no record and draws no page.
"""

from __future__ import annotations

import http.client
import itertools
import os
import random
import sys
import time
import urllib.parse
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from .house import House
from .measure import percentiles
from .memory import memory
from .names import SEED, Names
from .people import MEASURED
from .tables import table

TURNS = 24
SEARCHES = 60
LIST_LIMIT, SEARCH_LIMIT = 50.0, 60.0
_CSRF = "k" * 32

_HEAD = (
    "select c.id, p.code, c.episode, c.stage, c.priority, c.noticed_at, d.name from people_case c "
    "join people_person p on p.id = c.person_id join identity_desk d on d.id = c.desk_id "
    "where c.organisation_id = %(organisation)s"
)
_TAIL = " order by c.id desc limit 51"
_CODED = (
    " and exists (select from people_findingcode f where f.organisation_id = %(organisation)s"
    " and f.code = {code} and f.case_id = c.id)"
)


@dataclass(frozen=True)
class Line:
    """What one thing took: page, question under row-level security, and bare SQL, each p50 and p95 in milliseconds."""

    what: str
    page: tuple[float, float]
    asked: tuple[float, float] | None
    bare: tuple[float, float] | None
    limit: float | None = None

    @property
    def cells(self) -> list[str]:
        """The cells of its row."""
        both = [
            f"{pair[0]:.1f} / {pair[1]:.1f}" if pair else "" for pair in (self.page, self.asked, self.bare)
        ]
        ratio = f"{self.asked[0] / self.bare[0]:.1f} : 1" if self.asked and self.bare else ""
        held = (
            ""
            if self.limit is None
            else f"{self.limit:.0f}: {'held' if self.page[1] <= self.limit else 'MISSED'}"
        )
        return [self.what, *both, ratio, held]


HEADINGS = [
    "",
    "page p50 / p95 ms",
    "question p50 / p95 ms",
    "bare SQL p50 / p95 ms",
    "question : bare",
    "p95 ≤",
]


@dataclass(frozen=True)
class Found:
    """How well one kind of respelling is found."""

    kind: str
    asked: int
    shown: int
    opened: int
    read: list[int]
    candidates: list[int]

    @property
    def cells(self) -> list[str]:
        """The cells of its row."""
        read, candidates = sorted(self.read), sorted(self.candidates)
        return [
            self.kind,
            str(self.asked),
            f"{self.shown / self.asked:.3f}",
            f"{self.opened / self.asked:.3f}",
            f"{candidates[len(candidates) // 2]} / {candidates[-1]}",
            f"{read[len(read) // 2]:,} / {read[-1]:,}",
        ]


FOUND_HEADINGS = [
    "respelling",
    "searches",
    "recall (shown)",
    "among the opened",
    "opened, median / most",
    "codes read, median / most",
]


class Desk:
    """The measured organisation, seen from its members' browsers, from the selectors, and from its owner's prompt."""

    def __init__(self, house: House, port: int) -> None:
        from kimbilio.server.identity.models import Member, Organisation

        self._port = port
        self.organisation = Organisation.objects.get(agency=MEASURED)
        self.owner = psycopg.connect(
            house.environment["OWNER_DATABASE_URL"], autocommit=True, prepare_threshold=None
        )
        members = Member.objects.filter(organisation=self.organisation).select_related("organisation", "user")
        self.members = {
            role: [m for m in members.filter(role=role).order_by("id") if " of " in m.user.username]
            for role in ("supervisor", "caseworker", "officer")
        }
        self._turn = itertools.count()
        self._browsers: dict[uuid.UUID, _Browser] = {}
        self._let_search()

    def actor(self, role: str) -> Any:
        """The first member in a role."""
        from kimbilio.server.identity.actor import actor_of_member

        return actor_of_member(self.members[role][0])

    def browser(self, role: str = "supervisor", *, searching: bool = False) -> _Browser:
        """A signed-in browser; when searching each time another member's, for each may search 30 times in a while."""
        among = self.members[role]
        member = among[next(self._turn) % len(among)] if searching else among[0]
        if member.id not in self._browsers:
            self._browsers[member.id] = _Browser(self._port, member.user)
        return self._browsers[member.id]

    def names(self, count: int) -> list[tuple[uuid.UUID, str]]:
        """Cases drawn by chance with the person's name."""
        from kimbilio.server.kernel import sealed
        from kimbilio.server.kernel.rows import acting_for
        from kimbilio.server.people.models import Case

        with acting_for(self.organisation.id):
            ids = list(Case.objects.filter(organisation=self.organisation).values_list("id", flat=True))
            drawn = random.Random(SEED).sample(ids, count)
            cases = list(Case.objects.filter(id__in=drawn).select_related("person"))
            facts = sealed.read_many(case.person for case in cases)
        return [(case.id, facts[case.person_id]["name"]) for case in cases]

    def _let_search(self) -> None:
        """Forget the searches of a run just before."""
        from datetime import timedelta

        from django.utils import timezone

        from kimbilio.server.kernel.ids import first_id

        self.owner.execute(
            "delete from journal_act where organisation_id = %s and id > %s and act = 'case.listed'",
            [self.organisation.id, first_id(timezone.now() - timedelta(hours=1))],
        )


class _Browser:
    """One signed-in member over one connection."""

    def __init__(self, port: int, user: Any) -> None:
        from django.conf import settings
        from django.test import Client

        session, csrf = settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME
        client = Client()
        client.force_login(user)
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._headers = {"Cookie": f"{session}={client.cookies[session].value}; {csrf}={_CSRF}"}

    def get(self, path: str) -> bytes:
        """A page."""
        return self._ask("GET", path, None, 200)[1]

    def post(self, path: str, status: int = 200, **fields: str) -> tuple[str, bytes]:
        """The address and the page that answer a form."""
        return self._ask(
            "POST", path, urllib.parse.urlencode(fields | {"csrfmiddlewaretoken": _CSRF}), status
        )

    def _ask(self, method: str, path: str, body: str | None, status: int) -> tuple[str, bytes]:
        headers = self._headers | ({"Content-Type": "application/x-www-form-urlencoded"} if body else {})
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self._connection.close()  # the server closes what was idle for long
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
        page = answer.read()
        if answer.status != status:
            raise RuntimeError(f"{method} {path.partition('?')[0]} answered {answer.status}")
        return answer.getheader("Location") or "", page


@contextmanager
def desk(house: House) -> Iterator[Desk]:
    """The desk of a standing house, its server running. This process becomes one of the web role."""
    os.environ.update(house.environment)
    from kimbilio.server.config.process import begin

    begin("web")
    with house.serving() as port:
        yield Desk(house, port)


def pages(desk: Desk) -> list[Line]:
    """The list of cases and its filters, then other pages of the desk."""
    lines = [_list_line(desk, role) for role in ("supervisor", "caseworker", "officer")]
    lines.append(_later_page(desk))
    small_desk = str(
        desk.owner.execute(
            "select desk_id from people_case where organisation_id = %s group by desk_id order by count(*) limit 1",
            [desk.organisation.id],
        ).fetchone()[0]
    )  # type: ignore[index]
    for chosen in (
        {"need": "stranded_migrant"},
        {"need": "danger_now"},
        {"sex": "woman"},
        {"age_band": "under_12"},
        {"stage": "noticed"},
        {"stage": "closed"},
        {"desk": small_desk},
        {"need": "asylum_seeker", "sex": "woman", "age_band": "12_17"},
        {"need": "danger_now", "sex": "prefers_not_to_say", "age_band": "under_12"},
        {"need": "danger_now", "stage": "noticed", "desk": small_desk},
    ):
        lines.append(_filter_line(desk, chosen))
    return lines


def other_pages(desk: Desk) -> list[Line]:
    """Pages without a limit of their own."""
    long_case = desk.owner.execute(
        'select p.code from journal_act a join people_case c on c.id = a."case" join people_person p on p.id = c.person_id '
        "where a.organisation_id = %s group by p.code having count(*) > 1000",
        [desk.organisation.id],
    ).fetchone()
    usual = desk.owner.execute(
        "select p.code from people_case c join people_person p on p.id = c.person_id where c.organisation_id = %s order by c.id limit 1 offset 90000",
        [desk.organisation.id],
    ).fetchone()
    found = [
        ("Work, supervisor", "supervisor", "/"),
        ("Work, caseworker", "caseworker", "/"),
        ("Work, officer", "officer", "/"),
        ("Referrals, supervisor", "supervisor", "/referrals/"),
        ("a case", "supervisor", f"/cases/{usual[0]}/"),  # type: ignore[index]
        ("a case with 3,000 acts", "supervisor", f"/cases/{long_case[0]}/"),  # type: ignore[index]
    ]
    lines = []
    for what, role, path in found:
        browser = desk.browser(role)
        lines.append(Line(what, _took([lambda browser=browser, path=path: browser.get(path)])[0], None, None))  # type: ignore[misc]
    return lines


def searches(desk: Desk) -> tuple[Line, list[Found]]:
    """Misspelt names: how long a search takes, and whether it finds."""
    from kimbilio.server.access.rules import Purpose
    from kimbilio.server.people.search import candidates, cases_named

    ways = Names(SEED + 1).respellings()
    people = desk.names(SEARCHES)
    actor = desk.actor("supervisor")
    times: tuple[list[float], list[float], list[float]] = ([], [], [])
    found = []
    for number, (kind, respell) in enumerate(ways.items()):
        shown = opened = asked_count = 0
        read, counts = [], []
        for at, (case, name) in enumerate(people):
            asked = respell(name)
            if asked is None:
                continue
            asked_count += 1
            with _acting(desk):
                began = time.perf_counter()
                rows = cases_named(actor, asked, for_=Purpose.SEARCH)
                times[1].append(time.perf_counter() - began)
                ids = candidates(actor, asked, for_=Purpose.SEARCH)
            shown += any(row.id == case for row in rows)
            opened += case in ids
            counts.append(len(ids))
            read.append(_bare_search(desk, asked, times[2]))
            if at % len(ways) == number:
                browser = desk.browser(searching=True)
                began = time.perf_counter()
                browser.post("/cases/find/", asked=asked)
                times[0].append(time.perf_counter() - began)
        found.append(Found(kind, asked_count, shown, opened, read, counts))
    page, question, bare = (percentiles(each)[:2] for each in times)
    return Line("search by a respelt name", page, question, bare, SEARCH_LIMIT), found


def _list_line(desk: Desk, role: str) -> Line:
    actor, browser = desk.actor(role), desk.browser(role)
    seen = {
        "supervisor": "",
        "caseworker": " and (c.desk_id = any(%(desks)s) or c.assigned_to_id = %(member)s)",
        "officer": " and (c.noticed_by_id = %(member)s or c.assigned_to_id = %(member)s)",
    }[role]
    statement = _HEAD + seen + _TAIL
    values = {"organisation": desk.organisation.id, "desks": list(actor.desks), "member": actor.member}
    times = _took(
        [
            lambda: browser.get("/cases/"),
            lambda: _asked(desk, actor, {}),
            lambda: _bare(desk, statement, values),
        ]
    )
    return Line(f"list, {role}", *times, limit=LIST_LIMIT)


def _later_page(desk: Desk) -> Line:
    middle = desk.owner.execute(
        "select id from people_case where organisation_id = %s order by id limit 1 offset 100000",
        [desk.organisation.id],
    ).fetchone()[0]  # type: ignore[index]
    browser, actor = desk.browser(), desk.actor("supervisor")
    values = {"organisation": desk.organisation.id, "before": middle}
    times = _took(
        [
            lambda: browser.get(f"/cases/?before={middle}"),
            lambda: _asked(desk, actor, {}, before=middle),
            lambda: _bare(desk, _HEAD + " and c.id < %(before)s" + _TAIL, values),
        ]
    )
    return Line("list, the page after 100,000 cases", *times, limit=LIST_LIMIT)


def _filter_line(desk: Desk, chosen: dict[str, str]) -> Line:
    from kimbilio.server.kernel.custody import custody
    from kimbilio.server.people.search import code_of

    secret = custody().secret(desk.organisation.id, "search")
    values: dict[str, Any] = {"organisation": desk.organisation.id}
    statement = _HEAD
    for name, value in chosen.items():
        if name in ("stage", "desk"):
            column = "desk_id" if name == "desk" else name
            values[name], statement = value, statement + f" and c.{column} = %({name})s"
        else:
            values[name], statement = (
                code_of(secret, name, value),
                statement + _CODED.format(code=f"%({name})s"),
            )
    statement += _TAIL
    actor = desk.actor("supervisor")

    def page() -> Callable[[], bytes]:
        browser = desk.browser(searching=True)
        address, _ = browser.post("/cases/", 302, **chosen)
        return lambda: browser.get(address)

    times = _took([lambda: _asked(desk, actor, chosen), lambda: _bare(desk, statement, values)])
    pages = []
    for _ in range(TURNS):
        get = page()
        began = time.perf_counter()
        get()
        pages.append(time.perf_counter() - began)
    called = ", ".join(
        f"{name} {'with few cases' if name == 'desk' else value}" for name, value in chosen.items()
    )
    return Line(f"filter: {called}", percentiles(pages)[:2], *times, limit=LIST_LIMIT)


def _asked(desk: Desk, actor: Any, chosen: dict[str, str], before: Any = None) -> int:
    """The question of the page, as the web role asks it under row-level security."""
    from kimbilio.server.access.rules import Purpose
    from kimbilio.server.people.selectors import cases_narrowed

    with _acting(desk):
        return len(cases_narrowed(actor, chosen, before=before, for_=Purpose.SEARCH, most=51))


@contextmanager
def _acting(desk: Desk) -> Iterator[None]:
    from kimbilio.server.kernel.rows import acting_for

    with acting_for(desk.organisation.id):
        yield


def _bare(desk: Desk, statement: str, values: dict[str, Any]) -> int:
    return len(desk.owner.execute(statement, values).fetchall())  # type: ignore[call-overload]  # words of ours


def _bare_search(desk: Desk, asked: str, took: list[float]) -> int:
    """The candidates' rows as the owner would fetch them. Returns how many codes that reads."""
    from kimbilio.server.kernel.custody import custody
    from kimbilio.server.people.names import name_parts, pairs_asked, parts_asked
    from kimbilio.server.people.search import CANDIDATES, code_of

    secret = custody().secret(desk.organisation.id, "search")
    parts = name_parts(asked)[:4]
    wanted = pairs_asked(parts) if len(parts) > 1 else parts_asked(parts)
    exact, near = ([code_of(secret, *pair) for pair in codes] for codes in wanted)
    values = {"organisation": desk.organisation.id, "exact": exact, "all": exact + near}
    codes = " from people_findingcode where organisation_id = %(organisation)s and code = any(%(all)s)"
    began = time.perf_counter()
    desk.owner.execute(
        "select c.*, p.*, d.* from (select case_id, sum(case when code = any(%(exact)s) then 6 else 2 end) as score"
        f"{codes} group by case_id order by score desc, case_id desc limit {CANDIDATES}) f join people_case c on c.id = f.case_id "
        "join people_person p on p.id = c.person_id join identity_desk d on d.id = c.desk_id",
        values,
    ).fetchall()
    took.append(time.perf_counter() - began)
    return int(desk.owner.execute(f"select count(*){codes}", values).fetchone()[0])  # type: ignore[index,call-overload]


def _took(things: list[Callable[[], Any]]) -> list[tuple[float, float]]:
    """Each thing in turn, again and again; p50 and p95 of each in milliseconds."""
    times: list[list[float]] = [[] for _ in things]
    for thing in things:
        thing()
    for _ in range(TURNS):
        for taken, thing in zip(times, things, strict=True):
            began = time.perf_counter()
            thing()
            taken.append(time.perf_counter() - began)
    return [percentiles(taken)[:2] for taken in times]


def main(words: list[str]) -> int:
    """Measure, and print the section of RESULTS.md."""
    from .million import SETTINGS, million
    from .people import OF_THE_MEASURED, ORGANISATIONS, PEOPLE

    with million(fresh="--fresh" in words) as house, desk(house) as seen:
        acts, codes = seen.owner.execute(
            "select (select reltuples::bigint from pg_class where relname = 'journal_act'), "
            "(select reltuples::bigint from pg_class where relname = 'people_findingcode')"
        ).fetchone()  # type: ignore[misc]
        lists = pages(seen)
        search, found = searches(seen)
        others = other_pages(seen)
        resting = memory(house)
    total = sum(each.asked for each in found)
    print(
        "\n".join(
            [
                "## The desk at a million people",
                "",
                (
                    f"{PEOPLE:,} people, {acts:,} acts and {codes:,} finding codes in {ORGANISATIONS} organisations; measured in the one with "
                    f"{OF_THE_MEASURED:,} people. *Page*: a signed-in member's request over a socket to `kimbilio serve`, until the last "
                    "byte. *Question*: what the page asks the database, through its selector, as the web role under row-level security, with "
                    "the rows as objects (and, in a search, 100 records opened and compared). *Bare SQL*: the same rows in a statement of the "
                    "owner's, without policies. "
                    f"Each {TURNS} times in turns, one client; PostgreSQL with {SETTINGS['shared_buffers']} of shared buffers."
                ),
                "",
                *table(HEADINGS, [line.cells for line in [*lists, search]]),
                "",
                "### Are respelt names found?",
                "",
                (
                    f"{SEARCHES} people drawn by chance from the {OF_THE_MEASURED:,}, each written another time in each of these ways "
                    "(`names.py`, seed in the file). *Shown*: among the at most 50 cases of the page. What is missed although it is among the "
                    "opened has more than 50 namesakes that are as alike."
                ),
                "",
                *table(FOUND_HEADINGS, [each.cells for each in found]),
                "",
                f"All together: {sum(each.shown for each in found) / total:.3f} of {total:,}.",
                "",
                "### Other pages at a million",
                "",
                *table(HEADINGS[:2], [line.cells[:2] for line in others]),
                "",
                f"Memory of web server and database after it: {resting['all']:.0f} MB (PSS).",
            ]
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
