"""Country packs: domain knowledge as data. Read one with `load`, have its faults explained with `check`.

Knows nothing of persons, clocks or servers. The form compiler is `kimbilio.packs.compile`, imported when used
because it brings the whole of pyxform with it.
"""

from kimbilio.packs.checker import check
from kimbilio.packs.faults import Fault, PackError
from kimbilio.packs.pack import Pack
from kimbilio.packs.reader import find_pack, known_packs, load

__all__ = ["Fault", "Pack", "PackError", "check", "find_pack", "known_packs", "load"]
