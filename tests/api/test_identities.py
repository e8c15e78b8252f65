"""Signing in with an account elsewhere, against a provider that answers honestly, and one that does not."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric import rsa

from api.runtime import Runtime
from kernel.settings import Settings, SettingsError
from tests.api.asker import Body
from tests.api.device import Device
from tests.api.house import PASSWORD, House, problem, shown
from tests.api.letters import letters
from tests.api.members import bearing, member
from tests.api.opening import opened_house, worker
from tests.api.provider import REDIRECT, Provider, served, written
from tests.api.visits import begun, refused, returned, signed_in
from tests.conftest import KEYS


@pytest.fixture(scope="module")
def other() -> Iterator[Provider]:
    """Lend a second provider."""
    with served(Provider()) as serving:
        yield serving


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(settings: Settings, migrated_url: str, provider: Provider, other: Provider) -> AsyncIterator[House]:
    """The application with two providers, of which the second says more where it is asked about somebody."""
    entries = {"konto": provider.entry(), "other": other.entry(userinfo=True)}
    file = written(settings.home, **entries)
    async with opened_house(msgspec.structs.replace(settings, openid_providers=file), migrated_url) as opened:
        provider.now = other.now = opened.clock.now
        yield opened


@pytest.fixture(autouse=True)
def honesty(provider: Provider, other: Provider) -> Iterator[None]:
    """Let both be honest again after each test."""
    yield
    provider.honest()
    other.honest()


async def test_who_is_new_is_registered_as_the_provider_says_and_known_the_next_time(
    house: House, provider: Provider
) -> None:
    subject, email = uuid4().hex, f"{uuid4().hex}@praxis.example"
    said = {"name": "Dr. Eva\r\n\tRoth\0", "email": email, "email_verified": True}
    first = await signed_in(house, provider, subject, **said)
    assert first.status_code == 200, first.text
    profile = (await house.http.get("/v1/me/profile", headers=bearing(first.json()))).json()
    assert (profile["name"], profile["email"], profile["profession"]) == ("Dr. Eva Roth", email, "physician")
    assert (profile["market"], profile["zone"], profile["locale"]) == ("DE", "Europe/Berlin", "de")
    second = await signed_in(house, provider, subject, **said)
    me = [(await house.http.get("/v1/me", headers=bearing(each.json()))).json() for each in (first, second)]
    assert me[0]["account"] == me[1]["account"]
    lines = (await house.http.get("/v1/me/sessions", headers=bearing(second.json()))).json()["items"]
    assert lines[0]["methods"] == ["identity-provider"]
    (mine,) = (await house.http.get("/v1/me/identities", headers=bearing(second.json()))).json()["items"]
    assert mine["provider"] == "konto"
    assert await house.count("access.identity", "position($1::bytea in subject_hash) > 0", subject.encode()) == 0


async def test_a_provider_may_tell_no_more_than_a_pseudonym_profession_and_country(
    house: House, provider: Provider
) -> None:
    answer = await signed_in(house, provider, f"{uuid4().hex:a<255}")
    profile = (await house.http.get("/v1/me/profile", headers=bearing(answer.json()))).json()
    assert (profile["email"], profile["profession"], profile["market"]) == (None, "physician", "DE")


async def test_what_a_provider_says_only_when_asked_about_somebody_is_asked_and_must_be_about_them(
    house: House, other: Provider
) -> None:
    subject = uuid4().hex
    sparse = {"profession": None, "address": None}
    for about, status in ((uuid4().hex, 401), (subject, 200)):
        other.userinfo = {"sub": about, "profession": "arzt", "address": {"country": "DE"}}
        other.lie = lambda claims: {name: value for name, value in claims.items() if value is not None}
        visit = await begun(house, "other")
        brought = other.visited(visit["authorization_url"], subject, **sparse)
        assert (await returned(house, visit, brought)).status_code == status


async def test_the_list_of_providers_names_them_and_others_are_not_found(house: House) -> None:
    listed = (await house.http.get("/v1/identity-providers")).json()["items"]
    assert {each["key"]: each["name"] for each in listed} == {"konto": "Ärztekonto", "other": "Ärztekonto"}
    unknown = await house.http.post("/v1/identity-providers/nobody/sign-ins", json={})
    problem(unknown, 404, "identity-provider-not-found")
    for redirect, status in (("https://evil.example/callback", 404), (REDIRECT, 200)):
        body = {"redirect_uri": redirect}
        assert (await house.http.post("/v1/identity-providers/konto/sign-ins", json=body)).status_code == status


async def test_what_another_browser_brings_opens_nothing(house: House, provider: Provider) -> None:
    mine, theirs = await begun(house), await begun(house)
    brought = provider.visited(theirs["authorization_url"], uuid4().hex)
    await refused(house, await returned(house, mine, brought), "state")
    await refused(house, await returned(house, {"attempt": uuid4().hex * 2}, brought), "state")
    await refused(house, await returned(house, {"attempt": "no hex"}, brought), "state")
    assert (await returned(house, theirs, brought)).status_code == 200


async def test_a_code_of_another_visit_is_no_good_with_ones_own_state(house: House, provider: Provider) -> None:
    mine, theirs = await begun(house), await begun(house)
    stolen = provider.visited(theirs["authorization_url"], uuid4().hex)
    own = provider.visited(mine["authorization_url"], uuid4().hex)
    await refused(house, await returned(house, mine, own | {"code": stolen["code"]}), "code")
    whole = await begun(house)
    assert (await returned(house, whole, provider.visited(whole["authorization_url"], uuid4().hex))).status_code == 200


async def test_a_visit_ends_once_also_when_it_ends_many_times_at_once(house: House, provider: Provider) -> None:
    visit = await begun(house)
    brought = provider.visited(visit["authorization_url"], uuid4().hex)
    answers = await asyncio.gather(*(returned(house, visit, brought) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401, 401]
    again = await begun(house)
    await refused(house, await returned(house, again, brought | {"state": brought["state"]}), "state")


async def test_a_visit_is_over_after_ten_minutes(house: House, provider: Provider) -> None:
    visit = await begun(house)
    brought = provider.visited(visit["authorization_url"], uuid4().hex)
    house.clock.move(timedelta(seconds=601))
    await refused(house, await returned(house, visit, brought), "state")
    visit = await begun(house)
    assert (await returned(house, visit, provider.visited(visit["authorization_url"], uuid4().hex))).status_code == 200


async def test_an_answer_of_another_provider_is_not_taken_for_this_ones(
    house: House, provider: Provider, other: Provider
) -> None:
    visit = await begun(house)
    brought = provider.visited(visit["authorization_url"], uuid4().hex)
    await refused(house, await returned(house, visit, brought | {"iss": other.issuer}), "issuer")
    visit = await begun(house)
    brought = provider.visited(visit["authorization_url"], uuid4().hex)
    await refused(house, await returned(house, visit, {"code": brought["code"], "state": brought["state"]}), "issuer")


async def test_a_provider_that_is_away_is_told_as_such_and_a_key_that_is_new_is_fetched(
    house: House, provider: Provider
) -> None:
    assert (await signed_in(house, provider, uuid4().hex)).status_code == 200
    before = provider.asked.count("/jwks")
    provider.kid = uuid4().hex
    provider.key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    house.clock.move(timedelta(seconds=61))
    assert (await signed_in(house, provider, uuid4().hex)).status_code == 200
    assert (await signed_in(house, provider, uuid4().hex)).status_code == 200
    assert provider.asked.count("/jwks") == before + 1
    house.clock.move(timedelta(hours=2))
    provider.metadata = {"issuer": "https://evil.example"}
    problem(await house.http.post("/v1/identity-providers/konto/sign-ins", json={}), 401, "identity-refused")
    house.clock.move(timedelta(hours=2))
    provider.metadata = {"token_endpoint": "http://evil.example/token"}
    problem(await house.http.post("/v1/identity-providers/konto/sign-ins", json={}), 401, "identity-refused")
    house.clock.move(timedelta(hours=2))
    provider.honest()
    assert (await signed_in(house, provider, uuid4().hex)).status_code == 200


@pytest.mark.parametrize(
    ("claims", "reason"),
    [({"profession": "student"}, "profession-unknown"), ({"address": {"country": "AQ"}}, "country-unknown")],
)
async def test_who_is_no_professional_of_a_country_where_this_is_offered_gets_no_account(
    house: House, provider: Provider, claims: Body, reason: str
) -> None:
    subject = uuid4().hex
    answer = await signed_in(house, provider, subject, **claims)
    problem(answer, 401, "identity-unfit")
    assert [entry["reason"] for entry in await house.trail(answer)] == [reason]
    assert (await signed_in(house, provider, subject)).status_code == 200


async def test_nobody_gets_an_account_by_its_e_mail_address_and_its_owner_hears_and_can_link(
    house: House, provider: Provider
) -> None:
    jane, subject = await member(house), uuid4().hex
    said = {"email": jane.email, "email_verified": True}
    answer = await signed_in(house, provider, subject, **said)
    problem(answer, 401, "identity-unlinked")
    (word,) = await letters(house, jane.email)
    assert "tried to register with your e-mail address" in str(word.get_payload())
    tokens = await jane.tokens()
    answer = await house.http.post("/v1/me/identities", json={"provider": "konto"}, headers=bearing(tokens))
    visit = answer.json()
    back = {"attempt": visit["attempt"]} | provider.visited(visit["authorization_url"], subject)
    problem(await house.http.post("/v1/sessions/identity", json=back), 401, "identity-refused")
    stranger = await (await member(house)).tokens()
    path = "/v1/me/identities/complete"
    problem(await house.http.post(path, json=back, headers=bearing(stranger)), 401, "identity-refused")
    linked = await house.http.post(path, json=back, headers=bearing(tokens))
    assert linked.status_code == 200, linked.text
    opened = await signed_in(house, provider, subject, **said)
    me = (await house.http.get("/v1/me", headers=bearing(opened.json()))).json()
    assert me == (await house.http.get("/v1/me", headers=bearing(tokens))).json()
    gone = await house.http.delete(f"/v1/me/identities/{linked.json()['id']}", headers=bearing(opened.json()))
    assert gone.status_code == 204
    problem(await signed_in(house, provider, subject, **said), 401, "identity-unlinked")


async def test_an_address_that_the_provider_did_not_confirm_counts_for_nothing(
    house: House, provider: Provider
) -> None:
    jane = await member(house)
    answer = await signed_in(house, provider, uuid4().hex, email=jane.email, email_verified=False)
    profile = (await house.http.get("/v1/me/profile", headers=bearing(answer.json()))).json()
    assert profile["email"] is None


async def test_what_opens_an_account_opens_no_other_and_the_last_key_stays(house: House, provider: Provider) -> None:
    subject = uuid4().hex
    opened = await signed_in(house, provider, subject)
    jane = await (await member(house)).tokens()
    answer = await house.http.post("/v1/me/identities", json={"provider": "konto"}, headers=bearing(jane))
    back = {"attempt": answer.json()["attempt"]} | provider.visited(answer.json()["authorization_url"], subject)
    taken = await house.http.post("/v1/me/identities/complete", json=back, headers=bearing(jane))
    problem(taken, 409, "identity-taken")
    (mine,) = (await house.http.get("/v1/me/identities", headers=bearing(opened.json()))).json()["items"]
    address = f"/v1/me/identities/{mine['id']}"
    problem(await house.http.delete(address, headers=bearing(opened.json())), 409, "identity-last")
    problem(await house.http.delete(address, headers=bearing(jane)), 404, "identity-not-found")


async def test_a_second_factor_is_asked_for_behind_a_provider_too(house: House, provider: Provider) -> None:
    subject = uuid4().hex
    tokens = (await signed_in(house, provider, subject)).json()
    options = (await house.http.post("/v1/me/passkeys/options", headers=bearing(tokens))).json()
    device, path = Device(), "/v1/sessions/identity/second"
    passkey = {"passkey": device.make(options)}
    made = await house.http.post("/v1/me/passkeys", json=passkey, headers=bearing(tokens))
    codes = made.json()["recovery_codes"]
    visit = await begun(house)
    answer = await returned(house, visit, provider.visited(visit["authorization_url"], subject))
    asked = problem(answer, 401, "otp-required")["passkey"]
    attempt = {"attempt": visit["attempt"]}
    problem(await house.http.post(path, json=attempt | {"otp": "000000"}), 401, "sign-in-failed")
    problem(await house.http.post(path, json={"attempt": "00", "otp": codes[0]}), 401, "sign-in-failed")
    opened = await house.http.post(path, json=attempt | {"passkey": device.sign(asked)})
    assert opened.status_code == 200, opened.text
    problem(await house.http.post(path, json=attempt | {"otp": codes[0]}), 401, "sign-in-failed")
    visit = await begun(house)
    await returned(house, visit, provider.visited(visit["authorization_url"], subject))
    again = await house.http.post(path, json={"attempt": visit["attempt"], "otp": codes[0]})
    assert again.status_code == 200


async def test_who_was_disabled_or_became_staff_does_not_come_in_through_a_provider(
    house: House, provider: Provider
) -> None:
    for change in ("status = 'disabled'", "role = 'marketer'"):
        subject = uuid4().hex
        tokens = (await signed_in(house, provider, subject)).json()
        account = (await house.http.get("/v1/me", headers=bearing(tokens))).json()["account"]
        await house.database.execute(f"update access.account set {change} where id = $1", account)
        problem(await signed_in(house, provider, subject), 401, "sign-in-failed")


async def test_a_client_secret_is_read_from_its_file_at_the_start_and_shown_with_the_code(
    house: House, provider: Provider, settings: Settings
) -> None:
    place = settings.home / "secret"
    entries = {"konto": provider.entry(client_secret_file=str(place))}
    file = written(settings.home, **entries)
    with pytest.raises(SettingsError, match="LAUREL_OPENID_PROVIDERS"):
        Runtime(msgspec.structs.replace(settings, openid_providers=file), KEYS)
    place.write_text("a secret\n")
    async with worker(house, openid_providers=file) as http:
        visit = (await http.post("/v1/identity-providers/konto/sign-ins", json={})).json()
        back = {"attempt": visit["attempt"]} | provider.visited(visit["authorization_url"], uuid4().hex)
        assert (await http.post("/v1/sessions/identity", json=back)).status_code == 200
    assert provider.secrets == ["a secret"]


async def test_a_visit_that_was_to_link_is_no_providers_word_for_a_sign_in(house: House, provider: Provider) -> None:
    jane = await (await member(house)).tokens()
    secret = (await house.http.post("/v1/me/authenticator", headers=bearing(jane))).json()["secret"]
    otp = {"otp": shown(secret, house.clock.now())}
    confirmed = await house.http.post("/v1/me/authenticator/confirm", json=otp, headers=bearing(jane))
    codes = confirmed.json()["recovery_codes"]
    visit = (await house.http.post("/v1/me/identities", json={"provider": "konto"}, headers=bearing(jane))).json()
    back = {"attempt": visit["attempt"]} | provider.visited(visit["authorization_url"], uuid4().hex) | {"code": "x"}
    failed = await house.http.post("/v1/me/identities/complete", json=back, headers=bearing(jane))
    problem(failed, 401, "identity-refused")
    second = {"attempt": visit["attempt"], "otp": codes[0]}
    problem(await house.http.post("/v1/sessions/identity/second", json=second), 401, "sign-in-failed")
    email = (await house.http.get("/v1/me/profile", headers=bearing(jane))).json()["email"]
    good = {"email": email, "password": PASSWORD, "otp": codes[0]}
    assert (await house.http.post("/v1/sessions", json=good)).status_code == 200
