"""People on boards, with what they earned, and the worker that keeps the boards."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import consent
import gamification
import people
from access import EVERYTHING
from consent.values import ConsentChoice, NewNotice
from consent.vocabulary import BOARD_TOPIC, Answer, Purpose
from gamification import BoardPage, Boards, NewBoard, Packs, Wanted
from gamification.board_values import BoardLine
from gamification.store import board_rows, board_standings
from kernel.cache import Cache
from kernel.facts import Origin
from kernel.relay import deliver_once, hold_back
from kernel.unit_of_work import UnitOfWork, Work
from people import Change
from people.vocabulary import PersonId

PURPOSES = (Purpose.ENGAGEMENT, Purpose.GAMIFICATION, Purpose.LEADERBOARD)
GRANTED = ConsentChoice(state=Answer.GRANTED, notice_version=1)
STANDING = """
insert into gamification.standing (person, points, level, state, updated_at) values ($1, $2, 1, '{}', now())
on conflict (person) do update set points = standing.points + excluded.points
"""
AWARD = """
insert into gamification.award (id, person, rule, subject, period, kind, state, points, rules_version, activity,
  occurred_at, awarded_at) values ($1, $2, $3, $4, 'ever', 'points', 'active', $5, 1, $1, $6, $7)
"""
REVERSE = """
update gamification.award set state = 'reversed' where person = $1 and state = 'active' returning points
"""


class Crowd:
    """Some people and their boards."""

    def __init__(self, work: Work, origin: Origin, cache: Cache) -> None:
        self.work, self.origin, self.cache = work, origin, cache
        self.boards = Boards(cache)

    async def furnish(self) -> None:
        """Publish the notices that consent needs."""
        async with self.work.begin(self.origin) as uow:
            for purpose in PURPOSES:
                await consent.publish_notice(uow, NewNotice(purpose=purpose, version=1, locale="en", text="May we?"))

    async def person(
        self,
        points: int = 0,
        *,
        market: str = "GB",
        locale: str = "en-GB",
        expires_at: datetime | None = None,
        profession: people.Profession | None = None,
    ) -> PersonId:
        """Register somebody who takes part and just earned so many points."""
        async with self.work.begin(self.origin) as uow:
            new = people.NewPerson(
                name="Dr Who",
                email=f"{uuid4().hex}@hcp.example",
                market=market,
                zone="Europe/London",
                locale=locale,
                profession=profession,
            )
            person = await people.register(uow, new)
            choice = ConsentChoice(state=Answer.GRANTED, notice_version=1, expires_at=expires_at)
            await consent.record_consents(uow, person, [(purpose, choice) for purpose in PURPOSES])
            if points:
                await _award(uow, person, points, uow.now, "read")
        return person

    async def people(self, *points: int, **where: Any) -> list[PersonId]:
        return [await self.person(each, **where) for each in points]

    async def award(self, person: PersonId, points: int, at: datetime | None = None, rule: str = "read") -> None:
        async with self.work.begin(self.origin) as uow:
            await _award(uow, person, points, at or uow.now, rule)

    async def reverse(self, person: PersonId) -> None:
        """Take back everything that somebody earned."""
        async with self.work.begin(self.origin) as uow:
            taken = sum(row["points"] for row in await uow.fetch(REVERSE, person))
            await uow.execute("update gamification.standing set points = points - $2 where person = $1", person, taken)
            uow.publish(BOARD_TOPIC, person)

    async def change(self, person: PersonId, change: Change) -> None:
        """Change somebody's profile, as the route does it."""
        async with self.work.begin(self.origin) as uow:
            await people.change(uow, person, change, by_person=True)
            uow.publish(BOARD_TOPIC, person)
        await self.settle()

    async def withdraw(self, person: PersonId) -> None:
        """Withdraw the consent to boards, as the route does it."""
        async with self.work.begin(self.origin) as uow:
            choice = ConsentChoice(state=Answer.WITHDRAWN)
            await consent.record_consent(uow, person, Purpose.LEADERBOARD, choice)
            await gamification.leave(uow, self.boards, person)

    async def rejoin(self, person: PersonId) -> None:
        async with self.work.begin(self.origin) as uow:
            await consent.record_consent(uow, person, Purpose.LEADERBOARD, GRANTED)

    async def board(self, new: NewBoard) -> None:
        async with self.work.begin(self.origin) as uow:
            await gamification.create_board(uow, new, scope=EVERYTHING)

    async def keep(self) -> None:
        """Do what the worker does every second, whether it thinks that it has to or not."""
        async with self.work.begin(self.origin) as uow:
            await hold_back(uow)
            lost = await gamification.keep_boards(uow, self.boards)
        async with self.work.begin(self.origin) as uow:
            await hold_back(uow)
            await gamification.copy_boards(uow, self.boards, lost=lost)

    async def deliver(self) -> None:
        """Deliver what is in the outbox."""
        while await deliver_once(self.work, {BOARD_TOPIC: self._refresh}):
            pass

    async def settle(self) -> None:
        await self.keep()
        await self.deliver()

    async def _refresh(self, uow: UnitOfWork, keys: Sequence[UUID]) -> None:
        await gamification.refresh(uow, self.boards, keys)

    async def page(
        self, key: str, reader: PersonId, wanted: Wanted | None = None, packs: Packs | None = None
    ) -> BoardPage:
        async with self.work.read(self.origin) as uow:
            where = (await people.bearings(uow, [reader]))[reader]
            return await gamification.board(uow, self.boards, key, reader, where, wanted or Wanted(), packs)

    async def counted(self, key: str, number: int | None = None) -> list[BoardLine]:
        """Return every line of a period as the database counts it."""
        async with self.work.read(self.origin) as uow:
            board = await board_rows.board(uow, key)
            assert board is not None
            period = next(
                each for each in await board_rows.periods(uow, board.id, None, 99) if number in {None, each.number}
            )
            return await board_standings.ranked(uow, period.id, board.ties)

    async def value(self, sql: str, *arguments: object) -> int:
        async with self.work.read(self.origin) as uow:
            return int(await uow.fetchval(sql, *arguments))


async def _award(uow: UnitOfWork, person: PersonId, points: int, at: datetime, rule: str) -> None:
    await uow.execute(AWARD, uow.new_id(), person, rule, uuid4().hex, points, at, uow.now)
    await uow.execute(STANDING, person, points)
    uow.publish(BOARD_TOPIC, person)


def anonymous(lines: Sequence[BoardLine]) -> list[tuple[int, str, int]]:
    return [(line.rank, line.alias, line.points) for line in lines]


def ranks(lines: Sequence[BoardLine]) -> list[tuple[int, int]]:
    return [(line.rank, line.points) for line in lines]


DAY = timedelta(days=1)
opened = partial(NewBoard, name="A board")
