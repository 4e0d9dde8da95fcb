"""The door through which a web server reaches Django."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kimbilio.server.config.settings")
application = get_wsgi_application()

from kimbilio.server.kernel.keystore import tombstones_replay  # noqa: E402  # models need Django started

tombstones_replay()  # a key store restored behind our back brings nobody back
