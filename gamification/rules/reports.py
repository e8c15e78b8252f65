"""What a preview says. None stands where a number is about fewer than ten people, or would give such a number away."""

from datetime import date, datetime

import msgspec


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a preview."""


class Quantile(Line, frozen=True, kw_only=True):
    """This share of the people earns at most so many recognition points."""

    share: float
    points: int


class Bar(Line, frozen=True, kw_only=True):
    """So many people earn from ``at_least`` recognition points up to, but not, ``below``; None: without end."""

    at_least: int
    below: int | None
    people: int | None


class RuleLine(Line, frozen=True, kw_only=True):
    """What one rule, badge or quest gives: so many awards, of so many units (points, or earners of a badge)."""

    rule: str
    kind: str
    people: int | None
    awards: int | None
    units: int | None


class HeldLine(Line, frozen=True, kw_only=True):
    """Awards of a rule that a full cap, or a used-up budget, holds back for good, and how many people that concerns."""

    rule: str
    reason: str
    people: int | None
    awards: int | None


class BurnLine(Line, frozen=True, kw_only=True):
    """The units that one rule gives on one day (UTC); days on which it gives none are left out."""

    rule: str
    day: date
    units: int | None


class BudgetLine(Line, frozen=True, kw_only=True):
    """The budget of a ``rule``, or of a ``campaign``, how much of it is used, and from which day (UTC) it is short."""

    rule: str | None = None
    campaign: str | None = None
    budget: int
    used: int | None
    short_from: date | None


class BlockedLine(Line, frozen=True, kw_only=True):
    """People whom a reason costs something; one person can be in several lines."""

    reason: str
    people: int | None


class LevelLine(Line, frozen=True, kw_only=True):
    """People who end at a level."""

    level: int
    people: int | None


class TransferLine(Line, frozen=True, kw_only=True):
    """The forecast transfer of value to one country in one currency of points.

    ``hundredths`` are of ``money`` (ISO 4217); 0 where the points have no value, or where ``pack`` allows none, for
    the reasons in ``refusals``. ``confirmed``: whether the law behind the pack's answer was read.
    """

    country: str
    currency: str
    people: int | None
    units: int | None
    hundredths: int | None
    money: str | None
    pack: str
    confirmed: bool
    refusals: list[str]


class Comparison(Line, frozen=True, kw_only=True):
    """The same history under the rules in force: everybody from nothing, as in the preview.

    What differs from the preview by fewer than ten people is null.
    """

    points: int | None
    earners: int | None
    more: int | None
    same: int | None
    fewer: int | None
    rules: list[RuleLine]


class Effort(Line, frozen=True, kw_only=True):
    """What the preview took. ``rate_per_core`` is in activities a second; ``rounds`` are more than 1 for budgets.

    ``peak_bytes`` is the memory of all its processes together, each at its highest.
    """

    activities: int
    seconds: float
    workers: int
    rate_per_core: float
    peak_bytes: int
    rounds: int


class Preview(Line, frozen=True, kw_only=True):
    """What a programme would have given for what was done from ``since`` up to, but not, ``until`` (UTC).

    ``most`` is how many activities it may be about while somebody waits; `laurel campaign preview` has no limit.
    ``people`` did something that counts and agree to its use; ``blocked`` says whom that leaves out. ``points`` are
    recognition points. ``repeated`` names figures that are those of an earlier preview that its reader saw today: they
    would be others for a few people, and side by side would tell of these.
    """

    since: datetime | None
    until: datetime | None
    people: int | None
    earners: int | None
    points: int | None
    quantiles: list[Quantile]
    histogram: list[Bar]
    rules: list[RuleLine]
    burn: list[BurnLine]
    budgets: list[BudgetLine]
    held: list[HeldLine]
    blocked: list[BlockedLine]
    most: int | None = None
    levels: list[LevelLine]
    transfers: list[TransferLine]
    comparison: Comparison | None
    effort: Effort
    repeated: list[str] = []


def without(found: Preview, hidden: frozenset[str]) -> Preview:
    """Return a preview that names none of the rules and campaigns whose keys are ``hidden``; the sums stay whole."""
    if not hidden:
        return found
    kept = {
        field: [each for each in getattr(found, field) if each.rule not in hidden]
        for field in ("rules", "burn", "budgets", "held")
    }
    kept["repeated"] = [each for each in found.repeated if hidden.isdisjoint(each.split())]
    kept["budgets"] = [each for each in kept["budgets"] if each.campaign not in hidden]
    compared = found.comparison
    if compared is not None:
        compared = msgspec.structs.replace(compared, rules=[each for each in compared.rules if each.rule not in hidden])
    return msgspec.structs.replace(found, comparison=compared, **kept)
