"""What stands in front of the server in production, for tests: a proxy that writes the headers nginx writes, and a
person with a browser behind it who knows cookies, forms and an app that shows codes.

There is no TLS in it: to the server it says what nginx says after TLS has ended.
"""

from __future__ import annotations

import http.client
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlencode

from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)

NAME = "kimbilio.example"


@contextmanager
def proxied(port: int) -> Iterator[str]:
    """A proxy before the server on `port`; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            ours = {"host", "connection", "x-forwarded-proto", "x-forwarded-for", "x-real-ip"}
            headers = {name: value for name, value in self.headers.items() if name.lower() not in ours}
            headers |= {"Host": NAME, "X-Forwarded-Proto": "https", "X-Real-IP": "192.0.2.7"}
            upstream = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            upstream.request(self.command, self.path, body or None, headers)
            answer = upstream.getresponse()
            content = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in {
                    "transfer-encoding",
                    "content-length",
                    "connection",
                    "date",
                    "server",
                }:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)
            upstream.close()

        do_GET = do_HEAD = do_POST = _pass_on

        def log_message(self, *_: object) -> None:
            """Addresses carry tokens."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Visitor:
    """A person with a browser. Follows redirects; raises AssertionError when a page is not answered well."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._cookies: dict[str, str] = {}
        self._seed = ""
        self.at = ""
        self.page = ""
        self.headers = http.client.HTTPMessage()

    def go(self, path: str) -> str:
        """Open a page; returns its text."""
        return self._ask("GET", path)

    def send(self, path: str, **fields: str | list[str]) -> str:
        """Fill in the form of a page and press its button; returns the page that follows."""
        if self.at != path and f'action="{path}"' not in self.page:
            self.go(path)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.page)
        assert token, f"{path} has no form: {self.page[:500]}"
        return self._ask("POST", path, urlencode({"csrfmiddlewaretoken": token[1], **fields}, doseq=True))

    def begin(self, username: str, code: str, password: str) -> None:
        """Set a password with the steward's code, sign in, and connect an app that shows codes."""
        self.send("/accounts/begin/", username=username, code=code, password=password)
        assert self.at == "/accounts/login/", self.page
        self.send("/accounts/login/", login=username, password=password)
        assert self.at == "/accounts/2fa/", self.page
        activate = "/accounts/2fa/totp/activate/"
        self.go(activate)  # which asks for the password once more
        self.send("/accounts/reauthenticate/", password=password, next=activate)
        seed = re.search(r'<span class="code">(\w+)</span>', self.page)
        assert seed, f"{self.at}: {self.page}"
        self._seed = seed[1]
        code = format_hotp_value(hotp_value(self._seed, next(yield_hotp_counters_from_time())))
        self.send(activate, code=code)
        assert "No app is connected" not in self.go("/accounts/2fa/")

    def _ask(self, method: str, path: str, body: str = "") -> str:
        connection = http.client.HTTPConnection(self._address, timeout=60)
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
            "Referer": f"https://{NAME}{self.at}",
        }
        if method == "POST":
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"https://{NAME}"}
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        self.page, self.at = answer.read().decode(), path
        self.headers = answer.headers
        self._keep(answer.headers.get_all("Set-Cookie") or [])
        connection.close()
        if answer.status in (301, 302, 303):
            return self._ask("GET", self.headers["Location"].removeprefix(f"https://{NAME}"))
        assert answer.status == 200, f"{method} {path}: {answer.status} {self.page[:1500]}"
        return self.page

    def _keep(self, cookies: list[str]) -> None:
        for cookie in cookies:
            assert "Secure" in cookie
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value


def await_link(visitor: Visitor, path: str, pattern: str, *, seconds: float = 60) -> str:
    """Look at a page again and again until it leads where the pattern says; returns the address."""
    end = time.monotonic() + seconds
    while (found := re.search(f'href="({pattern})"', visitor.go(path))) is None:
        assert time.monotonic() < end, f"{path} never led to {pattern}: {visitor.page}"
        time.sleep(0.3)
    return found[1]
