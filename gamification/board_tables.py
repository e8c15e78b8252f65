"""Boards: their definitions and periods, who takes part, and the standings of periods that are over."""

from piccolo.columns import UUID, Array, BigInt, Boolean, ForeignKey, Integer, OnDelete, Text, Timestamptz
from piccolo.table import Table


class BoardMember(Table, tablename="board_member", schema="gamification"):
    """The alias under which a person appears on boards, and whether the person does so now.

    ``active`` and what follows it are a copy of what consent and the vault say, brought up to date by the outbox.
    """

    person = UUID(primary_key=True, default=None, help_text="pseudonymous: who")
    alias = Text(default=None, null=False, unique=True, help_text="pseudonymous: the name on the board")
    active = Boolean(default=None, null=True, help_text="pseudonymous: takes part; null before it was asked")
    market = Text(default=None, null=True, help_text="pseudonymous: ISO 3166-1 alpha-2")
    language = Text(default=None, null=True, help_text="pseudonymous: the language of the locale")
    expires_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when the first consent runs out")
    profession = Text(default=None, null=True, help_text="pseudonymous: Profession, where the person said one")
    shares = Boolean(default=False, null=False, help_text="pseudonymous: agrees to be seen in accredited education")


class BoardRow(Table, tablename="board", schema="gamification"):
    """A board as it was defined; nothing but its state ever changes."""

    id = UUID(primary_key=True, default=None, help_text="open")
    key = Text(default=None, null=False, unique=True, help_text="open: what it is called in addresses")
    name = Text(default=None, null=False, help_text="open: what people read")
    rules = Array(
        base_column=Text(default=None), default=None, null=True, help_text="open: rules that count; null: all"
    )
    schedule = Text(default=None, null=False, help_text="open: ever, or a cron expression that begins a period")
    zone = Text(default=None, null=False, help_text="open: IANA time zone of the schedule")
    ties = Text(default=None, null=False, help_text="open: Ties")
    dimension = Text(default=None, null=True, help_text="open: the one Dimension that narrows it; null for none")
    value = Text(default=None, null=True, help_text="open: a market, a language or a profession")
    visibility = Text(default=None, null=False, help_text="open: Visibility")
    minimum = Integer(default=None, null=False, help_text="open: fewest people to be shown, at least 10")
    settling_minutes = Integer(default=None, null=False, help_text="open: from a period's end to its close")
    lane = Text(default="medical", null=False, help_text="open: ContentClass whose points count")
    state = Text(default=None, null=False, help_text="open: BoardState")
    created_by = Text(default=None, null=False, help_text="pseudonymous: account")
    created_at = Timestamptz(default=None, null=False, help_text="open")
    archived_at = Timestamptz(default=None, null=True, help_text="open")
    brand = Text(default=None, null=True, help_text="open: the brand that it belongs to; empty is none")


class BoardPeriod(Table, tablename="board_period", schema="gamification"):
    """One period of a board, from ``starts_at`` (inclusive) to ``ends_at`` (exclusive; null for ever)."""

    id = UUID(primary_key=True, default=None, help_text="open")
    board = ForeignKey(
        references=BoardRow, on_delete=OnDelete.restrict, default=None, null=False, help_text="open: of which board"
    )
    number = Integer(default=None, null=False, help_text="open: counts from 1 per board")
    starts_at = Timestamptz(default=None, null=False, help_text="open")
    ends_at = Timestamptz(default=None, null=True, help_text="open")
    closed_at = Timestamptz(default=None, null=True, help_text="open: when its standings were frozen")


class BoardStanding(Table, tablename="board_standing", schema="gamification"):
    """One line of a closed period. It goes when its person leaves; the ranks of the others stay."""

    id = UUID(primary_key=True, default=None, help_text="pseudonymous: made at random")
    period = ForeignKey(
        references=BoardPeriod, on_delete=OnDelete.restrict, default=None, null=False, help_text="open: which period"
    )
    place = Integer(default=None, null=False, help_text="pseudonymous: position from 1, no two alike")
    rank = Integer(default=None, null=False, help_text="pseudonymous: rank by the board's tie rule")
    points = BigInt(default=None, null=False, help_text="pseudonymous: recognition points of the period")
    person = UUID(default=None, null=False, help_text="pseudonymous: who")


class BoardPopulation(Table, tablename="board_population", schema="gamification"):
    """How many take part, by market, language and profession. A trigger on ``board_member`` counts, nobody else."""

    cell = Text(primary_key=True, default=None, help_text="open: market, language and profession in one word")
    market = Text(default=None, null=False, help_text="open: ISO 3166-1 alpha-2")
    language = Text(default=None, null=False, help_text="open: ISO 639")
    people = BigInt(default=None, null=False, help_text="pseudonymous: a number of people")
    profession = Text(default="", null=False, help_text="open: Profession; empty where people said none")
