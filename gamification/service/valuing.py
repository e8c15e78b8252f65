"""What points would be worth in each country: nothing, unless they were given a value and the country's pack allows it.

Recognition has no value anywhere. Of other currencies the forecast takes the fair market value of one unit for each
unit that is given: whether somebody claims it is another matter, so it is the most that can be transferred.
"""

from datetime import date

import msgspec

from gamification.policy_packs import packs_in_force
from gamification.rules.policy import RECOGNITION_ONLY, Currency, Packs, Refusal, pack_for
from gamification.rules.policy.value import country_refusals
from gamification.rules.previewing import Cell, Tally
from gamification.rules.reports import TransferLine
from gamification.vocabulary import RECOGNITION
from kernel.disclosure import shown


class Values(msgspec.Struct, frozen=True):
    """What is known of currencies: those that compliance described, and the packs (None: Laurel's) to judge them by."""

    currencies: tuple[Currency, ...] = ()
    packs: Packs | None = None


def transfers(tally: Tally, values: Values, on: date) -> list[TransferLine]:
    """Return one line for each country and currency; few people hide a line, and another one of the same currency."""
    packs = values.packs or packs_in_force()
    known = {currency.key: currency for currency in values.currencies}
    lines = []
    for key in sorted({name for _, name in tally.countries}):
        cells = sorted((country, cell) for (country, name), cell in tally.countries.items() if name == key)
        visible = shown([cell.people for _, cell in cells])
        for (country, cell), show in zip(cells, visible, strict=True):
            lines.append(_line(packs, country, known.get(key, Currency(key=key)), cell if show else None, on))
    return lines


def _line(packs: Packs, country: str, currency: Currency, cell: Cell | None, on: date) -> TransferLine:
    pack = pack_for(packs, country, on)
    refusals: list[Refusal] = [] if currency.key == RECOGNITION else list(country_refusals(pack))
    value = currency.unit_value if not refusals else None
    worth = value.hundredths if value is not None else 0
    hundredths = worth * cell.units if cell is not None else None
    return TransferLine(
        country=country,
        currency=currency.key,
        people=cell.people if cell is not None else None,
        units=cell.units if cell is not None else None,
        hundredths=hundredths if worth else 0,
        money=value.currency if value is not None else None,
        pack=pack.stamp,
        confirmed=pack.code != RECOGNITION_ONLY and pack.value_bearing.confirmed,
        refusals=[each.code for each in refusals],
    )
