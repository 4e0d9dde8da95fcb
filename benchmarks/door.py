"""From the door to a durable receipt: filled screenings of about 5 kB, eight phones at once.

The floor is what the database could take: one row of the same size, inserted and committed, through the same driver
into the same database by as many clients. Both take turns in one run; each figure is the median of its turns.
"""

from __future__ import annotations

import http.client
import itertools
import json
import statistics
import uuid
from collections.abc import Callable
from functools import partial

from tests.replay.filled import filled
from tests.world import TOKEN

from .house import House
from .measure import Pace, pace

CLIENTS = 8
SECONDS = 5.0
TURNS = 3
BATCH = 50


def compare(house: House) -> dict[str, object]:
    """Door and floor in turns; how many times as many rows the bare database takes."""
    floor_make(house)
    floors: list[Pace] = []
    doors: list[Pace] = []
    with house.serving() as port:
        for _ in range(TURNS):
            floors.append(pace([partial(_floor, house)] * CLIENTS, seconds=SECONDS / 2))
            doors.append(pace([partial(_phone, port)] * CLIENTS, seconds=SECONDS))
    return {
        "floor": floors,
        "door": doors,
        "ratio": _ratio(floors, doors),
    }


def floor_make(house: House) -> None:
    """The table that the bare rows go into."""
    with house.connect("postgres") as owner:
        owner.execute("create table bench_floor (id uuid primary key, body text not null)")
        owner.commit()


def compare_batches(house: House) -> dict[str, object]:
    """The same forms, fifty to a request, as a phone sends them that was long without signal."""
    floors: list[Pace] = []
    doors: list[Pace] = []
    with house.serving() as port:
        for _ in range(TURNS):
            floors.append(pace([partial(_floor, house)] * CLIENTS, seconds=SECONDS / 2))
            doors.append(pace([partial(_phone_with_many, port)] * CLIENTS, seconds=SECONDS))
    return {"floor": floors, "door": doors, "ratio": _ratio(floors, doors)}


def _ratio(floors: list[Pace], doors: list[Pace]) -> float:
    return statistics.median(
        floor.per_second / door.per_second for floor, door in zip(floors, doors, strict=True)
    )


def submission() -> bytes:
    """One screening as a phone sends it, with all that it computed."""
    return filled()


def _phone(port: int) -> Callable[[], int]:
    """A phone with its connection open, sending one form after the other as ODK Collect does."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    edge = uuid.uuid4().hex
    head = (
        f'--{edge}\r\nContent-Disposition: form-data; name="xml_submission_file"; '
        'filename="submission.xml"\r\nContent-Type: text/xml\r\n\r\n'
    ).encode()
    tail = f"\r\n--{edge}--\r\n".encode()
    pattern = submission()
    number = pattern[pattern.index(b"uuid:") : pattern.index(b"uuid:") + 41]
    headers = {"X-OpenRosa-Version": "1.0", "Content-Type": f"multipart/form-data; boundary={edge}"}

    def send() -> int:
        body = head + pattern.replace(number, f"uuid:{uuid.uuid4()}".encode()) + tail
        connection.request("POST", f"/openrosa/{TOKEN}/submission?deviceID=bench", body, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 201:
            raise RuntimeError(f"the door answered {answer.status}")
        return 1

    return send


def _phone_with_many(port: int) -> Callable[[], int]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    pattern = submission().decode()
    number = pattern[pattern.index("uuid:") : pattern.index("uuid:") + 41]
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}

    def send() -> int:
        forms = [pattern.replace(number, f"uuid:{uuid.uuid4()}") for _ in range(BATCH)]
        connection.request(
            "POST", "/openrosa/submissions?deviceID=bench", json.dumps({"forms": forms}), headers
        )
        answer = json.loads(connection.getresponse().read())
        if {receipt["status"] for receipt in answer["receipts"]} != {201}:
            raise RuntimeError("the door did not take every form")
        return BATCH

    return send


def _floor(house: House) -> Callable[[], int]:
    connection = house.connect("postgres")
    body = submission().decode()
    counter = itertools.count()

    def insert() -> int:
        connection.execute(
            "insert into bench_floor values (%s, %s)", [uuid.uuid4(), f"{next(counter)} {body}"]
        )
        connection.commit()
        return 1

    return insert
