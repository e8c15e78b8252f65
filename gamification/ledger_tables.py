"""Lots and accounts of the ledger, rewards and claims, and the book of transfers of value."""

from piccolo.columns import UUID, Array, BigInt, Boolean, Integer, Text, Timestamptz
from piccolo.table import Table


class Lot(Table, tablename="lot", schema="gamification"):
    """Points of one award that wait, expire or have a currency of their own; what is left is amount less the rest."""

    id = UUID(primary_key=True, default=None, help_text="pseudonymous: sorts by age")
    person = UUID(default=None, null=False, help_text="pseudonymous: whose")
    award = UUID(default=None, null=False, help_text="pseudonymous: the award that gave them")
    currency = Text(default=None, null=False, help_text="open: which points")
    amount = BigInt(default=None, null=False, help_text="pseudonymous: points at the beginning")
    spent = BigInt(default=None, null=False, help_text="pseudonymous: points spent, less those given back")
    expired = BigInt(default=None, null=False, help_text="pseudonymous: points that expired")
    taken = BigInt(default=None, null=False, help_text="pseudonymous: points taken back, also for another award")
    available_at = Timestamptz(default=None, null=False, help_text="pseudonymous: pending before")
    expires_at = Timestamptz(default=None, null=True, help_text="pseudonymous: gone from then on; empty is never")
    granted_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when it began")


class Account(Table, tablename="account", schema="gamification"):
    """A person's points of one currency, as far as they came in lots or were spent; most people have no row."""

    id = UUID(primary_key=True, default=None, help_text="pseudonymous: of no meaning")
    person = UUID(default=None, null=False, help_text="pseudonymous: whose")
    currency = Text(default=None, null=False, help_text="open: which points")
    lotted = BigInt(default=None, null=False, help_text="pseudonymous: lifetime points that came in lots")
    drawn = BigInt(default=None, null=False, help_text="pseudonymous: points used that no lot could give")


class RewardRow(Table, tablename="reward", schema="gamification"):
    """Something that can be claimed for points, once somebody other than its author approved it."""

    id = UUID(primary_key=True, default=None, help_text="open")
    key = Text(default=None, null=False, unique=True, help_text="open: what people call it")
    name = Text(default=None, null=False, help_text="open")
    kind = Text(default=None, null=False, help_text="open: RewardKind")
    currency = Text(default=None, null=False, help_text="open: the points it is paid with")
    cost = BigInt(default=None, null=False, help_text="open: how many of them")
    value = BigInt(default=None, null=False, help_text="open: fair market value in minor units; 0 is none")
    value_currency = Text(default=None, null=True, help_text="open: ISO 4217; empty where there is no value")
    stock = Integer(default=None, null=True, help_text="open: how many are left; 0 is out, empty is unlimited")
    stocked = Integer(default=None, null=True, help_text="open: how many there were at first; empty is unlimited")
    per_person = Integer(default=None, null=True, help_text="open: claims per person and period; empty is unlimited")
    period = Text(default=None, null=False, help_text="open: ClaimPeriod")
    markets = Array(base_column=Text(default=None), default=None, null=False, help_text="open: countries, or * alone")
    payer = Text(default=None, null=False, help_text="open: the legal entity that pays")
    product = Text(default=None, null=True, help_text="open: the product it is about")
    content_class = Text(default=None, null=False, help_text="open: ContentClass")
    category = Text(default=None, null=True, help_text="open: what an item of value is to the law")
    conditions = Array(base_column=Text(default=None), default=None, null=False, help_text="open: what holds of it")
    content = UUID(default=None, null=True, help_text="open: the item that it unlocks")
    board = Text(default=None, null=True, help_text="open: key of the board on which it is won; empty for no board")
    rank = Integer(default=None, null=True, help_text="open: the last rank that wins it")
    state = Text(default=None, null=False, help_text="open: RewardState")
    created_by = UUID(default=None, null=False, help_text="pseudonymous: account")
    created_at = Timestamptz(default=None, null=False, help_text="open")
    approved_by = UUID(default=None, null=True, help_text="pseudonymous: account")
    approved_at = Timestamptz(default=None, null=True, help_text="open")
    approval_reference = Text(default=None, null=True, help_text="open: the approval's name where it is kept")
    approval_until = Timestamptz(default=None, null=True, help_text="open: exclusive; empty is no end")
    brand = Text(default=None, null=True, help_text="open: the brand that it belongs to; empty is none")


class ClaimRow(Table, tablename="claim", schema="gamification"):
    """A reward that a person claimed, with what was reserved for it as it was at that moment."""

    id = UUID(primary_key=True, default=None, help_text="pseudonymous: sorts by time")
    person = UUID(default=None, null=False, help_text="pseudonymous: who")
    reward = UUID(default=None, null=False, help_text="pseudonymous: what")
    state = Text(default=None, null=False, help_text="pseudonymous: ClaimState")
    period = Text(default=None, null=False, help_text="pseudonymous: the period it counts in")
    slot = Integer(default=None, null=True, help_text="pseudonymous: which of the period's claims, from 1")
    currency = Text(default=None, null=False, help_text="open: the points it was paid with")
    cost = BigInt(default=None, null=False, help_text="pseudonymous: how many of them")
    value = BigInt(default=None, null=False, help_text="pseudonymous: fair market value in minor units")
    value_currency = Text(default=None, null=True, help_text="open: ISO 4217")
    payer = Text(default=None, null=False, help_text="open: the legal entity that pays")
    product = Text(default=None, null=True, help_text="open: the product it is about")
    category = Text(default=None, null=True, help_text="open: what it is to the law")
    market = Text(default=None, null=False, help_text="pseudonymous: where the person was")
    year = Integer(default=None, null=False, help_text="pseudonymous: the person's calendar year")
    pack = Text(default=None, null=False, help_text="open: the policy pack that allowed it")
    consent = UUID(default=None, null=True, help_text="pseudonymous: the consent event it rests on")
    claimed_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when")
    closed_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when fulfilled or cancelled")
    closed_by = UUID(default=None, null=True, help_text="pseudonymous: the account that did")


class RewardYear(Table, tablename="reward_year", schema="gamification"):
    """What a person got in a calendar year, over all campaigns and legal entities: of one category, or * for all."""

    id = UUID(primary_key=True, default=None, help_text="pseudonymous: of no meaning")
    person = UUID(default=None, null=False, help_text="pseudonymous: who")
    year = Integer(default=None, null=False, help_text="pseudonymous: the person's calendar year")
    category = Text(default=None, null=False, help_text="pseudonymous: what it is to the law; * is everything")
    currency = Text(default=None, null=False, help_text="open: ISO 4217")
    reserved_value = BigInt(default=None, null=False, help_text="pseudonymous: claimed, in minor units")
    reserved_count = Integer(default=None, null=False, help_text="pseudonymous: claimed, how many")
    committed_value = BigInt(default=None, null=False, help_text="pseudonymous: handed over, in minor units")
    committed_count = Integer(default=None, null=False, help_text="pseudonymous: handed over, how many")
    alerted_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when most of a limit was used up")


class TransferDispute(Table, tablename="transfer_dispute", schema="gamification"):
    """That a recipient says that a record of the book is wrong; at most one about a claim is open."""

    id = UUID(primary_key=True, default=None, help_text="pseudonymous: sorts by time")
    claim = UUID(default=None, null=False, help_text="pseudonymous: which claim")
    person = UUID(default=None, null=False, help_text="pseudonymous: who disputes it")
    ground = Text(default=None, null=False, help_text="pseudonymous: a DisputeGround")
    state = Text(default=None, null=False, help_text="pseudonymous: a DisputeState")
    opened_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when")
    answered_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when it was answered")
    answered_by = UUID(default=None, null=True, help_text="pseudonymous: the account that answered")


class TransferOfValue(Table, tablename="transfer_of_value", schema="gamification"):
    """The book of transfers of value: rows are added, never changed; the newest of a claim says how it stands."""

    id = UUID(primary_key=True, default=None, help_text="pseudonymous: sorts by time")
    claim = UUID(default=None, null=False, help_text="pseudonymous: which claim")
    person = UUID(default=None, null=False, help_text="pseudonymous: who received it")
    state = Text(default=None, null=False, help_text="pseudonymous: TransferState")
    amount = BigInt(default=None, null=False, help_text="pseudonymous: in minor units")
    currency = Text(default=None, null=False, help_text="open: ISO 4217")
    payer = Text(default=None, null=False, help_text="open: the legal entity that pays")
    product = Text(default=None, null=True, help_text="open: the product it is about")
    nature = Text(default=None, null=False, help_text="open: the nature of the transfer")
    category = Text(default=None, null=True, help_text="open: what it is to the law")
    market = Text(default=None, null=False, help_text="pseudonymous: where the person was")
    year = Integer(default=None, null=False, help_text="pseudonymous: the person's calendar year")
    at = Timestamptz(default=None, null=False, help_text="pseudonymous: when")
    profession = Text(default=None, null=True, help_text="pseudonymous: the person's when it was claimed")
    states = Array(
        base_column=Text(default=None),
        default=[],
        null=False,
        help_text="pseudonymous: of the person when it was claimed",
    )
    public_employee = Boolean(default=None, null=True, help_text="pseudonymous: what the person was then")
    covered_recipient = Boolean(default=None, null=True, help_text="pseudonymous: what the person was then")
