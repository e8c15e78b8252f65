"""The outbox: messages that exist if, and only if, the transaction that wrote them committed.

A message says only that something changed (``topic``, ``key``); whoever delivers it reads the present state. So a
message can be delivered twice, late, or merged with the next one, and the result is the same.
"""

from collections.abc import Sequence
from uuid import UUID

from kernel.database import Connection


async def put(connection: Connection, messages: Sequence[tuple[UUID, str, UUID]]) -> None:
    """Write ``(id, topic, key)`` rows on the transaction's connection."""
    await connection.execute(
        "insert into kernel.outbox (id, topic, key) select * from unnest($1::uuid[], $2::text[], $3::uuid[])",
        *map(list, zip(*messages, strict=True)),
    )
