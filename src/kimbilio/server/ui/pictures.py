"""A photo that a stranger made, drawn anew so that a browser may show it.

The file that came is never handed to a browser as a picture: it may be two kinds of file at once, may unpack to
more than a machine holds, and tells where and when it was taken. Knows limits and reasons; does not know forms.
"""

from __future__ import annotations

import sys
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kimbilio.server.kernel import bounded

_PROGRAM = Path(__file__).with_name("redrawing.py")
SECONDS = 20
MEMORY = 1024**3  # bytes of address space: 64 million pixels, twice, beside Python
OUTPUT = 4 * 1024**2

_REASONS: dict[int, str | Promise] = {
    3: _("This file is not a photo that can be shown here (JPEG, PNG, WebP). Save it to open it elsewhere."),
    4: _("This picture has more points than can be shown here. Save it to open it elsewhere."),
    5: _("This photo is cut off or damaged. Save it as it came, or ask for it again."),
}


class NotShown(ValueError):
    """A file cannot be shown as a picture; the text is the sentence for the reader."""


def picture_redraw(given: bytes) -> bytes:
    """The photo as JPEG, at most 1600 pixels on a side, without anything but its points. Raises NotShown."""
    try:
        return bounded.run(
            # Isolated (-I): neither the folder nor the environment of the caller decides what is imported
            [sys.executable, "-I", str(_PROGRAM)],
            given=given,
            seconds=SECONDS,
            memory=MEMORY,
            output=OUTPUT,
            environment={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        )
    except bounded.OverLimit:
        raise NotShown(str(_REASONS[4])) from None
    except bounded.ProgramFailed as fault:
        raise NotShown(str(_REASONS.get(fault.code, _REASONS[5]))) from None
