"""When a change that a phone made without signal stands on an old state of the record.

Knows versions and the series of changes ("branch") that one phone makes between two synchronisations. Does
not know what changed. Source: ODK Entities specification, 2024.1.0 (baseVersion, trunkVersion, branchId).
"""

from __future__ import annotations

from collections.abc import Sequence

FIRST_VERSION = 1
"""The version of a record that nothing has changed yet; each change counts one more."""


def is_outdated(*, base: int | None, trunk: int | None, branch: str, changes: Sequence[str]) -> bool:
    """Whether somebody else changed the record after the phone last fetched it.

    `changes` are all changes of the record in order, each named by its branch, or by an empty text. A phone
    that changes a record twice without signal builds the second change on its own first one, so what its
    own branch did since `trunk` does not count. Without a base nothing shows what the phone had seen.
    """
    seen = trunk if branch and trunk is not None else base
    if seen is None or seen < FIRST_VERSION:
        return True
    since = changes[seen - FIRST_VERSION :]
    return any(not branch or change != branch for change in since)
