"""Clients of a house over HTTP, who keep every answer that they received."""

import contextlib
import json
import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Final, NamedTuple, Self
from uuid import uuid4

import httpx
from typing_extensions import override

from tests.system.house import PASSWORD, House, email_of

PURPOSES: Final = ("engagement", "gamification", "leaderboard")
OCCURRED: Final = "2024-03-04T10:00:00Z"
RETRY_SECONDS: Final = 0.05
PATIENCE_SECONDS: Final = 120.0
FRESH_SECONDS: Final = 180.0
"""How long a visitor uses a token before the next: it is good for longer than that and all patience together."""


class Answer(NamedTuple):
    """One answer that arrived, whole, and how long it took."""

    seconds: float
    route: str
    status: int
    request: str | None
    body: bytes

    @property
    def said(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str | None:
        """The stable code of a problem."""
        if self.status < httpx.codes.BAD_REQUEST or not self.body:
            return None
        return str(self.said["type"]).rpartition(":")[2]

    @property
    def is_strangers(self) -> bool:
        """Whether it refuses somebody whose token says nothing; the token of a session that ended still says whose."""
        return self.status == httpx.codes.UNAUTHORIZED and self.said["reason"] == "malformed"

    @property
    def is_bare(self) -> bool:
        """Whether it says that its audit entry could not be made durable: 503 and not a byte more."""
        return self.status == httpx.codes.SERVICE_UNAVAILABLE and not self.body


class Guest:
    """One caller. It remembers every answer, and how often none came."""

    def __init__(self, house: House, credentials: Mapping[str, str]) -> None:
        self.credentials = dict(credentials)
        self.answers: list[Answer] = []
        self.unanswered = 0
        self.token = ""
        # A new connection for each request, so that one guest meets every worker.
        alone = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.Client(base_url=house.url, trust_env=False, timeout=40, limits=alone)

    def ask(self, method: str, path: str, content: Any = None, *, token: str | None = None) -> Answer:
        """Send one request and wait for its answer. Raises ``httpx.TransportError`` where none came."""
        bearer = self.token if token is None else token
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        began = time.monotonic()
        try:
            response = self._http.request(method, path, json=content, headers=headers)
        except httpx.TransportError:
            self.unanswered += 1
            raise
        request = response.headers.get("X-Request-Id")
        answer = Answer(time.monotonic() - began, f"{method} {path}", response.status_code, request, response.content)
        self.answers.append(answer)
        return answer

    def get(self, path: str) -> Any:
        return self._ok(self.ask("GET", path))

    def post(self, path: str, content: Any) -> Any:
        return self._ok(self.ask("POST", path, content))

    def put(self, path: str, content: Any) -> Any:
        return self._ok(self.ask("PUT", path, content))

    def sign_in(self) -> Self:
        """Begin a new session; the last one goes on."""
        self.token = self.post("/v1/sessions", self.credentials)["access_token"]
        return self

    @staticmethod
    def _ok(answer: Answer) -> Any:
        assert answer.status < httpx.codes.BAD_REQUEST, f"{answer.route}: {answer.status} {answer.body.decode()}"
        return answer.said if answer.body else None

    def go(self) -> None:
        """Close the connection."""
        self._http.close()

    def __enter__(self) -> Self:
        return self.sign_in()

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self.go()


class Hosts:
    """The learning system and the medical reviewer of a house, who make what the guests need."""

    def __init__(self, house: House) -> None:
        written = json.loads(house.credentials.read_text())
        self._house = house
        self._learning = Guest(house, written["learning_system"])
        self._reviewer = Guest(house, written["medical_reviewer"])

    def hcp(self) -> Guest:
        """Register an HCP with a password, with the consents that playing needs; not signed in yet."""
        name = secrets.token_hex(6)
        account = {"email": f"{name}@hcp.example", "password": PASSWORD}
        new = {"name": f"Robin {name}", "market": "GB", "zone": "Europe/London", "locale": "en-GB", **account}
        person = self._learning.post("/v1/hcps", new)["id"]
        paper = {"state": "granted", "notice_version": 1, "method": "paper", "evidence": {"reference": "form 1"}}
        answers = [{"purpose": purpose, **paper} for purpose in PURPOSES]
        self._learning.post(f"/v1/hcps/{person}/consents", {"consents": answers})
        return Guest(self._house, account)

    def content(self, tag: str = "activity:resource") -> str:
        """Create and approve an education module."""
        new = {"kind": "education_module", "title": f"About {tag}", "locale": "en-GB", "markets": ["GB"], "tags": [tag]}
        item = self._learning.post("/v1/content", new)["id"]
        self._reviewer.post(f"/v1/content/{item}/approve", {})
        return str(item)

    @contextlib.contextmanager
    def at_work(self) -> Iterator[Self]:
        """Both are signed in."""
        with self._learning, self._reviewer:
            yield self


def activity(content: str, identity: str | None = None) -> dict[str, str]:
    """An activity of the caller."""
    return {"id": identity or str(uuid4()), "verb": "viewed", "object": content, "occurred_at": OCCURRED}


class Visitor(threading.Thread):
    """An HCP who reads and posts without a pause until told to leave, and insists on each activity being answered.

    ``acknowledged`` holds the ids that were answered as recorded or repeated: these must never be lost.
    """

    def __init__(self, guest: Guest, content: str) -> None:
        super().__init__(name="visitor", daemon=True)
        self.guest = guest
        self.acknowledged: set[str] = set()
        self.failure: BaseException | None = None
        self._content = content
        self._since = time.monotonic()
        self._leaving = threading.Event()

    @override
    def run(self) -> None:
        try:
            while not self._leaving.is_set():
                self._visit()
        except BaseException as error:  # noqa: BLE001 - the test's thread raises it again
            self.failure = error
        finally:
            self.guest.go()

    def leave(self) -> None:
        """Wait until the last activity is answered; fail with whatever went wrong on the way."""
        self._leaving.set()
        self.join()
        if self.failure is not None:
            raise self.failure

    def _visit(self) -> None:
        if time.monotonic() - self._since > FRESH_SECONDS:
            self._since = time.monotonic()
            self.guest.token = self._insist("POST", "/v1/sessions", self.guest.credentials, token="").said[
                "access_token"
            ]
        posted = activity(self._content)
        self._insist("POST", "/v1/me/activities", posted)
        self.acknowledged.add(posted["id"])
        for path in ("/v1/me/points", "/v1/me/badges", "/v1/me/consents", f"/v1/content/{self._content}"):
            self._insist("GET", path)
        self._insist("GET", "/v1/audit/entries", status=httpx.codes.FORBIDDEN)
        self._insist("GET", "/v1/me", token="none", status=httpx.codes.UNAUTHORIZED)

    def _insist(
        self, method: str, path: str, content: Any = None, *, token: str | None = None, status: int = httpx.codes.OK
    ) -> Answer:
        """Ask until the answer is another one than 'not now'; it must then be the right one."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                answer = self.guest.ask(method, path, content, token=token)
            except httpx.TransportError:
                time.sleep(RETRY_SECONDS)
                continue
            if answer.status == httpx.codes.SERVICE_UNAVAILABLE:
                time.sleep(RETRY_SECONDS)
                continue
            assert answer.status == status, f"{answer.route}: {answer.status} {answer.body.decode()}"
            return answer
        raise AssertionError(f"{method} {path}: nobody answers")


@contextlib.contextmanager
def visiting(guests: Sequence[Guest], content: str) -> Iterator[list[Visitor]]:
    """All of them visit at once while the block lasts; each has its last answer when it ends."""
    visitors = [Visitor(guest.sign_in(), content) for guest in guests]
    for visitor in visitors:
        visitor.start()
    try:
        yield visitors
    finally:
        for visitor in visitors:
            visitor.leave()


def staff(house: House, role: str) -> Guest:
    """A member of staff of a furnished house."""
    return Guest(house, {"email": email_of(role), "password": PASSWORD})


def board(guest: Guest) -> list[dict[str, Any]]:
    """Every line of the board, page by page."""
    lines: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = guest.get(f"/v1/leaderboards/all-time?limit=50{f'&cursor={cursor}' if cursor else ''}")
        lines += page["items"]
        cursor = page["next"]
    return lines


def told(answers: Sequence[Answer]) -> str:
    """A line about many answers, for whoever reads the log of a test."""
    counts = Counter("bare 503" if answer.is_bare else str(answer.status) for answer in answers)
    slowest = max((answer.seconds for answer in answers), default=0)
    return f"{len(answers)} answers ({dict(counts)}), the slowest after {slowest:.1f} s"
