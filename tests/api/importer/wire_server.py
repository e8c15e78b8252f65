"""A small real HTTP server that speaks the importer's side of the public API and misbehaves as networks do.

It stands in for the network and a server that comes and goes, not for Laurel: it decides no points and checks no
consent. What it does check is the importer's own promises: order, one batch per learner at a time, safe repeats.
"""

import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from uuid import NAMESPACE_URL, uuid5

from typing_extensions import override

CLIENT = {"client_id": "learning-platform", "client_secret": "correct horse"}
REVIEWER = {"email": "reviewer@laurel.example", "password": "battery staple"}
PURPOSES = ("engagement", "gamification", "leaderboard", "personalisation", "marketing_email", "analytics")

Body = dict[str, Any]
Answer = tuple[int, Body]


class World:
    """What the server holds, and the faults it is told to make: one for each of the next requests."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.faults: Iterator[str] = iter(())
        self.requests: Counter[str] = Counter()
        self.tokens: dict[str, str] = {}
        self.created: dict[str, tuple[bytes, Answer]] = {}
        self.hcps: dict[str, Body] = {}
        self.consents: dict[str, list[Body]] = {}
        self.content: dict[str, Body] = {}
        self.activities: dict[str, Body] = {}
        self.by_actor: dict[str, list[Body]] = defaultdict(list)
        self.in_flight: Counter[str] = Counter()
        self.overlaps = 0
        self.largest_batch = 0
        self.refused_objects: set[str] = set()
        self.expires_in = 600
        self.notices: Sequence[str] = PURPOSES
        self.seconds_per_batch = 0.0

    def answer(self, method: str, path: str, headers: Message, body: bytes) -> Answer:
        self.requests[f"{method} {path.rsplit('/', 1)[-1]}"] += 1
        data: Any = json.loads(body) if body else {}
        if path == "/v1/sessions":
            return self.sign_in(data)
        role = self.tokens.get(headers.get("Authorization", "").removeprefix("Bearer "))
        if role is None:
            return 401, {"type": "unauthenticated", "title": "Sign in", "detail": "The token is not known."}
        if path == "/v1/notices":
            items = [{"purpose": purpose, "version": 2, "locale": "en-GB", "text": "x"} for purpose in self.notices]
            return 200, {"items": items, "next": None}
        if path == "/v1/activities":
            return self.record(data)
        if path.endswith("/approve"):
            return self.approve(path.split("/")[3], role)
        return self.create(path, headers["Idempotency-Key"], body, data)

    def approve(self, content: str, role: str) -> Answer:
        if role != "reviewer":
            return 403, {"title": "Forbidden", "detail": "Only a medical reviewer approves."}
        self.content[content]["state"] = "approved"
        return 200, {}

    def sign_in(self, data: Body) -> Answer:
        role = {json.dumps(CLIENT): "system", json.dumps(REVIEWER): "reviewer"}.get(json.dumps(data))
        if role is None:
            return 401, {"title": "Not accepted", "detail": "These credentials are not known."}
        token = f"token-{self.requests['POST sessions']}"
        self.tokens[token] = role
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": self.expires_in}

    def create(self, path: str, key: str, body: bytes, data: Body) -> Answer:
        if key in self.created:
            earlier, answer = self.created[key]
            return answer if earlier == body else (422, {"title": "Idempotency key used for another request"})
        identity = str(uuid5(NAMESPACE_URL, f"{path}{key}"))
        if path == "/v1/hcps":
            if any(hcp["email"] == data["email"] for hcp in self.hcps.values()):
                said = {"detail": "This e-mail belongs to another account.", "remedy": "Use it."}
                return 409, {"title": "Conflict", **said, "errors": [{"field": "email", "detail": "taken"}]}
            self.hcps[identity] = data
        elif path == "/v1/content":
            self.content[identity] = {**data, "state": "draft"}
        else:
            self.consents[path.split("/")[3]] = data["consents"]
        self.created[key] = (body, (201, {"id": identity}))
        return self.created[key][1]

    def record(self, batch: list[Body]) -> Answer:
        self.largest_batch = max(self.largest_batch, len(batch))
        results = []
        for activity in batch:
            if activity["object"] in self.refused_objects:
                results.append({"id": activity["id"], "status": "refused", "reason": "content-not-visible"})
            elif activity["id"] in self.activities:
                results.append({"id": activity["id"], "status": "repeated", "effects": {}})
            else:
                self.activities[activity["id"]] = activity
                self.by_actor[activity["actor"]].append(activity)
                results.append({"id": activity["id"], "status": "recorded", "effects": {"points": [{"amount": 5}]}})
        return 200, {"results": results}


class Handler(BaseHTTPRequestHandler):
    """Answers one connection; ``world`` is set by ``serve``."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    world: ClassVar[World]

    def do_GET(self) -> None:
        self.handle_one("GET")

    def do_POST(self) -> None:
        self.handle_one("POST")

    def handle_one(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        actors = {activity["actor"] for activity in json.loads(body)} if self.path == "/v1/activities" else set()
        with self.world.lock:
            fault = next(self.world.faults, "none")
            self.world.overlaps += sum(self.world.in_flight[actor] > 0 for actor in actors)
            self.world.in_flight.update(actors)
        time.sleep(self.world.seconds_per_batch if actors else 0)
        with self.world.lock:
            self.world.in_flight.subtract(actors)
            if fault == "forget tokens":
                self.world.tokens.clear()
            status, answer = (
                (503, {"title": "Away"})
                if fault in {"unavailable", "drop before"}
                else self.world.answer(method, self.path, self.headers, body)
            )
        if fault.startswith("drop"):
            self.close_connection = True
            return
        self.send_response(status)
        payload = json.dumps(answer).encode()
        self.send_header("Content-Type", "application/json" if status < 400 else "application/problem+json")
        self.send_header("Content-Length", str(len(payload)))
        if status == 503:
            self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(payload)

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet."""


@contextmanager
def serve(world: World, port: int = 0) -> Iterator[str]:
    """Serve a world on a free port of the loopback address; gives the URL."""
    handler = type("BoundHandler", (Handler,), {"world": world})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
