"""What may not be defined, published or approved, by its stable code, where staff meet it (C1 to C22)."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

import gamification
from access import Role
from api.cli.importing import publish_rules
from content.vocabulary import ContentClass
from gamification.errors import RuleSetError
from gamification.vocabulary import CampaignState
from tests.api.asker import Body
from tests.api.campaigning import campaign_in, fresh_key, written
from tests.api.house import House, fields, problem
from tests.api.opening import SAMPLES
from tests.api.test_boards import definition
from tests.api.test_eligibility import currency
from tests.api.test_rewards import NEW
from tests.gamification.shop import country

VALUE = {"value": 500, "value_currency": "USD", "currency": "merit"}
QUEST = """quests:
  - key: KEY-tour
    name: Tour
    description: Two items.
    steps: [{name: Go, when: {verbs: [viewed]}, at_least: 2}]
"""


@pytest.fixture(autouse=True)
def packs_are_as_shipped() -> Iterator[None]:
    """Leave no pack of a test behind."""
    yield
    gamification.use_packs(None)


def reasoned(answer: httpx.Response, status: int, code: str) -> str | None:
    """Return the reason of a refusal with this status and problem type."""
    reason: str | None = problem(answer, status, code)["reason"]
    return reason


@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("reward-kind-refused", {"kind": "gift_card"}),
        ("recognition-has-value", {"kind": "badge", **VALUE}),
        ("recognition-buys-value", VALUE | {"currency": "recognition"}),
        ("value-unknown", {"kind": "educational_item"}),
    ],
)
async def test_a_reward_that_no_country_allows_can_not_be_defined(house: House, code: str, more: Body) -> None:
    marketer = await house.staff(Role.MARKETER)
    body = NEW | {"key": f"r-{uuid4().hex}"}
    assert reasoned(await marketer.post("/v1/rewards", body | more), 422, "reward-invalid") == code
    assert (await marketer.post("/v1/rewards", body)).status_code == 201


@pytest.mark.parametrize(
    ("code", "key"),
    [("credits-exchanged", "cme-credits"), ("recognition-has-value", "recognition"), ("reads-forbidden-data", "sales")],
)
async def test_a_currency_that_is_no_currency_can_not_be_defined(house: House, code: str, key: str) -> None:
    officer = await house.staff(Role.COMPLIANCE_OFFICER)
    body = {"key": key, "name": "Merit", "unit_value": 10, "money": "USD"}
    assert reasoned(await officer.post("/v1/currencies", body), 422, "currency-invalid") == code
    assert (await officer.post("/v1/currencies", body | {"key": f"c-{uuid4().hex}"})).status_code == 201


@pytest.mark.parametrize("field", ["transferable", "sold", "converts_to", "unit_value"])
async def test_a_currency_is_closed_because_nothing_can_be_said_that_would_open_it(house: House, field: str) -> None:
    """No field says that points are passed on, sold or converted, and none may be without a value that was set."""
    officer = await house.staff(Role.COMPLIANCE_OFFICER)
    body = {"key": f"c-{uuid4().hex}", "name": "Merit", "unit_value": 10, "money": "USD"}
    assert (await officer.post("/v1/currencies", body | {field: None})).status_code == 400
    assert (await officer.post("/v1/currencies", body)).status_code == 201


async def test_a_board_of_one_lane_counts_no_rule_of_another_one_alone(house: House) -> None:
    marketer = await house.staff(Role.MARKETER)
    promoting = await campaign_in(house, CampaignState.RUNNING, lane=ContentClass.PROMOTIONAL)
    asked = definition(rules=[f"{promoting.key}-webinar"])
    assert reasoned(await marketer.post("/v1/boards", asked), 422, "board-invalid") == "lanes-mixed"
    assert (await marketer.post("/v1/boards", asked | {"lane": "promotional"})).status_code == 201
    assert (await marketer.post("/v1/boards", definition(rules=["read-module-part"]))).status_code == 201


async def test_a_board_of_accredited_education_is_never_narrowed(house: House) -> None:
    marketer = await house.staff(Role.MARKETER)
    within = {"dimension": "market", "value": "GB"}
    narrowed = definition(lane="accredited", within=within)
    assert reasoned(await marketer.post("/v1/boards", narrowed), 422, "board-invalid") == "board-too-narrow"
    assert (await marketer.post("/v1/boards", definition(lane="accredited"))).status_code == 201
    assert (await marketer.post("/v1/boards", definition(within=within))).status_code == 201


async def test_a_board_named_after_what_nothing_may_read_can_not_be_defined(house: House) -> None:
    marketer = await house.staff(Role.MARKETER)
    wrong = await marketer.post("/v1/boards", definition(key=f"sales-{uuid4().hex}"))
    assert reasoned(wrong, 422, "board-invalid") == "reads-forbidden-data"
    assert (await marketer.post("/v1/boards", definition())).status_code == 201


async def refused(house: House, rules: str, **terms: object) -> set[str]:
    """Hand a campaign to review; return the codes of its refusals, none where it is in review."""
    marketer, key = await house.staff(Role.MARKETER), fresh_key()
    body = written(key, rules=rules.replace("KEY", key)) | {"key": key, "markets": ["US"]} | terms
    made = await marketer.post("/v1/campaigns", body)
    assert made.status_code == 201, made.text
    path = f"/v1/campaigns/{made.json()['id']}/submit"
    answer = await marketer.post(path, {"reason": "It is time.", "past": "new_only"})
    if answer.status_code == 200:
        return set()
    found = problem(answer, 422, "campaign-refused-by-policy")["refusals"]
    return {each["code"] for each in found}


def rule(when: str, **more: str) -> str:
    said = "".join(f"\n    {name}: {value}" for name, value in more.items())
    return f"points:\n  - key: KEY-rule\n    name: Rule\n    when: {{{when}}}\n    points: 5\n    recurs: ever{said}\n"


CAPPED = {"caps": "[{per: day, limit: 3}]"}


@pytest.mark.parametrize(
    ("code", "bad", "good", "terms"),
    [
        ("quest-on-promotion", QUEST, rule("verbs: [attended]"), {"lane": "promotional"}),
        ("promotion-uncapped", rule("verbs: [viewed]"), rule("verbs: [viewed]", **CAPPED), {"lane": "promotional"}),
        ("quiz-promotes", rule("verbs: [passed]"), rule("verbs: [attended]"), {"lane": "promotional"}),
        (
            "quiz-outside-session",
            rule("verbs: [answered], channels: [event]"),
            rule("verbs: [answered], channels: [event], kinds: [webinar]"),
            {},
        ),
        ("behaviour-refused", rule("verbs: [rated], score: {at_least: 0.5}"), rule("verbs: [rated]"), {}),
        ("behaviour-refused", rule("verbs: [attended], tags: {any: [testimonial]}"), rule("verbs: [attended]"), {}),
        ("currency-unknown", rule("verbs: [attended]", currency="miles"), rule("verbs: [attended]"), {}),
    ],
)
async def test_what_a_country_says_no_to_is_not_published(
    house: House, code: str, bad: str, good: str, terms: Body
) -> None:
    assert await refused(house, bad, **terms) == {code}
    assert await refused(house, good, **terms) == set()


async def test_what_has_a_value_is_published_where_a_signed_pack_allows_it_and_never_for_a_quiz(house: House) -> None:
    key = await currency(house)
    paying, quiz = rule("verbs: [attended]", currency=key), rule("verbs: [passed]", currency=key)
    assert await refused(house, paying) == {"pack-not-signed-off"}
    assert await refused(house, paying, markets=["GB"]) == {"value-bearing-off"}
    gamification.use_packs(country())
    assert await refused(house, quiz) == {"quiz-has-prize"}
    assert await refused(house, paying) == set()


async def loaded(house: House, tmp_path: Path, more: str) -> str:
    """Load the programme with more rules as `laurel import rules` does; return what is wrong with it."""
    file, text = tmp_path / "rules.yaml", (SAMPLES / "rules" / "demonstration.yaml").read_text(encoding="utf-8")
    file.write_text(text.rstrip() + "\n" + more, encoding="utf-8")
    try:
        await publish_rules(house.runtime, file)
    except RuleSetError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("code", "bad", "good"),
    [
        ("quest-on-promotion (DE C12", "classes: [promotional]", "classes: [medical]"),
        ("lanes-mixed (DE C13", "classes: [accredited, medical]", "classes: [accredited]"),
        ("quiz-promotes (DE ", "verbs: [passed], classes: [promotional]", "verbs: [passed], classes: [medical]"),
    ],
)
async def test_the_programme_of_the_operator_is_judged_like_a_campaign_when_it_is_loaded(
    house: House, tmp_path: Path, code: str, bad: str, good: str
) -> None:
    key = fresh_key()
    quest = QUEST.replace("KEY", key)

    def told(when: str) -> str:
        verbs = "" if "verbs" in when else "verbs: [viewed], "
        return quest.replace("verbs: [viewed]", f"{verbs}{when}")

    assert code in await loaded(house, tmp_path, told(bad))
    assert await loaded(house, tmp_path, told(good)) == ""


async def approved(house: House, **more: Any) -> httpx.Response:
    reward = await house.reward(approved=False, **more)
    reviewer = await house.staff(Role.MEDICAL_REVIEWER)
    return await reviewer.post(f"/v1/rewards/{reward.id}/approve", {"reference": "MLR-7"})


async def test_what_a_reward_is_tied_to_is_judged_when_it_is_approved(house: House) -> None:
    marketer = await house.staff(Role.MARKETER)
    board = (await marketer.post("/v1/boards", definition())).json()["key"]
    accredited: Body = {"lane": ContentClass.ACCREDITED}
    first: Body = {"board": board, "rank": 1}
    for code, bad, good in (
        ("product-in-accredited", accredited | {"product": "Examplix"}, accredited),
        ("accredited-earns-value", accredited | VALUE, VALUE),
        ("rank-has-prize", first, first | {"kind": gamification.kind_of("certificate")}),
    ):
        assert reasoned(await approved(house, **bad), 403, "reward-refused-by-policy") == code
        assert (await approved(house, **good)).status_code == 200
    unknown = NEW | {"key": f"r-{uuid4().hex}", "board": "no-such-board", "rank": 1}
    problem(await marketer.post("/v1/rewards", unknown), 422, "reward-invalid")


async def test_a_reward_for_a_place_is_of_the_lane_of_a_board_that_its_author_knows_and_that_shows_ranks(
    house: House,
) -> None:
    marketer = await house.staff(Role.MARKETER, "GB", brands=("cardiovex",))
    everybodys = await house.staff(Role.MARKETER)

    async def asked(board: Body, **more: object) -> httpx.Response:
        made = await everybodys.post("/v1/boards", definition(**board))
        assert made.status_code == 201, made.text
        body = NEW | {"key": f"r-{uuid4().hex}", "kind": "certificate", "board": made.json()["key"], "rank": 1} | more
        return await marketer.post("/v1/rewards", body)

    promotional: Body = {"lane": "promotional", "brand": "cardiovex"}
    ours: Body = {"content_class": "promotional", "brand": "cardiovex"}
    assert (await asked(promotional, **ours)).status_code == 201, "the control"
    for field, board in (
        ("content_class", {}),
        ("content_class", {"lane": "accredited"}),
        ("board", promotional | {"brand": "respira"}),
        ("board", promotional | {"visibility": "neighbours"}),
        ("board", promotional | {"visibility": "hidden"}),
    ):
        assert fields(problem(await asked(board, **ours), 422, "reward-invalid")) == [field]


async def live(house: House, lane: str, begins: timedelta, **more: object) -> httpx.Response:
    """Create a live webinar of an hour and approve it; return the answer."""
    marketer, reviewer = await house.staff(Role.MARKETER), await house.staff(Role.MEDICAL_REVIEWER)
    body: Body = {"kind": "webinar", "title": "Live", "locale": "en", "markets": ["GB"], "content_class": lane}
    body |= {"starts_at": (house.clock.now() + begins).isoformat(), "duration_seconds": 3600} | more
    made = await marketer.post("/v1/content", body)
    assert made.status_code == 201, made.text
    return await reviewer.post(f"/v1/content/{made.json()['id']}/approve")


async def test_promotion_and_accredited_education_are_held_half_an_hour_apart(house: House) -> None:
    minute = timedelta(minutes=1)
    assert (await live(house, "accredited", 600 * minute)).status_code == 200
    for begins in (511 * minute, 600 * minute, 689 * minute):
        answer = await live(house, "promotional", begins)
        assert reasoned(answer, 409, "content-refused-by-policy") == "promotion-too-near"
    assert (await live(house, "promotional", 510 * minute)).status_code == 200
    assert (await live(house, "promotional", 690 * minute)).status_code == 200
    assert (await live(house, "promotional", 600 * minute, markets=["FR"])).status_code == 200
    assert (await live(house, "medical", 600 * minute)).status_code == 200
    assert (await live(house, "accredited", 700 * minute)).status_code == 409, "whichever comes second"
    assert (await live(house, "promotional", 600 * minute, starts_at=None)).status_code == 200, "it is not live"


async def test_nobody_is_sent_to_promotion_within_accredited_education(house: House) -> None:
    promotion = await house.item(lane=ContentClass.PROMOTIONAL, markets=("IE",))
    education = await house.item(lane=ContentClass.ACCREDITED, markets=("IE",))
    hcp = await house.hcp(market="IE", zone="Europe/Dublin", locale="en-IE")

    async def suggested() -> set[str]:
        return {each["content"]["id"] for each in (await hcp.read("/v1/me/recommendations"))["items"]}

    assert {promotion, education} <= await suggested()
    await hcp.record(house.activity(education))
    assert promotion not in await suggested()
    house.clock.move(timedelta(minutes=30))
    assert promotion in await suggested()
    assert (await live(house, "accredited", timedelta(minutes=29), markets=["IE"])).status_code == 200
    assert promotion not in await suggested()
    house.clock.move(timedelta(minutes=120))
    assert promotion in await suggested()
