"""Campaigns and their revisions, the keys that are theirs, and their budgets."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from access import Scope
from content.vocabulary import EVERYWHERE
from gamification.campaign_values import Campaign, Reviewed, Revision
from gamification.rules.composing import part_of
from gamification.rules.grammar import CampaignPart
from gamification.rules.grandfathering import kept
from gamification.store import campaign_history as history
from gamification.vocabulary import CampaignPast, CampaignState
from kernel.unit_of_work import UnitOfWork

_CAMPAIGN: Final = """
select c.id, c.key, c.state, c.frozen_from, c.author, c.created_at, c.changed_at, c.revision, c.past,
  r.author as revised_by, r.created_at as revised_at, r.name, r.lane, r.markets, r.professions,
  r.visible_from, r.visible_until, r.opens_at, r.closes_at, r.budget, r.brand, b.used as budget_used, r.text as rules,
  encode(r.sha256, 'hex') as sha256,
  w.reviewer as approved_by, w.at as approved_at
from gamification.campaign c
join gamification.campaign_revision r on r.campaign = c.id and r.number = c.revision
join gamification.campaign_budget b on b.campaign = c.id
left join gamification.campaign_review w
  on w.campaign = c.id and w.revision = c.revision and w.decision = 'approved'
"""
_LIVE: Final = [CampaignState.SCHEDULED.value, CampaignState.RUNNING.value, CampaignState.PAUSED.value]


async def campaign(uow: UnitOfWork, campaign_id: UUID) -> Campaign | None:
    """Return one campaign with its current revision."""
    row = await uow.fetchrow(f"{_CAMPAIGN} where c.id = $1", campaign_id)
    return msgspec.convert(dict(row), Campaign) if row else None


async def campaigns(
    uow: UnitOfWork, *, scope: Scope | None, state: CampaignState | None, after: UUID | None, limit: int
) -> list[Campaign]:
    """Return campaigns, newest first; with ``scope``, those that lie in its markets, of its brands or of none."""
    rows = await uow.fetch(
        f"{_CAMPAIGN} where ($1::text[] is null or r.markets <@ $1) and ($2::text is null or c.state = $2)"
        " and ($3::uuid is null or c.id < $3) and ($5::text[] is null or r.brand is null or r.brand = any($5))"
        " order by c.id desc limit $4",
        None if scope is None or EVERYWHERE in scope.markets else sorted(scope.markets),
        state,
        after,
        limit,
        None if scope is None or EVERYWHERE in scope.brands else sorted(scope.brands),
    )
    return [msgspec.convert(dict(row), Campaign) for row in rows]


async def in_state(uow: UnitOfWork, state: CampaignState) -> list[Campaign]:
    """Return every campaign in a state, in id order."""
    rows = await uow.fetch(f"{_CAMPAIGN} where c.state = $1 order by c.id", state)
    return [msgspec.convert(dict(row), Campaign) for row in rows]


async def due(uow: UnitOfWork) -> list[Campaign]:
    """Return the campaigns whose window opens or closes by now, in id order: whoever moves several locks them so."""
    rows = await uow.fetch(
        f"{_CAMPAIGN} where (c.state = 'scheduled' and (r.opens_at is null or r.opens_at <= $1))"
        " or (c.state = any($2::text[]) and r.closes_at <= $1) order by c.id",
        uow.now,
        _LIVE,
    )
    return [msgspec.convert(dict(row), Campaign) for row in rows]


async def insert(uow: UnitOfWork, campaign_id: UUID, key: str, author: UUID) -> bool:
    """Keep a new campaign as a draft at revision 1; return whether its key was free."""
    tag = await uow.execute(
        "insert into gamification.campaign (id, key, author, state, revision, created_at, changed_at)"
        " values ($1, $2, $3, 'draft', 1, $4, $4) on conflict (key) do nothing",
        campaign_id,
        key,
        author,
        uow.now,
    )
    if tag.endswith(" 0"):
        return False
    await uow.execute(
        "insert into gamification.campaign_budget (campaign, key, units, used) values ($1, $2, 0, 0)", campaign_id, key
    )
    return True


async def add_revision(uow: UnitOfWork, revision: Revision) -> None:
    """Keep a revision for ever."""
    terms = revision.terms
    await uow.execute(
        "insert into gamification.campaign_revision (id, campaign, number, author, name, lane, markets, visible_from,"
        " visible_until, opens_at, closes_at, budget, text, body, sha256, created_at, professions, brand)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
        revision.id,
        revision.campaign,
        revision.number,
        revision.author,
        terms.name,
        terms.lane,
        list(terms.markets),
        terms.visible_from,
        terms.visible_until,
        terms.opens_at,
        terms.closes_at,
        terms.budget,
        revision.text,
        revision.body,
        revision.sha256,
        uow.now,
        [each.value for each in terms.professions],
        terms.brand,
    )


async def move(
    uow: UnitOfWork,
    before: Campaign,
    to: CampaignState,
    *,
    revision: int | None = None,
    past: CampaignPast | None = None,
) -> bool:
    """Move a campaign from where ``before`` saw it; return False where somebody else moved or edited it since.

    The guard is the update itself: of two people who act at once, the second finds no row in that state.
    """
    frozen = to is CampaignState.FROZEN
    tag = await uow.execute(
        "update gamification.campaign set state = $4, revision = coalesce($5, revision), past = $6, frozen_from = $7,"
        " changed_at = $8 where id = $1 and state = $2 and revision = $3",
        before.id,
        before.state,
        before.revision,
        to,
        revision,
        past,
        before.state if frozen else None,
        uow.now,
    )
    return tag.endswith(" 1")


async def running(uow: UnitOfWork) -> list[CampaignPart]:
    """Return what every running campaign adds to the programme."""
    rows = await uow.fetch(
        "select c.key, r.number, r.body from gamification.campaign c"
        " join gamification.campaign_revision r on r.campaign = c.id and r.number = c.revision"
        " where c.state = 'running' order by c.key"
    )
    return await _parts(uow, rows)


async def hidden(uow: UnitOfWork) -> set[str]:
    """Return the keys of running campaigns that are not to be shown now: outside of their visibility windows."""
    rows = await uow.fetch(
        "select c.key from gamification.campaign c"
        " join gamification.campaign_revision r on r.campaign = c.id and r.number = c.revision"
        " where c.state = 'running' and (r.visible_from > $1 or r.visible_until <= $1)",
        uow.now,
    )
    return {row["key"] for row in rows}


async def approved(uow: UnitOfWork) -> list[CampaignPart]:
    """Return what every campaign whose current revision is approved adds, or can come to add, to the programme."""
    rows = await uow.fetch(
        "select c.key, r.number, r.body from gamification.campaign c"
        " join gamification.campaign_revision r on r.campaign = c.id and r.number = c.revision"
        " where c.state <> 'ended' and exists (select from gamification.campaign_review w"
        " where w.campaign = c.id and w.revision = c.revision and w.decision = 'approved') order by c.key"
    )
    return await _parts(uow, rows)


async def part(uow: UnitOfWork, campaign_id: UUID, revision: int) -> CampaignPart | None:
    """Return what a campaign adds to the programme, if it is running on this revision."""
    row = await uow.fetchrow(
        "select c.key, r.number, r.body from gamification.campaign c"
        " join gamification.campaign_revision r on r.campaign = c.id and r.number = c.revision"
        " where c.state = 'running' and c.id = $1 and c.revision = $2",
        campaign_id,
        revision,
    )
    return _part(row["key"], row["number"], row["body"]) if row else None


async def _parts(uow: UnitOfWork, rows: Sequence[asyncpg.Record]) -> list[CampaignPart]:
    """Return campaigns of the programme with the revisions that they grandfather."""
    earlier = await history.started(uow, [row["key"] for row in rows])
    return [
        msgspec.structs.replace(
            _part(row["key"], row["number"], row["body"]), earlier=kept(earlier.get(row["key"], ()), row["number"])
        )
        for row in rows
    ]


def _part(key: str, number: int, body: bytes) -> CampaignPart:
    reviewed = msgspec.json.decode(body, type=Reviewed)
    return part_of(key, number, reviewed.terms, reviewed.rules)


async def brands(uow: UnitOfWork, keys: Iterable[str]) -> dict[str, str]:
    """Return the brand of each of these campaigns that belongs to one, by key."""
    rows = await uow.fetch(
        "select c.key, r.brand from gamification.campaign c"
        " join gamification.campaign_revision r on r.campaign = c.id and r.number = c.revision"
        " where c.key = any($1::text[]) and r.brand is not null",
        list(keys),
    )
    return {row["key"]: row["brand"] for row in rows}


async def owners(uow: UnitOfWork, keys: Iterable[str]) -> dict[str, str]:
    """Return the campaign's key for each of these rule keys that belongs to one."""
    rows = await uow.fetch(
        "select k.key, c.key as campaign from gamification.campaign_rule_key k"
        " join gamification.campaign c on c.id = k.campaign where k.key = any($1::text[])",
        list(keys),
    )
    return {row["key"]: row["campaign"] for row in rows}


async def claim(uow: UnitOfWork, campaign_id: UUID, keys: Iterable[str]) -> None:
    """Claim rule keys for a campaign for good, as far as they are free; in key order, so that no two wait in a ring."""
    await uow.execute(
        "insert into gamification.campaign_rule_key (key, campaign) select key, $2 from unnest($1::text[]) as t(key)"
        " order by key on conflict (key) do nothing",
        list(keys),
        campaign_id,
    )


async def set_budget(uow: UnitOfWork, campaign_id: UUID, units: int | None) -> None:
    """Let a revision's budget be in force; one below what awards hold already lets nothing more be given."""
    await uow.execute(
        "update gamification.campaign_budget set units = greatest($2::bigint, case when $2::bigint is null then null"
        " else used end) where campaign = $1",
        campaign_id,
        units,
    )


async def budgets_in_force(uow: UnitOfWork) -> dict[str, int]:
    """Return the whole budgets of campaigns that run, by key; those without one are left out."""
    rows = await uow.fetch(
        "select b.key, b.units from gamification.campaign_budget b join gamification.campaign c on c.id = b.campaign"
        " where c.state = 'running' and b.units is not null"
    )
    return {row["key"]: row["units"] for row in rows}


async def rest(uow: UnitOfWork, keys: Sequence[str]) -> dict[str, int]:
    """Return what is left of the budgets of these campaigns now, for showing it; those without one are left out."""
    rows = await uow.fetch(
        "select key, units - used as rest from gamification.campaign_budget"
        " where key = any($1::text[]) and units is not null",
        keys,
    )
    return {row["key"]: row["rest"] for row in rows}


async def left(uow: UnitOfWork, keys: Iterable[str]) -> dict[str, int]:
    """Return what is left of the budgets of these campaigns, and lock them, in key order, until the transaction ends.

    A campaign without a budget is left out: it gives everything, and its row is neither locked nor counted.
    """
    rows = await uow.fetch(
        "select key, units - used as rest from gamification.campaign_budget"
        " where key = any($1::text[]) and units is not null order by key for no key update",
        sorted(set(keys)),
    )
    return {row["key"]: row["rest"] for row in rows}


async def use(uow: UnitOfWork, taken: Mapping[str, int]) -> None:
    """Count units as given, or as given back where they are negative; whoever takes MUST hold the lock of ``left``.

    What was given while a campaign had no budget was not counted, so giving back stops at nothing used.
    """
    moved = {key: units for key, units in sorted(taken.items()) if units}
    if not moved:
        return
    await left(uow, moved)
    await uow.execute(
        "update gamification.campaign_budget b set used = greatest(b.used + t.units, 0)"
        " from unnest($1::text[], $2::bigint[]) as t(key, units)"
        " where b.key = t.key and b.units is not null and (t.units < 0 or b.used + t.units <= b.units)",
        list(moved),
        list(moved.values()),
    )
