"""A line between a phone and the server that breaks: a proxy that drops, delays and cuts at random bytes."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

PIECE = 4096


@dataclass
class BrokenLine:
    """Listens on `port` and carries bytes to `target`; every connection meets a fate of its own."""

    target: int
    random: random.Random
    faults: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        self.broken = True
        self._lock = threading.Lock()
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        """Carry nothing any more."""
        self._door.close()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = self._door.accept()
                threading.Thread(target=self._carry, args=(caller, self._fate()), daemon=True).start()

    def _fate(self) -> tuple[str, int]:
        """What happens, and after how many bytes."""
        kinds = ["whole", "refused", "up cut", "up reset", "down cut", "down reset", "slow", "silent"]
        with self._lock:
            kind = self.random.choices(kinds, [30, 5, 15, 15, 12, 12, 10, 3])[0] if self.broken else "whole"
            self.faults[kind] += 1
            # Heads lie within the first hundreds of bytes, photos take tens of thousands
            return kind, int(10 ** self.random.uniform(0, 4.6))

    def _carry(self, caller: socket.socket, fate: tuple[str, int]) -> None:
        kind, at = fate
        if kind == "refused":
            _break(caller)
            return
        with contextlib.suppress(OSError):
            server = socket.create_connection(("127.0.0.1", self.target), timeout=30)
            up = threading.Thread(target=self._pump, args=(caller, server, kind, at, "up"), daemon=True)
            up.start()
            self._pump(server, caller, kind, at, "down")
            up.join(30)
            server.close()
        caller.close()

    def _pump(self, source: socket.socket, sink: socket.socket, kind: str, at: int, direction: str) -> None:
        """Carry bytes one way until the end or the fault."""
        left = at if kind.startswith(direction) or kind == "silent" else None
        with contextlib.suppress(OSError):
            for piece in _pieces(source):
                if kind == "slow":
                    time.sleep(0.01)
                if left is not None and len(piece) >= left:
                    sink.sendall(piece[:left])
                    if kind == "silent":
                        time.sleep(2)  # longer than the phones of this test wait
                    for side in (source, sink):
                        _break(side) if kind.endswith("reset") else side.shutdown(socket.SHUT_RDWR)
                    return
                sink.sendall(piece)
                left = left - len(piece) if left is not None else None
            sink.shutdown(socket.SHUT_WR)


def _pieces(source: socket.socket) -> Iterator[bytes]:
    while piece := source.recv(PIECE):
        yield piece


def _break(side: socket.socket) -> None:
    """Close with a reset, as a phone out of reach of its mast looks to the other end."""
    side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    side.close()
