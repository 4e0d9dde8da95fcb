"""The Merkle tree against the published vectors of RFC 6962, and against the RFC's own recursive definition.

Vectors: github.com/transparency-dev/merkle, testonly/constants.go (leaves, and the root of each size from 0 to 8).
"""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimbilio.seals import Frontier, leaf_hash

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def defined(entries: list[bytes]) -> bytes:
    """RFC 9162 §2.1.1, as it is written there."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    split = 1 << ((len(entries) - 1).bit_length() - 1)
    return hashlib.sha256(b"\x01" + defined(entries[:split]) + defined(entries[split:])).digest()


@pytest.mark.parametrize("size", range(9))
def test_the_root_is_the_published_one(size: int) -> None:
    grown = Frontier().grown(leaf_hash(entry) for entry in LEAVES[:size])
    assert grown.root.hex() == ROOTS[size]
    assert grown.size == size


@given(entries=st.lists(st.binary(max_size=8), max_size=70), data=st.data())
def test_a_tree_grown_in_any_pieces_and_kept_between_them_has_the_root_that_the_rfc_defines(
    entries: list[bytes], data: st.DataObject
) -> None:
    tree = Frontier()
    rest = [leaf_hash(entry) for entry in entries]
    while rest:
        taken = data.draw(st.integers(1, len(rest)))
        tree = tree.grown(rest[:taken])
        tree = Frontier.from_bytes(tree.size, tree.to_bytes())
        rest = rest[taken:]
    assert tree.root == defined(entries)


@pytest.mark.parametrize(("size", "kept"), [(1, b""), (3, b"x" * 32), (1, b"x" * 31), (0, b"x" * 32)])
def test_a_frontier_that_does_not_fit_its_size_is_refused(size: int, kept: bytes) -> None:
    with pytest.raises(ValueError, match=r"hashes|subtrees"):
        Frontier.from_bytes(size, kept)
