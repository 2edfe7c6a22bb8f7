"""What tests run against: a gateway that answers as it is told, and a real stack."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from stack import Stack

# Text is sent as it is.
Answer = tuple[int, dict[str, Any] | str]
Responder = Callable[[str, dict[str, Any]], Answer]


class Gateway:
    """Answers as it is told: what is sent to it is what is looked at."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.respond: Responder = lambda path, body: (200, {})
        self.changed = threading.Condition()
        self.connections = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                outer.connections += 1

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers.get("content-length", "0"))) or b"{}")
                with outer.changed:
                    outer.calls.append((self.path, body))
                    outer.changed.notify_all()
                status, answer = outer.respond(self.path, body)
                text = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("location", "http://elsewhere/")
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST

            def log_message(self, format: str, *args: Any) -> None:
                pass

        ThreadingHTTPServer.request_queue_size = 128
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def sent(self, path: str) -> list[dict[str, Any]]:
        return [body for called, body in self.calls if called.endswith(path)]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    played = Gateway()
    yield played
    played.close()


@pytest.fixture
def stack() -> Stack:
    url, api_key = os.environ.get("DTS_URL"), os.environ.get("DTS_API_KEY")
    if not url or not api_key:
        pytest.skip("DTS_URL and DTS_API_KEY are not set: there is no stack to run against")
    return Stack(url, api_key)
