"""Rows in the binary form of PostgreSQL's COPY, built of bytes: a million people in minutes.

See "COPY, Binary Format" in PostgreSQL's manual.
"""

from __future__ import annotations

import random
import struct
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime

import psycopg
from psycopg import sql

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
_EPOCH = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp() * 1000)
NULL = b"\xff\xff\xff\xff"
_SIZED = struct.Struct(">i")
_SMALL = struct.Struct(">ih")
_NORMAL = struct.Struct(">ii")
_BIG = struct.Struct(">iq")


def raw(value: bytes) -> bytes:
    """bytea, text in UTF-8, or a UUID's 16 bytes."""
    return _SIZED.pack(len(value)) + value


def text(value: str) -> bytes:
    """text."""
    return raw(value.encode())


def small(value: int) -> bytes:
    """smallint."""
    return _SMALL.pack(2, value)


def normal(value: int) -> bytes:
    """integer."""
    return _NORMAL.pack(4, value)


def big(value: int) -> bytes:
    """bigint."""
    return _BIG.pack(8, value)


def moment(milliseconds: int) -> bytes:
    """timestamptz, from milliseconds since 1970."""
    return _BIG.pack(8, (milliseconds - _EPOCH) * 1000)


def jsonb(value: str) -> bytes:
    """jsonb."""
    return raw(b"\x01" + value.encode())


def row(*fields: bytes) -> bytes:
    """One row of fields made as above."""
    return len(fields).to_bytes(2, "big") + b"".join(fields)


def id_of(milliseconds: int) -> uuid.UUID:
    """A UUIDv7 born at that moment (RFC 9562)."""
    number = milliseconds << 80 | random.getrandbits(80)
    return uuid.UUID(int=number & ~(0xF << 76 | 0x3 << 62) | 0x7 << 76 | 0x2 << 62)


def copy_rows(
    connection: psycopg.Connection, table: str, columns: Iterable[str], rows: Iterable[bytes]
) -> None:
    """Copy rows into a table, in the connection's transaction, without asking triggers."""
    connection.execute("set local session_replication_role = replica")
    statement = sql.SQL("copy {} ({}) from stdin (format binary)").format(
        sql.Identifier(table), sql.SQL(", ").join(sql.Identifier(name) for name in columns)
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(_HEADER)
        copy.write(b"".join(rows))
        copy.write(_END)
