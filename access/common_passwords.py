"""Passwords that were stolen somewhere and published: held here, so that none is ever sent anywhere to be looked up."""

from functools import cache


@cache
def common_passwords() -> frozenset[str]:
    """Return the 30,000 most common passwords of published breaches, in lower case.

    They come with zxcvbn, which made the list from Xato's ten million. They take 14 MB, so that a process that never
    sets a password does not load them.
    """
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415 - see above

    return frozenset(FREQUENCY_LISTS["passwords"])
