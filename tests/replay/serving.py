"""The server behind a real socket, for clients that speak HTTP; one thread a request, as in production."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.core.handlers.wsgi import WSGIHandler
from django.db import connections


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    block_on_close = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Addresses carry tokens."""


@contextmanager
def serving(application: Callable[..., Any] | None = None) -> Iterator[str]:
    """Serve an application, Django's unless given, on a free port; yields its address."""
    handler = application or WSGIHandler()

    def closing(environ: dict[str, Any], start: Any) -> list[bytes]:
        try:
            return list(handler(environ, start))
        finally:
            connections.close_all()  # the thread ends with the request; its connections must not outlive it

    server = make_server("127.0.0.1", 0, closing, server_class=_Server, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
