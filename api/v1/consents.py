"""What the caller agreed to, and the notices that say what it means."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar.params import FromPath, QueryParameter

import consent
import gamification
from access import Caller, Permission
from api.passage import Passage
from api.routing import command, query
from api.v1.wire import Body, Listing
from consent.values import ConsentChoice, ConsentView
from consent.vocabulary import Action, Answer, Purpose, State
from kernel.errors import InvalidError
from kernel.unit_of_work import UnitOfWork

Locale = Annotated[str, QueryParameter(pattern="^[a-z]{2,3}(-[A-Z]{2})?$")]
"""A language, or a language and a country. It is written into the audit log, where no typed text may stand."""


class Choice(Body, frozen=True, kw_only=True):
    """``granted`` needs the version of the active notice; ``withdrawn`` and ``denied`` don't."""

    state: Answer
    notice_version: int | None = None


class NoticeView(msgspec.Struct, frozen=True, kw_only=True):
    """An active notice; ``sha256`` (hex) is over the UTF-8 bytes of ``text``."""

    purpose: str
    version: int
    locale: str
    text: str
    sha256: str
    published_at: datetime


@query.get("/me/consents", permission=Permission.CONSENT_READ, purpose=Purpose.COMPLIANCE, records=Action.CONSENTS_READ)
async def consents(uow: UnitOfWork, caller: Caller) -> Listing[ConsentView]:
    """Return what the caller agreed to, one line per purpose."""
    assert caller.person is not None  # noqa: S101 - only HCPs hold this permission, and each is a person
    return Listing(await consent.consents(uow, caller.person))


@command.put(
    "/me/consents/{purpose:str}",
    permission=Permission.CONSENT_WRITE,
    purpose=Purpose.COMPLIANCE,
    records=(Action.CONSENT_GRANTED, Action.CONSENT_WITHDRAWN, Action.CONSENT_DENIED),
)
async def decide_consent(
    uow: UnitOfWork, caller: Caller, passage: Passage, purpose: FromPath[str], data: Choice
) -> ConsentView:
    """Grant, deny or withdraw; in force on every worker when the answer arrives."""
    assert caller.person is not None  # noqa: S101 - only HCPs hold this permission, and each is a person
    choice = ConsentChoice(state=data.state, notice_version=data.notice_version)
    asked = known_purpose(purpose)
    view = await consent.record_consent(uow, caller.person, asked, choice)
    if asked in gamification.BOARD_PURPOSES and view.state is not State.GRANTED:
        await gamification.leave(uow, passage.runtime.boards, caller.person)
    return view


@query.get("/notices", permission=Permission.NOTICE_READ, purpose=Purpose.SERVICE, records=Action.NOTICES_READ)
async def notices(uow: UnitOfWork, locale: Locale = "en") -> Listing[NoticeView]:
    """Return the active notice of each purpose, in the best language there is."""
    found = await consent.active_notices(uow, locale)
    return Listing(
        [
            NoticeView(
                purpose=each.purpose.value,
                version=each.version,
                locale=each.locale,
                text=each.text,
                sha256=each.sha256.hex(),
                published_at=each.published_at,
            )
            for each in found
        ]
    )


def known_purpose(text: str) -> Purpose:
    """Return the purpose of that name.

    Raises:
        InvalidError: there is none.

    """
    try:
        return Purpose(text)
    except ValueError:
        known = ", ".join(purpose.value for purpose in consent.CONSENT_PURPOSES)
        raise InvalidError(f"There is no such purpose; the purposes are {known}.", field="purpose") from None


ROUTES = [consents, decide_consent, notices]
