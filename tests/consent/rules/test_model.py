"""The fold against a model that knows nothing of folds: sort everything that was said, and look at the last of it."""

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from consent.rules.standing import after, covering, state_at
from consent.values import ConsentEvent, Question, Record
from consent.vocabulary import Answer, Channel, Method, Purpose, State
from people.vocabulary import PersonId

START = datetime(2026, 1, 1, tzinfo=UTC)
PERSON = PersonId(UUID(int=7))
CHANNELS = (None, Channel.EMAIL, Channel.REP)
TOPICS = (None, "cardiology")
HOURS = 12


def history(random: Random) -> list[ConsentEvent]:
    """Up to ten answers in the order in which we hear of them: late, out of order, at the same instant, with ends."""
    events = []
    for number in random.sample(range(100), random.randrange(11)):
        occurred = START + timedelta(hours=random.randrange(HOURS))
        state = random.choice(list(Answer))
        ends = state is Answer.GRANTED and random.random() < 0.5
        event = ConsentEvent(
            id=UUID(int=number),
            person=PERSON,
            purpose=Purpose.CONTACT,
            state=state,
            notice=UUID(int=1),
            notice_version=1,
            method=Method.PAPER,
            evidence="form",
            evidence_sha256=None,
            actor=None,
            on_behalf_of=None,
            occurred_at=occurred,
            received_at=occurred + timedelta(hours=random.randrange(3)),
            expires_at=occurred + timedelta(hours=1 + random.randrange(HOURS)) if ends else None,
            channel=random.choice(CHANNELS),
            topic=random.choice(TOPICS),
        )
        events.append(event)
    random.shuffle(events)
    return events


def modelled(events: list[ConsentEvent], asked: Question, now: datetime) -> tuple[State, UUID | None]:
    """What holds, by the definition: of all that was said about the question, the last, unless it ran out."""
    about = [event for event in events if event.channel in {None, asked.channel} and event.topic in {None, asked.topic}]
    about.sort(key=lambda event: (event.occurred_at, event.received_at, event.id))
    if not about:
        return State.ABSENT, None
    last = about[-1]
    if last.state is Answer.GRANTED and last.expires_at is not None and last.expires_at <= now:
        return State.EXPIRED, last.id
    return State(last.state.value), last.id


@pytest.mark.parametrize("count", [20_000, pytest.param(100_000, marks=pytest.mark.soak)])
def test_the_fold_is_what_the_model_says_whatever_order_answers_arrive_in(count: int) -> None:
    random = Random(count)
    met: set[State] = set()
    for _ in range(count):
        events = history(random)
        standing: dict[Question, Record] = {}
        for event in events:
            question = Question(PERSON, event.purpose, event.channel, event.topic)
            standing[question] = after(standing.get(question), event)
        now = START + timedelta(hours=random.randrange(2 * HOURS))
        for channel in CHANNELS:
            for topic in TOPICS:
                asked = Question(PERSON, Purpose.CONTACT, channel, topic)
                record = covering(standing, asked)
                found = state_at(record, now), None if record is None else record.event
                assert found == modelled(events, asked, now)
                met.add(found[0])
    assert met == set(State), "every state was met"
