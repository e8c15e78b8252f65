"""How answers add up: a fold over a person's events about one question, in the order in which they were given."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import reduce
from typing import Final
from uuid import UUID

from consent.values import ConsentEvent, Question, Record
from consent.vocabulary import Answer, State

_LEAST: Final = timedelta(microseconds=1)


def fold(events: Iterable[ConsentEvent]) -> Record | None:
    """Return how the person stands after ``events`` about one question, whatever order they arrive in."""
    return reduce(after, events, None)


def after(standing: Record | None, event: ConsentEvent) -> Record:
    """Return how the person stands when ``event`` is added to what was known: one step of the fold.

    The answer given last counts, whenever we heard of it: a grant on paper that arrives after a later withdrawal
    changes nothing. Answers of the same instant are ordered by when they were received, then by id.
    """
    if standing is not None and _order(standing) >= (event.occurred_at, event.received_at, event.id):
        return standing
    return Record(
        state=event.state,
        notice_version=event.notice_version,
        event=event.id,
        decided_at=event.occurred_at,
        received_at=event.received_at,
        expires_at=event.expires_at,
    )


def _order(record: Record) -> tuple[datetime, datetime, UUID]:
    return record.decided_at, record.received_at, record.event


def covering(answers: Mapping[Question, Record], asked: Question) -> Record | None:
    """Return the answer that counts for ``asked``: the last given of those that are about it.

    An answer is about a channel or topic when it names that one, or none. So "no e-mail, please" ends what "yes" had
    begun for this channel, and "yes to everything", said later, begins it again.
    """
    person, purpose, channel, topic = asked
    about = [
        record
        for own_channel in {None, channel}
        for own_topic in {None, topic}
        if (record := answers.get(Question(person, purpose, own_channel, own_topic))) is not None
    ]
    return latest(about)


def latest(answers: Iterable[Record]) -> Record | None:
    """Return the one that was given last."""
    return max(answers, key=_order, default=None)


def state_at(record: Record | None, now: datetime) -> State:
    """Return the state at ``now``: a grant is over from its ``expires_at`` on; no record is ``absent``."""
    if record is None:
        return State.ABSENT
    if record.state is Answer.GRANTED and record.expires_at is not None and now >= record.expires_at:
        return State.EXPIRED
    return State(record.state.value)


def moment(standing: Record | None, now: datetime) -> datetime:
    """Return the time of an answer that is given right now, after everything that is already known.

    The clocks of two workers differ; the person's lock says which answer came second. Without this, a withdrawal
    taken by the slower clock would count as older than the grant before it, and change nothing.
    """
    if standing is None:
        return now
    return max(now, standing.decided_at + _LEAST)
