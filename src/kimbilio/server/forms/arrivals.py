"""A filled form at the door: read as far as must be known before it is kept, and closed with a key.

Knows nothing of what is kept already; `receiving` does.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import timezone

from kimbilio.server.identity.actor import Actor, actor_of_device
from kimbilio.server.identity.models import Device
from kimbilio.server.kernel import keystore, sealed
from kimbilio.server.kernel.crypto import DataKey
from kimbilio.server.kernel.ids import new_id
from kimbilio.xlsforms import Identity, parse, read_identity

from .keeping import File, hash_kept
from .models import FormVersion, Refusal, Submission
from .reading import Outline, outline_of, version_known


@dataclass(frozen=True)
class Arrival:
    """A filled form with the files that it names; `left_out` counts those it does not name."""

    device: Device
    form: FormVersion
    identity: Identity
    xml: bytes
    outline: Outline
    files: list[File]
    left_out: int
    xml_hash: bytes = field(repr=False)

    @property
    def actor(self) -> Actor:
        """The member through the phone."""
        return actor_of_device(self.device)

    @property
    def is_closed(self) -> bool:
        """Whether the phone encrypted it."""
        return self.outline.is_closed

    @property
    def is_plain(self) -> bool:
        """Nothing comes with it and it corrects nothing: new, it is a row, an act and a job."""
        return not (self.files or self.outline.files or self.identity.deprecated_id or self.is_closed)

    def row(self, original: Submission | None = None) -> tuple[Submission, DataKey]:
        """The row it becomes, closed with a key of its own, not saved yet."""
        key, ring = keystore.key_create(self.device.organisation_id)
        row = Submission(
            id=new_id(),
            organisation_id=self.device.organisation_id,
            form=self.form,
            instance=self.identity.instance_id,
            corrects=original,
            ring=ring,
            xml_hash=self.xml_hash,
            device=self.device,
            member_id=self.device.member_id,
            desk_id=self.device.desk_id,
            started_at=self.outline.started_at,
            ended_at=self.outline.ended_at,
            received_at=timezone.now(),
        )
        self._close_into(row, key)
        return row, key

    def refusal(self, of: Submission) -> tuple[Refusal, DataKey]:
        """The row it becomes when `of` stands in its way, closed with a key of its own, not saved yet."""
        key, ring = keystore.key_create(self.device.organisation_id)
        row = Refusal(
            id=new_id(),
            organisation_id=self.device.organisation_id,
            submission=of,
            ring=ring,
            xml_hash=self.xml_hash,
            device=self.device,
            member_id=self.device.member_id,
            desk_id=self.device.desk_id,
            received_at=timezone.now(),
        )
        self._close_into(row, key)
        return row, key

    def _close_into(self, row: Submission | Refusal, key: DataKey) -> None:
        sealed.write(row, key, {"xml": base64.b64encode(self.xml).decode()})


def arrival_of(device: Device, xml: bytes, files: Iterable[File] = ()) -> Arrival:
    """Read a form at the door. Raises kimbilio.xlsforms.SubmissionRefused, UnknownForm."""
    root = parse(xml)
    identity = read_identity(root)
    form = version_known(identity.form_id, identity.version or "")
    outline = outline_of(xml, form, root=root)
    sent = list(files)
    fitting = [(name, content) for part, content in sent if (name := outline.named(part)) is not None]
    return Arrival(
        device,
        form,
        identity,
        xml,
        outline,
        fitting,
        left_out=len(sent) - len(fitting),
        xml_hash=hash_kept(device.organisation_id, xml),
    )
