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
from kernel.mail import Mailbox, mailbox
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


def registry(settings: Settings, boards: Boards, post: Mailbox | None = None) -> consent.Registry:
    """Return what the rooms hold and how they let go; the list of erasures is a file outside of the database.

    ``post`` is where mail is handed over, otherwise what ``settings`` say.
    """
    return consent.Registry(
        holdings=[engagement.kept_for(holding, settings.activity_retention_days) for holding in EVERYTHING],
        departures=(
            _sign_out,
            partial(_leave, boards),
            gamification.cancel_reserved,
            partial(_forget_mail, post or mailbox(settings)),
        ),
        erasures=consent.ErasureList(settings.erasure_list or settings.home / "erasures.jsonl"),
    )


async def _sign_out(uow: UnitOfWork, person: PersonId) -> None:
    """Switch the person's account off and end its sessions."""
    account = await access.account_of(uow, person)
    if account is not None:
        await access.disable_account(uow, account)


async def _leave(boards: Boards, uow: UnitOfWork, person: PersonId) -> None:
    await gamification.leave(uow, boards, person)


async def _forget_mail(post: Mailbox, uow: UnitOfWork, person: PersonId) -> None:
    """Send nothing more, and remove what lies here of what was sent: it has the person's address on it."""
    names = [*await consent.stop_messages(uow, person), *await access.letters_of(uow, person)]
    await post.forget([str(name) for name in names])
