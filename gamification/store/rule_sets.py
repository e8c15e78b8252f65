"""Versions of the rule set."""

import msgspec

from gamification.rules import RuleSet
from gamification.values import PublishedRules
from kernel.unit_of_work import UnitOfWork

PUBLISH_LOCK = 0x4C41_5552_0003


async def lock(uow: UnitOfWork) -> None:
    """Let one publisher in at a time: version numbers have no gaps and no twins."""
    await uow.execute("select pg_advisory_xact_lock($1)", PUBLISH_LOCK)


async def newest(uow: UnitOfWork) -> PublishedRules | None:
    """Return the newest version, or None before the first."""
    row = await uow.fetchrow("select * from gamification.rule_set_version order by version desc limit 1")
    return msgspec.convert(dict(row), PublishedRules) if row else None


async def published(uow: UnitOfWork, version: int) -> PublishedRules:
    """Return one version with its hash and its time."""
    row = await uow.fetchrow("select * from gamification.rule_set_version where version = $1", version)
    return msgspec.convert(dict(row or {}), PublishedRules)


async def newest_version(uow: UnitOfWork) -> int | None:
    """Return the newest version's number."""
    version = await uow.fetchval("select max(version) from gamification.rule_set_version")
    return None if version is None else int(version)


async def rules(uow: UnitOfWork, version: int) -> RuleSet:
    """Return the rules of one version."""
    body = await uow.fetchval("select body from gamification.rule_set_version where version = $1", version)
    return msgspec.json.decode(body, type=RuleSet)


async def insert(uow: UnitOfWork, published: PublishedRules) -> None:
    """Keep a version for ever."""
    await uow.execute(
        "insert into gamification.rule_set_version (version, key, body, sha256, published_at, published_by)"
        " values ($1, $2, $3, $4, $5, $6)",
        published.version,
        published.key,
        published.body,
        published.sha256,
        published.published_at,
        published.published_by,
    )
