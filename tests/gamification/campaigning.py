"""Campaigns for tests: who works on them, what they say, and the way from a draft to a running one."""

import asyncio
from collections.abc import Awaitable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import gamification
from access import EVERYTHING
from content.vocabulary import ContentClass
from gamification import Campaign, Hand, Packs, Staff, Terms, Writing
from gamification.vocabulary import CampaignPast, CampaignStep
from kernel.facts import Origin
from kernel.unit_of_work import Work
from tests.access.builders import within

BASE = (Path(__file__).parents[2] / "samples" / "rules" / "demonstration.yaml").read_text()
AUTHOR = Staff(Hand("marketer", UUID(int=101)), EVERYTHING)
COLLEAGUE = Staff(Hand("marketer", UUID(int=102)), EVERYTHING)
OFFICER = Staff(Hand("compliance_officer", UUID(int=103)), within(), overseer=True)
RULES = """
points:
  - key: {key}-webinar
    name: Spring webinar
    when: {{verbs: [attended], kinds: [webinar]}}
    points: {points}
    recurs: ever
"""


def rules(key: str = "spring", points: int = 50) -> str:
    """Rules that pay for every webinar once."""
    return RULES.format(key=key, points=points)


def terms(**changed: Any) -> Terms:
    """Terms for everybody, everywhere, for ever."""
    said: dict[str, Any] = {"name": "Spring", "lane": ContentClass.MEDICAL, "markets": ("*",)}
    return Terms(**(said | changed))


class Campaigns:
    """What staff does to campaigns, each step in a unit of work of its own; ``packs`` are Laurel's unless given."""

    def __init__(self, work: Work, origin: Origin) -> None:
        self.work, self.origin = work, origin
        self.packs: Packs | None = None

    async def create(
        self, key: str = "spring", *, text: str | None = None, by: Staff = AUTHOR, **changed: Any
    ) -> Campaign:
        writing = Writing(terms=terms(**changed), text=text or rules(key), reason="Spring is coming.")
        async with self.work.begin(self.origin) as uow:
            return await gamification.create_campaign(uow, by, key, writing)

    async def edit(self, before: Campaign, *, text: str | None = None, by: Staff = AUTHOR, **changed: Any) -> Campaign:
        writing = Writing(terms=terms(**changed), text=text or before.rules, reason="Better so.")
        async with self.work.begin(self.origin) as uow:
            return await gamification.edit_campaign(uow, by, before.id, writing, based_on=before.revision)

    async def submit(
        self, before: Campaign, past: CampaignPast = CampaignPast.NEW_ONLY, *, by: Staff = AUTHOR
    ) -> Campaign:
        async with self.work.begin(self.origin) as uow:
            return await gamification.submit_campaign(uow, by, before.id, past, "Please read.", packs=self.packs)

    async def approve(self, before: Campaign, *, by: Staff = OFFICER) -> Campaign:
        async with self.work.begin(self.origin) as uow:
            return await gamification.approve_campaign(
                uow, by, before.id, "Read it.", revision=before.revision, packs=self.packs
            )

    async def move(
        self, before: Campaign, step: CampaignStep, *, by: Staff = AUTHOR, reason: str = "Because."
    ) -> Campaign:
        async with self.work.begin(self.origin) as uow:
            return await gamification.move_campaign(uow, by, before.id, step, reason, packs=self.packs)

    async def keep_schedule(self) -> int:
        async with self.work.begin(self.origin) as uow:
            moved = await gamification.keep_schedule(uow, self.packs)
            assert uow.recorded("gamification:campaign:moved") == (moved > 0)
            return moved

    async def backfill(self) -> None:
        """Score the past until nothing is left to do."""
        while True:
            async with self.work.begin(self.origin) as uow:
                if not await gamification.backfill(uow):
                    return

    async def scheduled(self, before: Campaign, past: CampaignPast = CampaignPast.NEW_ONLY) -> Campaign:
        """Bring a draft to its schedule."""
        approved = await self.approve(await self.submit(before, past))
        return await self.move(approved, CampaignStep.SCHEDULE)

    async def running(self, before: Campaign, past: CampaignPast = CampaignPast.NEW_ONLY) -> Campaign:
        """Bring a draft to run."""
        await self.scheduled(before, past)
        assert await self.keep_schedule() == 1
        return await self.read(before)

    async def read(self, before: Campaign, *, by: Staff = OFFICER) -> Campaign:
        async with self.work.read(self.origin) as uow:
            return await gamification.campaign(uow, by, before.id)


def at(day: int, hour: int = 9) -> datetime:
    """Return a moment of March 2026, the month in which the tests' clock stands on the 2nd at nine (UTC)."""
    return datetime.fromisoformat(f"2026-03-{day:02}T{hour:02}:00:00+00:00")


async def programme(campaigns: Campaigns) -> tuple[int, list[tuple[str, int]]]:
    """The version that scores now, and its campaigns with their revisions."""
    async with campaigns.work.read(campaigns.origin) as uow:
        version, ruleset = await gamification.current_rules(uow)
    return version, [(part.key, part.revision) for part in ruleset.campaigns]


async def execute(campaigns: Campaigns, sql: str, *arguments: object) -> None:
    async with campaigns.work.begin(campaigns.origin) as uow:
        await uow.execute(sql, *arguments)


async def outcomes(*doings: Awaitable[object]) -> list[str]:
    """Do everything at the same moment; return the kinds of what came back, sorted."""
    found = await asyncio.gather(*doings, return_exceptions=True)
    return sorted(type(each).__name__ for each in found)
