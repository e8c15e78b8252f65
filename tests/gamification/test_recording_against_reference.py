"""Recording on the real database against the naive model: whatever happens in between, both come to the same."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid5

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

import audit
import consent
import content
import engagement
import gamification
from access import EVERYTHING
from api.merging import Merging
from consent.values import NewNotice
from content.values import NewContent
from content.vocabulary import ContentId
from engagement import Draft
from engagement.rules.parsing import Context, Result
from gamification.policy_packs import shipped_packs
from gamification.rules import EMPTY, RuleSet, fold
from gamification.rules.campaigns.policing import programme_faults
from gamification.rules.law import Law
from gamification.service import publishing
from gamification.service.agreeing import agreed_of
from gamification.service.awarding import award_again
from gamification.store import interventions
from gamification.values import GrantedFreezes, State
from gamification.vocabulary import FreezeReason, Revocation
from kernel import epochs
from kernel.cache import Cache
from kernel.clock import MovableClock
from kernel.database import DB
from kernel.facts import Origin
from kernel.unit_of_work import Work
from people.vocabulary import PersonId
from tests.conftest import EMPTY as EMPTY_DATABASE
from tests.conftest import START as NOW
from tests.conftest import configure_rooms
from tests.gamification.budgeted import BUDGETED, awards_in, limited, limited_awards
from tests.gamification.rules.happenings import CLASSES, KINDS, START, TAGS, some_results, some_words
from tests.gamification.rules.reference.story import Story
from tests.gamification.rules.strategies import RHYTHMS, rulesets
from tests.gamification.test_recording import AGREED, AUTHOR, REVIEWER, assert_the_books_balance, deliver, somebody

Answer = TypeVar("Answer")
ZONES = ("Europe/London", "Pacific/Auckland", "Pacific/Honolulu", "America/New_York")
ORIGIN = Origin(request=UUID(int=1), actor="system:test", role="system", route="test")
budgets = st.fixed_dictionaries(
    {"points": st.none() | st.integers(9, 25), "earners": st.none() | st.integers(1, 2)},
)
LAW = Law(shipped_packs(), NOW.date())
lawful = rulesets().filter(lambda rules: not any(programme_faults(rules, LAW)))
"""No other rule set is published."""

quarters = st.integers(0, 35 * 24 * 4)
things = st.tuples(st.integers(0, 1), st.integers(0, 7), quarters, some_words, some_results, st.integers(0, 1))


class Recording(RuleBasedStateMachine):
    """Two people, two workers, and rules that change while activities arrive in any order."""

    run: Callable[[Coroutine[Any, Any, Answer]], Answer]

    def __init__(self) -> None:
        super().__init__()
        self.works = [Work(MovableClock(NOW), audit.append) for _ in range(2)]
        self.workers = [Merging(work, None) for work in self.works]
        self.sent: list[tuple[PersonId, Draft]] = []
        self.taken_back: set[UUID] = set()
        self.items: list[ContentId] = []
        self.people: list[PersonId] = []

    @initialize(first=lawful, sizes=budgets)
    def begin(self, first: RuleSet, sizes: dict[str, int | None]) -> None:
        self.run(self._furnish())
        self.run(self._publish(limited(first, sizes)))

    @rule(following=lawful, sizes=budgets)
    def publish(self, following: RuleSet, sizes: dict[str, int | None]) -> None:
        self.run(self._publish(limited(following, sizes)))

    @rule(some=st.lists(things, min_size=1, max_size=5))
    def record(self, some: list[Any]) -> None:
        for worker, person, draft in self._drafts(some):
            self.run(deliver(self.workers[worker], ORIGIN, person, [draft]))

    @rule(some=st.lists(things, min_size=2, max_size=6))
    def record_at_the_same_time(self, some: list[Any]) -> None:
        self.run(self._together(self._drafts(some)))

    @rule(some=st.lists(st.integers(0, 99), min_size=1, max_size=5))
    def repeat(self, some: list[int]) -> None:
        again = [(number % 2, *self.sent[number % len(self.sent)]) for number in some if self.sent]
        self.run(self._together(again))

    @rule(some=st.lists(st.integers(0, 99), min_size=1, max_size=3))
    def take_back(self, some: list[int]) -> None:
        for number in some if self.sent else ():
            _, draft = self.sent[number % len(self.sent)]
            self.taken_back.add(draft.id)
            self.run(self._retract(draft.id))

    @rule(number=st.integers(0, 1), zone=st.sampled_from(ZONES))
    def move(self, number: int, zone: str) -> None:
        self.run(self._execute("update people.person set zone = $2 where id = $1", self.people[number], zone))

    @rule(number=st.integers(0, 1), streak=st.sampled_from([*RHYTHMS]), count=st.integers(1, 3), quarters=quarters)
    def grant_freezes(self, number: int, streak: str, count: int, quarters: int) -> None:
        self.run(self._grant(self.people[number], streak, count, START + timedelta(minutes=15 * quarters)))

    @rule(number=st.integers(0, 1), badge=st.sampled_from(["gold", "silver", "bronze"]), back=st.booleans())
    def decide_about_a_badge(self, number: int, badge: str, *, back: bool) -> None:
        self.run(self._decide(self.people[number], badge, back=back))

    @invariant()
    def the_database_and_the_naive_model_agree(self) -> None:
        self.run(self._pay())
        for person in self.people:
            self.run(self._compare(person))
        if self.people:
            self.run(assert_the_books_balance(self.works[0], ORIGIN))
            self.run(self._compare_budgets())

    def _drafts(self, some: list[Any]) -> list[tuple[int, PersonId, Draft]]:
        made = []
        for number, item, quarters, (verb, _, _, _, channel, _, _), result, worker in some:
            draft = Draft(
                id=uuid5(UUID(int=7), str(len(self.sent))),
                verb=verb,
                object=self.items[item],
                occurred_at=START + timedelta(minutes=15 * quarters),
                result=Result(**result),
                context=Context(channel=channel),
            )
            self.sent.append((self.people[number], draft))
            made.append((worker, self.people[number], draft))
        return made

    async def _together(self, some: Sequence[tuple[int, PersonId, Draft]]) -> None:
        await asyncio.gather(
            *(deliver(self.workers[worker], ORIGIN, person, [draft]) for worker, person, draft in some)
        )

    async def _execute(self, statement: str, *values: object) -> None:
        async with self.works[0].begin(ORIGIN) as uow:
            await uow.execute(statement, *values)

    async def _grant(self, person: PersonId, streak: str, count: int, at: datetime) -> None:
        """Grant freezes to whoever did something, at a moment among the activities: the streak may begin after it."""
        async with self.works[0].begin(ORIGIN) as uow:
            if not await engagement.history(uow, person):
                return
            _, decisions = await agreed_of(uow, [person])
            granted = GrantedFreezes(id=uow.new_id(), streak=streak, freezes=count, granted_at=at)
            await interventions.insert_freezes(uow, person, granted, FreezeReason.GOODWILL, REVIEWER)
            await award_again(uow, [person], decisions)

    async def _retract(self, activity: UUID) -> None:
        async with self.works[1].begin(ORIGIN) as uow:
            await gamification.retract(uow, activity, gamification.Retraction.UNDONE, {"*"})

    async def _decide(self, person: PersonId, badge: str, *, back: bool) -> None:
        """Take a badge back that is held, or give one back that was taken."""
        async with self.works[0].begin(ORIGIN) as uow:
            found = await uow.fetchval(
                "select id from gamification.award where person = $1 and rule = $2 and kind = 'badge' and state = $3",
                person, badge, "revoked" if back else "active",
            )  # fmt: skip
            if found is not None:
                step = gamification.reinstate if back else gamification.revoke
                await step(uow, found, Revocation.CORRECTION, {"*"})

    async def _publish(self, rules: RuleSet) -> None:
        async with self.works[1].begin(ORIGIN) as uow:
            await gamification.publish_rules(uow, msgspec.json.encode(rules).decode())

    async def _furnish(self) -> None:
        """Empty the database; make two people and eight items of every kind, class and tags."""
        publishing._versions.clear()
        async with self.works[0].begin(ORIGIN) as uow:
            await uow.execute("set local role none")  # the application may not switch the guards off
            await uow.execute(EMPTY_DATABASE)
        async with self.works[0].begin(ORIGIN) as uow:
            for purpose in AGREED:
                await consent.publish_notice(uow, NewNotice(purpose=purpose, version=1, locale="en", text="May we?"))
            for number in range(8):
                new = NewContent(
                    kind=KINDS[number % 2],
                    title=f"Item {number}",
                    locale="en",
                    markets=("*",),
                    tags=TAGS[: number % 4],
                    content_class=CLASSES[number // 4],
                    due_at=START + timedelta(days=4 * number) if number % 3 else None,
                )
                item = await content.create_content(uow, AUTHOR, new, scope=EVERYTHING)
                await content.approve(uow, item.id, REVIEWER, scope=EVERYTHING)
                self.items.append(ContentId(item.id))
        self.people = [await somebody(self.works[0], ORIGIN, name) for name in ("one", "two")]

    async def _pay(self) -> None:
        """Let the worker pay for community quests that were reached, until nobody is left."""
        more = True
        while more:
            async with self.works[0].begin(ORIGIN) as uow:
                more = await gamification.pay_contributors(uow)

    async def _compare(self, person: PersonId) -> None:
        async with self.works[0].read(ORIGIN) as uow:
            rows = await engagement.history(uow, person)
            steps = [(await publishing.rules_of(uow, row.rules_version or 0), row.activity) for row in rows]
            awards = await uow.fetch("select * from gamification.award where person = $1", person)
            standing = await uow.fetchrow("select * from gamification.standing where person = $1", person)
            reached = frozenset(row["key"] for row in await uow.fetch("select key from gamification.goal"))
            granted = (await interventions.of_people(uow, [person])).get(person, [])
        theirs = [draft.id for owner, draft in self.sent if owner == person]
        assert {row.activity.id for row in rows} == set(theirs) - self.taken_back
        by_state = {state: awards_in(state, awards) for state in ("active", "revoked", "denied")}
        by_state["active"] |= by_state["revoked"]
        kept = {key: points for key, points in by_state["active"].items() if key.rule in BUDGETED}
        story = Story(steps, by_state["denied"].keys(), reached, granted, kept)
        gone = by_state["revoked"].keys() - story.awards.keys()  # taken back before its ground went: it stays so
        assert {key: points for key, points in by_state["active"].items() if key not in gone} == story.awards
        assert (standing is not None) == bool(theirs)
        if standing is not None:
            state = msgspec.json.decode(standing["state"], type=State)
            assert (standing["points"], state.level) == (story.points, story.level)
            assert set(state.badges) == set(story.badges)
            assert set(state.quests_done) == set(story.quests)
            streaks = {key: (each.current, each.longest, each.freezes) for key, each in state.streaks.items()}
            assert streaks == story.streaks
            denied = by_state["denied"].keys()
            assert state == fold(EMPTY, steps, denied=denied, reached=reached, interventions=granted, fixed=kept).state

    async def _compare_budgets(self) -> None:
        """What the budgets say is used is what the awards took that were made under rules with a budget."""
        async with self.works[0].read(ORIGIN) as uow:
            used = await uow.fetch("select key, used from gamification.budget")
            made = await uow.fetch("select * from gamification.award where state in ('active', 'revoked')")
            counted = await limited_awards(uow, made)
        assert {row["key"]: row["used"] for row in used if row["used"]} == counted


@pytest.fixture
def machine(database_url: str, redis_url: str) -> Iterator[type[Recording]]:
    """The machine, with a loop of its own that all its examples run on."""
    with asyncio.Runner() as runner:
        cache = Cache(redis_url)
        epochs.use(epochs.Epochs(cache))
        runner.run(DB.open(database_url, size=8))
        configure_rooms()
        yield type("Machine", (Recording,), {"run": staticmethod(runner.run)})
        runner.run(DB.close())
        runner.run(cache.close())


def unhurried(examples: int, steps: int, *, repeatable: bool) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=repeatable,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )


@pytest.mark.slow
def test_whatever_happens_the_database_says_what_the_naive_model_says(machine: type[Recording]) -> None:
    run_state_machine_as_test(machine, settings=unhurried(30, 15, repeatable=True))
    assert machine is not Recording


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_for_longer_and_by_chance_the_database_says_what_the_naive_model_says(machine: type[Recording]) -> None:
    run_state_machine_as_test(machine, settings=unhurried(400, 25, repeatable=False))
    assert machine is not Recording
