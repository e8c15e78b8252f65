"""Transfers of value, as if a country allowed them: claimed and handed over, straight into the books."""

from uuid import UUID, uuid4

from access import Role
from gamification import Claim
from gamification.rules.claiming import Caps
from gamification.store import claims, transfers
from gamification.vocabulary import ClaimState, TransferState
from people.vocabulary import PersonId
from tests.api.asker import Asker
from tests.api.house import ORIGIN, House
from tests.api.scenes import Scene, Sent


async def handed_over(house: House, hcp: Asker, value: int = 2_500) -> UUID:
    """Book something worth ``value`` cents that was handed to somebody in GB; return its claim."""
    reward, clerk = await house.reward(), uuid4()
    async with house.runtime.work.begin(ORIGIN) as uow:
        made = Claim(
            id=uow.new_id(), person=PersonId(hcp.person), reward=reward.id, state=ClaimState.RESERVED, period="2026",
            slot=None, currency="merit", cost=10, value=value, value_currency="GBP", payer="Laurel Ltd", product=None,
            category="book_or_journal", market="GB", year=uow.now.year, pack="gb-2026/1", consent=None,
            claimed_at=uow.now, closed_at=None, closed_by=None,
        )  # fmt: skip
        assert await claims.insert(uow, made, None)
        assert await claims.reserve(uow, made, Caps())
        assert await transfers.add(uow, made, TransferState.ESTIMATED, value)
        assert await transfers.add(uow, made, TransferState.COMMITTED, value)
        await claims.settle_year(uow, made, handed_over=True)
        await uow.execute(
            "update gamification.claim set state = 'fulfilled', closed_at = $2, closed_by = $3 where id = $1",
            made.id, uow.now, clerk,
        )  # fmt: skip
    return made.id


async def own_transfer(scene: Scene, asker: Asker) -> Sent:
    recipient = asker if asker.caller.role is Role.HCP else scene.hcp
    return Sent({"ground": "amount"}, await handed_over(scene.house, recipient))


async def a_dispute(scene: Scene, _: Asker) -> Sent:
    """A record that its recipient says is wrong."""
    hcp = await scene.house.hcp()
    claim = await handed_over(scene.house, hcp)
    opened = await hcp.post(f"/v1/me/transfers-of-value/{claim}/disputes", {"ground": "not-received"})
    assert opened.status_code == 201, opened.text
    return Sent({"answer": "stands"}, claim)
