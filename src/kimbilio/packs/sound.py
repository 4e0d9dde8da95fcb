"""What a sound file is, by its content, and how long it lasts.

Knows the containers that ODK Collect and browsers play: Ogg with Opus or Vorbis (RFC 3533, RFC 7845), MP3
(ISO/IEC 11172-3, 13818-3), MPEG-4 audio (ISO/IEC 14496-12). Reads headers only: nothing is decoded, so it
cannot hear whether anybody speaks.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_OPUS_RATE = 48_000
_UNKNOWN = 0xFFFFFFFFFFFFFFFF
_RATES = (44_100, 48_000, 32_000)  # of MPEG-1; MPEG-2 has the half, MPEG-2.5 the quarter
_KBPS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBPS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_LAYER_3 = 0b01


@dataclass(frozen=True)
class Sound:
    """A sound file: its kind (`ogg`, `mp3` or `m4a`) and its length in seconds, 0.0 when it holds no sound."""

    kind: str
    seconds: float


def sound_of(content: bytes) -> Sound | None:
    """The sound a file holds; None when it is no sound file of a kind that phones and browsers play."""
    try:
        if content.startswith(b"OggS"):
            return Sound("ogg", seconds) if (seconds := _ogg(content)) is not None else None
        if content[4:8] == b"ftyp":
            return Sound("m4a", seconds) if (seconds := _m4a(content)) is not None else None
        return Sound("mp3", seconds) if (seconds := _mp3(content)) else None
    except (struct.error, IndexError, ZeroDivisionError):
        return None


def _ogg(content: bytes) -> float | None:
    """The position of the last page, less what a decoder skips at the start."""
    packet = content[27 + content[26] :]
    if packet.startswith(b"OpusHead"):
        rate, skipped = _OPUS_RATE, struct.unpack_from("<H", packet, 10)[0]
    elif packet.startswith(b"\x01vorbis"):
        rate, skipped = struct.unpack_from("<I", packet, 12)[0], 0
    else:
        return None
    end = len(content)
    while (end := content.rfind(b"OggS", 0, end)) > 0:
        (position,) = struct.unpack_from("<Q", content, end + 6)
        if position != _UNKNOWN:
            return float(max(0, position - skipped) / rate)
    return 0.0


def _m4a(content: bytes) -> float | None:
    """What the movie header says, when one track at least is sound."""
    if b"soun" not in content:
        return None
    for kind, start, end in _boxes(content, 0, len(content)):
        if kind == b"moov":
            for inner, at, _ in _boxes(content, start, end):
                if inner == b"mvhd":
                    layout, place = (">IQ", 20) if content[at] == 1 else (">II", 12)
                    scale, length = struct.unpack_from(layout, content, at + place)
                    return float(length / scale)
    return None


def _boxes(content: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", content, start)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", content, start + 8)[0], 16
        stop = end if size == 0 else start + size
        if stop < start + head or stop > end:
            return
        yield kind, start + head, stop
        start = stop


def _mp3(content: bytes) -> float | None:
    """The sum of its frames; None when the first two do not follow one another."""
    at = 0
    if content.startswith(b"ID3"):
        a, b, c, d = content[6:10]
        at = 10 + (a << 21 | b << 14 | c << 7 | d)
    seconds, frames = 0.0, 0
    while (frame := _frame(content, at)) is not None:
        length, lasts = frame
        at, seconds, frames = at + length, seconds + lasts, frames + 1
    return seconds if frames > 1 else None


def _frame(content: bytes, at: int) -> tuple[int, float] | None:
    """Bytes and seconds of the MP3 frame at a place; None when there is none."""
    if at + 4 > len(content):
        return None
    (head,) = struct.unpack_from(">I", content, at)
    version, layer, speed, pitch = head >> 19 & 3, head >> 17 & 3, head >> 12 & 15, head >> 10 & 3
    if head >> 21 != 0x7FF or version == 1 or layer != _LAYER_3 or speed in (0, 15) or pitch == 3:
        return None
    first = version == 3
    rate = _RATES[pitch] >> {3: 0, 2: 1, 0: 2}[version]
    samples, kbps = (1152, _KBPS_1[speed]) if first else (576, _KBPS_2[speed])
    return samples // 8 * kbps * 1000 // rate + (head >> 9 & 1), samples / rate
