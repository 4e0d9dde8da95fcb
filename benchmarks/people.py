"""A million invented people with three million acts in forty organisations, one of them with 200,000 people.

Run by `benchmarks.million` as the databases' owner. Names and finding codes are made as the program makes them, and
documents are really sealed. Shortcuts, none of which is read by what is measured: marks and row hashes of acts are
drawn by chance (they have their length), acts bear no sealed detail, forms hold no answers, and outside the
organisation that is measured all people of an organisation share one data key.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
import uuid
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psycopg
from stdnum.iso7064 import mod_37_36

from kimbilio.server.config.process import owner_begin
from kimbilio.server.kernel.ids import ALPHABET

from .copying import NULL, copy_rows, id_of, jsonb, moment, normal, raw, row, small, text
from .names import Names

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "1000000"))
OF_THE_MEASURED = PEOPLE // 5
ORGANISATIONS = 40
MEASURED = "ZZZ-GATE"
WITH_MANY_ACTS = 3_000
_AT_ONCE = 10_000
_YEARS = 3 * 365 * 24 * 3600 * 1000

SEARCHERS, OFFICERS, CASEWORKERS, DESKS = 60, 100, 30, 20
NEEDS = {
    "stranded_migrant": 40,
    "asylum_seeker": 30,
    "exploited_worker": 15,
    "victim_of_trafficking": 8,
    "child_alone": 5,
    "danger_now": 2,
}
SEXES = {"woman": 38, "man": 58, "prefers_not_to_say": 4}
AGES = {"18_plus": 72, "12_17": 18, "under_12": 10}
LANGUAGES = {"en": 45, "ar": 30, "sw": 25}
NEW = {"noticed": 40, "referred": 25, "in_care": 30, "settled": 3, "closed": 2}
OLD = {"noticed": 2, "referred": 2, "in_care": 6, "settled": 30, "closed": 60}
PRIORITIES = {"normal": 80, "urgent": 17, "emergency": 3}
STATES = {
    "completed": 60,
    "closed": 25,
    "withdrawn": 10,
    "sent": 1,
    "acknowledged": 1,
    "accepted": 2,
    "draft": 1,
}


@dataclass(frozen=True)
class Portion:
    """What one process makes at once: `count` people of an organisation, met within a span of time."""

    organisation: uuid.UUID
    other: uuid.UUID
    count: int
    seed: int
    since: int
    until: int
    desks: tuple[uuid.UUID, ...]
    other_desk: uuid.UUID
    officers: tuple[uuid.UUID, ...]
    caseworkers: tuple[uuid.UUID, ...]
    device: uuid.UUID
    form: uuid.UUID
    screening: str
    measured: bool
    first: bool
    number: int


def main() -> None:
    """Fill the migrated databases that the environment names; the folder for what the measuring needs is given."""
    owner_begin()
    began = time.monotonic()
    from .cast import portions_make

    portions = portions_make(now=int(time.time() * 1000))
    with psycopg.connect(os.environ["OWNER_DATABASE_URL"], autocommit=True) as owner:
        laid = _indexes_take(owner)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn"), initializer=owner_begin) as pool:
        for done, _ in enumerate(pool.map(portion_make, portions), start=1):
            if done % 10 == 0:
                print(f"  {done * 100 // len(portions)} % of the people, {time.monotonic() - began:.0f} s")
    with psycopg.connect(os.environ["OWNER_DATABASE_URL"], autocommit=True) as owner:
        owner.execute("set maintenance_work_mem = '1GB'")
        for statement in laid:
            owner.execute(statement)  # type: ignore[call-overload]  # the database's own words
        print(f"  indexes, {time.monotonic() - began:.0f} s")
        owner.execute("vacuum (analyze)")
    with psycopg.connect(os.environ["OWNER_KEYS_DATABASE_URL"], autocommit=True) as owner:
        owner.execute("vacuum (analyze)")
    print(f"  {PEOPLE:,} people in {time.monotonic() - began:.0f} s")
    Path(sys.argv[1]).write_text(json.dumps({"seconds": round(time.monotonic() - began)}))


def _indexes_take(owner: psycopg.Connection[Any]) -> list[str]:
    """Drop the indexes of the two largest tables and say how to make them again."""
    laid = []
    for table in ("people_findingcode", "journal_act"):
        constraints = owner.execute(
            "select conname, pg_get_constraintdef(oid) from pg_constraint "
            "where conrelid = %s::regclass and contype in ('p', 'u', 'f')",
            [table],
        ).fetchall()
        for name, definition in constraints:
            owner.execute(f'alter table {table} drop constraint "{name}"')  # type: ignore[arg-type]
            laid.append(f'alter table {table} add constraint "{name}" {definition}')
        indexes = owner.execute(
            "select indexname, indexdef from pg_indexes where tablename = %s", [table]
        ).fetchall()
        for name, definition in indexes:
            owner.execute(f'drop index "{name}"')  # type: ignore[arg-type]
            laid.append(definition)
    return laid


def portion_make(portion: Portion) -> None:
    """Make one portion, in one transaction."""
    maker = _Maker(portion)
    for number in range(portion.count):
        maker.person(number)
    with psycopg.connect(os.environ["OWNER_DATABASE_URL"]) as owner:
        for table, columns in _COLUMNS.items():
            copy_rows(owner, table, columns, maker.rows[table])
    with psycopg.connect(os.environ["OWNER_KEYS_DATABASE_URL"]) as owner:
        copy_rows(owner, "kernel_key", _KEY, maker.keys)


_COLUMNS = {
    "people_person": ("id", "organisation_id", "code", "ring", "registered_at", "coded", "sealed"),
    "people_case": (
        "id", "organisation_id", "person_id", "episode", "desk_id", "stage", "priority", "assigned_to_id",
        "noticed_by_id", "noticed_at", "opened_at", "sealed",
    ),
    "people_findingcode": ("organisation_id", "code", "case_id"),
    "journal_act": (
        "id", "organisation_id", "transaction", "act", "subject", "case", "member", "device", "at", "codes",
        "sealed", "rows_hash", "mark",
    ),
    "referrals_referral": (
        "id", "organisation_id", "thread", "side", "case_id", "desk_id", "other_id", "consent_id", "state",
        "priority", "within_minutes", "sent_at", "due_at", "rung", "said", "heard", "sealed",
    ),
    "forms_submission": (
        "id", "organisation_id", "form_id", "instance", "ring", "xml_hash", "device_id", "member_id", "desk_id",
        "received_at", "files_missing", "state", "reasons", "case", "sealed",
    ),
}  # fmt: skip
_KEY = ("id", "organisation_id", "ring", "wrapped", "master_id", "made_at")


class _Maker:
    def __init__(self, portion: Portion) -> None:
        from kimbilio.server.kernel import crypto
        from kimbilio.server.kernel.custody import custody

        self.rows: dict[str, list[bytes]] = {table: [] for table in _COLUMNS}
        self.keys: list[bytes] = []
        self._portion, self._crypto = portion, crypto
        self._random = random.Random(portion.seed)
        self._names = Names(portion.seed)
        self._secret = custody().secret(portion.organisation, "search")
        self._master = custody().ring(portion.organisation).master
        self._organisation = raw(portion.organisation.bytes)
        self._codes: dict[tuple[str, str], bytes] = {}
        self._shared = None if portion.measured else self._key(portion.since)

    def person(self, number: int) -> None:
        """One person with a case, its codes and its acts; where it is measured a form, too, and perhaps a referral."""
        from kimbilio.server.people.search import WAY

        portion, draw = self._portion, self._random
        at = portion.since + (portion.until - portion.since) * number // portion.count
        person, case, (key, ring) = id_of(at), id_of(at), self._shared or self._key(at)
        facts = {
            "name": self._names.draw(),
            "sex": _one(draw, SEXES),
            "age_band": _one(draw, AGES),
            "language": _one(draw, LANGUAGES),
            "safe_contact": "an invented neighbour",
        }
        needs = sorted({_one(draw, NEEDS) for _ in range(draw.choice((1, 1, 2)))})
        stage = _one(draw, NEW if at > _recent() else OLD)
        priority = _one(draw, PRIORITIES)
        desk = _desk(draw, portion.desks)
        officer = draw.choice(portion.officers)
        assigned = draw.choice(portion.caseworkers) if draw.random() < 0.3 else None
        sealed_facts = self._sealed(
            key, person, "people.person.sealed", json.dumps(facts, ensure_ascii=False)
        )
        screening = self._sealed(
            key,
            case,
            "people.case.sealed",
            portion.screening.replace('"@needs"', json.dumps([{"category": need} for need in needs])),
        )
        self.rows["people_person"].append(
            row(
                raw(person.bytes),
                self._organisation,
                text(_code(portion.number * _AT_ONCE + number)),
                raw(ring.bytes),
                moment(at),
                small(WAY),
                raw(sealed_facts),
            )
        )
        self.rows["people_case"].append(
            row(
                raw(case.bytes),
                self._organisation,
                raw(person.bytes),
                small(1),
                raw(desk.bytes),
                text(stage),
                text(priority),
                raw(assigned.bytes) if assigned else NULL,
                raw(officer.bytes),
                moment(at),
                moment(at),
                raw(screening),
            )
        )
        self._find(case, facts, needs)
        for act, subject, codes in (
            ("person.registered", person, "{}"),
            ("case.noticed", case, f'{{"desk": "{desk}", "stage": "noticed", "priority": "{priority}"}}'),
            ("case.stage_moved", case, f'{{"from": "noticed", "stage": "{stage}"}}'),
        ):
            self._act(at, act, subject, case, officer, codes)
        if portion.measured:
            self._form(at, case, officer, desk, key, ring)
            if draw.random() < 0.1:
                self._referral(at, case, key, needs[0], priority)
            if portion.first and number == portion.count - 1:
                for later in range(WITH_MANY_ACTS):
                    self._act(
                        at + later,
                        "case.opened" if later % 3 else "case.followed_up",
                        case,
                        case,
                        officer,
                        "{}",
                    )

    def _find(self, case: uuid.UUID, facts: dict[str, str], needs: list[str]) -> None:
        from kimbilio.server.people.names import name_codes
        from kimbilio.server.people.search import FILTERS, code_of

        wanted = name_codes(facts["name"])
        wanted |= {(kind, facts[kind]) for kind in FILTERS if kind in facts} | {
            ("need", need) for need in needs
        }
        before, after = b"\0\x03" + self._organisation, raw(case.bytes)
        for pair in wanted:
            code = self._codes.get(pair)
            if code is None:
                code = self._codes[pair] = b"\0\0\0\x08" + code_of(self._secret, *pair).to_bytes(
                    8, "big", signed=True
                )
            self.rows["people_findingcode"].append(before + code + after)

    def _act(
        self, at: int, act: str, subject: uuid.UUID, case: uuid.UUID, member: uuid.UUID, codes: str
    ) -> None:
        chance = random.randbytes(80)
        self.rows["journal_act"].append(
            row(
                raw(id_of(at).bytes),
                self._organisation,
                raw(chance[64:]),
                text(act),
                raw(subject.bytes),
                raw(case.bytes),
                raw(member.bytes),
                NULL,
                moment(at),
                jsonb(codes),
                NULL,
                raw(chance[:32]),
                raw(chance[32:64]),
            )
        )

    def _form(
        self, at: int, case: uuid.UUID, officer: uuid.UUID, desk: uuid.UUID, key: Any, ring: uuid.UUID
    ) -> None:
        portion = self._portion
        state = self._random.choices(("understood", "settled", "needs_a_look"), (96, 3.9, 0.1))[0]
        form = id_of(at)
        sealed = self._sealed(key, form, "forms.submission.sealed", '{"xml": ""}')
        self.rows["forms_submission"].append(
            row(
                raw(form.bytes),
                self._organisation,
                raw(portion.form.bytes),
                text(f"uuid:{form}"),
                raw(ring.bytes),
                raw(random.randbytes(32)),
                raw(portion.device.bytes),
                raw(officer.bytes),
                raw(desk.bytes),
                moment(at),
                small(0),
                text(state),
                jsonb('["program_error"]' if state == "needs_a_look" else "[]"),
                raw(case.bytes),
                raw(sealed),
            )
        )

    def _referral(self, at: int, case: uuid.UUID, key: Any, need: str, priority: str) -> None:
        portion = self._portion
        state, referral = _one(self._random, STATES), id_of(at)
        side = "received" if state != "draft" and self._random.random() < 0.5 else "sent"
        desk = portion.other_desk if side == "sent" else portion.desks[0]
        due = moment(at + 48 * 3600 * 1000) if state in ("sent", "acknowledged", "accepted") else NULL
        sealed = self._sealed(
            key, referral, "referrals.referral.sealed", json.dumps({"category": need, "values": {}})
        )
        self.rows["referrals_referral"].append(
            row(
                raw(referral.bytes),
                self._organisation,
                raw(random.randbytes(16)),
                text(side),
                raw(case.bytes),
                raw(desk.bytes),
                raw(portion.other.bytes),
                NULL,
                text(state),
                text(priority),
                normal(2880),
                NULL if state == "draft" else moment(at),
                due,
                small(0),
                small(0),
                small(0),
                raw(sealed),
            )
        )

    def _key(self, at: int) -> tuple[Any, uuid.UUID]:
        """A data key of its own in a ring of its own, wrapped as the key store keeps it."""
        key, ring = self._crypto.DataKey(id_of(at), self._crypto.new_secret()), id_of(at)
        self.keys.append(
            row(
                raw(key.id.bytes),
                self._organisation,
                raw(ring.bytes),
                raw(self._crypto.wrap(self._master, key)),
                raw(self._master.id.bytes),
                moment(at),
            )
        )
        return key, ring

    def _sealed(self, key: Any, of: uuid.UUID, name: str, plain: str) -> bytes:
        sealed: bytes = self._crypto.seal(key, of, name, plain.encode())
        return sealed


def _code(number: int) -> str:
    """A person code for each number, all different: of a million drawn by chance two would be the same."""
    spread = number * 0x9E3779B97F % (1 << 40)
    symbols = "".join(ALPHABET[spread >> 5 * place & 31] for place in range(8))
    return f"K-{symbols[:4]}-{symbols[4:]}-{mod_37_36.calc_check_digit(symbols, ALPHABET)}"


def _recent() -> int:
    """The last half year, in which most cases still run."""
    return int(time.time() * 1000) - _YEARS // 6


def _one(draw: random.Random, shares: dict[str, int]) -> str:
    return draw.choices(list(shares), list(shares.values()))[0]


def _desk(draw: random.Random, desks: tuple[uuid.UUID, ...]) -> uuid.UUID:
    """Early desks of the list hold many cases, late ones few."""
    return desks[min(int(draw.expovariate(4 / len(desks))), len(desks) - 1)]


if __name__ == "__main__":
    main()
