"""What a currency beside recognition must be (C3): closed, with a name of its own and a value that compliance set.

There is no field for what it can be turned into, passed on as or sold for: no currency can.
"""

from typing import Final

from gamification.currency_errors import InvalidCurrencyError
from gamification.currency_values import CurrencyView, NewCurrency
from gamification.rules.policy import Currency, Money, currency_refusals
from kernel.texts import is_readable

NAME_MOST: Final = 120
KEY_MOST: Final = 64
VALUE_MOST: Final = 1_000_000
LETTERS: Final = 3


def check(new: NewCurrency) -> None:
    """Accept a currency that can be defined.

    Raises:
        InvalidCurrencyError: names the field.

    """
    plain = new.key.isascii() and new.key.replace("-", "").isalnum() and new.key == new.key.lower()
    if not plain or not new.key[:1].isalpha() or len(new.key) > KEY_MOST:
        sentence = f"A key has 1 to {KEY_MOST} small letters a to z, digits and hyphens, beginning with a letter."
        raise InvalidCurrencyError(sentence, field="key")
    for refused in currency_refusals(new.key):
        raise InvalidCurrencyError(f"{refused.detail} ({refused.rule}).", field="key", reason=refused.code)
    if not is_readable(new.name, NAME_MOST):
        raise InvalidCurrencyError(f"A name has 1 to {NAME_MOST} printable characters.", field="name")
    if not 1 <= new.unit_value <= VALUE_MOST:
        raise InvalidCurrencyError(f"One unit is worth 1 to {VALUE_MOST} hundredths.", field="unit_value")
    if len(new.money) != LETTERS or not (new.money.isascii() and new.money.isalpha() and new.money.isupper()):
        raise InvalidCurrencyError("Money is named by three capital letters (ISO 4217).", field="money")


def described(currency: CurrencyView) -> Currency:
    """Return a currency as policy looks at it."""
    return Currency(key=currency.key, unit_value=Money(currency.unit_value, currency.money))
