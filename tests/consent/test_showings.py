"""A grant points at what was shown: the showing it names, the person's latest, or one made with the answer."""

from datetime import timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

import consent
from consent import Action, NewNotice, Notice, NoticeNotActiveError, Purpose, Shown, Surface, UnknownShowingError
from consent.store.notices import shown
from consent.store.standing import events_of
from consent.values import ConsentEvent
from kernel.clock import MovableClock
from kernel.facts import Origin
from kernel.unit_of_work import Work
from people import PersonId
from tests.consent.answers import DENIAL, GRANT, PAPER, WITHDRAWAL, say
from tests.consent.conftest import registered

pytestmark = pytest.mark.usefixtures("notices")


async def show(work: Work, origin: Origin, person: PersonId, locale: str = "en") -> dict[Purpose, tuple[Notice, Shown]]:
    async with work.begin(origin) as uow:
        found = await consent.show_notices(uow, person, locale, "FR", Surface.APP)
        assert uow.recorded(Action.NOTICES_SHOWN)
    return {notice.purpose: (notice, showing) for notice, showing in found}


async def the_event(work: Work, origin: Origin, person: PersonId) -> tuple[ConsentEvent, Shown | None]:
    async with work.read(origin) as uow:
        (event,) = await events_of(uow, [person])
        kept = {} if event.shown is None else await shown(uow, [event.shown])
    return event, None if event.shown is None else kept[event.shown]


async def test_a_grant_points_at_the_showing_that_it_names(work: Work, origin: Origin, person: PersonId) -> None:
    seen = (await show(work, origin, person))[Purpose.ENGAGEMENT][1]
    await show(work, origin, person)
    await say(work, origin, person, Purpose.ENGAGEMENT, replace(GRANT, notice_version=None, shown=seen.id))
    event, kept = await the_event(work, origin, person)
    assert (event.shown, event.notice, event.notice_version) == (seen.id, seen.notice, 1)
    assert kept == seen


async def test_without_a_name_it_is_the_person_s_own_latest_showing_in_the_language_that_was_read(
    work: Work, origin: Origin, clock: MovableClock, person: PersonId
) -> None:
    async with work.begin(origin) as uow:
        new = NewNotice(purpose=Purpose.ENGAGEMENT, version=1, locale="fr", text="Nous gardons une trace.")
        french = await consent.publish_notice(uow, new)
    await show(work, origin, person, "en")
    clock.move(timedelta(minutes=1))
    last = (await show(work, origin, person, "fr"))[Purpose.ENGAGEMENT][1]
    clock.move(timedelta(minutes=1))
    await show(work, origin, await registered(work, origin), "en")
    await say(work, origin, person, Purpose.ENGAGEMENT, GRANT)
    event, kept = await the_event(work, origin, person)
    assert (event.notice, kept) == (french.id, last)


async def test_a_grant_of_a_client_that_never_asked_makes_its_showing(
    work: Work, origin: Origin, person: PersonId
) -> None:
    await say(work, origin, person, Purpose.ENGAGEMENT, GRANT)
    event, kept = await the_event(work, origin, person)
    assert kept is not None
    assert (kept.person, kept.notice, kept.surface, kept.shown_at) == (
        person,
        event.notice,
        Surface.API,
        event.occurred_at,
    )


async def test_a_grant_on_paper_was_shown_on_paper_when_it_was_signed(
    work: Work, origin: Origin, clock: MovableClock, person: PersonId
) -> None:
    await show(work, origin, person)
    signed_at = clock.now() - timedelta(days=2)
    await say(work, origin, person, Purpose.ENGAGEMENT, replace(PAPER, occurred_at=signed_at))
    _, kept = await the_event(work, origin, person)
    assert kept is not None
    assert (kept.surface, kept.shown_at) == (Surface.PAPER, signed_at)


async def test_a_showing_of_something_else_or_to_somebody_else_is_refused(
    work: Work, origin: Origin, person: PersonId
) -> None:
    own = await show(work, origin, person)
    others = await show(work, origin, await registered(work, origin))
    wrong = [own[Purpose.ANALYTICS][1].id, others[Purpose.ENGAGEMENT][1].id, UUID(int=1)]
    for showing in wrong:
        with pytest.raises(UnknownShowingError) as refusal:
            await say(work, origin, person, Purpose.ENGAGEMENT, replace(GRANT, notice_version=None, shown=showing))
        assert refusal.value.facts["field"] == "shown_id"
    right = replace(GRANT, shown=own[Purpose.ENGAGEMENT][1].id)
    with pytest.raises(UnknownShowingError):
        await say(work, origin, person, Purpose.ENGAGEMENT, replace(right, notice_version=2))
    assert (await say(work, origin, person, Purpose.ENGAGEMENT, right)).notice_version == 1


async def test_a_showing_of_a_notice_that_was_replaced_grants_nothing(
    work: Work, origin: Origin, person: PersonId
) -> None:
    seen = (await show(work, origin, person))[Purpose.ENGAGEMENT][1]
    async with work.begin(origin) as uow:
        new = NewNotice(purpose=Purpose.ENGAGEMENT, version=2, locale="en", text="We keep a longer record.")
        await consent.publish_notice(uow, new)
    with pytest.raises(NoticeNotActiveError):
        await say(work, origin, person, Purpose.ENGAGEMENT, replace(GRANT, notice_version=None, shown=seen.id))
    denial = replace(DENIAL, notice_version=None, shown=seen.id)
    assert (await say(work, origin, person, Purpose.ENGAGEMENT, denial)).notice_version == 1


async def test_withdrawing_takes_one_call_whatever_granting_takes(work: Work, origin: Origin, person: PersonId) -> None:
    """Agreeing is a showing and an answer; withdrawing is an answer alone, and names neither notice nor showing."""
    await say(work, origin, person, Purpose.ENGAGEMENT, GRANT)
    assert (WITHDRAWAL.notice_version, WITHDRAWAL.shown) == (None, None)
    assert (await say(work, origin, person, Purpose.ENGAGEMENT, WITHDRAWAL)).state.value == "withdrawn"
