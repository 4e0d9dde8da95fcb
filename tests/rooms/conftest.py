"""What several rooms share: the invented republic after somebody has spoken for it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kimbilio.packs import Pack, find_pack, load
from kimbilio.server.country import selectors
from tests.pure.packs import sounds


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pack]:
    """The republic after its opening words and first question were spoken in Arabic, as every room now reads it."""
    shutil.copytree(find_pack("zz"), tmp_path / "zz")
    voices = tmp_path / "zz/media/audio/ar"
    voices.mkdir(parents=True)
    for key in ("opening", "consent_talk"):
        (voices / f"question.{key}.mp3").write_bytes(sounds.mp3(2))
    monkeypatch.setenv("KIMBILIO_PACKS", str(tmp_path))
    selectors.pack_of.cache_clear()
    yield load("zz")
    selectors.pack_of.cache_clear()
