"""Saying why: what an award rests on, and why somebody can't earn something."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

import audit
import content
import engagement
import people
from access import EVERYTHING
from content.vocabulary import ContentId
from engagement import Stored
from engagement.vocabulary import Action as EngagementAction
from gamification.errors import AwardNotFoundError, RuleNotFoundError
from gamification.policy_packs import packs_in_force
from gamification.rules.earnings import moment_of
from gamification.rules.policy import pack_for
from gamification.rules.tracing import rule_of, trace
from gamification.service.publishing import rules_for
from gamification.service.reading import opportunities_of_person
from gamification.store import awards as award_store
from gamification.store import campaign_history as campaign_store
from gamification.store import interventions
from gamification.store import rule_sets as rule_set_store
from gamification.values import (
    ApprovalView,
    AwardView,
    Opportunity,
    ProofView,
    PublishedRules,
    TraceLine,
)
from gamification.vocabulary import Action
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

AWARDING: Final = (
    EngagementAction.ACTIVITY_RECORDED,
    Action.ACTIVITY_RETRACTED,
    Action.AWARD_REINSTATED,
    Action.AWARD_REVOKED,
    Action.CAMPAIGN_BACKFILLED,
    Action.FREEZES_GRANTED,
    Action.GOAL_PAID,
)
"""What can have awards follow from it, each told about the person by one entry of the same instant."""


async def proof(uow: UnitOfWork, award_id: UUID, person: PersonId | None, markets: Collection[str]) -> ProofView:
    """Return what an award rests on; ``person`` limits it to one's own, ``markets`` to people of these markets.

    Raises:
        AwardNotFoundError: there is none, or it is another person's.

    """
    award = await award_store.award(uow, award_id)
    where = (await people.bearings(uow, [award.person])).get(award.person) if award else None
    scoped = where is not None and ("*" in markets or where.market in markets)
    if award is None or where is None or not scoped or person not in {None, award.person}:
        message = "There is no such award."
        raise AwardNotFoundError(message)
    uow.record(Action.AWARD_PROOF_READ, subject=award.person, resource=f"award:{award.id}")
    published = await rule_set_store.published(uow, award.rules_version)
    _, campaign = rule_of(await rules_for(uow, award.rules_version, award.person), award.rule)
    history = await engagement.history(uow, award.person)
    row = next((each for each in history if each.activity.id == award.activity), None)
    reviewed = await campaign_store.approval(uow, campaign.key, campaign.revision) if campaign else None
    return ProofView(
        award=award.id,
        rule=award.rule,
        kind=award.kind,
        state=award.state,
        points=award.points,
        subject=award.subject or None,
        period=award.period,
        activity=award.activity,
        occurred_at=award.occurred_at,
        awarded_at=award.awarded_at,
        rules_version=award.rules_version,
        rules_sha256=published.sha256.hex(),
        rules_published_at=published.published_at,
        policy=_policy(award, published, row, where.market),
        consent_event=award.consent,
        approval=await _approval(uow, award),
        campaign=campaign.key if campaign else None,
        campaign_revision=campaign.revision if campaign else None,
        campaign_approval=reviewed,
        trace=await _trace(uow, award, history, row) if row is not None else [],
        audit=await _proofs(uow, award),
    )


async def why_not(uow: UnitOfWork, key: str, person: PersonId, markets: Collection[str]) -> Opportunity:
    """Return whether a person of these markets can earn one rule, badge or quest now, and if not, why not.

    Raises:
        RuleNotFoundError: no rule in force has this key, or nobody in these markets is this person.

    """
    where = (await people.bearings(uow, [person])).get(person)
    lines = []
    if where is not None and ("*" in markets or where.market in markets):
        lines = await opportunities_of_person(uow, person, where, hidden=True)
    found = next((line for line in lines if line.key == key), None)
    if found is None:
        message = "There is no such rule for such a person."
        raise RuleNotFoundError(message)
    uow.record(Action.WHY_NOT_READ, subject=person, resource=f"rule:{key}")
    return found


def _policy(award: AwardView, published: PublishedRules, row: Stored | None, market: str) -> str:
    """Return the policy pack that judged an award, whenever the activity had happened and was told of.

    What packs say is part of the rules, and who may be given value is stamped when an activity is recorded: so it is
    the pack of that day, or of the day on which a backfill derived the rules later; in the country where the person
    was. Of what was taken back the day of the award and today's country (``market``) are what is left.
    """
    judged_at = award.awarded_at if row is None else max(row.recorded_at, published.published_at)
    return pack_for(packs_in_force(), market if row is None else row.activity.market, judged_at.date()).stamp


async def _trace(uow: UnitOfWork, award: AwardView, history: Sequence[Stored], row: Stored) -> list[TraceLine]:
    """Fold the person's history up to the activity once more, and tell what each condition of the rule found."""
    moment = (row.activity.occurred_at, row.activity.id)
    before = [
        (await rules_for(uow, each.rules_version or 0, award.person), each.activity)
        for each in history
        if (each.activity.occurred_at, each.activity.id) < moment
    ]
    taken = (await interventions.of_people(uow, [award.person])).get(award.person, [])
    earlier = [each for each in taken if moment_of(each) < (moment[0], moment[1].int)]
    ruleset = await rules_for(uow, award.rules_version, award.person)
    return trace(ruleset, award.rule, before, row.activity, earlier)


async def _proofs(uow: UnitOfWork, award: AwardView) -> list[audit.LeafProof]:
    """Prove the entry under which it was awarded: the activity's, or of whatever had all folded anew."""
    found = await audit.proofs_at(uow, award.person, award.awarded_at, AWARDING)
    return [each.without_entry() for each in found]


async def _approval(uow: UnitOfWork, award: AwardView) -> ApprovalView | None:
    """Return who approved the item that the award is about, and when; a badge is about no single item."""
    if not award.subject:
        return None
    item = await content.staff_item(uow, ContentId(UUID(award.subject)), scope=EVERYTHING)
    return ApprovalView(item.id, item.state.value, item.approved_by, item.approved_at)
