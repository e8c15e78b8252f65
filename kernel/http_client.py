"""Asking other systems over HTTP: those that the operator's settings name, for so long, and for so many bytes."""

import asyncio
from typing import Any, Final

import httpx

from kernel.errors import UnavailableError

LARGEST: Final = 262_144


class NoAnswerError(UnavailableError):
    """The other system did not answer in time, or with more than it should."""

    code = "no-answer"


class HttpClient:
    """Follows no redirection and no proxy of the environment: only the address that was asked for is spoken to."""

    def __init__(self) -> None:
        """Open nothing yet."""
        self._client: httpx.AsyncClient | None = None

    async def ask(self, method: str, address: str, *, seconds: float, **request: Any) -> tuple[int, bytes]:
        """Ask once, and return the answer's status and at most ``LARGEST`` bytes of body.

        Raises:
            NoAnswerError: there is none within ``seconds``, or a larger one.

        """
        if self._client is None:
            self._client = httpx.AsyncClient(follow_redirects=False, trust_env=False)
        body = b""
        try:
            async with (
                asyncio.timeout(seconds),
                self._client.stream(method, address, timeout=seconds, **request) as answer,
            ):
                async for part in answer.aiter_bytes():
                    body += part
                    if len(body) > LARGEST:
                        raise NoAnswerError("The other system answers with more than it should.")
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
            raise NoAnswerError("The other system does not answer.") from None
        return answer.status_code, body

    async def close(self) -> None:
        """Close every connection."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None
