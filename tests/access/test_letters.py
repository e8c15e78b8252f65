"""Letters that wait: one that can't leave keeps no other from leaving."""

import asyncio
from collections.abc import Collection
from datetime import timedelta
from uuid import uuid4

from msgspec import structs

import access
from access import Action, AlertKind, LetterKind
from access.rules.letters import LIFETIME, TELLING
from access.service.letters import AT_ONCE, write_code, write_to_former
from access.store import accounts
from kernel.mail import Mail, MailUnavailableError, UnwritableMailError
from kernel.unit_of_work import UnitOfWork
from people import PersonId
from tests.access.house import ANA, House


class Post:
    """A mail server that refuses some addresses, and keeps what it took."""

    def __init__(self) -> None:
        self.taken, self.tried, self.takes_all = list[str](), list[str](), False

    async def send(self, mail: Mail) -> None:
        if mail.recipient.endswith("@unwritable.example"):
            raise UnwritableMailError("No message can be made of this.")
        self.tried.append(mail.recipient)
        if mail.recipient.endswith("@refused.example") and not self.takes_all:
            raise MailUnavailableError("It takes nothing for this address.")
        self.taken.append(mail.recipient)

    async def forget(self, names: Collection[str]) -> None: ...


async def always(_: UnitOfWork, __: PersonId, address: str | None) -> bool:
    return address is None


async def anywhere(*_: object) -> bool:
    return True


async def written(house: House, domain: str) -> str:
    """Write a letter to somebody new, and return the address; the next one is less urgent."""
    address = f"{uuid4().hex}@{domain}"
    account = await house.account(structs.replace(ANA, email=address))
    await house.do(write_code, account, LetterKind.PASSWORD_RESET)
    house.clock.move(timedelta(seconds=1))
    return address


async def test_a_letter_that_no_mail_can_be_made_of_is_stopped_and_the_others_leave_once(house: House) -> None:
    domains = ("clinic.example", "unwritable.example", "clinic.example")
    first, _, last = [await written(house, domain) for domain in domains]
    post = Post()
    await house.do(access.send_letters, post, always)
    assert Action.LETTER_STOPPED in {fact.action for fact in house.facts}
    await house.do(access.send_letters, post, always)
    assert post.taken == [first, last]


async def test_addresses_that_the_mail_server_refuses_keep_nobody_else_waiting(house: House) -> None:
    post = Post()
    refused = [await written(house, "refused.example") for _ in range(AT_ONCE)]
    before = [await written(house, "clinic.example") for _ in range(2)]
    for _ in range(2):
        await house.do(access.send_letters, post, always)
    assert post.taken == before
    post.takes_all = True
    await house.do(access.send_letters, post, always)
    assert sorted(post.taken) == sorted(before + refused), "and once the server takes them, they leave"


async def test_what_was_sealed_for_a_letter_is_forgotten_when_it_expires_unsent(house: House) -> None:
    account = await house.account(structs.replace(ANA, email=f"{uuid4().hex}@refused.example"))
    async with house.work.begin(house.origin) as uow:
        person = await accounts.person_of(uow, account)
        assert person is not None
        await write_to_former(uow, account, person, AlertKind.ADDRESS_MOVED)
    await house.do(write_code, account, LetterKind.PASSWORD_RESET)
    sealed = "select count(*) from access.letter where wrapped_token is not null or wrapped_address is not null"
    for passed, expected in ((timedelta(0), 2), (LIFETIME[LetterKind.PASSWORD_RESET], 1), (TELLING, 0)):
        house.clock.move(passed)
        await house.do(access.send_letters, Post(), anywhere)
        async with house.work.read(house.origin) as uow:
            assert await uow.fetchval(sealed) == expected


async def test_letters_that_were_refused_are_tried_in_turn(house: House) -> None:
    post = Post()
    refused = [await written(house, "refused.example") for _ in range(AT_ONCE + 5)]
    for _ in range(5):
        await house.do(access.send_letters, post, always)
    assert {post.tried.count(address) for address in refused} == {4}
    post.takes_all = True
    await asyncio.gather(*(house.do(access.send_letters, post, always) for _ in range(2)))
    await house.do(access.send_letters, post, always)
    assert sorted(post.taken) == sorted(refused), "each once, whichever of two workers sent it"
