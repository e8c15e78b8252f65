"""One signed-in caller of Laurel's HTTP API, who waits for a server that is away and signs in again when told to."""

import asyncio
import time
from collections.abc import Mapping
from typing import Final, TypeVar
from uuid import UUID

import httpx
import msgspec

from api.importer import wire
from api.importer.credentials import Account, MachineClient
from api.importer.errors import ImportStoppedError

_PASSING: Final = frozenset({429, 502, 503, 504})
_UNAUTHORIZED: Final = 401
_FIRST_ERROR: Final = 400
_FIRST_WAIT: Final = 0.1
_LONGEST_WAIT: Final = 5.0
_RENEWALS: Final = 3
"""How often one request may find its token refused: a restart can meet it more than once."""

_RENEW_AHEAD: Final = 60.0
"""How long before its end a token is replaced, in seconds."""

Answer = TypeVar("Answer")


def open_http(url: str, connections: int) -> httpx.AsyncClient:
    """Open connections to a server. Proxies of the environment are not used: the server is addressed as it is named."""
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    timeout = httpx.Timeout(60, connect=5)
    return httpx.AsyncClient(base_url=url, limits=limits, timeout=timeout, trust_env=False)


class Client:
    """Sends requests as one caller until each is answered.

    A server that is away (no connection, 429, 502, 503, 504) is asked again, ever more slowly, until it has been away
    for ``patience`` seconds. Every request must therefore be safe to repeat: by an id, or by an idempotency key.
    """

    def __init__(self, http: httpx.AsyncClient, account: Account | MachineClient, patience: float) -> None:
        """Prepare; nothing is sent before ``sign_in``."""
        self._http = http
        self._credentials = msgspec.json.encode(account)
        self._patience = patience
        self._token = ""
        self._renew_at = 0.0
        self._signing_in = asyncio.Lock()

    async def sign_in(self) -> None:
        """Make the first contact. No server is a mistake here, not an outage: ``ImportStoppedError`` comes at once."""
        await self._renew(patience=0)

    async def get(self, path: str, answer: type[Answer]) -> Answer:
        """Read a resource as ``answer``. Raises ``ImportStoppedError`` when it is refused."""
        return _decode(await self._authorised("GET", path, b"", {}), answer)

    async def post(self, path: str, body: bytes, answer: type[Answer], *, key: UUID | None = None) -> Answer:
        """Send a JSON body, with an idempotency key where it creates. Raises ``ImportStoppedError`` when refused."""
        headers = {"Content-Type": "application/json"}
        if key is not None:
            headers["Idempotency-Key"] = str(key)
        return _decode(await self._authorised("POST", path, body, headers), answer)

    async def _authorised(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
        """Send with the token of the moment, and with a new one where the server does not take it (any more)."""
        outage = self._outage(self._patience)
        renewals = _RENEWALS
        while True:
            token = await self._current_token()
            response = await self._attempt(method, path, body, {**headers, "Authorization": f"Bearer {token}"}, outage)
            if response is None:
                continue
            if response.status_code != _UNAUTHORIZED or renewals == 0:
                _refuse_errors(response)
                return response
            self._forget(token)
            renewals -= 1

    async def _current_token(self) -> str:
        async with self._signing_in:
            if time.monotonic() >= self._renew_at:
                await self._renew(self._patience)
            return self._token

    def _forget(self, token: str) -> None:
        """Give a token up, unless another request has already replaced it."""
        if token == self._token:
            self._renew_at = 0.0

    async def _renew(self, patience: float) -> None:
        headers = {"Content-Type": "application/json"}
        outage = self._outage(patience)
        response = None
        while response is None:
            response = await self._attempt("POST", "/v1/sessions", self._credentials, headers, outage)
        if response.status_code == _UNAUTHORIZED:
            raise ImportStoppedError(
                f"{self._http.base_url} does not accept these credentials: check the file given as --credentials"
            )
        _refuse_errors(response)
        session = _decode(response, wire.Session)
        self._token = session.access_token
        self._renew_at = time.monotonic() + session.expires_in - min(_RENEW_AHEAD, session.expires_in / 2)

    async def _attempt(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str], outage: "_Outage"
    ) -> httpx.Response | None:
        """Send once; nothing comes back from a server that is away, and the pause before the next attempt is over."""
        try:
            response = await self._http.request(method, path, content=body, headers=headers)
        except httpx.TransportError as error:
            await outage.wait(f"no answer ({type(error).__name__})")
            return None
        asked_to_wait = response.headers.get("Retry-After")
        if response.status_code in _PASSING or asked_to_wait is not None:
            await outage.wait(f"answer {response.status_code}", asked_to_wait)
            return None
        return response

    def _outage(self, patience: float) -> "_Outage":
        return _Outage(str(self._http.base_url), patience)


class _Outage:
    """The time a server has been away for one request."""

    def __init__(self, server: str, patience: float) -> None:
        self._server = server
        self._patience = patience
        self._began: float | None = None
        self._pause = _FIRST_WAIT

    async def wait(self, cause: str, asked: str | None = None) -> None:
        """Pause, for as long as the server asked where it did. Raises ``ImportStoppedError`` when patience is over."""
        now = time.monotonic()
        self._began = now if self._began is None else self._began
        left = self._began + self._patience - now
        if left <= 0:
            waited = f" for {self._patience:.0f} s" if self._patience else ""
            remedy = "see that it runs and is ready (GET /health/ready), then run the same command again"
            raise ImportStoppedError(f"{cause} from {self._server}{waited}: {remedy}")
        pause = float(asked) if asked is not None and asked.isdecimal() else self._pause
        self._pause = min(self._pause * 2, _LONGEST_WAIT)
        await asyncio.sleep(min(pause, left))


def _refuse_errors(response: httpx.Response) -> None:
    """Turn an error answer into one line; the problem details say what was wrong, and never hold what was sent."""
    if response.status_code < _FIRST_ERROR:
        return
    try:
        problem = msgspec.json.decode(response.content, type=wire.Problem)
    except msgspec.DecodeError:
        problem = wire.Problem()
    faults = (f"{fault.field}: {fault.detail}" for fault in problem.errors)
    parts = (problem.title, problem.detail, *faults, problem.remedy)
    said = " / ".join(part for part in parts if part) or "without a reason"
    route = f"{response.request.method} {response.request.url.path}"
    raise ImportStoppedError(f"{route} was refused with {response.status_code}: {' '.join(said.split())}")


def _decode(response: httpx.Response, answer: type[Answer]) -> Answer:
    try:
        return msgspec.json.decode(response.content, type=answer)
    except msgspec.DecodeError as error:
        raise ImportStoppedError(
            f"{response.request.url} did not answer as Laurel does ({error}): check the address of the server"
        ) from error
