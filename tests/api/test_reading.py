"""Reading what was earned: points, ledger, badges, streaks, what can be earned now, and the proof of an award."""

import base64
from collections import Counter
from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

import pytest

from access import Role
from consent.values import CONSENT_PURPOSES
from tests.api.asker import Asker
from tests.api.house import FORUM, PART, QUIZ, House, problem

PASSED = {"score": 0.95, "success": True}


async def diligent(house: House) -> Asker:
    """Register somebody who learned on each of the last seven days, and passed a quiz and attended a webinar today."""
    hcp, room, quiz = await house.hcp(), await house.item((), "webinar"), await house.item(QUIZ)
    parts = [await house.item(PART) for _ in range(7)]
    await hcp.record(*(house.activity(part, ago=timedelta(days=6 - day)) for day, part in enumerate(parts)))
    await hcp.record(house.activity(quiz, "passed", result=PASSED), house.activity(room, "attended"))
    return hcp


async def test_points_are_the_sum_of_the_ledger_and_lead_to_a_level(house: House) -> None:
    hcp = await diligent(house)
    points = await hcp.read("/v1/me/points")
    entries = (await hcp.read("/v1/me/points/entries", limit=200))["items"]
    assert points["points"] == sum(entry["points"] for entry in entries) == 7 * 5 + 64 + 15
    assert points["currency"] == "recognition"
    assert points["level"] == {"level": 2, "name": "Reader", "at": 100}
    assert points["next_level"] == {"level": 3, "name": "Scholar", "at": 400}


async def test_the_ledger_is_paged_newest_first_and_shows_each_entry_once(house: House) -> None:
    hcp = await diligent(house)
    whole = (await hcp.read("/v1/me/points/entries", limit=200))["items"]
    paged: list[object] = []
    cursor: dict[str, str | int] = {}
    while True:
        page = await hcp.read("/v1/me/points/entries", limit=4, **cursor)
        paged += page["items"]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert paged == whole
    assert len(whole) == 18
    assert [entry["id"] for entry in whole] == sorted((entry["id"] for entry in whole), reverse=True)
    rules = Counter(entry["rule"] for entry in whole)
    assert rules["read-module-part"] == rules["discover-module-part"] == 7


async def test_badges_are_shown_in_the_order_they_were_earned(house: House) -> None:
    hcp = await diligent(house)
    badges = (await hcp.read("/v1/me/badges"))["items"]
    assert sorted(badge["key"] for badge in badges) == ["first-webinar", "seven-days", "top-mark"]
    assert [badge["earned_at"] for badge in badges] == sorted(badge["earned_at"] for badge in badges)
    assert {badge["name"] for badge in badges} == {"In the room", "Seven days in a row", "Top mark"}
    assert (await (await house.hcp()).read("/v1/me/badges"))["items"] == []


async def test_streaks_stand_as_they_are_today_where_the_person_is(house: House) -> None:
    hcp = await diligent(house)
    streaks = {each["key"]: each for each in (await hcp.read("/v1/me/streaks"))["items"]}
    assert (streaks["daily-learning"]["current"], streaks["daily-learning"]["longest"]) == (7, 7)
    assert (streaks["weekly-learning"]["current"], streaks["weekly-learning"]["longest"]) == (2, 2)
    house.clock.move(timedelta(days=2))
    later = {each["key"]: each for each in (await hcp.read("/v1/me/streaks"))["items"]}
    assert (later["daily-learning"]["current"], later["daily-learning"]["longest"]) == (0, 7)
    assert later["weekly-learning"]["current"] == 2, "the week is not over"


async def test_opportunities_say_what_can_be_earned_now_and_if_not_why_not_and_when(house: House) -> None:
    hcp, room = await house.hcp(), await house.item((), "webinar")
    before = {each["key"]: each for each in (await hcp.read("/v1/me/opportunities"))["items"]}
    assert (before["attend-webinar"]["can_earn"], before["attend-webinar"]["points"]) == (True, 15)
    await hcp.record(house.activity(room, "attended"))
    after = {each["key"]: each for each in (await hcp.read("/v1/me/opportunities"))["items"]}
    assert after.keys() - {"first-webinar"} == before.keys() - {"first-webinar"}
    webinar = after["attend-webinar"]
    assert (webinar["can_earn"], webinar["reason"] is not None) == (False, True)
    monday = house.clock.now().date() + timedelta(days=7 - house.clock.now().weekday())
    assert webinar["again_at"] == f"{monday.isoformat()}T00:00:00Z"
    assert before["explorer"]["needed"] == 25


async def test_an_award_is_proved_by_activity_rules_policy_consent_and_approval(house: House) -> None:
    hcp, quiz = await house.hcp(), await house.item(QUIZ)
    activity = house.activity(quiz, "passed", result=PASSED)
    await hcp.record(activity)
    entry = next(
        each for each in (await hcp.read("/v1/me/points/entries"))["items"] if each["rule"] == "pass-assessment"
    )
    proof = await hcp.read(f"/v1/awards/{entry['award']}/proof")
    assert (proof["activity"], proof["rule"], proof["points"]) == (activity["id"], "pass-assessment", 40)
    stored = await house.database.fetchrow("select * from gamification.rule_set_version")
    assert stored is not None
    assert (proof["rules_version"], proof["rules_sha256"]) == (1, sha256(stored["body"]).hexdigest())
    assert proof["policy"] == "gb-2026/1", "the pack in force where the person is"
    consent = await house.database.fetchval(
        "select id from consent.event where person = $1 and purpose = 'gamification'", hcp.person
    )
    assert proof["consent_event"] == str(consent)
    assert (proof["approval"]["content"], proof["approval"]["state"]) == (quiz, "approved")
    assert proof["approval"]["approved_at"]
    officer = await house.staff(Role.COMPLIANCE_OFFICER, "GB")
    seen = await officer.read(f"/v1/awards/{entry['award']}/proof")
    assert seen | {"audit": None} == proof | {"audit": None}, "what the log says of it grows with the log"
    badge = (await hcp.read("/v1/me/badges"))["items"][0]
    of_badge = await hcp.read(f"/v1/awards/{badge['award']}/proof")
    assert (of_badge["kind"], of_badge["approval"], of_badge["subject"]) == ("badge", None, None)


async def test_a_proof_names_the_pack_that_judged_the_award_wherever_the_person_is_by_now(house: House) -> None:
    """No pack held on the day of what is told of late, and it was judged by the one of the day it was told of."""
    hcp, quiz = await house.hcp(), await house.item(QUIZ)
    await hcp.record(house.activity(quiz, "passed", result=PASSED, ago=timedelta(days=70)))
    (entry,) = [x for x in (await hcp.read("/v1/me/points/entries"))["items"] if x["rule"] == "pass-assessment"]
    assert entry["occurred_at"] < "2026-01-01", "the day on which the pack begins to hold"
    path = f"/v1/awards/{entry['award']}/proof"
    assert (await hcp.read(path))["policy"] == "gb-2026/1"
    await house.database.execute("update people.person set market = 'FR' where id = $1", hcp.person)
    officer = await house.staff(Role.COMPLIANCE_OFFICER)
    assert (await officer.read(path))["policy"] == "gb-2026/1", "the country where the person was"


async def test_a_proof_tells_each_condition_and_where_the_audit_log_has_it(house: House) -> None:
    hcp, quiz = await house.hcp(), await house.item(QUIZ)
    await hcp.record(house.activity(quiz, "passed", result=PASSED))
    entries = (await hcp.read("/v1/me/points/entries"))["items"]
    excelled = next(each for each in entries if each["rule"] == "excel-in-assessment")
    await house.settled()
    proof = await hcp.read(f"/v1/awards/{excelled['award']}/proof")
    told = {line["condition"]: (line["wanted"], line["found"], line["holds"]) for line in proof["trace"]}
    assert told["when.verbs"] == ("passed", "passed", True)
    assert told["when.score"] == ("at least 0.8", "0.95", True)
    assert all(line["holds"] for line in proof["trace"])
    (sealed,) = proof["audit"]
    officer = await house.staff(Role.COMPLIANCE_OFFICER, "GB")
    entry = await officer.read(f"/v1/audit/entries/{sealed['index']}")
    assert (entry["action"], entry["subject"]) == ("engagement:activity:recorded", str(hcp.person))
    assert base64.b64decode(sealed["leaf_hash"]).hex() == entry["leaf_hash"]
    assert str(hcp.caller.account) not in str(proof)


async def test_staff_who_may_ask_learn_why_somebody_cannot_earn_something_now(house: House) -> None:
    hcp, room = await house.hcp(), await house.item((), "webinar")
    officer = await house.staff(Role.COMPLIANCE_OFFICER, "GB")
    path, who = "/v1/rules/attend-webinar/why-not", str(hcp.person)
    assert (await officer.read(path, person=who))["can_earn"] is True
    await hcp.record(house.activity(room, "attended"))
    answer = await officer.read(path, person=who)
    assert (answer["can_earn"], answer["reason"]) == (False, "cap-reached")
    problem(await officer.get("/v1/rules/no-such-rule/why-not", person=who), 404, "rule-not-found")
    far = await house.staff(Role.COMPLIANCE_OFFICER, "FR")
    problem(await far.get(path, person=who), 404, "rule-not-found")


async def test_an_award_of_another_person_is_as_unknown_as_one_that_never_was(house: House) -> None:
    hcp, other, quiz = await house.hcp(), await house.hcp(), await house.item(QUIZ)
    await hcp.record(house.activity(quiz, "passed", result=PASSED))
    award = (await hcp.read("/v1/me/points/entries"))["items"][0]["award"]
    theirs = problem(await other.get(f"/v1/awards/{award}/proof"), 404, "award-not-found")
    never = problem(await other.get(f"/v1/awards/{uuid4()}/proof"), 404, "award-not-found")
    assert theirs | {"request_id": None} == never | {"request_id": None}


async def test_the_profile_is_the_callers_own(house: House) -> None:
    hcp, machine = await house.hcp(name="Dr Ana Söderström"), await house.machine("GB", "FR")
    me = await hcp.read("/v1/me")
    assert (me["name"], me["roles"], me["markets"], me["zone"]) == (
        "Dr Ana Söderström",
        ["hcp"],
        ["GB"],
        "Europe/London",
    )
    assert me["person"] == str(hcp.person)
    robot = await machine.read("/v1/me")
    assert (robot["role"], robot["markets"], robot["person"], robot["email"]) == (
        "learning_system",
        ["FR", "GB"],
        None,
        None,
    )


async def test_content_is_offered_by_market_language_window_and_approval(house: House) -> None:
    now = house.clock.now()
    everywhere, british = await house.item(markets=("*",)), await house.item(markets=("GB", "IE"))
    await house.item(approved=False)
    await house.item(visible_until=now - timedelta(days=1))
    french, opened = await house.item(markets=("FR",)), await house.item(visible_from=now)
    hcp, paris = await house.hcp(), await house.hcp(market="FR", zone="Europe/Paris", locale="en-GB")
    reader = await house.hcp(market="GB", locale="fr")
    here = [each["id"] for each in (await hcp.read("/v1/content", limit=200))["items"]]
    assert here[:3] == [opened, british, everywhere], "newest first"
    assert french not in here
    there = {each["id"] for each in (await paris.read("/v1/content", limit=200))["items"]}
    assert {french, everywhere} <= there
    assert not there & {british, opened}
    assert (await reader.read("/v1/content"))["items"] == [], "nothing in French"
    assert (await hcp.read(f"/v1/content/{british}"))["title"] == "Asthma today"
    problem(await hcp.get(f"/v1/content/{french}"), 404, "content-not-found")
    assert (await hcp.read("/v1/content", kind="podcast"))["items"] == []
    first = await hcp.read("/v1/content", limit=2)
    second = await hcp.read("/v1/content", limit=2, cursor=first["next"])
    assert [each["id"] for each in first["items"] + second["items"]] == here[:4]
    assert "markets" not in first["items"][0], "who else is offered it is nobody's business"


@pytest.mark.parametrize(("locale", "shown"), [("en", "en"), ("en-GB", "en"), ("fr", "en")])
async def test_notices_are_shown_in_the_best_language_there_is_with_their_digest(
    house: House, locale: str, shown: str
) -> None:
    hcp = await house.hcp(agreed=())
    notices = (await hcp.read("/v1/notices", locale=locale))["items"]
    assert {notice["locale"] for notice in notices} == {shown}
    assert len(notices) == len(CONSENT_PURPOSES)
    for notice in notices:
        assert notice["sha256"] == sha256(notice["text"].encode()).hexdigest()


async def test_the_rules_in_force_are_shown_to_those_who_answer_for_them(house: House) -> None:
    marketer, forum = await house.staff(Role.MARKETER), await house.item(FORUM)
    rules = await marketer.read("/v1/rules")
    assert rules["version"] == 1
    joins = next(rule for rule in rules["rules"]["points"] if rule["key"] == "join-discussion")
    hcp = await house.hcp()
    (result,) = await hcp.record(house.activity(forum))
    assert [each["points"] for each in result["effects"]["points"]] == [joins["points"]]
