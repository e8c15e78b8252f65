"""The way to Valkey (or any server of the Redis protocol): caches, limits and boards, never a source of truth.

Everything in it can be lost at any moment. Two connections pools would hide restarts from us, so there is one client
whose every new connection moves ``generation``: what a process remembers of Valkey's answers is valid for one
generation only.
"""

from typing import Any, Final, cast

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from kernel.errors import UnavailableError

AWAY: Final = (RedisError, OSError, TimeoutError)
TIMEOUT_SECONDS: Final = 1.0


class CacheUnavailableError(UnavailableError):
    """Valkey is away or restarting."""

    code = "cache-unavailable"


class Cache:
    """One client and the number of connections that it has made so far."""

    def __init__(self, url: str, *, size: int = 4) -> None:
        """Connect lazily to ``url``; ``size`` connections at the most."""
        self.generation = 0
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=size,
            timeout=TIMEOUT_SECONDS,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
            redis_connect_func=self._connected,
        )
        self.client: Redis = Redis(connection_pool=pool)

    async def _connected(self, connection: AbstractConnection) -> None:
        """Count a new connection: the server behind it may be another one than before, or an emptied one."""
        self.generation += 1
        await cast("Any", connection).on_connect()

    async def close(self) -> None:
        """Close every connection."""
        await self.client.aclose()
        await self.client.connection_pool.disconnect()
