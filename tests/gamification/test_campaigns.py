"""Campaigns on the real database: four eyes, immutable revisions, two people at once, and the clock."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

import gamification
from access import EVERYTHING
from gamification import Campaign, Hand, Staff
from gamification.errors import (
    CampaignAuthorNeverApprovesError,
    CampaignMovedError,
    CampaignRoleError,
    CampaignStepRefusedError,
)
from gamification.vocabulary import CampaignPast, CampaignState, CampaignStep
from kernel.clock import MovableClock
from kernel.facts import Origin
from tests.access.builders import within
from tests.gamification.campaigning import (
    AUTHOR,
    BASE,
    COLLEAGUE,
    OFFICER,
    Campaigns,
    at,
    execute,
    outcomes,
    programme,
    rules,
)

WRITING_OFFICER = Staff(Hand("marketer", UUID(int=103)), EVERYTHING)
"""The officer of these tests, while a marketer: the same account."""


async def test_a_campaign_goes_from_draft_to_its_end_and_every_step_is_kept(campaigns: Campaigns) -> None:
    made = await campaigns.create()
    assert (made.state, made.revision, made.past) == (CampaignState.DRAFT, 1, None)
    running = await campaigns.running(made, CampaignPast.GRANDFATHER)
    assert running.state is CampaignState.RUNNING
    assert (running.approved_by, running.revised_by) == (OFFICER.hand.account, AUTHOR.hand.account)
    assert await programme(campaigns) == (2, [("spring", 1)])
    await campaigns.move(running, CampaignStep.PAUSE)
    assert await programme(campaigns) == (3, [])
    await campaigns.move(running, CampaignStep.RESUME)
    assert (await programme(campaigns))[1] == [("spring", 1)]
    await campaigns.move(running, CampaignStep.END, reason="Summer.")
    assert (await programme(campaigns))[1] == []
    async with campaigns.work.read(campaigns.origin) as uow:
        listed = await gamification.transitions(uow, AUTHOR, made.id, after=None, limit=50)
    steps = listed.items
    words = "create submit approve schedule start pause resume end"
    assert [step.step.value for step in steps] == words.split()
    assert listed.next is None
    assert (steps[1].old, steps[1].new) == (
        {"state": "draft", "past": ""},
        {"state": "in_review", "past": "grandfather"},
    )
    assert (steps[-1].from_state, steps[-1].to_state, steps[-1].reason) == ("running", "ended", "Summer.")
    assert [step.role for step in steps[3:5]] == ["marketer", "system"]


async def test_editing_makes_an_immutable_revision_and_resets_the_review(campaigns: Campaigns) -> None:
    made = await campaigns.create()
    approved = await campaigns.approve(await campaigns.submit(made))
    edited = await campaigns.edit(approved, text=rules(points=60), budget=500)
    assert (edited.state, edited.revision, edited.past, edited.approved_by) == (CampaignState.DRAFT, 2, None, None)
    assert edited.sha256 != approved.sha256
    with pytest.raises(CampaignStepRefusedError):
        await campaigns.move(edited, CampaignStep.SCHEDULE)
    for table in ("campaign_revision", "campaign_review", "campaign_transition", "campaign_rule_key"):
        for statement in ("update {} set campaign = campaign", "delete from {}", "truncate {}"):
            with pytest.raises(asyncpg.PostgresError, match=r"append-only|permission denied"):
                await execute(campaigns, statement.format(f"gamification.{table}"))
    again = await campaigns.running(edited)
    assert await programme(campaigns) == (2, [("spring", 2)])
    async with campaigns.work.read(campaigns.origin) as uow:
        steps = (await gamification.transitions(uow, OFFICER, made.id, after=None, limit=50)).items
    (edit,) = [step for step in steps if step.step is CampaignStep.EDIT]
    assert (edit.old["budget"], edit.new["budget"]) == (None, 500)
    assert set(edit.new) == {"budget", "sha256"}
    assert again.budget == 500


async def test_the_same_running_campaigns_compose_the_same_version(campaigns: Campaigns, origin: Origin) -> None:
    await campaigns.running(await campaigns.create())
    before = await programme(campaigns)
    async with campaigns.work.begin(origin) as uow:
        assert (await gamification.compose_programme(uow)).version == before[0]
        assert (await gamification.publish_rules(uow, BASE)).version == before[0]
    assert await programme(campaigns) == before
    dearer = BASE.replace("points: 2\n", "points: 20\n", 1)
    async with campaigns.work.begin(origin) as uow:
        await gamification.publish_rules(uow, dearer)
    assert await programme(campaigns) == (before[0] + 1, [("spring", 1)]), "a new base keeps what runs"


async def test_the_author_of_a_campaign_never_approves_it(campaigns: Campaigns) -> None:
    submitted = await campaigns.submit(await campaigns.create(by=WRITING_OFFICER), by=COLLEAGUE)
    with pytest.raises(CampaignAuthorNeverApprovesError):
        await campaigns.approve(submitted)
    insert = (
        "insert into gamification.campaign_review (id, campaign, revision, reviewer, decision, reason, at)"
        " values ($1, $2, $3, $4, $5, 'Fine.', now())"
    )
    with pytest.raises(asyncpg.CheckViolationError, match="never approves"):
        await execute(campaigns, insert, UUID(int=1), submitted.id, 1, OFFICER.hand.account, "approved")
    await execute(campaigns, insert, UUID(int=2), submitted.id, 1, OFFICER.hand.account, "rejected")
    other = Staff(Hand("compliance_officer", UUID(int=104)), within(), overseer=True)
    assert (await campaigns.approve(submitted, by=other)).state is CampaignState.APPROVED


async def test_who_wrote_any_revision_since_the_last_approval_never_approves(campaigns: Campaigns) -> None:
    first = await campaigns.create(by=WRITING_OFFICER)
    second = await campaigns.submit(await campaigns.edit(first, by=AUTHOR, budget=5))
    with pytest.raises(CampaignAuthorNeverApprovesError):
        await campaigns.approve(second)
    other = Staff(Hand("compliance_officer", UUID(int=104)), within(), overseer=True)
    approved = await campaigns.approve(second, by=other)
    third = await campaigns.submit(await campaigns.edit(approved, by=AUTHOR, budget=6))
    assert (await campaigns.approve(third)).state is CampaignState.APPROVED, "what was approved since is not one's own"


async def test_nothing_runs_that_nobody_approved_whatever_the_program_says(campaigns: Campaigns) -> None:
    made = await campaigns.create()
    for state in ("approved", "scheduled", "running", "paused"):
        with pytest.raises(asyncpg.CheckViolationError, match="nobody approved"):
            await execute(campaigns, "update gamification.campaign set state = $1 where id = $2", state, made.id)
    approved = await campaigns.approve(await campaigns.submit(made))
    with pytest.raises(asyncpg.CheckViolationError, match="nobody approved"):
        await execute(campaigns, "update gamification.campaign set revision = 2 where id = $1", made.id)
    await execute(campaigns, "update gamification.campaign set state = 'running' where id = $1", approved.id)


@pytest.mark.parametrize("way", ["draft", "in_review", "approved", "running", "paused"])
async def test_compliance_freezes_any_campaign_in_one_call_and_nobody_else_moves_it(
    campaigns: Campaigns, way: str
) -> None:
    made = await campaigns.create()
    ways: dict[str, Callable[[], Awaitable[Campaign]]] = {
        "draft": lambda: campaigns.read(made),
        "in_review": lambda: campaigns.submit(made),
        "approved": lambda: _approved(campaigns, made),
        "running": lambda: campaigns.running(made),
        "paused": lambda: _paused(campaigns, made),
    }
    before = await ways[way]()
    assert before.state == way
    frozen = await campaigns.move(before, CampaignStep.FREEZE, by=OFFICER)
    assert (frozen.state, frozen.frozen_from) == (CampaignState.FROZEN, before.state)
    assert (await programme(campaigns))[1] == []
    for step in (CampaignStep.UNFREEZE, CampaignStep.RESUME, CampaignStep.END):
        with pytest.raises((CampaignRoleError, CampaignStepRefusedError)):
            await campaigns.move(frozen, step)
    with pytest.raises(CampaignStepRefusedError):
        await campaigns.edit(frozen)
    back = await campaigns.move(frozen, CampaignStep.UNFREEZE, by=OFFICER)
    assert (back.state, back.frozen_from) == (before.state, None)
    assert ((await programme(campaigns))[1] == [("spring", 1)]) == (way == "running")


async def _approved(campaigns: Campaigns, made: Campaign) -> Campaign:
    return await campaigns.approve(await campaigns.submit(made))


async def _paused(campaigns: Campaigns, made: Campaign) -> Campaign:
    return await campaigns.move(await campaigns.running(made), CampaignStep.PAUSE)


async def test_of_two_who_act_at_once_one_wins_and_the_other_is_told(campaigns: Campaigns) -> None:
    submitted = await campaigns.submit(await campaigns.create())
    found = await outcomes(*(campaigns.approve(submitted) for _ in range(4)))
    assert found.count("Campaign") == 1
    assert set(found) <= {"Campaign", "CampaignMovedError", "CampaignStepRefusedError"}
    edited = await outcomes(*(campaigns.edit(submitted, budget=each) for each in range(1, 5)))
    assert edited.count("Campaign") == 1
    assert set(edited) == {"Campaign", "CampaignMovedError"}
    assert (await campaigns.read(submitted)).revision == 2


async def test_an_edit_and_an_approval_at_once_never_approve_what_was_not_read(campaigns: Campaigns) -> None:
    for number in range(5):
        submitted = await campaigns.submit(await campaigns.create(f"spring-{number}"))
        found = await outcomes(campaigns.approve(submitted), campaigns.edit(submitted, budget=7))
        after = await campaigns.read(submitted)
        if found == ["Campaign", "CampaignMovedError"] and after.state is CampaignState.APPROVED:
            assert (after.revision, after.budget) == (1, None)
            after = await campaigns.edit(after, budget=7)
        assert (after.state, after.revision, after.approved_by) == (CampaignState.DRAFT, 2, None)


async def test_a_revision_that_was_not_read_is_not_approved(campaigns: Campaigns) -> None:
    submitted = await campaigns.submit(await campaigns.create())
    again = await campaigns.submit(await campaigns.edit(submitted, budget=9))
    with pytest.raises(CampaignMovedError):
        await campaigns.approve(submitted)
    assert (await campaigns.approve(again)).budget == 9


async def test_the_clock_starts_and_ends_a_campaign_once_however_many_workers(
    campaigns: Campaigns, clock: MovableClock
) -> None:
    made = await campaigns.create(opens_at=at(3), closes_at=at(5))
    await campaigns.scheduled(made)
    assert await campaigns.keep_schedule() == 0
    clock.move(timedelta(days=1))
    assert sum(await asyncio.gather(*(campaigns.keep_schedule() for _ in range(4)))) == 1
    assert (await campaigns.read(made)).state is CampaignState.RUNNING
    assert await campaigns.keep_schedule() == 0
    clock.move(timedelta(days=2))
    assert sum(await asyncio.gather(*(campaigns.keep_schedule() for _ in range(4)))) == 1
    assert (await campaigns.read(made)).state is CampaignState.ENDED
    assert await programme(campaigns) == (3, [])
    async with campaigns.work.read(campaigns.origin) as uow:
        assert await uow.fetchval("select count(*) from gamification.campaign_transition") == 6


async def test_a_scheduled_campaign_whose_window_passed_ends_without_having_run(
    campaigns: Campaigns, clock: MovableClock
) -> None:
    late = await campaigns.scheduled(await campaigns.create(closes_at=at(4)))
    clock.move(timedelta(days=3))
    assert await campaigns.keep_schedule() == 1
    assert (await campaigns.read(late)).state is CampaignState.ENDED
    assert await programme(campaigns) == (1, [])


async def test_whatever_happens_at_once_the_programme_holds_exactly_the_running_campaigns(campaigns: Campaigns) -> None:
    made = [await campaigns.scheduled(await campaigns.create(f"busy-{number}")) for number in range(4)]

    async def publish(points: int) -> None:
        async with campaigns.work.begin(campaigns.origin) as uow:
            await gamification.publish_rules(uow, BASE.replace("points: 2\n", f"points: {points}\n", 1))

    for _ in range(3):
        freezing = [campaigns.move(each, CampaignStep.FREEZE, by=OFFICER) for each in made[:2]]
        pausing = [campaigns.move(each, CampaignStep.PAUSE) for each in made[1:]]
        resuming = [campaigns.move(each, CampaignStep.RESUME) for each in made[2:]]
        unfreezing = [campaigns.move(each, CampaignStep.UNFREEZE, by=OFFICER) for each in made[:2]]
        clocks = [campaigns.keep_schedule() for _ in range(2)]
        found = await outcomes(*freezing, *pausing, *resuming, *unfreezing, *clocks, publish(3), publish(4))
        assert set(found) <= {"Campaign", "CampaignMovedError", "CampaignStepRefusedError", "NoneType", "int"}
        standing = [await campaigns.read(each) for each in made]
        running = [(each.key, 1) for each in standing if each.state is CampaignState.RUNNING]
        assert (await programme(campaigns))[1] == running
    async with campaigns.work.read(campaigns.origin) as uow:
        numbers = await uow.fetch("select version from gamification.rule_set_version order by version")
    assert [row["version"] for row in numbers] == list(range(1, len(numbers) + 1))
