"""Fills the real form with an invented person's answers and sends it through the real door, as a phone would.

Knows the samples of `samples.yaml` and how OpenRosa sends a form. Not what the server makes of them.
"""

from __future__ import annotations

import datetime as dt
import os
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.utils import timezone
from django.utils.translation import get_language

from kimbilio.packs import load
from kimbilio.packs.form_result import computed_values
from kimbilio.packs.pack import SCREENING
from kimbilio.server.field.sample import build_submission
from kimbilio.server.forms.selectors import forms_listed

from .world import table

TABLE = Path(__file__).with_name("samples.yaml")
TAKES = dt.timedelta(minutes=6)  # what filling in the form took, as the phone's clock tells it
KEPT = 201


class NotSent(RuntimeError):
    """The door did not keep the sample."""


@dataclass(frozen=True)
class Sample:
    """An invented person's answers, with words about them in the language of the page."""

    id: str
    title: str
    told: str
    answers: dict[str, Any]
    referrals: list[dict[str, Any]]


def samples() -> list[Sample]:
    """All samples."""
    language = get_language() or "en"
    return [
        Sample(
            row["id"],
            row["title"].get(language, row["title"]["en"]),
            row["told"].get(language, row["told"]["en"]),
            row["answers"],
            row["referrals"],
        )
        for row in _table()
    ]


def sample_send(sample: Sample) -> None:
    """Send a sample as a new filled form. Raises NotSent."""
    pack = load(table()["pack"])
    form = forms_listed(pack.id).get(kind=SCREENING)
    end = timezone.now()
    xml = build_submission(
        form.xform,
        sample.answers,
        repeats={"referral": sample.referrals},
        claims=computed_values(sample.answers, pack.ruleset),
        start=end - TAKES,
        end=end,
        instance_id=f"uuid:{uuid.uuid4()}",
        device_id="demo",
    )
    _post(f"{os.environ['KIMBILIO_DEMO_SELF']}/openrosa/{os.environ['KIMBILIO_DEMO_TOKEN']}/submission", xml)


@cache
def _table() -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return read


def _post(address: str, xml: bytes) -> None:
    edge = uuid.uuid4().hex
    body = b"\r\n".join(
        [
            b"--" + edge.encode(),
            b'Content-Disposition: form-data; name="xml_submission_file"; filename="submission.xml"',
            b"Content-Type: text/xml",
            b"",
            xml,
            b"--" + edge.encode() + b"--",
            b"",
        ]
    )
    headers = {"Content-Type": f"multipart/form-data; boundary={edge}", "X-OpenRosa-Version": "1.0"}
    request = urllib.request.Request(address, body, headers, method="POST")  # noqa: S310  # our own address
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  # likewise
            kept = answer.status == KEPT
    except (urllib.error.URLError, OSError) as error:
        raise NotSent from error
    if not kept:
        raise NotSent
