"""The Merkle tree of a book, grown leaf by leaf from its frontier alone.

Hashing as RFC 9162 §2.1.1 (the same as RFC 6962 §2.1): SHA-256, 0x00 before a leaf, 0x01 before a node, split at the
largest power of two below the size. Does not know what a leaf says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

WIDTH = 32
EMPTY = hashlib.sha256(b"").digest()
"""Root of the tree without leaves."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one leaf that says `entry`."""
    return hashlib.sha256(b"\x00" + entry).digest()


def _node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True)
class Frontier:
    """A tree of `size` leaves, kept as the roots of its complete subtrees, the largest first: one for each 1 in the
    binary form of the size. That is all it takes to grow it, and to tell its root.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if len(self.peaks) != self.size.bit_count():
            raise ValueError(f"A tree of {self.size} leaves has {self.size.bit_count()} complete subtrees.")

    @classmethod
    def from_bytes(cls, size: int, kept: bytes) -> Frontier:
        """What `to_bytes` gave. Raises ValueError."""
        if len(kept) % WIDTH:
            raise ValueError(f"A frontier is a row of hashes of {WIDTH} bytes.")
        return cls(size, tuple(kept[at : at + WIDTH] for at in range(0, len(kept), WIDTH)))

    def to_bytes(self) -> bytes:
        """The hashes one after another, at most 64."""
        return b"".join(self.peaks)

    def grown(self, leaves: Iterable[bytes]) -> Frontier:
        """The tree with further leaves, given as leaf hashes."""
        size, peaks = self.size, list(self.peaks)
        for leaf in leaves:
            standing, filled = leaf, size
            while filled & 1:
                standing = _node_hash(peaks.pop(), standing)
                filled >>= 1
            peaks.append(standing)
            size += 1
        return Frontier(size, tuple(peaks))

    @property
    def root(self) -> bytes:
        """The root, 32 bytes."""
        if not self.peaks:
            return EMPTY
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = _node_hash(peak, root)
        return root
