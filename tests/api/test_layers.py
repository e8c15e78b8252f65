"""What administrators do stands behind several layers at once, none of which is where a request comes from."""

from datetime import timedelta

from access import Role
from api.cli.documents import offline_app
from api.routes import route_lines
from tests.api.house import PASSWORD, House, problem, shown
from tests.api.members import bearing, member
from tests.api.opening import worker


async def test_an_administrators_token_is_worth_nothing_without_each_of_the_other_layers(house: House) -> None:
    """The account, the session, the second factor and its age are asked about anew with each request."""
    sam = await member(house, Role.ADMINISTRATOR)
    path = f"/v1/accounts/{(await member(house, Role.MARKETER)).account}/disable"
    async with worker(house, staff_second_factor="required") as strict:
        tokens = await sam.tokens()
        problem(await strict.post(path), 401, "token-refused")  # from the same network as everybody here
        problem(await strict.post(path, headers=bearing(tokens)), 403, "second-factor-missing")
        authenticator = await house.http.post("/v1/me/authenticator", headers=bearing(tokens))
        secret = authenticator.json()["secret"]
        otp = {"otp": shown(secret, house.clock.now())}
        confirmed = await house.http.post("/v1/me/authenticator/confirm", json=otp, headers=bearing(tokens))
        assert confirmed.status_code == 200, confirmed.text
        house.clock.move(timedelta(seconds=930))
        otp = {"otp": shown(secret, house.clock.now())}
        signed = await house.http.post("/v1/sessions", json={"email": sam.email, "password": PASSWORD} | otp)
        tokens = signed.json()
        allowed = await strict.post(path, headers=bearing(tokens))
        assert allowed.status_code in {200, 204}, allowed.text
        house.clock.move(timedelta(seconds=901))
        refreshed = await house.http.post("/v1/sessions/refresh", json={"refresh_token": tokens["refresh_token"]})
        tokens = refreshed.json()
        problem(await strict.post(path, headers=bearing(tokens)), 401, "factor-too-old")
        again = {"otp": shown(secret, house.clock.now())}
        proved = await house.http.post("/v1/sessions/current/proof", json=again, headers=bearing(tokens))
        assert proved.status_code == 204, proved.text
        assert (await strict.post(path, headers=bearing(tokens))).status_code == allowed.status_code
        others = await house.staff(Role.ADMINISTRATOR)
        disabled = await others.post(f"/v1/accounts/{sam.account}/disable")
        assert disabled.status_code == allowed.status_code, disabled.text
        problem(await strict.post(path, headers=bearing(tokens)), 401, "token-refused")


def test_nobody_takes_anybody_elses_second_factor_away() -> None:
    """Whoever lost one has a recovery code; no letter, and no member of staff, does instead."""
    touching = [
        route.path for route in route_lines(offline_app()) if "authenticator" in route.path or "factor" in route.path
    ]
    assert touching
    assert all(path.startswith("/v1/me/") for path in touching)


async def test_who_lost_the_authenticator_shows_as_much_as_when_it_was_added(house: House) -> None:
    """Adding one takes a password shown lately; replacing a lost one takes that and a recovery code."""
    ana = await member(house)
    tokens = await ana.tokens()
    secret = (await house.http.post("/v1/me/authenticator", headers=bearing(tokens))).json()["secret"]
    confirmed = await house.http.post(
        "/v1/me/authenticator/confirm", json={"otp": shown(secret, house.clock.now())}, headers=bearing(tokens)
    )
    code = confirmed.json()["recovery_codes"][0]
    problem(await ana.sign_in(), 401, "otp-required")
    body = {"email": ana.email, "password": "wrong horse battery staple", "otp": code}
    problem(await house.http.post("/v1/sessions", json=body), 401, "sign-in-failed")
    answer = await house.http.post("/v1/sessions", json=body | {"password": PASSWORD})
    assert answer.status_code == 200, answer.text
    tokens = answer.json()
    house.clock.move(timedelta(seconds=301))
    problem(await house.http.delete("/v1/me/authenticator", headers=bearing(tokens)), 401, "factor-too-old")
    password = {"password": PASSWORD}
    problem(
        await house.http.post("/v1/sessions/current/proof", json=password, headers=bearing(tokens)),
        401,
        "sign-in-failed",
    )
    another = {"otp": confirmed.json()["recovery_codes"][1]}
    proved = await house.http.post("/v1/sessions/current/proof", json=another, headers=bearing(tokens))
    assert proved.status_code == 204, proved.text
    assert (await house.http.delete("/v1/me/authenticator", headers=bearing(tokens))).status_code == 204
    assert (await ana.sign_in()).status_code == 200


async def test_who_clicks_faster_than_anybody_reads_earns_what_a_reader_does(house: House) -> None:
    hcp, slow = await house.hcp(), await house.hcp()
    items = [await house.item() for _ in range(20)]
    results = await hcp.record(*(house.activity(item) for item in items))
    assert [each["status"] for each in results] == ["recorded"] * len(items)
    read = [point for each in results for point in each["effects"]["points"] if point["rule"] == "read-module-part"]
    assert len(read) == 5
    for item in items[:5]:
        await slow.record(house.activity(item))
        house.clock.move(timedelta(minutes=10))
    entries = (await slow.read("/v1/me/points/entries"))["items"]
    assert len([each for each in entries if each["rule"] == "read-module-part"]) == 5
