"""Files whose rows were rolled back go; a file with a row, or one that may still get its row, stays."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from kimbilio.server.config.sweeping import orphans_sweep
from kimbilio.server.forms.models import Attachment
from kimbilio.server.forms.services import submission_receive
from kimbilio.server.kernel import blobs, keystore, sealed
from kimbilio.server.kernel.ids import new_id
from kimbilio.server.kernel.rows import acting_for
from tests.installation import Installation
from tests.replay.filled import photo_form, photos_publish
from tests.world import world_get


@pytest.mark.parametrize(("days", "goes"), [(0.5, False), (2, True), (9, False)])
def test_only_an_orphan_between_one_day_and_eight_goes(
    installation: Installation, days: float, goes: bool
) -> None:
    world = world_get()
    photos_publish()
    with acting_for(world.border.id):
        submission_receive(device=world.device, xml=photo_form("a.jpg"), files=[("a.jpg", b"picture")])
        attachment = Attachment.objects.get()
    key, _ = keystore.key_create(world.border.id)
    orphan = new_id()
    blobs.blob_write(key, orphan, b"rolled back")
    half = Path(settings.KIMBILIO_BLOBS) / "aa" / "half.part"
    half.parent.mkdir(exist_ok=True)
    half.write_bytes(b"x")
    then = (timezone.now() - timedelta(days=days)).timestamp()
    for path in Path(settings.KIMBILIO_BLOBS).glob("??/*"):
        os.utime(path, (then, then))

    assert orphans_sweep(now=timezone.now()) == {0.5: 0, 2: 2, 9: 1}[days]

    if goes:
        with pytest.raises(FileNotFoundError):
            blobs.blob_read(key, orphan)
    else:
        assert blobs.blob_read(key, orphan) == b"rolled back"
    with acting_for(world.border.id):
        assert blobs.blob_read(sealed.key_of(attachment), attachment.id) == b"picture"
