"""What all rooms hold about people, handed down to the room that answers people's requests."""

from functools import partial

import access
import audit
import consent
import content
import engagement
import gamification
import people
from gamification import Boards
from kernel.holdings import HOLDINGS
from kernel.settings import Settings
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

EVERYTHING = (
    *gamification.HOLDINGS,
    *engagement.HOLDINGS,
    *content.HOLDINGS,
    *consent.HOLDINGS,
    *access.HOLDINGS,
    *people.HOLDINGS,
    *HOLDINGS,
    *audit.HOLDINGS,
)
"""From the top of the house down: a room's rows go before those that they refer to."""


def registry(settings: Settings, boards: Boards) -> consent.Registry:
    """Return what the rooms hold and how they let go; the list of erasures is a file outside of the database."""
    return consent.Registry(
        holdings=[engagement.kept_for(holding, settings.activity_retention_days) for holding in EVERYTHING],
        departures=(_sign_out, partial(_leave, boards)),
        erasures=consent.ErasureList(settings.erasure_list or settings.home / "erasures.jsonl"),
    )


async def _sign_out(uow: UnitOfWork, person: PersonId) -> None:
    """Switch the person's account off and end its sessions."""
    account = await access.account_of(uow, person)
    if account is not None:
        await access.disable_account(uow, account)


async def _leave(boards: Boards, uow: UnitOfWork, person: PersonId) -> None:
    await gamification.leave(uow, boards, person)
