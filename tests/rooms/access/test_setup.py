"""Setting up ODK Collect by a QR code."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib

from kimbilio.server.access.setup import app_qr, collect_qr, qr_picture


def test_the_code_opens_to_collects_settings_with_the_door_of_the_phone() -> None:
    text = collect_qr(token="invented-token", base_url="https://kimbilio.example/")
    settings = json.loads(zlib.decompress(base64.b64decode(text)))
    assert settings["general"]["server_url"] == "https://kimbilio.example/openrosa/invented-token"
    assert settings["general"]["delete_send"] is True
    assert settings["admin"]["change_server"] is False


def test_the_apps_code_holds_server_code_and_the_fingerprint_of_the_organisations_key() -> None:
    said = json.loads(app_qr(code="7Q4M-2XPB-K3ZT-0V9W", base_url="https://kimbilio.example/", key=b"k" * 32))
    assert said == {
        "kimbilio": 1,
        "server": "https://kimbilio.example",
        "code": "7Q4M-2XPB-K3ZT-0V9W",
        "key": hashlib.sha256(b"k" * 32).hexdigest()[:32],
    }


def test_a_code_is_a_picture_inside_the_page() -> None:
    assert qr_picture("x" * 400).startswith("data:image/svg+xml")
