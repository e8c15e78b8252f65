"""Callers and authorities for tests."""

from collections.abc import Collection
from uuid import UUID

from access.rules.scope import Scope
from access.tokens import Authority, TokenKeys
from access.values import Caller
from access.vocabulary import AccountId, Role, SessionId
from people.vocabulary import PersonId

SEED = bytes(range(32))
AUTHORITY = Authority(TokenKeys(SEED), "https://laurel.example", "laurel")


def caller(role: Role, *markets: str) -> Caller:
    person = None if role is Role.LEARNING_SYSTEM else PersonId(UUID(int=3))
    return Caller(
        account=AccountId(UUID(int=1)),
        session=SessionId(UUID(int=2)),
        role=role,
        markets=frozenset(markets),
        brands=frozenset(),
        person=person,
    )


def within(*markets: str, brands: Collection[str] = ("*",)) -> Scope:
    """Return the scope of somebody who works in these markets, for all brands unless some are named."""
    return Scope(frozenset(markets), frozenset(brands))
