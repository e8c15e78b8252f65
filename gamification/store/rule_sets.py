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
    """Return the newest version that scores what is recorded, or None before the first."""
    row = await uow.fetchrow(
        "select * from gamification.rule_set_version where derived_from is null order by version desc limit 1"
    )
    return msgspec.convert(dict(row), PublishedRules) if row else None


async def history(uow: UnitOfWork, before: int) -> list[RuleSet]:
    """Return every version that scored what was recorded before version ``before`` did, the oldest first."""
    rows = await uow.fetch(
        "select body from gamification.rule_set_version where derived_from is null and version < $1 order by version",
        before,
    )
    return [msgspec.json.decode(row["body"], type=RuleSet) for row in rows]


async def published(uow: UnitOfWork, version: int) -> PublishedRules:
    """Return one version with its hash and its time."""
    row = await uow.fetchrow("select * from gamification.rule_set_version where version = $1", version)
    return msgspec.convert(dict(row or {}), PublishedRules)


async def newest_version(uow: UnitOfWork) -> int | None:
    """Return the newest version's number."""
    version = await uow.fetchval("select max(version) from gamification.rule_set_version where derived_from is null")
    return None if version is None else int(version)


async def rules(uow: UnitOfWork, version: int) -> RuleSet:
    """Return the rules of one version."""
    body = await uow.fetchval("select body from gamification.rule_set_version where version = $1", version)
    return msgspec.json.decode(body, type=RuleSet)


async def next_number(uow: UnitOfWork) -> int:
    """Return the number of the version that comes next; the publishers' lock must be held."""
    return int(await uow.fetchval("select coalesce(max(version), 0) + 1 from gamification.rule_set_version"))


async def root(uow: UnitOfWork, version: int) -> int:
    """Return the published version that ``version`` was derived from, or itself."""
    return int(
        await uow.fetchval(
            "select coalesce(derived_from, version) from gamification.rule_set_version where version = $1", version
        )
    )


async def derived(uow: UnitOfWork, root: int, sha256: bytes) -> int | None:
    """Return the number of the version with this hash that a backfill derived from the published version ``root``."""
    number = await uow.fetchval(
        "select version from gamification.rule_set_version where derived_from = $1 and sha256 = $2", root, sha256
    )
    return None if number is None else int(number)


async def insert(uow: UnitOfWork, published: PublishedRules, derived_from: int | None = None) -> None:
    """Keep a version for ever; one that a backfill derives from another never scores what is recorded."""
    await uow.execute(
        "insert into gamification.rule_set_version (version, key, body, sha256, published_at, published_by,"
        " derived_from) values ($1, $2, $3, $4, $5, $6, $7)",
        published.version,
        published.key,
        published.body,
        published.sha256,
        published.published_at,
        published.published_by,
        derived_from,
    )
