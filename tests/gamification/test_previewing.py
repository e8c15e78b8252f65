"""A preview on the real database: what it says is exactly what then happens, and nothing about a few people."""

import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

import consent
import content
import gamification
import people
from access import EVERYTHING
from api.merging import Merging
from consent.values import ConsentChoice, NewNotice
from consent.vocabulary import Answer, Purpose
from content.values import NewContent
from content.vocabulary import ContentClass, ContentId, ContentKind
from engagement import Draft, Verb
from gamification.errors import PreviewTooLargeError
from gamification.rules import RuleSet
from gamification.rules.previewing import Cell, Tally
from gamification.rules.rationing import Cut
from gamification.service import publishing
from gamification.service.previewing import PreviewWanted, Rounds, preview, replayed
from gamification.store import rule_sets
from gamification.values import Delivery, Status
from gamification.vocabulary import AwardKind, Blocked
from kernel.canonical import canonical
from kernel.disclosure import FEWEST
from kernel.facts import Origin
from kernel.ids import uuid7
from kernel.unit_of_work import Work
from people.vocabulary import PersonId
from tests.gamification.interlocked import ALLOWANCES, FIRST, NOTHING_YET, programme
from tests.gamification.test_goals import pay

AGREED = (Purpose.ENGAGEMENT, Purpose.GAMIFICATION, Purpose.LEADERBOARD)


class Crowd(msgspec.Struct):
    """People, of whom some don't agree to gamification, and what all of them will do, in order of time."""

    agreed: list[PersonId]
    others: list[PersonId]
    deeds: list[tuple[PersonId, Draft]]


@pytest.fixture
async def crowd(work: Work, origin: Origin) -> AsyncIterator[Crowd]:
    publishing._versions.clear()
    items = []
    async with work.begin(origin) as uow:
        await gamification.publish_rules(uow, NOTHING_YET)
        for purpose in AGREED:
            await consent.publish_notice(uow, NewNotice(purpose=purpose, version=1, locale="en", text="May we?"))
        for number in range(20):
            new = NewContent(
                kind=ContentKind.EDUCATION_MODULE, title=f"Item {number}", locale="en", markets=("*",), tags=("x",),
                content_class=ContentClass.PROMOTIONAL if number % 5 == 0 else ContentClass.MEDICAL,
            )  # fmt: skip
            item = await content.create_content(uow, UUID(int=1), new, scope=EVERYTHING)
            await content.approve(uow, item.id, UUID(int=2), scope=EVERYTHING)
            items.append(ContentId(item.id))
    agreed = [await somebody(work, origin, number, AGREED) for number in range(26)]
    others = [await somebody(work, origin, 100 + number, AGREED[:1]) for number in range(11)]
    yield Crowd(agreed, others, deeds(items, [*agreed, *others], 620))
    publishing._versions.clear()


async def somebody(work: Work, origin: Origin, number: int, purposes: Sequence[Purpose]) -> PersonId:
    async with work.begin(origin) as uow:
        market = ("GB", "DE", "FR")[number % 3]
        zone = ("Europe/London", "America/New_York", "Asia/Tokyo")[number % 3]
        new = people.NewPerson(name="P", email=f"p{number}@hcp.example", market=market, zone=zone, locale="en")
        person = await people.register(uow, new)
        choice = ConsentChoice(state=Answer.GRANTED, notice_version=1)
        await consent.record_consents(uow, person, [(purpose, choice) for purpose in purposes])
    return person


def deeds(items: Sequence[ContentId], persons: Sequence[PersonId], count: int) -> list[tuple[PersonId, Draft]]:
    chance = random.Random(7)
    at, made = FIRST, []
    for _ in range(count):
        at += timedelta(minutes=chance.choice((1, 3, 30, 90)))
        verb = chance.choice((Verb.VIEWED, Verb.VIEWED, Verb.VIEWED, Verb.ATTENDED))
        made.append(
            (chance.choice(persons), Draft(id=uuid7(at), verb=verb, object=chance.choice(items), occurred_at=at))
        )
    return made


async def record(work: Work, origin: Origin, crowd: Crowd, *, paying: bool = False) -> None:
    """Let everybody do what they will do, one by one; ``paying``: for common quests as soon as they are reached."""
    merging = Merging(work, None)
    for person, draft in crowd.deeds:
        delivery = Delivery(
            origin_for=lambda *_: origin, account=UUID(int=3), markets=frozenset("*"), person=person, drafts=[draft]
        )
        assert [each.status for each in await merging.record(delivery)] == [Status.RECORDED]
        if paying:
            await pay(work, origin)


async def run_live(
    work: Work, origin: Origin, crowd: Crowd, ruleset: RuleSet, allowances: Mapping[str, int] = ALLOWANCES
) -> None:
    """Forget what was done, publish the rules, and let the same be done again."""
    async with work.begin(origin) as uow:
        await uow.execute("delete from gamification.standing")
        await uow.execute("delete from engagement.activity")
        body = canonical(msgspec.to_builtins(ruleset))
        before = await rule_sets.newest(uow)
        assert before is not None
        await uow.execute(
            "insert into gamification.campaign (id, key, author, state, revision, created_at, changed_at)"
            " values ($1, 'spring', $1, 'draft', 1, now(), now())", UUID(int=5)
        )  # fmt: skip
        await uow.execute(
            "insert into gamification.campaign_budget (campaign, key, units, used) values ($1, 'spring', $2, 0)",
            UUID(int=5), allowances["spring"],
        )  # fmt: skip
        await rule_sets.insert(uow, msgspec.structs.replace(before, version=before.version + 1, body=body))
    await record(work, origin, crowd, paying=True)


async def what_happened(work: Work, origin: Origin) -> Tally:
    """The numbers of a preview, counted by SQL from what the live path wrote."""
    rows, tally = {}, Tally()
    units = (
        "count(distinct w.person), count(*),"
        " sum(case when w.kind in ('badge', 'contribution') then 1 else w.points end)::bigint"
    )
    given = "w.state = 'active' and w.kind <> 'contribution'"
    source = "from gamification.award w join engagement.activity a on a.id = w.activity"
    async with work.read(origin) as uow:
        for name, keys, state in (
            ("rules", "w.rule, w.kind", "w.state = 'active'"),
            ("days", "w.rule, (w.occurred_at at time zone 'UTC')::date", given),
            ("countries", "a.market, 'recognition'", f"{given} and w.kind <> 'badge'"),
            ("denied", "w.rule, w.state", "w.state = 'denied'"),
        ):
            rows[name] = await uow.fetch(f"select {keys}, {units} {source} where {state} group by 1, 2")
        standings = await uow.fetch("select points, level from gamification.standing")
        tally.earners = await uow.fetchval("select count(distinct person) from gamification.award where state='active'")
        tally.activities = await uow.fetchval(
            "select count(*) from engagement.activity where rules_version is not null"
        )
    tally.people = len(standings)
    tally.points = Counter(row[0] for row in standings)
    tally.levels = Counter(row[1] for row in standings)
    tally.rules = {(row[0], AwardKind(row[1])): Cell(*row[2:]) for row in rows["rules"]}
    tally.days = {(row[0], row[1]): Cell(*row[2:]) for row in rows["days"]}
    tally.countries = {(row[0], row[1]): Cell(*row[2:]) for row in rows["countries"]}
    tally.held = {(row[0], Blocked.BUDGET): Cell(row[2], row[3], 0) for row in rows["denied"]}
    return tally


async def predicted(
    database_url: str, work: Work, origin: Origin, ruleset: RuleSet, allowances: Mapping[str, int] = ALLOWANCES
) -> tuple[Tally, Rounds]:
    wanted = PreviewWanted(ruleset=ruleset, workers=2, allowances=allowances)
    counted, rounds = await replayed(database_url, wanted, origin, work.clock.now())
    return counted.tallies[0], rounds


@pytest.mark.slow
async def test_a_preview_of_what_then_runs_unchanged_predicts_exactly_what_happens(
    work: Work, origin: Origin, database_url: str, crowd: Crowd
) -> None:
    await record(work, origin, crowd)
    before, rounds = await predicted(database_url, work, origin, programme())
    await run_live(work, origin, crowd, programme())
    after = await what_happened(work, origin)
    for field in ("people", "activities", "earners", "points", "levels", "rules", "days", "countries"):
        assert getattr(before, field) == getattr(after, field), field
    refused = {name: cell for name, cell in before.held.items() if name[1] is Blocked.BUDGET}
    assert refused == after.held
    assert {rule for rule, _ in refused} == {"open", "bonus", "spring-read", "spring-join", "spring-tour", "forty"}
    assert rounds.rounds == len(rounds.cuts[0]) + 1
    assert {"spring-read", "campaign:spring"} <= first_cuts(rounds).keys()
    async with work.read(origin) as uow:
        used = {row[0]: row[1] for row in await uow.fetch("select key, used from gamification.budget")}
        spent = await uow.fetchval("select used from gamification.campaign_budget where key = 'spring'")
        first = await uow.fetch(
            "select rule, min(occurred_at) from gamification.award where state = 'denied' group by rule order by rule"
        )
    assert used == {rule: cell.units for (rule, _), cell in before.rules.items() if rule in used}
    assert spent == sum(cell.units for (rule, kind), cell in before.rules.items() if rule.startswith("spring-"))
    assert ALLOWANCES["spring"] - 9 < spent <= ALLOWANCES["spring"]
    cuts = first_cuts(rounds)
    assert min(row[1] for row in first if row[0].startswith("spring-")) == min(
        cuts["spring-read"], cuts["campaign:spring"]
    )
    assert {row[0]: row[1] for row in first if not row[0].startswith("spring-")} == {
        rule: at for rule, at in cuts.items() if ":" not in rule and not rule.startswith("spring-")
    }


def first_cuts(rounds: Rounds) -> dict[str, datetime]:
    found: dict[str, Cut] = {}
    for cut in rounds.cuts[0]:
        found.setdefault(rounds.budgets[0][cut.budget].key, cut)
    return {
        rule: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=cut.moment[0]) for rule, cut in found.items()
    }


async def test_what_a_preview_says_is_about_many_people_and_nothing_is_written(
    work: Work, origin: Origin, database_url: str, crowd: Crowd
) -> None:
    await record(work, origin, crowd)
    async with work.read(origin) as uow:
        before = [await uow.fetchval(f"select count(*) from gamification.{name}") for name in TABLES]
        _, running = await gamification.current_rules(uow)
        wanted = PreviewWanted(ruleset=programme(), running=running, workers=1)
        seen: list[tuple[int, int]] = []
        found = await preview(database_url, wanted, origin, uow.now, advance=lambda *done: seen.append(done))
        after = [await uow.fetchval(f"select count(*) from gamification.{name}") for name in TABLES]
    blocked = {line.reason: line.people for line in found.blocked}
    assert (found.people, blocked["no_consent"]) == (len(crowd.agreed), len(crowd.others))
    abroad = {person for person in crowd.agreed if crowd.agreed.index(person) % 3 == 2}
    assert blocked["out_of_market"] is None
    assert len(abroad) < FEWEST <= (blocked["lane"] or 0)
    assert found.comparison is not None
    assert (found.comparison.points, found.comparison.more) == (0, len(crowd.agreed))
    assert {line.hundredths for line in found.transfers} == {0}
    assert {line.currency for line in found.transfers} == {"recognition"}
    assert before == after
    assert (seen[0], seen[-1][0] == seen[-1][1]) == ((0, len(crowd.deeds)), True)
    shown = msgspec.json.encode(found).decode()
    assert not [person for person in (*crowd.agreed, *crowd.others) if str(person) in shown]


TABLES = ("award", "ledger_entry", "standing", "outcome", "budget", "rule_set_version")


async def test_whoever_withdraws_counts_as_blocked_and_people_of_other_markets_are_not_counted(
    work: Work, origin: Origin, database_url: str, crowd: Crowd
) -> None:
    await record(work, origin, crowd)
    gone = crowd.agreed[0]
    async with work.begin(origin) as uow:
        choice = ConsentChoice(state=Answer.WITHDRAWN, notice_version=1)
        await consent.record_consents(uow, gone, [(Purpose.GAMIFICATION, choice)])
    counted, _ = await replayed(database_url, PreviewWanted(ruleset=programme(), workers=1), origin, work.clock.now())
    assert counted.tallies[0].people == len(crowd.agreed) - 1
    assert counted.tallies[0].blocked[Blocked.NO_CONSENT] == len(crowd.others) + 1
    wanted = PreviewWanted(ruleset=programme(), workers=1, markets=frozenset({"DE"}))
    counted, _ = await replayed(database_url, wanted, origin, work.clock.now())
    assert {country for country, _ in counted.tallies[0].countries} == {"DE"}
    assert counted.tallies[0].people == len([number for number in range(len(crowd.agreed)) if number % 3 == 1])


async def test_somebody_who_waits_is_refused_what_takes_too_long(
    work: Work, origin: Origin, database_url: str, crowd: Crowd
) -> None:
    crowd.deeds = crowd.deeds[:40]
    await record(work, origin, crowd)
    wanted = PreviewWanted(ruleset=programme(), workers=1, most=39)
    with pytest.raises(PreviewTooLargeError) as refusal:
        await preview(database_url, wanted, origin, work.clock.now())
    assert refusal.value.facts == {"field": "since", "most": 39}
    found = await preview(database_url, msgspec.structs.replace(wanted, most=40), origin, work.clock.now())
    assert found.effort.rounds == 1
