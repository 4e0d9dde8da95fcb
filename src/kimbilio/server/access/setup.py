"""What a phone needs to be set up, as QR codes: the settings of ODK Collect, and the invitation to our own app."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import segno

from kimbilio.server.kernel import crypto


def collect_settings(*, token: str, base_url: str) -> dict[str, Any]:
    """ODK Collect's settings for a device: where to send, forms kept current, sent forms removed from the
    phone.

    `base_url` is the server's address as the phone reaches it, such as https://kimbilio.example.
    """
    return {
        "general": {
            "protocol": "odk_default",
            "server_url": f"{base_url.rstrip('/')}/openrosa/{token}",
            "form_update_mode": "match_exactly",
            "periodic_form_updates_check": "every_one_hour",
            "autosend": "wifi_and_cellular",
            "delete_send": True,
            "hide_old_form_versions": True,
            "analytics": False,
        },
        "admin": {"change_server": False, "admin_pw": ""},
        "project": {"name": "Kimbilio", "icon": "K"},
    }


def collect_qr(*, token: str, base_url: str) -> str:
    """The text of the QR code that ODK Collect scans: the settings as JSON, compressed, in base64.

    It carries the token: show it once, and write it nowhere.
    """
    settings = json.dumps(collect_settings(token=token, base_url=base_url), ensure_ascii=False)
    return base64.b64encode(zlib.compress(settings.encode())).decode()


def app_qr(*, code: str, base_url: str, key: bytes) -> str:
    """The text of the QR code that our own app scans: the server, a one-time code, and the fingerprint of `key`.

    `key` is the organisation's public key, to which the app will seal what it sends.
    """
    fingerprint = crypto.fingerprint(key)
    return json.dumps({"kimbilio": 1, "server": base_url.rstrip("/"), "code": code, "key": fingerprint})


def qr_picture(text: str) -> str:
    """A QR code as the address of a picture, to stand in a page."""
    picture: str = segno.make(text, error="l", micro=False).svg_data_uri(scale=4, border=4, light="#fff")
    return picture
