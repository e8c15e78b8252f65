"""What no rule may read: prescribing, sales, samples, formulary data and consent (invariants 8 and 9)."""

import re
import unicodedata

_PREFIXES = ("prescri", "rx_", "sales", "sample_drop", "formulary", "consent", "patient_start", "referral")
_FORBIDDEN = re.compile("(?:^|_)(" + "|".join(_PREFIXES) + ")")
_HUMP = re.compile("([a-z0-9])([A-Z])")
_BETWEEN_WORDS = re.compile(r"[\W_]+")


def forbidden_word(text: str) -> str | None:
    """Return the forbidden beginning of a word in a key or tag, however it is spelled, or None.

    Letters are compared in their compatibility form without invisible characters, words split at humps and punctuation.
    """
    seen = "".join(each for each in unicodedata.normalize("NFKC", text) if unicodedata.category(each) != "Cf")
    words = _BETWEEN_WORDS.sub("_", _HUMP.sub(r"\1_\2", seen)).lower() + "_"
    found = _FORBIDDEN.search(words)
    return found[1].rstrip("_") if found else None
