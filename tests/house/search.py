"""Looks for what was typed about a person in bytes of any kind: as text, and in the disguises a program gives it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, quote_plus


def disguises(value: str) -> dict[str, bytes]:
    """How `value` may stand in a file, by name. Letters are folded; the searched bytes are folded too."""
    plain = value.encode()
    found = {
        "UTF-8": plain,
        "UTF-16 little-endian": value.encode("utf-16-le"),
        "UTF-16 big-endian": value.encode("utf-16-be"),
        "hex": plain.hex().encode(),
        "address": quote(value).encode(),
        "form": quote_plus(value).encode(),
        "JSON": json.dumps(value)[1:-1].encode(),
        "repr": repr(plain)[2:-1].encode(),
        "case folded": value.casefold().encode(),
    }
    return {name: _folded(form) for name, form in found.items()} | dict(_in_base64(plain))


def _in_base64(plain: bytes) -> Iterator[tuple[str, bytes]]:
    """The three ways in which bytes can lie in base64, without the symbols that depend on their neighbours.

    Base64 tells large letters from small ones: it is searched as it is.
    """
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + plain + b"\0" * (-(len(plain) + shift) % 3))
        start = (shift * 8 + 5) // 6
        end = (shift + len(plain)) * 8 // 6
        yield f"base64, shifted by {shift}", whole[start:end]
        yield (
            f"base64 of addresses, shifted by {shift}",
            whole.translate(bytes.maketrans(b"+/", b"-_"))[start:end],
        )


def findings(places: Mapping[str, bytes], values: Iterable[str]) -> list[str]:
    """Where any of the values stands, in which disguise; values by their number, so that no log repeats them."""
    found = []
    searched = [(number, disguises(value)) for number, value in enumerate(values)]
    for place, content in places.items():
        folded = _folded(content)
        for number, forms in searched:
            for name, form in forms.items():
                if form in (content if name.startswith("base64") else folded):
                    found.append(f"value {number} in {place} as {name}")
    return found


def _folded(content: bytes) -> bytes:
    """ASCII letters as small ones."""
    return content.lower()
