"""Rule versions, awards, the ledger, and what each person has reached."""

from piccolo.columns import UUID, BigInt, Boolean, Date, Integer, Text, Timestamptz
from piccolo.columns.column_types import Bytea
from piccolo.table import Table


class RuleSetVersion(Table, tablename="rule_set_version", schema="gamification"):
    """One immutable version of a rule set, as canonical JSON."""

    version = Integer(primary_key=True, default=None, help_text="open: counts from 1")
    key = Text(default=None, null=False, help_text="open: the rule set's identity")
    body = Bytea(default=None, null=False, help_text="open: canonical JSON of the rules")
    sha256 = Bytea(default=None, null=False, help_text="open: SHA-256 of the body")
    published_at = Timestamptz(default=None, null=False, help_text="open: from when on it scores what is recorded")
    published_by = Text(default=None, null=False, help_text="pseudonymous: the account that published it")
    derived_from = Integer(default=None, null=True, help_text="open: the published version that a backfill began from")


class AwardRow(Table, tablename="award", schema="gamification"):
    """Something that was earned; once per person, rule, subject and period."""

    id = UUID(primary_key=True, default=None, help_text="pseudonymous: names the award in proofs")
    person = UUID(default=None, null=False, help_text="pseudonymous: who")
    rule = Text(default=None, null=False, help_text="pseudonymous: key of the points rule or badge")
    subject = Text(default=None, null=False, help_text="pseudonymous: content id, empty for a badge")
    period = Text(default=None, null=False, help_text="pseudonymous: the period it was earned in")
    kind = Text(default=None, null=False, help_text="open: points or badge")
    state = Text(default=None, null=False, help_text="pseudonymous: active or reversed")
    points = BigInt(default=None, null=False, help_text="pseudonymous: points of its currency")
    rules_version = Integer(default=None, null=False, help_text="open: the version of the rules that decided")
    activity = UUID(default=None, null=False, help_text="pseudonymous: the activity that earned it")
    consent = UUID(default=None, null=True, help_text="pseudonymous: the consent event it rests on")
    occurred_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when the activity happened")
    awarded_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when it was awarded")
    currency = Text(default=None, null=False, help_text="open: which points; the database's default is recognition")
    lot = UUID(default=None, null=True, help_text="pseudonymous: the lot its points came in, where they are kept apart")
    lane = Text(default="medical", null=False, help_text="pseudonymous: the lane of the content that earned it")


class LedgerEntry(Table, tablename="ledger_entry", schema="gamification"):
    """Points that moved from one account to another: one row debits and credits, so every row is balanced."""

    id = UUID(primary_key=True, default=None, help_text="pseudonymous: sorts by time")
    person = UUID(default=None, null=False, help_text="pseudonymous: whose points moved")
    award = UUID(default=None, null=True, help_text="pseudonymous: which award's points; none where no lot was kept")
    kind = Text(default=None, null=False, help_text="open: EntryKind")
    debit = UUID(default=None, null=False, help_text="pseudonymous: the account that gives")
    credit = UUID(default=None, null=False, help_text="pseudonymous: the account that receives")
    amount = BigInt(default=None, null=False, help_text="pseudonymous: points of its currency, always positive")
    recorded_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when")
    currency = Text(default=None, null=False, help_text="open: which points; the database's default is recognition")
    lot = UUID(default=None, null=True, help_text="pseudonymous: the lot whose points moved")
    claim = UUID(default=None, null=True, help_text="pseudonymous: the claim that was paid or given back")


class Standing(Table, tablename="standing", schema="gamification"):
    """What a person has reached: the balance, moved only by what the ledger moves, and the fold's state."""

    person = UUID(primary_key=True, default=None, help_text="pseudonymous: who")
    points = BigInt(default=None, null=False, help_text="pseudonymous: lifetime recognition points")
    level = Integer(default=None, null=False, help_text="pseudonymous: level reached")
    expired = BigInt(default=0, null=False, help_text="pseudonymous: how many of the points have expired")
    lapses_on = Date(default=None, null=True, help_text="pseudonymous: the day on which more of them stop counting")
    state = Bytea(default=None, null=False, help_text="pseudonymous: the state of the fold as JSON")
    updated_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when it last changed")


class Outcome(Table, tablename="outcome", schema="gamification"):
    """What an activity was answered, where that was anything: a repeat is answered the same."""

    activity = UUID(primary_key=True, default=None, help_text="pseudonymous: which activity")
    effects = Bytea(default=None, null=False, help_text="pseudonymous: the effects as JSON")


class Budget(Table, tablename="budget", schema="gamification"):
    """How much a rule has given to everybody together; moved relatively, never written as an absolute value."""

    key = Text(primary_key=True, default=None, help_text="open: key of the points rule or badge")
    units = BigInt(default=None, null=False, help_text="open: the size when it was first used: points, or earners")
    used = BigInt(default=None, null=False, help_text="open: how much was given and not given back")


class FreezeGrant(Table, tablename="freeze_grant", schema="gamification"):
    """Freezes that staff granted to a streak: a step of the fold, like an activity, and as little changed."""

    id = UUID(primary_key=True, default=None, help_text="pseudonymous: sorts by time")
    person = UUID(default=None, null=False, help_text="pseudonymous: whose streak")
    streak = Text(default=None, null=False, help_text="pseudonymous: key of the streak")
    freezes = Integer(default=None, null=False, help_text="pseudonymous: how many")
    reason = Text(default=None, null=False, help_text="pseudonymous: a FreezeReason")
    granted_by = UUID(default=None, null=False, help_text="pseudonymous: the account that granted them")
    granted_at = Timestamptz(default=None, null=False, help_text="pseudonymous: from when on they count")


class BadgeDecisionRow(Table, tablename="badge_decision", schema="gamification"):
    """That staff took a badge back, or gave it back: a step of the fold, like an activity, and as little changed."""

    id = UUID(primary_key=True, default=None, help_text="pseudonymous: sorts by time")
    person = UUID(default=None, null=False, help_text="pseudonymous: whose badge")
    badge = Text(default=None, null=False, help_text="pseudonymous: key of the badge")
    revoked = Boolean(default=None, null=False, help_text="pseudonymous: taken back, or given back")
    decided_at = Timestamptz(default=None, null=False, help_text="pseudonymous: from when on it counts")


class GoalRow(Table, tablename="goal", schema="gamification"):
    """A community quest whose target was reached: one row for ever, and how far paying everybody has come."""

    key = Text(primary_key=True, default=None, help_text="open: key of the community quest")
    reached_at = Timestamptz(default=None, null=False, help_text="open: when")
    after_at = Timestamptz(
        default=None, null=True, help_text="pseudonymous: when the last who was paid contributed first"
    )
    after_activity = UUID(default=None, null=True, help_text="pseudonymous: and by which activity")
    people = Integer(default=None, null=False, help_text="open: how many were looked at so far")
    paid_at = Timestamptz(default=None, null=True, help_text="open: when everybody was; empty while not")
