"""One step of a campaign: judged by the table, guarded by what was read, kept for ever, and audited."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from gamification.campaign_values import Campaign, Transition
from gamification.errors import (
    CampaignAuthorNeverApprovesError,
    CampaignMovedError,
    CampaignRoleError,
    CampaignStepRefusedError,
)
from gamification.rules.campaigns import Hand, Situation, judge
from gamification.store import campaign_history as history
from gamification.store import campaigns as store
from gamification.vocabulary import Action, CampaignPast, CampaignState, CampaignStep, StepReason
from kernel.unit_of_work import UnitOfWork

_ACTIONS: Mapping[CampaignStep, Action] = {
    CampaignStep.CREATE: Action.CAMPAIGN_CREATED,
    CampaignStep.EDIT: Action.CAMPAIGN_REVISED,
}


async def judged(
    uow: UnitOfWork, before: Campaign, step: CampaignStep, hand: Hand, *, revision: int | None = None
) -> CampaignState:
    """Return the state that a step leads to; ``revision`` is the one that whoever asks has seen.

    Raises:
        CampaignMovedError: the campaign is at another revision.
        CampaignRoleError: the step belongs to another role.
        CampaignAuthorNeverApprovesError: ``hand`` wrote a revision since the last approval.
        CampaignStepRefusedError: the campaign stands where this step is not to be had.

    """
    if revision is not None and revision != before.revision:
        raise CampaignMovedError(f"The campaign is at revision {before.revision}, not {revision}.", field="revision")
    situation = Situation(
        state=before.state,
        authors=await history.authors(uow, before.id) if step is CampaignStep.APPROVE else frozenset(),
        opens_at=before.opens_at,
        closes_at=before.closes_at,
        frozen_from=before.frozen_from,
        started=step is not CampaignStep.RESUME or await history.has_started(uow, before.id, before.revision),
    )
    verdict = judge(step, situation, hand, uow.now)
    if verdict.to is not None:
        return verdict.to
    sentence = f"A campaign that is {before.state} can't be moved by `{step}` here. {verdict.remedy}"
    if verdict.reason is StepReason.ROLE:
        raise CampaignRoleError(sentence, reason=verdict.reason)
    if verdict.reason is StepReason.AUTHOR:
        raise CampaignAuthorNeverApprovesError(
            "Whoever wrote a revision since the last approval never approves.", reason=verdict.reason
        )
    raise CampaignStepRefusedError(sentence, reason=verdict.reason)


async def take_step(
    uow: UnitOfWork,
    before: Campaign,
    step: CampaignStep,
    hand: Hand,
    reason: str,
    *,
    revision: int | None = None,
    past: CampaignPast | None = None,
    said: Mapping[str, Any] = MappingProxyType({}),
) -> Campaign:
    """Take a step that changes nothing but the state, and what happens to the past; return the campaign after it.

    ``said`` is kept with the new state: what a step rests on beside its reason.

    Raises:
        CampaignMovedError: somebody else moved or edited it since ``before`` was read.
        (and what ``judged`` raises)

    """
    to = await judged(uow, before, step, hand, revision=revision)
    if to is CampaignState.APPROVED and step is CampaignStep.APPROVE:
        await history.add_review(uow, before, _account(hand), "approved", reason)
    if step is CampaignStep.REJECT:
        await history.add_review(uow, before, _account(hand), "rejected", reason)
    if not await store.move(uow, before, to, past=past or before.past):
        raise CampaignMovedError("Somebody else edited or moved this campaign at the same moment.")
    after = await store.campaign(uow, before.id)
    assert after is not None  # noqa: S101 - a campaign is never deleted
    old: dict[str, Any] = {"state": before.state.value}
    new: dict[str, Any] = {"state": after.state.value, **said}
    if before.past != after.past:
        old["past"], new["past"] = before.past or "", after.past or ""
    await stepped(uow, hand, step, (before, after), reason, old, new)
    return after


async def stepped(
    uow: UnitOfWork,
    hand: Hand,
    step: CampaignStep,
    moved: tuple[Campaign | None, Campaign],
    reason: str,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
) -> None:
    """Keep a step that was taken, and audit it with what it changed."""
    before, after = moved
    transition = Transition(
        id=uow.new_id(),
        step=step,
        from_state=before.state if before else None,
        to_state=after.state,
        actor=uow.origin.actor,
        role=hand.role,
        reason=reason,
        at=uow.now,
        revision=after.revision,
        old=dict(old),
        new=dict(new),
    )
    await history.add_transition(uow, after.id, transition)
    uow.record(
        _ACTIONS.get(step, Action.CAMPAIGN_MOVED),
        resource=f"campaign:{after.id}",
        step=step.value,
        because=reason,
        revision=after.revision,
        old=transition.old,
        new=transition.new,
    )


def _account(hand: Hand) -> UUID:
    assert hand.account is not None  # noqa: S101 - no line of the table lets the worker review
    return hand.account
