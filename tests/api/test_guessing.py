"""Guessing is counted by whom it is about: in any spelling, from any network, and apart from everybody else."""

from datetime import timedelta

import httpx

from tests.api.asker import Body
from tests.api.house import PASSWORD, House, problem
from tests.api.members import Member, bearing, member
from tests.api.opening import worker

WRONG = "wrong horse battery staple"
FULL_WIDTH = {code: code + 0xFEE0 for code in range(ord("!"), ord("~"))}


async def prove(http: httpx.AsyncClient, tokens: Body, password: str) -> int:
    answer = await http.post("/v1/sessions/current/proof", json={"password": password}, headers=bearing(tokens))
    return answer.status_code


async def test_another_spelling_of_an_address_is_no_other_account(house: House) -> None:
    target, other = await member(house), await member(house)
    name, _, place = target.email.partition("@")
    spellings = [target.email, target.email.upper(), f"{name.translate(FULL_WIDTH)}@{place}", f" {target.email}\u3000"]
    async with worker(house, "198.51.100.31", failed_sign_ins_per_minute=3) as strict:
        guesses = [await Member(house, each, target.account).sign_in(WRONG, strict) for each in spellings]
        assert [answer.status_code for answer in guesses] == [401, 401, 401, 429]
        assert (await other.sign_in(via=strict)).status_code == 200
    house.clock.move(timedelta(hours=1))
    assert (await Member(house, spellings[2], target.account).sign_in()).status_code == 200, "each of them finds it"


async def test_nobody_uses_up_an_accounts_attempts_by_typing_its_id_as_an_address(house: House) -> None:
    target = await member(house)
    tokens = await target.tokens()
    async with worker(house, failed_sign_ins_per_minute=3) as strict:
        typed = [await Member(house, str(target.account), target.account).sign_in(WRONG, strict) for _ in range(4)]
        assert [answer.status_code for answer in typed] == [401, 401, 401, 429]
        assert await prove(strict, tokens, PASSWORD) == 204


async def test_who_holds_a_session_guesses_no_faster_from_many_networks(house: House) -> None:
    target, other = await member(house), await member(house)
    tokens, others = await target.tokens(), await other.tokens()
    seen = []
    for network in range(1, 6):
        async with worker(house, f"198.51.{network}.9", failed_sign_ins_per_minute=2) as strict:
            seen.append(await prove(strict, tokens, WRONG))
            assert await prove(strict, others, PASSWORD) == 204, "who is right is given back what was counted"
    assert seen == [401, 401, 429, 429, 429]
    async with worker(house, "198.51.6.9", failed_sign_ins_per_minute=2) as strict:
        house.clock.move(timedelta(minutes=1))
        assert await prove(strict, tokens, PASSWORD) == 204


async def test_a_new_password_is_looked_at_when_the_present_one_was_right(house: House) -> None:
    ana = await member(house)
    tokens = bearing(await ana.tokens())
    change = {"current_password": WRONG, "new_password": "passwordpassword"}
    async with worker(house, failed_sign_ins_per_minute=3) as strict:
        for _ in range(3):
            problem(await strict.post("/v1/me/password", json=change, headers=tokens), 403, "password-wrong")
        for new in (change["new_password"], "Wacholder im leisen Moos"):
            refused = await strict.post("/v1/me/password", json=change | {"new_password": new}, headers=tokens)
            problem(refused, 429, "too-many-failed-sign-ins")
        house.clock.move(timedelta(minutes=1))
        right = change | {"current_password": PASSWORD}
        for _ in range(4):
            problem(await strict.post("/v1/me/password", json=right, headers=tokens), 400, "account-invalid")
        good = await strict.post("/v1/me/password", json=right | {"new_password": "Wacholder im Moos"}, headers=tokens)
        assert good.status_code == 204
