"""Which badges somebody holds now: levels of one badge, and badges that expire."""

from collections.abc import Sequence
from datetime import timedelta

import gamification
from api.merging import Merging
from content.vocabulary import ContentId
from engagement import Draft, Verb
from kernel.clock import MovableClock
from kernel.facts import Origin
from kernel.unit_of_work import Work
from tests.gamification.campaigning import BASE
from tests.gamification.test_recording import deliver, items, somebody

__all__ = ["items"]

YEARLY = """
  - key: yearly-gold
    name: Gold
    description: Attended a webinar in the last thirty days.
    when: {verbs: [attended], kinds: [webinar]}
    family: yearly
    level: 3
    expires_after_days: 30
"""


async def test_a_badge_that_has_expired_is_held_no_more_and_says_before_when_that_will_be(
    work: Work, origin: Origin, items: Sequence[ContentId], clock: MovableClock
) -> None:
    async with work.begin(origin) as uow:
        await gamification.publish_rules(uow, BASE.rstrip() + YEARLY)
    person, at = await somebody(work, origin, "certified"), clock.now()
    draft = Draft(id=origin.request, verb=Verb.ATTENDED, object=items[0], occurred_at=at)
    await deliver(Merging(work, None), origin, person, [draft])
    async with work.read(origin) as uow:
        lines = {line.key: line for line in await gamification.badges(uow, person)}
    gold = lines["yearly-gold"]
    assert (gold.family, gold.level, gold.expires_at) == ("yearly", 3, at + timedelta(days=30))
    assert lines["first-webinar"].expires_at is None
    clock.move(timedelta(days=30))
    async with work.read(origin) as uow:
        assert [line.key for line in await gamification.badges(uow, person)] == ["first-webinar"]
