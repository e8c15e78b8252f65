"""No consent, no processing: at once, on every worker, and without any price for whoever says no."""

import asyncio
from datetime import timedelta
from random import Random
from typing import Any

import httpx
import pytest

import consent
from access import Role
from consent.values import CONSENT_PURPOSES, ConsentChoice
from consent.vocabulary import Answer, Purpose
from people import PersonId
from tests.api.asker import Asker
from tests.api.house import ORIGIN, PART, QUIZ, House, fields, problem
from tests.api.opening import worker

STATES = ("absent", "denied", "withdrawn", "expired")
OPTIONAL = (Purpose.LEADERBOARD, Purpose.PERSONALISATION, Purpose.MARKETING_EMAIL, Purpose.ANALYTICS)
PERSONAL = ("engagement.activity", "gamification.award", "gamification.ledger_entry", "gamification.standing")


async def somebody(house: House, purpose: Purpose, state: str) -> Asker:
    """Register somebody who agreed to everything but ``purpose``, to which they stand like ``state``."""
    others = [each for each in CONSENT_PURPOSES if each is not purpose]
    hcp = await house.hcp(agreed=others if state in {"absent", "expired"} else CONSENT_PURPOSES)
    if state == "expired":
        soon = house.clock.now() + timedelta(minutes=1)
        choice = ConsentChoice(state=Answer.GRANTED, notice_version=1, expires_at=soon)
        async with house.runtime.work.begin(ORIGIN) as uow:
            await consent.record_consent(uow, PersonId(hcp.person), purpose, choice)
        house.clock.move(timedelta(minutes=1))
    elif state != "absent":
        assert (await hcp.decide(purpose, state)).status_code == 200
    return hcp


@pytest.mark.parametrize("state", STATES)
async def test_no_consent_no_processing(house: House, state: str) -> None:
    hcp, item = await somebody(house, Purpose.ENGAGEMENT, state), await house.item()
    activity = house.activity(item)
    answer = await hcp.post("/v1/me/activities", activity)
    refusal = problem(answer, 403, "consent-required")
    assert (refusal["purpose"], refusal["reason"]) == ("engagement", f"consent-{state}")
    assert [await house.count(table, "person = $1", hcp.person) for table in PERSONAL] == [0, 0, 0, 0]
    (entry,) = await house.trail(answer)
    assert (entry["decision"], entry["reason"], entry["subject"]) == ("refused", "consent-required", str(hcp.person))
    assert (entry["purpose"], entry["basis"]) == ("engagement", "consent")
    assert ("consent" in entry) == (state != "absent"), "the event that decided"
    assert (await hcp.decide("engagement", "granted")).status_code == 200
    (recorded,) = await hcp.record(activity)
    assert recorded["status"] == "recorded", "and with consent it is"
    assert recorded["effects"]["points"]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    ("path", "purpose"),
    [
        ("/v1/me/points", Purpose.GAMIFICATION),
        ("/v1/me/points/entries", Purpose.GAMIFICATION),
        ("/v1/me/badges", Purpose.GAMIFICATION),
        ("/v1/me/streaks", Purpose.GAMIFICATION),
        ("/v1/me/opportunities", Purpose.GAMIFICATION),
        ("/v1/leaderboards/all-time", Purpose.LEADERBOARD),
    ],
)
async def test_nothing_is_shown_of_what_nobody_agreed_to(house: House, path: str, purpose: Purpose, state: str) -> None:
    hcp = await somebody(house, purpose, state)
    assert problem(await hcp.get(path), 403, "consent-required")["purpose"] == purpose
    assert (await hcp.decide(purpose, "granted")).status_code == 200
    assert (await hcp.get(path)).status_code == 200


async def test_the_very_next_activity_after_a_withdrawal_is_refused_and_other_purposes_go_on(house: House) -> None:
    hcp, item = await house.hcp(), await house.item()
    await hcp.record(house.activity(item))
    withdrawn = await hcp.decide("engagement")
    assert withdrawn.json()["state"] == "withdrawn"
    problem(await hcp.post("/v1/me/activities", house.activity(item)), 403, "consent-required")
    problem(await hcp.post("/v1/me/activities", [house.activity(item)]), 403, "consent-required")
    assert await house.count("engagement.activity", "person = $1", hcp.person) == 1
    assert (await hcp.read("/v1/me/points"))["points"] == 5
    assert len((await hcp.read("/v1/me/points/entries"))["items"]) == 2
    assert (await hcp.get("/v1/leaderboards/all-time")).status_code == 200
    states = {each["purpose"]: each["state"] for each in (await hcp.read("/v1/me/consents"))["items"]}
    assert states == {purpose.value: "granted" for purpose in CONSENT_PURPOSES} | {"engagement": "withdrawn"}


@pytest.mark.parametrize("flushed", ["never", "before", "after", "both"])
async def test_a_withdrawal_answered_by_one_worker_is_in_force_on_the_other(house: House, flushed: str) -> None:
    hcp, item = await house.hcp(), await house.item()
    async with worker(house) as first, worker(house) as second:
        for via in (first, second, first, second):
            await hcp.record(house.activity(item), via=via)  # both remember that consent is given
        for answering, asked in ((first, second), (second, first)):
            if flushed in {"before", "both"}:
                await house.runtime.cache.client.flushdb()
            assert (await hcp.decide("engagement", via=answering)).status_code == 200
            if flushed in {"after", "both"}:
                await house.runtime.cache.client.flushdb()
            for via in (asked, answering):
                answer = await hcp.post("/v1/me/activities", house.activity(item), via=via)
                problem(answer, 403, "consent-required")
            assert (await hcp.decide("engagement", "granted", via=answering)).status_code == 200
            (recorded,) = await hcp.record(house.activity(item), via=asked)
            assert recorded["status"] == "recorded", "a grant is in force on the other worker as well"
    assert await house.count("engagement.activity", "person = $1", hcp.person) == 6


async def test_whatever_was_answered_last_is_in_force_everywhere_whoever_answered_it(house: House) -> None:
    random = Random(7)
    hcp = await house.hcp()
    async with worker(house) as first, worker(house) as second:
        workers = [first, second, house.http]
        for _ in range(40):
            state = random.choice(["granted", "withdrawn", "denied"])
            assert (await hcp.decide("gamification", state, via=random.choice(workers))).status_code == 200
            if random.random() < 0.2:
                await house.runtime.cache.client.flushdb()
            answers = await asyncio.gather(*(hcp.ask("GET", "/v1/me/points", via=via) for via in workers * 2))
            assert {answer.status_code for answer in answers} == {200 if state == "granted" else 403}


async def test_nothing_that_is_sent_after_the_answer_to_a_withdrawal_is_kept(house: House) -> None:
    """Activities stream in on two workers while consent is withdrawn: what is answered 200 is stored, and no more."""
    hcp, item = await house.hcp(), await house.item()
    after: list[httpx.Response] = []
    flowing = asyncio.Event()

    async def withdraw() -> None:
        await flowing.wait()
        assert (await hcp.decide("engagement")).status_code == 200
        after.extend([await hcp.post("/v1/me/activities", house.activity(item), via=via) for via in vias])

    async def stream(via: httpx.AsyncClient) -> list[httpx.Response]:
        answers = []
        for _ in range(500):
            answers.append(await hcp.post("/v1/me/activities", house.activity(item), via=via))
            flowing.set()
            if answers[-1].status_code != 200:
                break
        return answers

    async with worker(house) as first, worker(house) as second:
        vias = [first, second]
        withdrawing = asyncio.create_task(withdraw())
        streams = await asyncio.gather(*(stream(via) for via in vias * 2))
        await withdrawing
    answers = [answer for each in streams for answer in each]
    assert {answer.status_code for answer in answers} == {200, 403}, "the withdrawal fell into the stream"
    assert [answer.status_code for answer in after] == [403, 403]
    kept = sum(answer.status_code == 200 for answer in answers)
    assert await house.count("engagement.activity", "person = $1", hcp.person) == kept


async def test_without_gamification_activities_are_recorded_and_earn_nothing(house: House) -> None:
    hcp, item, quiz = await house.hcp(), await house.item(), await house.item(QUIZ)
    await hcp.record(house.activity(item, ago=timedelta(days=1)))
    before = await hcp.read("/v1/me/points")
    assert (await hcp.decide("gamification")).status_code == 200
    passed = house.activity(quiz, "passed", result={"score": 1, "success": True})
    (result,) = await hcp.record(passed)
    assert result["status"] == "recorded"
    assert not any(result["effects"].values())
    assert problem(await hcp.get("/v1/me/points"), 403, "consent-required")["purpose"] == "gamification"
    assert (await hcp.decide("gamification", "granted")).status_code == 200
    assert await hcp.read("/v1/me/points") == before, "nothing was lost, and nothing was worked out meanwhile"
    (repeated,) = await hcp.record(passed)
    assert (repeated["status"], repeated["effects"]) == ("repeated", result["effects"])
    (earned,) = await hcp.record(house.activity(quiz, "passed", result={"score": 1, "success": True}))
    assert [badge["key"] for badge in earned["effects"]["badges"]] == ["top-mark"]


async def test_no_points_badge_rank_or_streak_depends_on_consent(house: House) -> None:
    """Saying yes earns nothing, saying no costs nothing: of purposes that the engine does not need it knows nothing."""
    parts, quiz = [await house.item(PART) for _ in range(3)], await house.item(QUIZ)
    needed = [Purpose.ENGAGEMENT, Purpose.GAMIFICATION]
    silent, willing, wavering = await house.hcp(agreed=needed), await house.hcp(), await house.hcp()
    reached: list[list[Any]] = []
    for hcp in (silent, willing, wavering):
        for days, part in enumerate(parts):
            await hcp.record(house.activity(part, ago=timedelta(days=len(parts) - days)))
            if hcp is wavering:
                for purpose in OPTIONAL:
                    assert (await hcp.decide(purpose, ("withdrawn", "denied", "granted")[days])).status_code == 200
        await hcp.record(house.activity(quiz, "passed", result={"score": 1, "success": True}))
        badges = [badge["key"] for badge in (await hcp.read("/v1/me/badges"))["items"]]
        reached.append([await hcp.read("/v1/me/points"), badges, await hcp.read("/v1/me/streaks")])
    assert reached[0] == reached[1] == reached[2]
    assert reached[0][0]["points"] > 0
    for _ in range(10):  # a board shows nobody in a smaller crowd
        await (await house.hcp()).record(house.activity(parts[0]))
    await house.delivered()
    ranks = {(await hcp.read("/v1/leaderboards/all-time"))["own"]["rank"] for hcp in (willing, wavering)}
    assert len(ranks) == 1, "equal points, equal rank"
    for purpose in OPTIONAL:
        await silent.decide(purpose, "granted")
    assert await silent.read("/v1/me/points") == reached[0][0], "agreeing earns nothing"
    await house.delivered()
    assert (await silent.read("/v1/leaderboards/all-time"))["own"]["rank"] in ranks, "nor does it cost to agree late"


async def test_a_grant_is_given_under_the_active_notice(house: House) -> None:
    hcp = await house.hcp(agreed=())
    assert fields(problem(await hcp.decide("analytics", "granted", version=None), 400, "consent-invalid")) == [
        "notice_version"
    ]
    problem(await hcp.decide("analytics", "granted", version=9), 400, "notice-unknown")
    problem(await hcp.decide("service", "withdrawn"), 400, "purpose-needs-no-consent")
    problem(await hcp.decide("world-domination", "granted"), 400, "invalid-request")
    answer = await hcp.decide("analytics", "granted")
    assert (answer.json()["state"], answer.json()["notice_version"]) == ("granted", 1)
    assert [entry["action"] for entry in await house.trail(answer)] == ["consent:record:granted"]


async def test_a_consent_on_paper_counts_from_when_it_was_signed(house: House) -> None:
    hcp, machine, item = await house.hcp(agreed=()), await house.machine("GB"), await house.item()
    paper = {
        "purpose": "engagement",
        "state": "granted",
        "notice_version": 1,
        "method": "paper",
        "evidence": {"reference": "form 17", "sha256": "ab" * 32},
        "occurred_at": (house.clock.now() - timedelta(days=3)).isoformat(),
    }
    answer = await machine.post(f"/v1/hcps/{hcp.person}/consents", {"consents": [paper]})
    assert answer.status_code == 201, answer.text
    assert [each["state"] for each in answer.json()["items"]] == ["granted"]
    assert {entry["on_behalf_of"] for entry in await house.trail(answer)} == {str(hcp.person)}
    assert (await hcp.record(house.activity(item)))[0]["status"] == "recorded"
    assert (await hcp.decide("engagement")).status_code == 200
    late = await machine.post(f"/v1/hcps/{hcp.person}/consents", {"consents": [paper]})
    assert [each["state"] for each in late.json()["items"]] == ["withdrawn"], "an older paper changes nothing"
    app = await machine.post(f"/v1/hcps/{hcp.person}/consents", {"consents": [paper | {"method": "app"}]})
    assert fields(problem(app, 400, "invalid-request")) == ["consents.method"]


async def test_nobody_delivers_answers_of_their_own_or_of_colleagues(house: House) -> None:
    administrator, colleague = [await house.staff(Role.ADMINISTRATOR, "GB") for _ in range(2)]
    hcp = await house.hcp(agreed=())
    answer = {"purpose": "leaderboard", "state": "granted", "notice_version": 1}
    paper = answer | {"method": "paper", "evidence": {"reference": "box 4"}}
    people = [each.person for each in (administrator, hcp, colleague)]
    body = {"consents": [paper | {"person": str(person)} for person in people]}
    for path in ("/v1/consents/check", "/v1/consents"):
        results = (await administrator.post(path, body)).json()["results"]
        assert [each["status"] for each in results] == ["refused", "recorded", "refused"]
        assert {each["reason"] for each in results[::2]} == {"person-not-found"}
    assert [await house.count("consent.event", "person = $1", person) for person in people] == [0, 1, 0]
