"""How answers add up."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from consent.rules.standing import fold, moment, state_at
from consent.values import ConsentEvent, Record
from consent.vocabulary import Answer, Method, Purpose, State
from people.vocabulary import PersonId

START = datetime(2026, 1, 1, tzinfo=UTC)
PERSON = PersonId(UUID(int=7))


def event(
    number: int, state: Answer, occurred: int, received: int | None = None, expires: int | None = None, version: int = 1
) -> ConsentEvent:
    """An answer, with times in hours from the start."""
    return ConsentEvent(
        id=UUID(int=number),
        person=PERSON,
        purpose=Purpose.ENGAGEMENT,
        state=state,
        notice=UUID(int=version),
        notice_version=version,
        method=Method.APP,
        evidence=None,
        evidence_sha256=None,
        actor=None,
        on_behalf_of=None,
        occurred_at=START + timedelta(hours=occurred),
        received_at=START + timedelta(hours=occurred if received is None else received),
        expires_at=None if expires is None else START + timedelta(hours=expires),
    )


@st.composite
def histories(draw: st.DrawFn) -> list[ConsentEvent]:
    """Events in any order of arrival, on so few instants that many of them tie."""
    count = draw(st.integers(0, 8))
    hours = st.integers(0, 3)
    return [
        event(
            number,
            draw(st.sampled_from(Answer)),
            draw(hours),
            received=draw(hours) + 3,
            expires=draw(st.none() | st.integers(4, 6)),
            version=draw(st.integers(1, 3)),
        )
        for number in draw(st.permutations(range(count)))
    ]


def naive(events: list[ConsentEvent]) -> ConsentEvent | None:
    """The last event of the sorted history: the definition, without a fold."""
    ordered = sorted(events, key=lambda each: (each.occurred_at, each.received_at, each.id))
    return ordered[-1] if ordered else None


@given(histories())
def test_the_fold_is_the_last_answer_of_the_sorted_history(events: list[ConsentEvent]) -> None:
    last = naive(events)
    found = fold(events)
    if last is None:
        assert found is None
        return
    assert found == Record(
        state=last.state,
        notice_version=last.notice_version,
        event=last.id,
        decided_at=last.occurred_at,
        received_at=last.received_at,
        expires_at=last.expires_at,
    )


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(events: list[ConsentEvent], random: object) -> None:
    shuffled = list(events)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert fold(shuffled) == fold(events)


@given(histories())
def test_hearing_of_an_answer_twice_changes_nothing(events: list[ConsentEvent]) -> None:
    assert fold(events + events) == fold(events)


def test_a_withdrawal_beats_an_earlier_grant_that_arrives_late() -> None:
    grant = event(2, Answer.GRANTED, occurred=1, received=9)
    withdrawal = event(1, Answer.WITHDRAWN, occurred=5)
    for order in permutations([grant, withdrawal]):
        assert state_at(fold(order), START + timedelta(hours=10)) is State.WITHDRAWN
    later = event(3, Answer.GRANTED, occurred=6, received=9)
    assert state_at(fold([withdrawal, later]), START + timedelta(hours=10)) is State.GRANTED


def test_a_grant_is_over_at_its_end_and_not_a_moment_before() -> None:
    record = fold([event(1, Answer.GRANTED, occurred=0, expires=5)])
    end = START + timedelta(hours=5)
    assert state_at(record, end - timedelta(microseconds=1)) is State.GRANTED
    assert state_at(record, end) is State.EXPIRED


def test_a_grant_that_ran_out_is_followed_by_a_new_one() -> None:
    events = [event(1, Answer.GRANTED, occurred=0, expires=5), event(2, Answer.GRANTED, occurred=6)]
    assert state_at(fold(events), START + timedelta(hours=7)) is State.GRANTED


def test_no_answer_is_absent() -> None:
    assert state_at(fold([]), START) is State.ABSENT


@given(st.integers(-3, 3))
def test_an_answer_given_now_comes_after_everything_known_also_on_a_slow_clock(hours: int) -> None:
    grant = event(9, Answer.GRANTED, occurred=0)
    now = START + timedelta(hours=hours)
    given_at = moment(fold([grant]), now)
    withdrawal = event(1, Answer.WITHDRAWN, occurred=0)
    withdrawal = ConsentEvent(
        **{field: getattr(withdrawal, field) for field in withdrawal.__struct_fields__}
        | {"occurred_at": given_at, "received_at": max(given_at, now)}
    )
    assert given_at >= now
    assert state_at(fold([grant, withdrawal]), now + timedelta(days=1)) is State.WITHDRAWN


def test_the_first_answer_is_given_now() -> None:
    assert moment(None, START) == START
