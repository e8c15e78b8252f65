"""Messages that wait: what a crash, a rollback, a mail server that is away and a change of mind do to them."""

import asyncio
from collections.abc import Collection
from datetime import timedelta

import pytest

import consent
import people
from consent import Address, AddressKind, Answer, ConsentChoice, Content, MessageState, NewMessage, Purpose, Reason
from consent.errors import InvalidMessageError
from consent.vocabulary import SuppressionReason
from kernel.clock import MovableClock
from kernel.facts import Origin
from kernel.mail import Mail, MailUnavailableError, UnwritableMailError
from kernel.unit_of_work import UnitOfWork, Work
from people import PersonId
from tests.consent.answers import GRANT, WITHDRAWAL, say

pytestmark = pytest.mark.usefixtures("notices")

PURPOSE = Purpose.MARKETING_EMAIL
CONTENT = Content("News", "A webinar.")


class Post:
    """A mail server that can be away, and keeps what it took."""

    def __init__(self, *, away: bool = False) -> None:
        self.away, self.taken, self.unwritable = away, list[Mail](), ""

    async def send(self, mail: Mail) -> None:
        if self.away:
            raise MailUnavailableError("It is away.")
        if mail.name == self.unwritable:
            raise UnwritableMailError("No message can be made of this.")
        self.taken.append(mail)

    async def forget(self, names: Collection[str]) -> None:
        self.taken = [mail for mail in self.taken if mail.name not in names]


@pytest.fixture
async def person(work: Work, origin: Origin) -> PersonId:
    return await somebody(work, origin, "FR")


async def somebody(work: Work, origin: Origin, market: str) -> PersonId:
    new = people.NewPerson(name="Ada", email="ada@clinic.example", market=market, zone="Europe/Paris", locale="de")
    async with work.begin(origin) as uow:
        return await people.register(uow, new)


async def queue(uow: UnitOfWork, person: PersonId) -> consent.Queued:
    return await consent.queue_message(uow, NewMessage(person=person, purpose=PURPOSE, content=CONTENT))


async def queued(work: Work, origin: Origin, person: PersonId) -> consent.Queued:
    async with work.begin(origin) as uow:
        return await queue(uow, person)


async def sent(work: Work, origin: Origin, post: Post) -> bool:
    async with work.begin(origin) as uow:
        return await consent.transmit(uow, post)


async def kept(work: Work, origin: Origin, queued: consent.Queued) -> consent.MessageView:
    assert queued.id is not None
    async with work.begin(origin) as uow:
        return await consent.message(uow, queued.id)


class StoppedError(Exception):
    """Something went wrong after a message was queued, or sent."""


async def queued_and_stopped(work: Work, origin: Origin, person: PersonId) -> None:
    async with work.begin(origin) as uow:
        assert (await queue(uow, person)).id is not None
        raise StoppedError


async def sent_and_stopped(work: Work, origin: Origin, post: Post) -> None:
    async with work.begin(origin) as uow:
        assert await consent.transmit(uow, post)
        raise StoppedError


async def test_a_rollback_sends_nothing_and_a_crash_after_sending_sends_again_under_the_same_name(
    work: Work, origin: Origin, person: PersonId
) -> None:
    await say(work, origin, person, PURPOSE, GRANT)
    post = Post()
    with pytest.raises(StoppedError):
        await queued_and_stopped(work, origin, person)
    assert not await sent(work, origin, post), "what was rolled back was never there"
    await queued(work, origin, person)
    with pytest.raises(StoppedError):
        await sent_and_stopped(work, origin, post)
    assert await sent(work, origin, post)
    first, second = post.taken
    assert (first.name, first.recipient) == (second.name, "ada@clinic.example")
    assert not await sent(work, origin, post)


async def test_a_message_waits_for_the_mail_server_lets_others_pass_and_is_given_up_after_three_days(
    work: Work, origin: Origin, person: PersonId, clock: MovableClock
) -> None:
    await say(work, origin, person, PURPOSE, GRANT)
    post = Post(away=True)
    first = await queued(work, origin, person)
    assert await sent(work, origin, post)
    assert not await sent(work, origin, post), "it waits for a minute"
    post.away = False
    second = await queued(work, origin, person)
    assert await sent(work, origin, post)
    assert [mail.name for mail in post.taken] == [str(second.id)]
    clock.move(timedelta(minutes=1))
    assert await sent(work, origin, post)
    assert [mail.name for mail in post.taken] == [str(second.id), str(first.id)]
    third = await queued(work, origin, person)
    clock.move(timedelta(days=3))
    assert await sent(work, origin, post)
    view = await kept(work, origin, third)
    assert (view.state, view.reason) == (MessageState.STOPPED, Reason.UNDELIVERABLE)


async def test_a_message_that_no_mail_can_be_made_of_is_stopped_and_the_next_one_leaves(
    work: Work, origin: Origin, person: PersonId
) -> None:
    await say(work, origin, person, PURPOSE, GRANT)
    bad, good = [await queued(work, origin, person) for _ in range(2)]
    post = Post()
    post.unwritable = str(bad.id)
    while await sent(work, origin, post):
        pass
    view = await kept(work, origin, bad)
    assert (view.state, view.reason) == (MessageState.STOPPED, Reason.UNDELIVERABLE)
    assert [mail.name for mail in post.taken] == [str(good.id)]


async def test_of_two_workers_one_sends(work: Work, origin: Origin, person: PersonId) -> None:
    await say(work, origin, person, PURPOSE, GRANT)
    for _ in range(5):
        await queued(work, origin, person)
    post = Post()

    async def everything() -> None:
        while await sent(work, origin, post):
            pass

    await asyncio.gather(everything(), everything(), everything())
    assert len(post.taken) == len({mail.name for mail in post.taken}) == 5


async def test_a_no_that_is_said_while_a_message_leaves_comes_wholly_before_or_wholly_after(
    work: Work, origin: Origin, person: PersonId
) -> None:
    await say(work, origin, person, PURPOSE, GRANT)
    for number in range(10):
        await say(work, origin, person, PURPOSE, GRANT)
        made = await queued(work, origin, person)
        post = Post()
        both = [sent(work, origin, post), say(work, origin, person, PURPOSE, WITHDRAWAL)]
        await asyncio.gather(*(both if number % 2 else reversed(both)))
        view = await kept(work, origin, made)
        expected = {MessageState.SENT: (Reason.CONSENT_GRANTED, 1), MessageState.STOPPED: (Reason.CONSENT_WITHDRAWN, 0)}
        assert (view.reason, len(post.taken)) == expected[view.state]
        assert not await sent(work, origin, post)


async def write(work: Work, origin: Origin) -> bool:
    async with work.begin(origin) as uow:
        return await consent.write_confirmations(uow, lambda token: f"https://laurel.example/{token}")


async def test_no_letter_leaves_for_a_yes_that_was_taken_back_and_one_for_the_newest(
    work: Work, origin: Origin
) -> None:
    person, post = await somebody(work, origin, "DE"), Post()
    asked = ConsentChoice(state=Answer.GRANTED, notice_version=1)
    await say(work, origin, person, PURPOSE, asked)
    assert await write(work, origin)
    await say(work, origin, person, PURPOSE, WITHDRAWAL)
    assert await sent(work, origin, post)
    assert (post.taken, await write(work, origin)) == ([], False)
    for _ in range(2):
        await say(work, origin, person, PURPOSE, asked)
        assert await write(work, origin)
    while await sent(work, origin, post):
        pass
    (mail,) = post.taken
    token = mail.text.partition("https://laurel.example/")[2].split()[0]
    async with work.begin(origin) as uow:
        assert (await consent.confirm(uow, token)).state is consent.State.GRANTED
    async with work.read(origin) as uow:
        reasons = await uow.fetch("select state, reason from consent.message order by queued_at, id")
    assert [tuple(row) for row in reasons] == [
        ("stopped", "answered-meanwhile"), ("stopped", "answered-meanwhile"), ("sent", "basis-contract"),
    ]  # fmt: skip


async def test_nobody_who_said_never_is_asked_for_a_second_yes(work: Work, origin: Origin) -> None:
    person, post = await somebody(work, origin, "DE"), Post()
    async with work.begin(origin) as uow:
        await consent.suppress(uow, [Address(AddressKind.EMAIL, "ADA@clinic.example")], SuppressionReason.ASKED)
    await say(work, origin, person, PURPOSE, ConsentChoice(state=Answer.GRANTED, notice_version=1))
    assert await write(work, origin)
    assert not await write(work, origin), "and is not looked at again and again"
    assert not await sent(work, origin, post)
    async with work.begin(origin) as uow:
        solicited = await consent.may_contact(uow, person, consent.Channel.EMAIL, Purpose.SERVICE, solicited=True)
        assert solicited.allowed, "a code that somebody asked for is another matter"
        await consent.suppress(uow, [Address(AddressKind.EMAIL, "ada@clinic.example")], SuppressionReason.BOUNCED)
        (found,) = (await consent.suppressions(uow, None, 10)).items
        await consent.lift_suppression(uow, found.id, origin.request, consent.LiftReason.ASKED)
        await consent.suppress(uow, [Address(AddressKind.EMAIL, "ada@clinic.example")], SuppressionReason.BOUNCED)
        bounced = await consent.may_contact(uow, person, consent.Channel.EMAIL, Purpose.SERVICE, solicited=True)
        assert bounced.reason is Reason.ADDRESS_SUPPRESSED


@pytest.mark.parametrize(
    ("field", "content"),
    [
        ("subject", Content("", "x")),
        ("subject", Content("a\nBcc: other@x.example", "x")),
        ("subject", Content("x" * 201, "x")),
        ("text", Content("x", "  ")),
        ("text", Content("x", "a\x00b")),
        ("text", Content("x", "x" * 20_001)),
    ],
)
async def test_a_message_that_cannot_be_sent_names_its_field(
    work: Work, origin: Origin, person: PersonId, field: str, content: Content
) -> None:
    async with work.begin(origin) as uow:
        with pytest.raises(InvalidMessageError) as refused:
            await consent.queue_message(uow, NewMessage(person=person, purpose=PURPOSE, content=content))
    assert refused.value.facts["field"] == field


async def test_a_person_whose_key_is_gone_is_sent_nothing(work: Work, origin: Origin, person: PersonId) -> None:
    await say(work, origin, person, PURPOSE, GRANT)
    made, post = await queued(work, origin, person), Post()
    async with work.begin(origin) as uow:
        for table in ("data_key", "vault", "profile"):
            await uow.execute(f"delete from people.{table} where person = $1", person)
        await uow.execute("delete from people.person where id = $1", person)
    assert await sent(work, origin, post)
    assert ((await kept(work, origin, made)).reason, post.taken) == (Reason.PERSON_UNKNOWN, [])
