"""Whether a reward still has the medical-legal-regulatory approval that it needs (C17).

That there is one, and that it is for the country, is held where rewards are offered: nobody is shown any other.
"""

from collections.abc import Iterator
from datetime import date

from gamification.rules.policy.facts import Reward
from gamification.rules.policy.refusal import Refusal, refusal
from gamification.rules.policy.vocabulary import Reason


def approval_refusals(on: date, reward: Reward) -> Iterator[Refusal]:
    """Yield why a reward isn't approved any more; an approval holds through the day on which it expires."""
    approval = reward.approval
    if approval.withdrawn:
        yield refusal(Reason.APPROVAL_WITHDRAWN, "C17", "the approval of the reward was withdrawn")
    if approval.expires_on is not None and approval.expires_on < on:
        detail = f"the approval of the reward expired on {approval.expires_on.isoformat()}"
        yield refusal(Reason.APPROVAL_EXPIRED, "C17", detail)
