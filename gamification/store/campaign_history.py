"""What became of a campaign: its reviews and the steps of its life. Rows are only ever added."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

import msgspec

from gamification.campaign_values import Campaign, CampaignApproval, Reviewed, Transition
from gamification.rules.grammar import Parts
from gamification.rules.grandfathering import Started
from gamification.vocabulary import CampaignPast, CampaignState, CampaignStep
from kernel.canonical import canonical
from kernel.unit_of_work import UnitOfWork

_STARTED: Final = """
select c.key, t.revision, r.body, (
  select said ->> 'past' from gamification.campaign_transition s
  cross join lateral (select convert_from(s.new, 'UTF8')::jsonb as said) as n
  where s.campaign = t.campaign and s.revision = t.revision and s.step = 'submit' and said ? 'past'
  order by s.id desc limit 1) as past
from gamification.campaign_transition t
join gamification.campaign c on c.id = t.campaign
join gamification.campaign_revision r on r.campaign = t.campaign and r.number = t.revision
where t.step = 'start' and c.key = any($1::text[])
order by c.key, t.revision
"""
"""What a submission says of the past stands in its step, unless an earlier one of the same revision said the same."""


async def add_review(uow: UnitOfWork, before: Campaign, reviewer: UUID, decision: str, reason: str) -> None:
    """Keep what a reviewer said about the current revision; of two approvals at once the second is left out."""
    await uow.execute(
        "insert into gamification.campaign_review (id, campaign, revision, reviewer, decision, reason, at)"
        " values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
        uow.new_id(),
        before.id,
        before.revision,
        reviewer,
        decision,
        reason,
        uow.now,
    )


async def add_transition(uow: UnitOfWork, campaign_id: UUID, transition: Transition) -> None:
    """Keep one step of a campaign's life for ever."""
    await uow.execute(
        "insert into gamification.campaign_transition (id, campaign, step, from_state, to_state, actor, role, reason,"
        " at, revision, old, new) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        transition.id,
        campaign_id,
        transition.step,
        transition.from_state,
        transition.to_state,
        transition.actor,
        transition.role,
        transition.reason,
        transition.at,
        transition.revision,
        canonical(transition.old),
        canonical(transition.new),
    )


async def transitions(uow: UnitOfWork, campaign_id: UUID, after: UUID | None, limit: int) -> list[Transition]:
    """Return the steps of a campaign's life, oldest first."""
    rows = await uow.fetch(
        "select * from gamification.campaign_transition where campaign = $1 and ($2::uuid is null or id > $2)"
        " order by id limit $3",
        campaign_id,
        after,
        limit,
    )
    return [_transition(dict(row)) for row in rows]


def _transition(row: dict[str, Any]) -> Transition:
    fields = {field: row[field] for field in Transition.__struct_fields__}
    fields |= {field: msgspec.json.decode(row[field]) for field in ("old", "new")}
    fields["step"] = CampaignStep(row["step"])
    fields |= {field: CampaignState(row[field]) for field in ("from_state", "to_state") if row[field] is not None}
    return Transition(**fields)


async def has_started(uow: UnitOfWork, campaign_id: UUID, revision: int) -> bool:
    """Tell whether a revision has ever run."""
    return bool(
        await uow.fetchval(
            "select exists (select from gamification.campaign_transition"
            " where campaign = $1 and revision = $2 and step = 'start')",
            campaign_id,
            revision,
        )
    )


async def started(uow: UnitOfWork, keys: Collection[str]) -> dict[str, list[Started]]:
    """Return the revisions of these campaigns that have run, in their order, each with what it did to the past."""
    rows = await uow.fetch(_STARTED, list(keys)) if keys else ()
    found: dict[str, list[Started]] = {}
    for row in rows:
        rules = msgspec.json.decode(row["body"], type=Reviewed).rules
        found.setdefault(row["key"], []).append(Started(row["revision"], CampaignPast(row["past"]), rules))
    return found


async def authors(uow: UnitOfWork, campaign_id: UUID) -> frozenset[UUID]:
    """Return who wrote a revision since the last approval of an earlier one."""
    rows = await uow.fetch(
        "select distinct r.author from gamification.campaign_revision r"
        " join gamification.campaign c on c.id = r.campaign where c.id = $1"
        " and r.number > coalesce((select max(w.revision) from gamification.campaign_review w"
        " where w.campaign = c.id and w.decision = 'approved' and w.revision < c.revision), 0)",
        campaign_id,
    )
    return frozenset(row["author"] for row in rows)


async def approval(uow: UnitOfWork, key: str, revision: int) -> CampaignApproval | None:
    """Return who approved a revision of a campaign."""
    row = await uow.fetchrow(
        "select encode(r.sha256, 'hex') as sha256, w.reviewer as approved_by, w.at as approved_at"
        " from gamification.campaign c"
        " join gamification.campaign_revision r on r.campaign = c.id and r.number = $2"
        " join gamification.campaign_review w on w.campaign = c.id and w.revision = $2 and w.decision = 'approved'"
        " where c.key = $1",
        key,
        revision,
    )
    return msgspec.convert(dict(row), CampaignApproval) if row else None


async def rules(uow: UnitOfWork, campaign_id: UUID, revision: int) -> Parts:
    """Return the rules of a revision that there is."""
    body = await uow.fetchval(
        "select body from gamification.campaign_revision where campaign = $1 and number = $2", campaign_id, revision
    )
    return msgspec.json.decode(body, type=Reviewed).rules


async def approved_rules(uow: UnitOfWork, campaign_id: UUID) -> list[Parts]:
    """Return the rules of every revision that was ever approved, oldest first: each may have paid somebody."""
    rows = await uow.fetch(
        "select r.body from gamification.campaign_revision r where r.campaign = $1 and exists ("
        "select from gamification.campaign_review w where w.campaign = r.campaign and w.revision = r.number"
        " and w.decision = 'approved') order by r.number",
        campaign_id,
    )
    return [msgspec.json.decode(row["body"], type=Reviewed).rules for row in rows]
