"""Draws a photo anew: reads a file from standard input, writes a smaller JPEG to standard output.

Runs as a program of its own within limits (`pictures`), and imports nothing of the house. What a camera adds
(position, time, its own number, a second small picture) is not carried over: only pixels are.
"""

from __future__ import annotations

import io
import sys
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP")  # no SVG, no PDF, nothing that may hold a program or another file
MOST_PIXELS = 64_000_000  # the largest cameras of phones in ordinary use
LONGEST_SIDE = 1600  # pixels
NOT_A_PICTURE, TOO_LARGE, CUT_OFF = 3, 4, 5


def redraw(given: bytes) -> bytes:
    """The picture as JPEG. Raises SystemExit with the code that says why not."""
    try:
        picture = Image.open(io.BytesIO(given), formats=FORMATS)
    except UnidentifiedImageError:
        raise SystemExit(NOT_A_PICTURE) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise SystemExit(TOO_LARGE) from None
    if picture.width * picture.height > MOST_PIXELS:
        raise SystemExit(TOO_LARGE)
    try:
        picture.draft(
            "RGB", (LONGEST_SIDE, LONGEST_SIDE)
        )  # a JPEG is read at half its size where that is enough
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        plain = Image.new("RGB", upright.size, "white")
        whole = upright.convert("RGBA")
        plain.paste(whole, mask=whole)
    except MemoryError:
        raise SystemExit(TOO_LARGE) from None
    except Exception:  # whatever a decoder stumbles over, the file is not whole
        raise SystemExit(CUT_OFF) from None
    drawn = io.BytesIO()
    plain.save(drawn, "JPEG", quality=80)
    return drawn.getvalue()


if __name__ == "__main__":
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    sys.stdout.buffer.write(redraw(sys.stdin.buffer.read()))
