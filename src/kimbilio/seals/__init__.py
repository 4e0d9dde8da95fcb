"""The seal of a book: its Merkle tree, and a root as one line that a hand can copy.

Knows hashes and letters; knows no database, clock, act or organisation beyond its id.
"""

from .lines import RootLine, UnreadableLine, line_of, line_read, mark_of
from .tree import EMPTY, Frontier, leaf_hash

__all__ = ["EMPTY", "Frontier", "RootLine", "UnreadableLine", "leaf_hash", "line_of", "line_read", "mark_of"]
