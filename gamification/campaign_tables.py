"""Campaigns: their immutable revisions, who reviewed them, how they moved, and what they have left to give."""

from piccolo.columns import UUID, Array, BigInt, Integer, Text, Timestamptz
from piccolo.columns.column_types import Bytea
from piccolo.table import Table


class CampaignRow(Table, tablename="campaign", schema="gamification"):
    """Where a campaign stands. Few rows, changed by staff and the schedule alone."""

    id = UUID(primary_key=True, default=None, help_text="open: sorts by time")
    key = Text(default=None, null=False, unique=True, help_text="open: the campaign's identity in rules and awards")
    author = UUID(default=None, null=False, help_text="pseudonymous: the account that created it")
    state = Text(default=None, null=False, help_text="open: a CampaignState")
    frozen_from = Text(
        default=None, null=True, help_text="open: the state it goes back to when compliance unfreezes it"
    )
    revision = Integer(default=None, null=False, help_text="open: number of the current revision, from 1")
    past = Text(default=None, null=True, help_text="open: a CampaignPast, chosen when the revision was submitted")
    created_at = Timestamptz(default=None, null=False, help_text="open")
    changed_at = Timestamptz(default=None, null=False, help_text="open: when it last moved")


class CampaignRevision(Table, tablename="campaign_revision", schema="gamification"):
    """One immutable revision: everything that is reviewed."""

    id = UUID(primary_key=True, default=None, help_text="open")
    campaign = UUID(default=None, null=False, help_text="open: which campaign")
    number = Integer(default=None, null=False, help_text="open: counts from 1 in each campaign")
    author = UUID(default=None, null=False, help_text="pseudonymous: the account that wrote it")
    name = Text(default=None, null=False, help_text="open")
    lane = Text(default=None, null=False, help_text="open: a ContentClass")
    markets = Array(base_column=Text(default=None), default=None, null=False, help_text="open: countries, or * alone")
    professions = Array(base_column=Text(default=None), default=[], null=False, help_text="open: none: everybody")
    visible_from = Timestamptz(default=None, null=True, help_text="open: inclusive")
    visible_until = Timestamptz(default=None, null=True, help_text="open: exclusive")
    opens_at = Timestamptz(default=None, null=True, help_text="open: inclusive; what people do counts from then on")
    closes_at = Timestamptz(default=None, null=True, help_text="open: exclusive")
    budget = BigInt(default=None, null=True, help_text="open: recognition units over all persons")
    text = Text(default=None, null=False, help_text="open: the rules as they were written")
    body = Bytea(default=None, null=False, help_text="open: canonical JSON of terms and rules")
    sha256 = Bytea(default=None, null=False, help_text="open: SHA-256 of the body")
    created_at = Timestamptz(default=None, null=False, help_text="open")
    brand = Text(default=None, null=True, help_text="open: the brand that it belongs to; empty is none")


class CampaignReview(Table, tablename="campaign_review", schema="gamification"):
    """What a reviewer said about one revision."""

    id = UUID(primary_key=True, default=None, help_text="open: sorts by time")
    campaign = UUID(default=None, null=False, help_text="open: which campaign")
    revision = Integer(default=None, null=False, help_text="open: which revision")
    reviewer = UUID(default=None, null=False, help_text="pseudonymous: account")
    decision = Text(default=None, null=False, help_text="open: approved or rejected")
    reason = Text(default=None, null=False, help_text="open: why")
    at = Timestamptz(default=None, null=False, help_text="open")


class CampaignTransition(Table, tablename="campaign_transition", schema="gamification"):
    """One step of a campaign's life, with what it changed."""

    id = UUID(primary_key=True, default=None, help_text="open: sorts by time")
    campaign = UUID(default=None, null=False, help_text="open: which campaign")
    step = Text(default=None, null=False, help_text="open: a CampaignStep")
    from_state = Text(default=None, null=True, help_text="open: nothing when it was created")
    to_state = Text(default=None, null=False, help_text="open: a CampaignState")
    actor = Text(default=None, null=False, help_text="pseudonymous: the account, or the worker")
    role = Text(default=None, null=False, help_text="open: in which role")
    reason = Text(default=None, null=False, help_text="open: why")
    at = Timestamptz(default=None, null=False, help_text="open")
    revision = Integer(default=None, null=False, help_text="open: the current revision after the step")
    old = Bytea(default=None, null=False, help_text="open: JSON of what changed, before")
    new = Bytea(default=None, null=False, help_text="open: JSON of what changed, after")


class CampaignBudget(Table, tablename="campaign_budget", schema="gamification"):
    """What a campaign may give and has given: a row of its own, so that awards never wait for staff."""

    campaign = UUID(primary_key=True, default=None, help_text="open: which campaign")
    key = Text(default=None, null=False, unique=True, help_text="open: the campaign's key")
    units = BigInt(default=None, null=True, help_text="open: recognition units over all persons, nothing: no limit")
    used = BigInt(default=None, null=False, help_text="open: units that awards hold")


class CampaignRuleKey(Table, tablename="campaign_rule_key", schema="gamification"):
    """Which campaign a rule's key belongs to, for good: awards of an ended campaign keep it."""

    key = Text(primary_key=True, default=None, help_text="open: key of a rule, streak, badge or quest")
    campaign = UUID(default=None, null=False, help_text="open: which campaign")


class CampaignBackfill(Table, tablename="campaign_backfill", schema="gamification"):
    """The silent scoring of what was recorded before a revision started, person by person."""

    id = UUID(primary_key=True, default=None, help_text="open: sorts by time")
    campaign = UUID(default=None, null=False, help_text="open: which campaign")
    revision = Integer(default=None, null=False, help_text="open: which revision")
    version = Integer(default=None, null=False, help_text="open: the version it started with; the past came before")
    after = UUID(default=None, null=True, help_text="pseudonymous: the last person who is done")
    people = BigInt(default=None, null=False, help_text="open: how many people are done")
    done_at = Timestamptz(default=None, null=True, help_text="open")
