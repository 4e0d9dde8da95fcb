"""Recovery sheets through the real commands: two bring the key folder back, one does not."""

from __future__ import annotations

import re

import pytest

from kimbilio.server.journal.models import Act
from kimbilio.server.kernel import sealed
from kimbilio.server.kernel.crypto import Unreadable
from kimbilio.server.kernel.custody import custody
from kimbilio.server.kernel.escrow import (
    WrongCode,
    code_read,
    escrow_find,
    escrow_make,
    escrow_open,
)
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people.models import Person
from tests.installation import Installation
from tests.rooms.referrals.story import CONTROLLED, case_of
from tests.world import World, world_get

LINE = re.compile(r"^ {8}([0-9A-Z]{4}-[0-9A-Z]{4})$", re.MULTILINE)
BORDER = "Border Service of Zuri"


def codes_in(said: str) -> list[str]:
    lines = LINE.findall(said)
    return ["\n".join(lines[at : at + 4]) + "\n" for at in range(0, len(lines), 4)]


@pytest.mark.slow
def test_any_two_holders_bring_the_key_back_also_after_a_rotation_and_one_alone_cannot(
    installation: Installation,
) -> None:
    world = world_get()
    with acting_for(world.border.id):
        person = case_of(world, CONTROLLED).person
    holders = ("--holder", "Sela", "--holder", "Stefan", "--holder", "Ada")
    done = installation.run("keys", "escrow", "--organisation", "ZZZ-GATE", *holders)
    assert done.returncode == 0, done.stderr
    sela, stefan, ada = codes_in(done.stdout)
    assert installation.run("keys", "rotate", "--organisation", "ZZZ-GATE").returncode == 0

    refused = installation.run("keys", "recover", "--organisation", BORDER, given=sela + ada)
    assert refused.returncode == 2
    assert "--over" in refused.stderr

    file = installation.keys / f"{world.border.id}.key"
    before = custody().ring(world.border.id)
    file.unlink()
    alone = installation.run("keys", "recover", "--organisation", BORDER, given=sela + sela)
    assert alone.returncode == 2
    assert "not two different sheets" in alone.stderr
    mistyped = installation.run("keys", "recover", "--organisation", BORDER, given="AAAA-AAAA\n" * 8)
    assert mistyped.returncode == 2
    assert "Line 1 is not as it stands on the sheet" in mistyped.stderr
    assert not file.exists()

    done = installation.run(
        "keys", "recover", "--organisation", BORDER, given=ada.lower().replace("-", " ") + stefan
    )
    assert done.returncode == 0, done.stderr
    assert "sheets 2 and 3" in done.stdout
    assert custody().ring(world.border.id) == before
    assert file.stat().st_mode & 0o777 == 0o600
    with acting_for(world.border.id):
        assert sealed.read(Person.objects.get(id=person.id))["name"]
        told = Act.objects.filter(act__in=["key.escrowed", "key.recovered"]).order_by("id")
        assert [(act.act, act.codes) for act in told] == [
            ("key.escrowed", {"found": 3}),
            ("key.recovered", {"sheets": [2, 3]}),
        ]


def test_every_two_sheets_open_and_no_one_sheet_and_no_older_sheet_does(world: World) -> None:
    ring = custody().ring(world.border.id)

    def printed(*holders: str) -> list[str]:
        sheets = escrow_make(world.border.id, name=BORDER, holders=holders, ring=ring)
        return [code_read("".join(lines)) for lines in sheets]

    older = printed("a", "b")
    codes = printed("a", "b", "c", "d")
    row = escrow_find(BORDER)
    assert row is not None
    for first in codes:
        for second in codes:
            if first != second:
                assert escrow_open(row, [first, second])[0] == ring
            else:
                with pytest.raises(Unreadable):
                    escrow_open(row, [first, second])
        with pytest.raises(Unreadable):
            escrow_open(row, [first, older[0]])
    with pytest.raises(Unreadable):
        escrow_open(row, older)
    kept = repr(row.pairs) + repr(bytes(row.ring)) + repr(row.holders)
    assert not [code for code in codes if code in kept or code[:14] in kept]


@pytest.mark.parametrize("holders", [["Sela"], ["Sela", "Sela"]])
def test_one_holder_is_not_enough(world: World, holders: list[str]) -> None:
    with pytest.raises(ValueError, match="two holders"):
        escrow_make(world.border.id, name=BORDER, holders=holders, ring=custody().ring(world.border.id))
    assert escrow_find(BORDER) is None


def test_a_wrong_character_is_found_in_its_line(world: World) -> None:
    ring = custody().ring(world.border.id)
    lines, _ = escrow_make(world.border.id, name=BORDER, holders=["a", "b"], ring=ring)
    wrong = lines[2].replace(lines[2][1], "7" if lines[2][1] != "7" else "8", 1)
    with pytest.raises(WrongCode, match="Line 3"):
        code_read("".join([*lines[:2], wrong, lines[3]]))
    with pytest.raises(WrongCode, match="24 characters"):
        code_read("".join(lines[:3]))
