"""Whether something has the medical-legal-regulatory approval that it needs on a day in a country (C17)."""

from collections.abc import Iterator
from datetime import date

from gamification.rules.policy.facts import Approval, Reward
from gamification.rules.policy.pack import Pack
from gamification.rules.policy.refusal import Refusal, refusal
from gamification.rules.policy.vocabulary import Reason, RewardKind

ALL_COUNTRIES = "*"


def approval_refusals(pack: Pack, on: date, approval: Approval | None, what: str) -> Iterator[Refusal]:
    """Yield why ``what`` isn't approved; an approval holds through the day on which it expires."""
    if approval is None:
        yield refusal(Reason.APPROVAL_MISSING, "C17", f"{what} has no approval")
        return
    if approval.withdrawn:
        yield refusal(Reason.APPROVAL_WITHDRAWN, "C17", f"the approval of {what} was withdrawn")
    if approval.expires_on is not None and approval.expires_on < on:
        detail = f"the approval of {what} expired on {approval.expires_on.isoformat()}"
        yield refusal(Reason.APPROVAL_EXPIRED, "C17", detail)
    if approval.countries.isdisjoint({pack.country, ALL_COUNTRIES}):
        yield refusal(Reason.APPROVAL_ELSEWHERE, "C17", f"the approval of {what} isn't for {pack.country}")


def reward_approval_refusals(pack: Pack, on: date, reward: Reward) -> Iterator[Refusal]:
    """Yield why a reward isn't approved; points have no name or picture of their own that could be."""
    if reward.kind != RewardKind.POINTS:
        yield from approval_refusals(pack, on, reward.approval, f"the {reward.kind[:40]}")
