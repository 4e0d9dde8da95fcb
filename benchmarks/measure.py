"""Clients that do one thing again and again, and what their times say."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """What several clients did: things a second over all of them, and how long one took, in milliseconds."""

    per_second: float
    p50: float
    p95: float
    p99: float

    def __str__(self) -> str:
        return (
            f"{self.per_second:,.0f}/s, p50 {self.p50:.1f} ms, p95 {self.p95:.1f} ms, p99 {self.p99:.1f} ms"
        )


def pace(makers: Sequence[Callable[[], Callable[[], int]]], *, seconds: float) -> Pace:
    """Let each maker make its client (its connection), then let all clients work at once for `seconds`.

    A client does its thing once and returns how many things that were (a batch counts its parts).
    """
    start = threading.Barrier(len(makers) + 1)
    took: list[float] = []
    done = [0] * len(makers)
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            act = makers[number]()
            act()  # connections open, caches warm
            start.wait()
            end = time.monotonic() + seconds
            while (began := time.monotonic()) < end:
                done[number] += act()
                took.append(time.monotonic() - began)
        except BaseException as failure:
            failures.append(failure)
            start.abort()
            raise

    clients = [threading.Thread(target=work, args=(number,)) for number in range(len(makers))]
    for client in clients:
        client.start()
    start.wait()
    began = time.monotonic()
    for client in clients:
        client.join()
    if failures:
        raise failures[0]
    return Pace(sum(done) / (time.monotonic() - began), *percentiles(took))


def percentiles(seconds: Sequence[float]) -> tuple[float, float, float]:
    """The 50th, 95th and 99th percentile in milliseconds."""
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return cuts[49] * 1000, cuts[94] * 1000, cuts[98] * 1000
