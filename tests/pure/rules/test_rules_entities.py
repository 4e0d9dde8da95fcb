"""When a change made on a phone without signal stands on an old state."""

import pytest

from kimbilio.rules.entities import is_outdated


@pytest.mark.parametrize(
    ("base", "trunk", "branch", "changes"),
    [
        (1, None, "", [""]),
        (1, 1, "mine", [""]),
        (2, 1, "mine", ["mine", ""]),
        (2, 1, "mine", ["mine", "theirs"]),
        (2, None, "", ["mine", "mine"]),
        (None, None, "", []),
        (0, None, "", []),
    ],
)
def test_a_change_by_somebody_else_since_makes_it_outdated(
    base: int | None, trunk: int | None, branch: str, changes: list[str]
) -> None:
    assert is_outdated(base=base, trunk=trunk, branch=branch, changes=changes)


@pytest.mark.parametrize(
    ("base", "trunk", "branch", "changes"),
    [
        (1, None, "", []),
        (3, None, "", ["", "theirs"]),
        (1, 1, "mine", []),
        (2, 1, "mine", ["mine"]),
        (3, 1, "mine", ["mine", "mine"]),
        (2, 1, "mine", []),
    ],
)
def test_a_change_on_what_was_last_seen_and_on_the_phones_own_changes_is_not(
    base: int, trunk: int | None, branch: str, changes: list[str]
) -> None:
    assert not is_outdated(base=base, trunk=trunk, branch=branch, changes=changes)
