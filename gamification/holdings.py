"""What gamification holds about people: children first, since that is the order in which an erasure takes them away."""

from collections.abc import Mapping
from typing import Final

from kernel.holdings import Holding, by_account

_BOOKS: Final = "the books of points must stay balanced; nothing in them leads to you any more (Art. 17(3)(b), (e))"
_TRANSFERS: Final = "transfers of value must be kept and disclosed by law (Art. 17(3)(b))"
_STAFF: Final = "who wrote and approved what others earn by must stay known (Art. 17(3)(b))"
_AWARDS: Final = "(select id from gamification.award where person = $1)"
_ACTIVITIES: Final = "(select id from engagement.activity where person = $1)"
_OTHERS: Final = "the account of somebody else"

HOLDINGS: Final = (
    Holding(table="gamification.board_standing", title="Your lines on boards that are closed", holdable=True),
    Holding(table="gamification.board_member", title="Your name on boards", key="person"),
    Holding(
        table="gamification.credential",
        title="Badges that you took along",
        of=f"award in {_AWARDS}",
        key="award",
        kept="a place in a public list of revoked badges is never given again; it is a number drawn at random",
    ),
    Holding(
        table="gamification.outcome",
        title="What your activities were answered",
        of=f"activity in {_ACTIVITIES}",
        key="activity",
    ),
    Holding(
        table="gamification.freeze_grant",
        title="Freezes that were granted to your streaks",
        withheld={"granted_by": _OTHERS},
    ),
    Holding(table="gamification.badge_decision", title="Badges that were taken back from you, or given back"),
    Holding(table="gamification.standing", title="What you have reached", key="person"),
    Holding(table="gamification.lot", title="Points that wait or expire", holdable=True),
    Holding(table="gamification.account", title="Your accounts of points"),
    Holding(table="gamification.reward_year", title="What you received in each year", kept=_TRANSFERS),
    Holding(
        table="gamification.claim",
        title="What you claimed",
        kept=_TRANSFERS,
        withheld={"closed_by": _OTHERS},
    ),
    Holding(
        table="gamification.transfer_dispute",
        title="Records of transfers that you disputed",
        kept=_TRANSFERS,
        withheld={"answered_by": _OTHERS},
    ),
    Holding(table="gamification.transfer_of_value", title="Transfers of value to you", kept=_TRANSFERS),
    Holding(table="gamification.ledger_entry", title="How your points moved", kept=_BOOKS),
    Holding(table="gamification.award", title="What you earned", holdable=True),
    Holding(
        table="gamification.rule_set_version",
        title="Rules that you published",
        of=by_account("published_by", text=True),
        key="version",
        kept=_STAFF,
    ),
    Holding(
        table="gamification.reward",
        title="Rewards that you made or approved",
        of=f"({by_account('created_by')} or {by_account('approved_by')})",
        kept=_STAFF,
        withheld={"created_by": "an account", "approved_by": "an account"},
    ),
    Holding(
        table="gamification.currency",
        title="Currencies of points that you described or approved",
        of=f"({by_account('defined_by')} or {by_account('approved_by')})",
        key="key",
        kept=_STAFF,
        withheld={"defined_by": "an account", "approved_by": "an account"},
    ),
    Holding(
        table="gamification.board",
        title="Boards that you made",
        of=by_account("created_by", text=True),
        kept=_STAFF,
    ),
    Holding(table="gamification.campaign", title="Campaigns that you made", of=by_account("author"), kept=_STAFF),
    Holding(
        table="gamification.campaign_revision",
        title="Revisions of campaigns that you wrote",
        of=by_account("author"),
        kept=_STAFF,
    ),
    Holding(
        table="gamification.campaign_review",
        title="Campaigns that you reviewed",
        of=by_account("reviewer"),
        kept=_STAFF,
    ),
    Holding(
        table="gamification.campaign_transition",
        title="Campaigns that you moved on",
        of=by_account("actor", text=True),
        kept=_STAFF,
    ),
)

APART: Final[Mapping[str, str]] = {
    "gamification.board_population": "numbers of people, of no one in particular",
    "gamification.goal": "how far paying everybody has come; the moment moves on with the next, and says nothing",
    "gamification.campaign_backfill": "how far a running job is; the id goes with the job",
}
"""Tables with columns about people that no request reads by themselves, and why."""
