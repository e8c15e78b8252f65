"""What was on time stays so: the date that counts is the one that was kept with the activity."""

from datetime import timedelta
from typing import cast
from uuid import UUID

import content
import engagement
import gamification
from access import EVERYTHING
from api.merging import Merging
from content.values import NewContent
from content.vocabulary import ContentId, ContentKind
from engagement import Draft, Verb
from gamification.rules import EMPTY, fold
from kernel.facts import Origin
from kernel.unit_of_work import Work
from tests.gamification.test_recording import AUTHOR, FIRST, REVIEWER, deliver, reached, somebody
from tests.gamification.test_recording import items as furnished

__all__ = ["furnished"]

DUE = FIRST + timedelta(days=7)
RULES = """
key: demonstration
name: On time
past: new_only
levels: [{level: 1, name: Newcomer, at: 0}]
points:
  - {key: prompt, name: In time, when: {verbs: [completed], on_time: true}, points: 10, recurs: ever}
  - {key: early, name: Early, when: {verbs: [completed], days_early: 3}, points: 5, recurs: ever}
  - {key: late, name: Late, when: {verbs: [completed], on_time: false}, points: 1, recurs: ever}
"""


async def test_a_moved_date_changes_nothing_that_was_recorded_whether_replayed_rebuilt_or_arriving_late(
    work: Work, origin: Origin, furnished: list[ContentId]
) -> None:
    whenever, items = furnished[0], []
    async with work.begin(origin) as uow:
        await gamification.publish_rules(uow, RULES)
        for title, due in (("in time", DUE), ("early", DUE), ("late", DUE)):
            new = NewContent(kind=ContentKind.EDUCATION_MODULE, title=title, locale="en", markets=("*",), due_at=due)
            made = await content.create_content(uow, AUTHOR, new, scope=EVERYTHING)
            assert made.due_at == due
            await content.approve(uow, made.id, REVIEWER, scope=EVERYTHING)
            items.append(made.id)
    person, merging = await somebody(work, origin, "prompt"), Merging(work, None)
    items.append(whenever)
    moments = (DUE, DUE - timedelta(days=3), DUE + timedelta(microseconds=1), FIRST)
    done = [
        Draft(id=UUID(int=number), verb=Verb.COMPLETED, object=item, occurred_at=at)
        for number, (item, at) in enumerate(zip(items, moments, strict=True), start=1)
    ]
    for draft in done[::-1]:  # each arrives after what happened later
        await deliver(merging, origin, person, [draft])
    before = await reached(work, origin, person)
    awards = cast("list[tuple[str, str, str, int]]", before[1])
    paid = {(rule, [str(item) for item in items].index(subject)): points for rule, subject, _, points in awards}
    assert paid == {("prompt", 0): 10, ("prompt", 1): 10, ("early", 1): 5, ("late", 2): 1}

    async with work.begin(origin) as uow:
        await uow.execute("set local role none")
        await uow.execute("update content.item set due_at = $1 where due_at is not null", FIRST - timedelta(days=1))
    async with work.begin(origin) as uow:
        assert (await gamification.rebuild(uow, None, mend=True)).differences == []
        history = await engagement.history(uow, person)
        streamed = await engagement.histories(uow, [person], None, None)
    assert [each.activity for each in history] == streamed[0].activities
    ruleset = gamification.rules.load(RULES)
    assert fold(EMPTY, [(ruleset, each) for each in streamed[0].activities]).state.points == 26
    await deliver(
        merging,
        origin,
        person,
        [Draft(id=UUID(int=9), verb=Verb.VIEWED, object=items[3], occurred_at=FIRST - timedelta(days=1))],
    )
    assert (await reached(work, origin, person))[:2] == before[:2]
