"""Publishing rule sets, composing them with the running campaigns, and having their versions at hand."""

import hashlib
from typing import Any

import msgspec

from gamification.errors import RuleSetError, RulesMissingError
from gamification.rules import EMPTY, RuleSet, load, refuse_succession
from gamification.rules.barring import barred
from gamification.rules.campaigns import problems_at
from gamification.rules.campaigns.policing import programme_faults
from gamification.rules.composing import base_of, broken, clashes, compose, keys_of
from gamification.rules.grammar import Bar
from gamification.rules.grandfathering import judged_by
from gamification.rules.policy import Packs
from gamification.service.policing import law_of_today
from gamification.store import campaigns as campaign_store
from gamification.store import rule_sets as store
from gamification.store import standings
from gamification.values import PublishedRules
from gamification.vocabulary import Action
from kernel.canonical import canonical
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

_versions: dict[int, RuleSet] = {}
"""Versions that this process has read; they are immutable, so remembering them can't be wrong."""


async def publish_rules(uow: UnitOfWork, text: str, packs: Packs | None = None) -> PublishedRules:
    """Publish a rule set (YAML) as a new immutable version; the same rules again answer the version they have.

    Running campaigns go on in the new version, and what the policy packs forbid a rule is part of it.

    Raises:
        RuleSetError: it names every line and field that is wrong, and every rule that a country says no to.

    """
    ruleset = load(text)
    await store.lock(uow)
    owned = await campaign_store.owners(uow, [key for key, _ in keys_of(ruleset)])
    taken = {key: f"the campaign {campaign}" for key, campaign in owned.items()}
    law = await law_of_today(uow, packs)
    problems = problems_at(text, [*clashes(ruleset, taken), *programme_faults(ruleset, law)])
    problems += broken(ruleset, await campaign_store.approved(uow))
    if problems:
        raise RuleSetError(problems)
    newest = await store.newest(uow)
    if newest is not None:
        older = [base_of(each) for each in await store.history(uow, before=newest.version)]
        refuse_succession(base_of(msgspec.json.decode(newest.body, type=RuleSet)), ruleset, older)
    return await _keep(uow, newest, await _composed(uow, ruleset, packs))


async def compose_programme(uow: UnitOfWork, packs: Packs | None = None) -> PublishedRules:
    """Let exactly the campaigns that are running now score what is recorded from now on; the base rules stay.

    What the policy packs forbid a rule today is part of it. The same campaigns and answers again answer the version
    there is. Whoever composes holds the publishers' lock until the transaction ends, so take every other lock on
    campaigns before.

    Raises:
        RulesMissingError: there are no base rules yet.

    """
    await store.lock(uow)
    newest = await store.newest(uow)
    required(newest.version if newest else None)
    assert newest is not None  # noqa: S101 - the line above has refused that
    base = msgspec.json.decode(newest.body, type=RuleSet)
    return await _keep(uow, newest, await _composed(uow, base, packs))


async def _composed(uow: UnitOfWork, base: RuleSet, packs: Packs | None) -> RuleSet:
    return barred(compose(base, await campaign_store.running(uow)), await law_of_today(uow, packs))


async def derive_version(uow: UnitOfWork, version: int, ruleset: RuleSet) -> tuple[int, bool]:
    """Return the number of the version with these rules that a backfill scores by instead of ``version``.

    It is made if there is none, and then the second value is true: MUST NOT be used before COMMIT, since a process
    remembers what a number means and after a rollback the number is somebody else's. It never scores what is recorded.
    """
    await store.lock(uow)
    root = await store.root(uow, version)
    published = _published(uow, await store.next_number(uow), ruleset)
    known = await store.derived(uow, root, published.sha256)
    if known is not None:
        return known, False
    await store.insert(uow, published, derived_from=root)
    _record(uow, published, None, ruleset, derived_from=root)
    return published.version, True


async def _keep(uow: UnitOfWork, newest: PublishedRules | None, ruleset: RuleSet) -> PublishedRules:
    published = _published(uow, await store.next_number(uow), ruleset)
    if newest is not None and newest.body == published.body:
        uow.record(Action.RULESET_PUBLISHED, resource=f"rules:{newest.version}", repeated=True)
        return newest
    await store.insert(uow, published)
    _record(uow, published, newest, ruleset)
    return published


def _published(uow: UnitOfWork, version: int, ruleset: RuleSet) -> PublishedRules:
    body = canonical(msgspec.to_builtins(ruleset))
    return PublishedRules(
        version=version,
        key=ruleset.key,
        body=body,
        sha256=hashlib.sha256(body).digest(),
        published_at=uow.now,
        published_by=uow.origin.actor,
    )


def _record(
    uow: UnitOfWork, published: PublishedRules, previous: PublishedRules | None, ruleset: RuleSet, **more: Any
) -> None:
    uow.record(
        Action.RULESET_PUBLISHED,
        resource=f"rules:{published.version}",
        sha256=published.sha256.hex(),
        previous=previous.sha256.hex() if previous else None,
        past=ruleset.past.value,
        campaigns={part.key: part.revision for part in ruleset.campaigns},
        barred={_barred(bar): list(bar.reasons) for bar in ruleset.bars},
        **more,
    )


def _barred(bar: Bar) -> str:
    return f"{bar.rule} {bar.lane.value}" + (" unless eligible" if bar.unless_eligible else "")


async def base_rules(uow: UnitOfWork) -> RuleSet | None:
    """Return the base rules in force, without campaigns; None before the first were published."""
    newest = await store.newest(uow)
    return base_of(msgspec.json.decode(newest.body, type=RuleSet)) if newest else None


async def rules_of(uow: UnitOfWork, version: int) -> RuleSet:
    """Return the rules of a version."""
    if version not in _versions:
        _versions[version] = await store.rules(uow, version)
    return _versions[version]


async def rules_for(uow: UnitOfWork, version: int, person: PersonId) -> RuleSet:
    """Return the rules of a version as they are for a person, who may have begun under an earlier revision."""
    ruleset = await rules_of(uow, version)
    if not any(part.earlier for part in ruleset.campaigns):
        return ruleset
    state = (await standings.states(uow, [person])).get(person, EMPTY)
    return judged_by(ruleset, state.begun)


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
