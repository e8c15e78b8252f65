"""Choosing another password: while signed in, or with a code that came by e-mail."""

from typing import Final

import msgspec

import access
from access import Caller, LetterKind, Permission
from access.errors import PasswordWrongError
from access.vocabulary import Action
from api.evenly import evenly
from api.limiting import take
from api.passage import Passage
from api.routing import merged, public
from api.v1.sessions import count_proof, proved
from api.v1.wire import Body, Code, Email, Password
from consent.vocabulary import Purpose
from kernel.errors import TooManyError
from kernel.limits import Limit

PER_NETWORK: Final = 30
"""Requests for a letter, or codes tried, per network and minute."""


class PasswordChange(Body, frozen=True, kw_only=True):
    """The present password, and the one to take its place: 12 to 128 characters, and none that was ever published."""

    current_password: Password
    new_password: Password


class ResetAsked(Body, frozen=True, kw_only=True):
    """Whose password was forgotten."""

    email: Email


class ResetDone(Body, frozen=True, kw_only=True):
    """The code from the letter, and a new password."""

    code: Code
    new_password: Password


class Accepted(msgspec.Struct, frozen=True):
    """What everybody is told: a letter is on its way if there is somebody to get one."""

    detail: str = "If this address belongs to an account, a letter with a code is on its way."


class TooManyResetsError(TooManyError):
    """One network asked for too many letters, or tried too many codes."""

    code = "too-many-resets"


@merged.post(
    "/me/password", permission=Permission.OWN_PASSWORD_CHANGE, purpose=Purpose.SERVICE,
    records=Action.PASSWORD_CHANGED, status_code=204,
)  # fmt: skip
async def change_password(data: PasswordChange, caller: Caller, passage: Passage) -> None:
    """Choose another password; every session ends, this one too."""
    assert caller.person is not None  # noqa: S101 - no machine holds this permission
    async with passage.read() as uow:
        credential = await access.own_credential(uow, caller)
    counted = await count_proof(passage, caller.account)
    proof = await proved(passage, credential, data.current_password, counted)
    if not proof.right:
        raise PasswordWrongError("The present password is another one.", field="current_password")
    await passage.runtime.limits.give_back(counted)
    async with passage.read() as uow:
        new_hash = await access.hash_for(uow, caller.person, data.new_password)
    async with passage.begin() as uow:
        await access.change_own(uow, credential, right=proof.right, password_hash=new_hash)


@public.post(
    "/password-resets", because="who forgot the password can't sign in", purpose=Purpose.SERVICE,
    records=Action.PASSWORD_RESET_ASKED, status_code=202,
)  # fmt: skip
async def ask_for_reset(data: ResetAsked, passage: Passage) -> Accepted:
    """Ask for a letter with a code; the answer is the same whether or not there is such an account."""
    async with evenly():
        await _limited(passage, "reset")
        async with passage.begin() as uow:
            await access.ask_for_reset(uow, data.email)
        return Accepted()


@public.post(
    "/password-resets/complete", because="the code from the letter is the proof", purpose=Purpose.SERVICE,
    records=Action.PASSWORD_CHANGED, status_code=204,
)  # fmt: skip
async def complete_reset(data: ResetDone, passage: Passage) -> None:
    """Choose a new password with the code from a letter. A second factor is asked for all the same at sign-in."""
    await _limited(passage, "code")
    async with passage.read() as uow:
        _, person = await access.addressee(uow, LetterKind.PASSWORD_RESET, data.code)
        new_hash = await access.hash_for(uow, person, data.new_password)
    async with passage.begin() as uow:
        await access.change_with_code(uow, LetterKind.PASSWORD_RESET, data.code, new_hash)


async def _limited(passage: Passage, name: str) -> None:
    refusal = TooManyResetsError("This network sent too many of these requests in this minute.")
    await take(passage, [Limit(f"{name}:{passage.address}", PER_NETWORK)], refusal)


ROUTES = [change_password, ask_for_reset, complete_reset]
