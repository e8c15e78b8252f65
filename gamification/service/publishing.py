"""Publishing rule sets, and having their versions at hand."""

import hashlib

import msgspec

from gamification.errors import RulesMissingError
from gamification.rules import RuleSet, load, refuse_succession
from gamification.store import rule_sets as store
from gamification.values import PublishedRules
from gamification.vocabulary import Action
from kernel.canonical import canonical
from kernel.unit_of_work import UnitOfWork

_versions: dict[int, RuleSet] = {}
"""Versions that this process has read; they are immutable, so remembering them can't be wrong."""


async def publish_rules(uow: UnitOfWork, text: str) -> PublishedRules:
    """Publish a rule set (YAML) as a new immutable version; the same rules again answer the version they have.

    Raises:
        RuleSetError: it names every line and field that is wrong.

    """
    ruleset = load(text)
    body = canonical(msgspec.to_builtins(ruleset))
    await store.lock(uow)
    newest = await store.newest(uow)
    if newest is not None and newest.body == body:
        uow.record(Action.RULESET_PUBLISHED, resource=f"rules:{newest.version}", repeated=True)
        return newest
    if newest is not None:
        refuse_succession(msgspec.json.decode(newest.body, type=RuleSet), ruleset)
    published = PublishedRules(
        version=newest.version + 1 if newest else 1,
        key=ruleset.key,
        body=body,
        sha256=hashlib.sha256(body).digest(),
        published_at=uow.now,
        published_by=uow.origin.actor,
    )
    await store.insert(uow, published)
    uow.record(
        Action.RULESET_PUBLISHED,
        resource=f"rules:{published.version}",
        sha256=published.sha256.hex(),
        previous=newest.sha256.hex() if newest else None,
        past=ruleset.past.value,
    )
    return published


async def rules_of(uow: UnitOfWork, version: int) -> RuleSet:
    """Return the rules of a version."""
    if version not in _versions:
        _versions[version] = await store.rules(uow, version)
    return _versions[version]


async def newest_version(uow: UnitOfWork) -> int:
    """Return the number of the version that scores what is recorded now.

    Raises:
        RulesMissingError: none was published yet.

    """
    return required(await store.newest_version(uow))


def required(version: int | None) -> int:
    """Return ``version``.

    Raises:
        RulesMissingError: there is none, because nothing was published yet.

    """
    if version is None:
        message = "No rule set has been published."
        raise RulesMissingError(message)
    return version


async def current_rules(uow: UnitOfWork) -> tuple[int, RuleSet]:
    """Return the version that scores what is recorded now, and its number."""
    version = await newest_version(uow)
    return version, await rules_of(uow, version)
