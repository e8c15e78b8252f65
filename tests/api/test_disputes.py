"""Disputes about transfers of value: opened by the recipient, answered once, told to whoever is shown the record."""

from uuid import UUID, uuid4

from msgspec.structs import replace

from access import Role
from gamification.rules.layouts import open_payments
from gamification.store import transfers
from tests.api.asker import Asker, Body
from tests.api.house import ORIGIN, House, fields, problem
from tests.api.transfer_scenes import handed_over


async def record(hcp: Asker, claim: UUID) -> Body:
    items: list[Body] = (await hcp.read("/v1/me/transfers-of-value"))["items"]
    return next(each for each in items if each["claim"] == str(claim))


async def disputed(hcp: Asker, claim: UUID, ground: str = "amount") -> None:
    answer = await hcp.post(f"/v1/me/transfers-of-value/{claim}/disputes", {"ground": ground})
    assert (answer.status_code, answer.json()["state"]) == (201, "open"), answer.text


async def in_the_year(house: House, hcp: Asker) -> list[int]:
    rows = await house.database.fetch(
        "select committed_value from gamification.reward_year where person = $1 order by category", hcp.person
    )
    return [row["committed_value"] for row in rows]


async def test_a_record_is_disputed_until_it_is_corrected_and_the_year_follows(house: House) -> None:
    hcp, officer = await house.hcp(), await house.staff(Role.COMPLIANCE_OFFICER, "GB")
    claim = await handed_over(house, hcp)
    assert (await record(hcp, claim))["disputed"] is False
    await disputed(hcp, claim)
    assert (await record(hcp, claim))["disputed"] is True
    path = f"/v1/compliance/transfers-of-value/{claim}/answer"
    answer = await officer.post(path, {"answer": "corrected", "amount": 2_000})
    assert (answer.status_code, answer.json()["state"]) == (200, "corrected")
    (entry,) = [each for each in await house.trail(answer) if each["action"] == "gamification:dispute:answered"]
    assert (entry["subject"], entry["resource"]) == (str(hcp.person), f"claim:{claim}")
    shown = await record(hcp, claim)
    assert (shown["amount"], shown["committed"], shown["actual"], shown["disputed"]) == (2_000, 2_500, 2_000, False)
    assert await in_the_year(house, hcp) == [2_000, 2_000]

    await disputed(hcp, claim)  # once more, now that the real amount was told
    assert (await officer.post(path, {"answer": "corrected", "amount": 1_900})).status_code == 200
    shown = await record(hcp, claim)
    assert (shown["amount"], shown["actual"], shown["corrected"]) == (1_900, 2_000, 1_900)
    assert await in_the_year(house, hcp) == [1_900, 1_900]
    await disputed(hcp, claim)
    problem(await officer.post(path, {"answer": "corrected", "amount": 1}), 409, "dispute-refused")
    assert (await officer.post(path, {"answer": "stands"})).json()["state"] == "stands"
    assert (await record(hcp, claim))["amount"] == 1_900


async def test_the_layout_of_open_payments_says_what_is_disputed(house: House) -> None:
    hcp = await house.hcp()
    claim = await handed_over(house, hcp)
    said = []
    for step in ("before", "disputed"):
        if step == "disputed":
            await disputed(hcp, claim, "not-received")
        async with house.runtime.work.read(ORIGIN) as uow:
            found = await transfers.of_claim(uow, claim)
        assert found is not None
        row = open_payments(replace(found, market="US", currency="USD"), 2026)
        assert row is not None
        said.append(row["Dispute_Status_for_Publication"])
    assert said == ["No", "Yes"]


async def test_only_what_was_handed_over_to_oneself_is_disputed_and_only_once_at_a_time(house: House) -> None:
    hcp, other = await house.hcp(), await house.hcp()
    claim = await handed_over(house, hcp)
    path = f"/v1/me/transfers-of-value/{claim}/disputes"
    problem(await other.post(path, {"ground": "amount"}), 404, "transfer-not-found")
    problem(
        await hcp.post(f"/v1/me/transfers-of-value/{uuid4()}/disputes", {"ground": "amount"}), 404, "transfer-not-found"
    )
    problem(await hcp.post(path, {"ground": "I was not there"}), 400, "invalid-request")
    await disputed(hcp, claim)
    problem(await hcp.post(path, {"ground": "date"}), 409, "dispute-refused")
    assert (await other.read("/v1/me/transfers-of-value"))["items"] == []
    newer = await handed_over(house, hcp)
    first = await hcp.read("/v1/me/transfers-of-value", limit=1)
    rest = await hcp.read("/v1/me/transfers-of-value", limit=1, cursor=first["next"])
    assert [each["claim"] for each in (*first["items"], *rest["items"])] == [str(newer), str(claim)]
    assert rest["next"] is None


async def test_an_answer_is_of_the_officers_market_and_says_an_amount_where_it_corrects(house: House) -> None:
    hcp = await house.hcp()
    claim = await handed_over(house, hcp)
    officer, german = [await house.staff(Role.COMPLIANCE_OFFICER, market) for market in ("GB", "DE")]
    path = f"/v1/compliance/transfers-of-value/{claim}/answer"
    problem(await officer.post(path, {"answer": "stands"}), 409, "dispute-refused")
    await disputed(hcp, claim)
    problem(await german.post(path, {"answer": "stands"}), 404, "transfer-not-found")
    for wrong in ({"answer": "corrected"}, {"answer": "stands", "amount": 5}):
        assert fields(problem(await officer.post(path, wrong), 422, "dispute-answer-invalid")) == ["amount"]
    problem(await officer.post(path, {"answer": "open"}), 400, "invalid-request")
    assert (await officer.post(path, {"answer": "stands"})).status_code == 200
