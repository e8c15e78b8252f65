"""Whether a person may be reached: by this way, about this, at this moment, at this address."""

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

import consent
import people
from consent import (
    Action,
    Address,
    AddressKind,
    Answer,
    Channel,
    ConsentChoice,
    Decision,
    InvalidAddressError,
    InvalidConsentError,
    Outcome,
    Purpose,
    PurposeUnconfiguredError,
    Reason,
    State,
    SuppressionReason,
)
from kernel.clock import MovableClock
from kernel.facts import Origin
from kernel.unit_of_work import Work
from people import PersonId
from tests.consent.answers import GRANT, NOBODY, WITHDRAWAL, say

pytestmark = pytest.mark.usefixtures("notices")

EMAIL = "ada@clinic.example"
CONTACT = Purpose.CONTACT


@pytest.fixture
async def person(work: Work, origin: Origin) -> PersonId:
    return await mailed(work, origin, "FR", EMAIL)


async def mailed(work: Work, origin: Origin, market: str, email: str) -> PersonId:
    async with work.begin(origin) as uow:
        new = people.NewPerson(name="Ada", email=email, market=market, zone="Europe/Paris", locale="fr")
        return await people.register(uow, new)


async def ask(
    work: Work,
    origin: Origin,
    person: PersonId,
    channel: Channel = Channel.EMAIL,
    *,
    purpose: Purpose = CONTACT,
    topic: str | None = None,
    address: str | None = None,
) -> Decision:
    async with work.begin(origin) as uow:
        decision = await consent.may_contact(uow, person, channel, purpose, topic=topic, address=address)
        assert uow.recorded(Action.CONTACT_DECIDED)
    return decision


def by(channel: Channel | None, state: Answer = Answer.GRANTED, topic: str | None = None) -> ConsentChoice:
    return ConsentChoice(state=state, notice_version=1, channel=channel, topic=topic)


async def test_a_yes_to_one_way_is_no_yes_to_another(work: Work, origin: Origin, person: PersonId) -> None:
    assert (await ask(work, origin, person)).reason is Reason.CONSENT_ABSENT
    await say(work, origin, person, CONTACT, by(Channel.EMAIL))
    allowed = await ask(work, origin, person)
    assert (allowed.outcome, allowed.reason, allowed.notice_version) == (Outcome.ALLOWED, Reason.CONSENT_GRANTED, 1)
    assert allowed.event is not None
    assert (await ask(work, origin, person, Channel.REP)).reason is Reason.CONSENT_ABSENT


async def test_the_last_answer_that_is_about_it_counts(work: Work, origin: Origin, person: PersonId) -> None:
    await say(work, origin, person, CONTACT, by(None))
    assert (await ask(work, origin, person, Channel.REP)).allowed, "yes to everything"
    await say(work, origin, person, CONTACT, by(Channel.REP, Answer.WITHDRAWN))
    assert (await ask(work, origin, person, Channel.REP)).reason is Reason.CONSENT_WITHDRAWN
    assert (await ask(work, origin, person)).allowed, "no visits is not no e-mail"
    await say(work, origin, person, CONTACT, by(None, Answer.WITHDRAWN))
    assert not (await ask(work, origin, person)).allowed
    await say(work, origin, person, CONTACT, by(None))
    assert (await ask(work, origin, person, Channel.REP)).allowed, "yes to everything, said later"


async def test_a_yes_about_one_topic_is_no_yes_about_another(work: Work, origin: Origin, person: PersonId) -> None:
    await say(work, origin, person, CONTACT, by(Channel.EMAIL, topic="cardiology"))
    assert (await ask(work, origin, person, topic="cardiology")).allowed
    assert (await ask(work, origin, person, topic="oncology")).reason is Reason.CONSENT_ABSENT
    assert (await ask(work, origin, person)).reason is Reason.CONSENT_ABSENT
    async with work.read(origin) as uow:
        lines = [each for each in await consent.consents(uow, person) if each.purpose is CONTACT]
    assert [(each.channel, each.topic, each.state) for each in lines] == [
        (None, None, State.ABSENT),
        (Channel.EMAIL, "cardiology", State.GRANTED),
    ]


async def test_a_rebuild_knows_channels_and_topics(work: Work, origin: Origin, person: PersonId) -> None:
    for choice in (by(None), by(Channel.REP, Answer.WITHDRAWN), by(Channel.EMAIL, topic="cardiology")):
        await say(work, origin, person, CONTACT, choice)
    async with work.begin(origin) as uow:
        assert (await consent.rebuild_standing(uow)).changed == 0
        await uow.execute("delete from consent.current_state where channel is not null")
        await uow.execute("update consent.current_state set channel = 'web'")
    async with work.begin(origin) as uow:
        assert (await consent.rebuild_standing(uow)).changed == 4
    assert (await ask(work, origin, person, Channel.REP)).reason is Reason.CONSENT_WITHDRAWN
    assert (await ask(work, origin, person, Channel.WEB)).allowed


async def test_a_channel_that_the_purpose_does_not_use_is_refused(work: Work, origin: Origin, person: PersonId) -> None:
    for purpose, choice, field in [
        (Purpose.MARKETING_EMAIL, by(Channel.SMS), "channel"),
        (Purpose.ENGAGEMENT, by(Channel.EMAIL), "channel"),
        (Purpose.ENGAGEMENT, by(None, topic="cardiology"), "topic"),
        (CONTACT, by(None, topic="Heart & lungs"), "topic"),
    ]:
        with pytest.raises(InvalidConsentError) as refusal:
            await say(work, origin, person, purpose, choice)
        assert refusal.value.facts["field"] == field
    await say(work, origin, person, Purpose.MARKETING_EMAIL, GRANT)
    by_text = await ask(work, origin, person, Channel.SMS, purpose=Purpose.MARKETING_EMAIL)
    assert by_text.reason is Reason.CHANNEL_UNFIT
    assert (await ask(work, origin, person, purpose=Purpose.MARKETING_EMAIL)).allowed
    assert (await ask(work, origin, person, purpose=Purpose.SERVICE)).reason is Reason.BASIS_CONTRACT


async def test_a_grant_lasts_as_long_as_the_register_lets_it(
    work: Work, origin: Origin, clock: MovableClock, person: PersonId
) -> None:
    await say(work, origin, person, CONTACT, GRANT)
    clock.move(timedelta(days=1094))
    assert (await ask(work, origin, person)).allowed
    clock.move(timedelta(days=1))
    assert (await ask(work, origin, person)).reason is Reason.CONSENT_EXPIRED


async def test_a_suppressed_address_is_never_used_whoever_has_it(work: Work, origin: Origin, person: PersonId) -> None:
    await say(work, origin, person, CONTACT, GRANT)
    assert (await ask(work, origin, person)).allowed
    async with work.begin(origin) as uow:
        phone = Address(AddressKind.PHONE, "0033 (1) 23-45-67-89")
        addresses = [Address(AddressKind.EMAIL, " ADA@Clinic.example "), phone]
        for _ in range(2):
            await consent.suppress(uow, addresses, SuppressionReason.ERASED)
        stored = await uow.fetch("select * from consent.suppression")
    assert len(stored) == 2
    rows = repr([dict(row) for row in stored]).casefold()
    assert not [part for part in ("ada@", "clinic", "23456789") if part in rows], "only keyed hashes are kept"
    assert (await ask(work, origin, person)).reason is Reason.ADDRESS_SUPPRESSED
    assert (await ask(work, origin, person, address="ada@clinic.EXAMPLE")).reason is Reason.ADDRESS_SUPPRESSED
    assert (await ask(work, origin, person, Channel.SMS, address="+33123456789")).reason is Reason.ADDRESS_SUPPRESSED
    assert (await ask(work, origin, person, Channel.PHONE, address="+33 1 23 45 67 80")).allowed
    assert (await ask(work, origin, person, Channel.SMS)).reason is Reason.ADDRESS_UNKNOWN
    assert (await ask(work, origin, person, Channel.PUSH)).allowed, "a message in the app has no address"
    with pytest.raises(InvalidAddressError):
        await ask(work, origin, person, Channel.SMS, address="call me")


async def test_nobody_is_reached_who_is_not_there(work: Work, origin: Origin) -> None:
    assert (await ask(work, origin, NOBODY)).reason is Reason.PERSON_UNKNOWN


async def test_a_market_without_a_basis_is_refused_and_becomes_work(work: Work, origin: Origin) -> None:
    japanese = await mailed(work, origin, "JP", "taro@clinic.example")
    for _ in range(2):
        decision = await ask(work, origin, japanese)
        assert (decision.outcome, decision.reason) == (Outcome.UNCONFIGURED, Reason.PURPOSE_UNCONFIGURED)
    with pytest.raises(PurposeUnconfiguredError):
        await say(work, origin, japanese, CONTACT, GRANT)
    assert (await say(work, origin, japanese, CONTACT, WITHDRAWAL)).state is State.WITHDRAWN, "a no is always heard"
    async with work.read(origin) as uow:
        (gap,) = await consent.open_gaps(uow)
    assert (gap.purpose, gap.market, gap.times) == ("contact", "JP", 2)


async def test_a_withdrawal_that_was_answered_is_never_followed_by_a_yes(
    work: Work, origin: Origin, person: PersonId
) -> None:
    """Four senders ask at the moment of sending while consent goes to and fro."""
    wrong: list[str] = []
    sent: list[Decision] = []
    withdrawn = asyncio.Event()
    done = asyncio.Event()

    async def send() -> None:
        while not done.is_set():
            certain = withdrawn.is_set()
            decision = await ask(work, origin, person)
            sent.extend([decision] if decision.allowed else [])
            if certain and withdrawn.is_set() and decision.allowed:
                wrong.append("a message left after the withdrawal was answered")

    async def change() -> None:
        for _ in range(15):
            withdrawn.clear()
            await say(work, origin, person, CONTACT, GRANT)
            await asyncio.sleep(0.01)
            await say(work, origin, person, CONTACT, replace(WITHDRAWAL, channel=Channel.EMAIL))
            withdrawn.set()
            await asyncio.sleep(0.01)
        done.set()

    await asyncio.gather(change(), *(send() for _ in range(4)))
    assert wrong == []
    assert sent, "while it was granted, messages left"


async def test_a_yes_and_then_a_no_in_one_list_leave_nothing_to_confirm(work: Work, origin: Origin) -> None:
    german = await mailed(work, origin, "DE", "eva@clinic.example")
    async with work.begin(origin) as uow:
        views = await consent.record_consents(uow, german, [(CONTACT, GRANT), (CONTACT, WITHDRAWAL)])
        assert [(view.state, view.confirm_by) for view in views] == [(State.WITHDRAWN, None)] * 2
        assert await consent.hand_out_confirmations(uow, ["*"]) == []
    assert (await say(work, origin, german, CONTACT, GRANT)).confirm_by is not None
    async with work.begin(origin) as uow:
        (handed,) = await consent.hand_out_confirmations(uow, ["*"])
    assert handed.person == german
