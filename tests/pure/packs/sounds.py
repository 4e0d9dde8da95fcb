"""Tiny sound files made by hand, byte by byte: silence, in each kind that a pack may hold.

The Opus and MP3 ones are valid streams that players play; the MPEG-4 one has its boxes and no samples.
"""

from __future__ import annotations

import struct

_SILENT_OPUS = b"\xf8\xff\xfe"  # 20 ms of CELT silence (RFC 6716)
_LOUD = 120  # bytes of an Opus packet as long as speech makes them


def ogg(seconds: float, *, heavy: bool = True) -> bytes:
    """Opus in Ogg (RFC 7845). `heavy` fills the packets to the size of speech; else they are all but empty."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, 48_000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 4) + b"none" + struct.pack("<I", 0)
    packet = _padded(_LOUD) if heavy else _SILENT_OPUS
    count = round(seconds * 50)
    pages = [_page([head], 0, 2, 0), _page([tags], 0, 0, 1)]
    for number, start in enumerate(range(0, count, 50), start=2):
        packets = [packet] * min(50, count - start)
        last = 4 if start + 50 >= count else 0
        pages.append(_page(packets, (start + len(packets)) * 960, last, number))
    return b"".join(pages)


def _padded(size: int) -> bytes:
    """The same silence as one frame of a code-3 packet, padded to `size` bytes (RFC 6716, 3.2.5)."""
    padding = size - 3 - 2
    return bytes([0xF8 | 3, 0x40 | 1, padding]) + _SILENT_OPUS[1:] + bytes(padding)


def _page(packets: list[bytes], position: int, flags: int, number: int) -> bytes:
    lacing = b"".join(b"\xff" * (len(p) // 255) + bytes([len(p) % 255]) for p in packets)
    head = struct.pack("<4sBBQIIIB", b"OggS", 0, flags, position, 7, number, 0, len(lacing))
    page = head + lacing + b"".join(packets)
    return page[:22] + struct.pack("<I", _crc(page)) + page[26:]


def _crc(page: bytes) -> int:
    crc = 0
    for byte in page:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ (0x04C11DB7 if crc & 0x80000000 else 0)) & 0xFFFFFFFF
    return crc


def mp3(seconds: float, *, tagged: bool = False) -> bytes:
    """MPEG-1 layer 3, one channel, 32 kbit/s, 32 kHz: frames of 36 ms without any sound in them."""
    frame = bytes([0xFF, 0xFB, 0x18, 0xC4]) + bytes(140)
    tag = b"ID3\x04\x00\x00" + bytes([0, 0, 1, 0]) + bytes(128) if tagged else b""
    return tag + frame * round(seconds / 0.036)


def m4a(seconds: float, *, version: int = 0) -> bytes:
    """The boxes of an MPEG-4 sound file, with a movie header of either version."""
    lengths = struct.pack(">QQIQ" if version else ">IIII", 0, 0, 1000, round(seconds * 1000))
    header = _box(b"mvhd", bytes([version, 0, 0, 0]) + lengths + bytes(80))
    track = _box(b"trak", _box(b"mdia", _box(b"hdlr", bytes(8) + b"soun" + bytes(13))))
    data = _box(b"mdat", bytes(round(seconds * 2000)))
    return _box(b"ftyp", b"M4A \x00\x00\x00\x00") + data + _box(b"moov", header + track)


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content
