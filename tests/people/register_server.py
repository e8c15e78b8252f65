"""A register of licences on this machine that answers as NPPES does, unless a test tells it otherwise."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
from typing_extensions import override

NOBODY: dict[str, Any] = {"result_count": 0, "results": []}


class RegisterServer:
    """Keeps what it answers per number, and what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, Any]] = {}
        self.asked: list[tuple[str, str | None]] = []
        self.address = ""

    def knows(self, number: str, first: str, last: str, **basic: object) -> None:
        """Answer this number with one entry."""
        who = {"first_name": first, "last_name": last, "status": "A"} | basic
        self.answers[number] = 200, {"result_count": 1, "results": [{"number": number, "basic": who}]}

    def source(self, **other: object) -> dict[str, Any]:
        """Return the entry of the operator's file that names this register."""
        reading = {
            "entries": ["results"],
            "identifier": ["number"],
            "names": [["basic", "first_name"], ["basic", "last_name"]],
            "status": ["basic", "status"],
            "active": ["A"],
            "expires": ["basic", "expires"],
        }
        address = f"{self.address}/api/?version=2.1&number={{identifier}}"
        return {"market": "US", "system": "us-npi", "http": {"address": address, "reading": reading} | other}


@contextmanager
def served() -> Iterator[RegisterServer]:
    """Serve one on a free port of this machine."""
    register = RegisterServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer what the test said, and that nobody is found otherwise."""
            number = parse_qs(urlsplit(self.path).query)["number"][0]
            register.asked.append((number, self.headers.get("Authorization")))
            status, document = register.answers.get(number, (200, NOBODY))
            body = document if isinstance(document, bytes) else msgspec.json.encode(document)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    register.address = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield register
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
