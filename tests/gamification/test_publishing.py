"""Rules are immutable versions, and publishing one changes nothing about what happened before."""

from pathlib import Path

import pytest

import gamification
from api.merging import Merging
from content.vocabulary import ContentId
from gamification.errors import RuleSetError
from gamification.service import publishing
from kernel.facts import Origin
from kernel.unit_of_work import Work
from tests.gamification.test_recording import deliver, history, items, reached, somebody

RULES = (Path(__file__).parents[2] / "samples" / "rules" / "demonstration.yaml").read_text()
DEARER = RULES.replace("points: 2\n", "points: 20\n", 1)

__all__ = ["items"]


async def publish(work: Work, origin: Origin, text: str) -> int:
    async with work.begin(origin) as uow:
        return (await gamification.publish_rules(uow, text)).version


async def test_rules_are_immutable_versions(work: Work, origin: Origin) -> None:
    assert DEARER != RULES
    assert await publish(work, origin, RULES) == 1
    assert await publish(work, origin, RULES) == 1
    assert await publish(work, origin, DEARER) == 2
    assert await publish(work, origin, RULES) == 3
    for statement in ("update {} set key = 'x'", "delete from {}", "truncate {}"):
        with pytest.raises(Exception, match=r"append-only|permission denied"):
            async with work.begin(origin) as uow:
                await uow.execute(statement.format("gamification.rule_set_version"))


async def test_a_programme_rewards_taking_part_in_feedback_and_never_the_answer(work: Work, origin: Origin) -> None:
    badge = "\n  - key: kind-words\n    name: Kind\n    description: Liked it.\n    when: {verbs: [rated]}\n"
    liked = badge.replace("[rated]", "[rated], score: {at_least: 0.8}")
    with pytest.raises(RuleSetError) as refused:
        await publish(work, origin, RULES.rstrip() + liked)
    (problem,) = refused.value.problems
    assert problem.field.startswith("badges[")
    assert RULES.rstrip().count("\n") < problem.line
    assert ("what a rating says" in problem.fault, "C18" in problem.remedy) == (True, True)
    assert await publish(work, origin, RULES.rstrip() + badge) == 1


async def test_a_new_version_scores_what_is_recorded_from_then_on_and_nothing_before(
    work: Work, origin: Origin, items: list[ContentId]
) -> None:
    person = await somebody(work, origin, "versioned")
    merging = Merging(work, None)
    drafts = history(items, 3, 30)
    late = drafts.pop(3)
    await deliver(merging, origin, person, drafts[:15])
    before = await reached(work, origin, person)
    await publish(work, origin, DEARER)
    publishing._versions.clear()
    assert await reached(work, origin, person) == before
    await deliver(merging, origin, person, drafts[15:])
    after = await reached(work, origin, person)
    assert set(before[1]) <= set(after[1])  # type: ignore[call-overload]
    await deliver(merging, origin, person, [late])
    async with work.read(origin) as uow:
        versions = await uow.fetch(
            "select a.rules_version = v.rules_version as same from gamification.award a"
            " join engagement.activity v on v.id = a.activity where a.state = 'active'"
        )
    assert versions
    assert all(row["same"] for row in versions)


async def test_a_rule_set_with_faults_is_refused_whole_and_every_line_is_named(work: Work, origin: Origin) -> None:
    broken = RULES.replace("points: 2\n", "points: 0\n", 1).replace("verbs: [viewed]", "verbs: [bought]", 1)
    with pytest.raises(RuleSetError) as refused:
        await publish(work, origin, broken)
    assert len(refused.value.problems) == 2
    assert all(problem.line > 1 and problem.field and problem.remedy for problem in refused.value.problems)
    async with work.read(origin) as uow:
        assert await uow.fetchval("select count(*) from gamification.rule_set_version") == 0
