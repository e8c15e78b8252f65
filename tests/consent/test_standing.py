"""How people stand is a projection of what they answered, and never knows more."""

import asyncio
from datetime import timedelta
from random import Random

import pytest
from msgspec.structs import replace

import consent
from consent import CONSENT_PURPOSES, Answer, Basis, Method, Purpose, Reason
from consent.rules.gate import judge
from consent.rules.standing import fold
from consent.store.standing import events_of
from kernel.clock import MovableClock
from kernel.facts import Origin
from kernel.unit_of_work import Work
from people import Identifier, NewPerson, PersonId, register
from tests.consent.answers import DENIAL, GRANT, NOBODY, WITHDRAWAL, reason, say

pytestmark = pytest.mark.usefixtures("notices")


async def test_one_question_answers_for_many_people_and_purposes(work: Work, origin: Origin) -> None:
    persons = [await another(work, origin, number) for number in range(3)]
    await say(work, origin, persons[0], Purpose.ENGAGEMENT, GRANT)
    await say(work, origin, persons[0], Purpose.ANALYTICS, GRANT)
    await say(work, origin, persons[1], Purpose.GAMIFICATION, WITHDRAWAL)
    async with work.read(origin) as uow:
        found = await consent.standing(uow, persons, [Purpose.ENGAGEMENT, Purpose.GAMIFICATION])
    assert {key: record.state for key, record in found.items()} == {
        (persons[0], Purpose.ENGAGEMENT): Answer.GRANTED,
        (persons[1], Purpose.GAMIFICATION): Answer.WITHDRAWN,
    }


async def test_a_restriction_counts_where_nothing_was_answered_and_is_no_answer(
    work: Work, origin: Origin, person: PersonId
) -> None:
    async with work.begin(origin) as uow:
        await uow.execute(
            "insert into consent.restriction (request, person, since) values ($1, $2, $3)",
            uow.new_id(),
            person,
            uow.now,
        )
    async with work.begin(origin) as uow:
        (found,) = (await consent.standing(uow, [person], [Purpose.ANALYTICS])).values()
        assert judge(Basis.LEGITIMATE_INTEREST, found, uow.now).reason is Reason.PROCESSING_RESTRICTED
        assert judge(Basis.LEGITIMATE_INTEREST, None, uow.now).allowed, "without the restriction it would be a yes"
        assert (await consent.check(uow, person, Purpose.ANALYTICS)).reason is Reason.PROCESSING_RESTRICTED
        contact = await consent.may_contact(uow, person, consent.Channel.REP, Purpose.CONTACT)
        assert contact.reason is Reason.PROCESSING_RESTRICTED
        assert {each.state for each in await consent.consents(uow, person)} == {consent.State.ABSENT}
        assert (await consent.rebuild_standing(uow)).changed == 0


async def another(work: Work, origin: Origin, number: int) -> PersonId:
    identifier = Identifier("consent-crowd", str(number))
    async with work.begin(origin) as uow:
        new = NewPerson(name="Bo", market="DE", zone="Europe/Berlin", locale="de", identifiers=(identifier,))
        return await register(uow, new)


async def test_answers_given_at_the_same_moment_are_put_in_one_order(
    work: Work, origin: Origin, person: PersonId
) -> None:
    answers = await asyncio.gather(
        *(say(work, origin, person, Purpose.ENGAGEMENT, choice) for choice in [GRANT, WITHDRAWAL] * 4)
    )
    async with work.read(origin) as uow:
        events = await events_of(uow, [person])
        standing = await consent.standing(uow, [person], [Purpose.ENGAGEMENT])
    assert len({event.occurred_at for event in events}) == len(answers)
    assert {event.state for event in events} == {Answer.GRANTED, Answer.WITHDRAWN}
    assert standing[person, Purpose.ENGAGEMENT] == fold(events)


async def test_the_projection_rebuilt_equals_the_one_before(work: Work, origin: Origin, clock: MovableClock) -> None:
    persons = [await another(work, origin, 100 + number) for number in range(4)]
    await live_through(work, origin, clock, persons)
    async with work.read(origin) as uow:
        before = await consent.standing(uow, persons, CONSENT_PURPOSES)
    assert len(before) > len(persons)
    async with work.begin(origin) as uow:
        assert (await consent.rebuild_standing(uow)).changed == 0
        await uow.execute("delete from consent.current_state")
    async with work.begin(origin) as uow:
        assert await consent.standing(uow, persons, CONSENT_PURPOSES) == {}
        rebuilt = await consent.rebuild_standing(uow)
        assert await consent.standing(uow, persons, CONSENT_PURPOSES) == before
    assert (rebuilt.people, rebuilt.changed) == (len(persons), len(before))


async def live_through(work: Work, origin: Origin, clock: MovableClock, persons: list[PersonId]) -> None:
    """Answer at random: now, or on paper that arrives up to three days late."""
    random = Random(7)
    for _ in range(60):
        clock.move(timedelta(hours=random.randrange(12)))
        choice = random.choice([GRANT, DENIAL, WITHDRAWAL])
        if random.random() < 0.5:
            late = clock.now() - timedelta(hours=random.randrange(72))
            choice = replace(choice, method=Method.PAPER, evidence="paper form", occurred_at=late)
        await say(work, origin, random.choice(persons), random.choice(CONSENT_PURPOSES[:3]), choice)


async def test_a_rebuild_puts_right_what_was_changed_by_hand(work: Work, origin: Origin, person: PersonId) -> None:
    await say(work, origin, person, Purpose.ENGAGEMENT, GRANT)
    await say(work, origin, person, Purpose.ENGAGEMENT, WITHDRAWAL)
    await say(work, origin, person, Purpose.ANALYTICS, GRANT)
    async with work.begin(origin) as uow:
        await uow.execute("update consent.current_state set state = 'granted' where person = $1", person)
        await uow.execute(
            "update consent.current_state set person = $2 where purpose = 'analytics' and person = $1", person, NOBODY
        )
    assert await reason(work, origin, person, Purpose.ENGAGEMENT) is Reason.CONSENT_GRANTED
    async with work.begin(origin) as uow:
        rebuilt = await consent.rebuild_standing(uow)
    assert rebuilt.changed == 3
    assert await reason(work, origin, person, Purpose.ENGAGEMENT) is Reason.CONSENT_WITHDRAWN
    assert await reason(work, origin, person, Purpose.ANALYTICS) is Reason.CONSENT_GRANTED
    assert await reason(work, origin, NOBODY, Purpose.ANALYTICS) is Reason.CONSENT_ABSENT
