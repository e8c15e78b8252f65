"""What may be asked for, and what may be done with a request in which state."""

from collections.abc import Collection
from typing import Final

from consent.errors import InvalidRequestError, RequestStateError
from consent.request_values import NewRequest, PrivacyRequest
from consent.request_vocabulary import MARKETING, OPEN, RequestState, RequestType
from consent.values import CONSENT_PURPOSES
from consent.vocabulary import Purpose
from kernel.texts import is_readable

WORDS_MOST: Final = 2_000

_WITH_PURPOSES: Final = (RequestType.OBJECTION, RequestType.CONSENT_WITHDRAWAL)
_FOR_EVER: Final = (RequestType.OBJECTION, RequestType.ERASURE)
_NEEDS_WORDS: Final = (RequestType.RECTIFICATION, RequestType.AUTOMATED_DECISION_REVIEW)
PACKAGED: Final = (RequestType.ACCESS, RequestType.PORTABILITY)
"""Types that are answered by a package."""


def check_request(new: NewRequest) -> None:
    """Accept only a request that says what it is about.

    Raises:
        InvalidRequestError: names the field.

    """
    if new.words is not None:
        check_words(new.words, "words")
    elif new.type in _NEEDS_WORDS:
        raise InvalidRequestError("Say in words what is wrong, or which decision is to be looked at.", field="words")
    if new.purposes and new.type not in _WITH_PURPOSES:
        raise InvalidRequestError("Only an objection and a withdrawal name purposes.", field="purposes")
    if new.never_contact and new.type not in _FOR_EVER:
        raise InvalidRequestError("Only an objection and an erasure can say this.", field="never_contact")
    if new.type is RequestType.CONSENT_WITHDRAWAL and not set(new.purposes) <= set(CONSENT_PURPOSES):
        raise InvalidRequestError("A purpose that does not rest on consent can't be withdrawn from.", field="purposes")


def check_words(words: str, field: str) -> None:
    """Accept a readable text of at most ``WORDS_MOST`` characters.

    Raises:
        InvalidRequestError: names ``field``.

    """
    if not is_readable(words, WORDS_MOST, lines=True):
        raise InvalidRequestError(f"Words have 1 to {WORDS_MOST} printable characters.", field=field)


def purposes_of(new: NewRequest) -> tuple[Purpose, ...]:
    """Return the purposes that a request is about, none for a type that has none."""
    if new.type not in _WITH_PURPOSES:
        return ()
    return new.purposes or (MARKETING if new.type is RequestType.OBJECTION else CONSENT_PURPOSES)


def is_done_at_once(new: NewRequest) -> bool:
    """Tell whether nobody has to look at a request: it is in force when its answer arrives.

    An objection to what rests on consent is a withdrawal, and one to marketing is absolute (GDPR Article 21(3)).
    """
    if new.type is RequestType.OBJECTION:
        return set(purposes_of(new)) <= set(CONSENT_PURPOSES)
    return new.type in {RequestType.CONSENT_WITHDRAWAL, RequestType.RESTRICTION}


def require_state(request: PrivacyRequest, *allowed: RequestState) -> None:
    """Accept only a request in one of these states.

    Raises:
        RequestStateError: it is in another one.

    """
    if request.state not in allowed:
        raise RequestStateError(f"The request is {request.state.value.replace('_', ' ')}.")


def require_open(request: PrivacyRequest) -> None:
    """Accept only a request that is not closed, and that nobody works on.

    Raises:
        RequestStateError: it is closed, or being done.

    """
    require_state(request, *(state for state in OPEN if state is not RequestState.IN_PROGRESS))


def steps_of(type_: RequestType, erased: Collection[str]) -> list[str]:
    """Return the names of the steps that the worker does for a request; ``erased`` are tables, in order."""
    if type_ in PACKAGED:
        return [PACKAGE]
    if type_ is RequestType.ERASURE:
        return [DEPART, ENLIST, *(f"{ERASE}{table}" for table in erased), CLOSE]
    return []


PACKAGE: Final = "package"
DEPART: Final = "depart"
ENLIST: Final = "enlist"
ERASE: Final = "erase "
CLOSE: Final = "close"
"""The names of steps: what a room does before, the list outside, one step per table, and the proof."""
