"""Setting up ODK Collect by a QR code."""

from __future__ import annotations

import base64
import json
import zlib

from kimbilio.server.access.setup import collect_qr


def test_the_code_opens_to_collects_settings_with_the_door_of_the_phone() -> None:
    text = collect_qr(token="invented-token", base_url="https://kimbilio.example/")
    settings = json.loads(zlib.decompress(base64.b64decode(text)))
    assert settings["general"]["server_url"] == "https://kimbilio.example/openrosa/invented-token"
    assert settings["general"]["delete_send"] is True
    assert settings["admin"]["change_server"] is False
