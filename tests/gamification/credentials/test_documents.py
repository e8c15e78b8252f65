"""What a badge says is a valid Open Badge 3.0, says no more than it must, and has one canonical form."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft201909Validator

from gamification.credential_vocabulary import Form
from gamification.rules.credentials import quads
from gamification.rules.credentials.documents import plain
from tests.gamification.credentials.badges import (
    CONTEXTS,
    EARNED,
    NOW,
    Document,
    canonical,
    facts,
    issuer,
    written,
)

SCHEMA = Path(__file__).parents[4] / "shared" / "data" / "openbadges" / "ob_v3p0_achievementcredential_schema.json"
texts = st.text(min_size=1, max_size=40).filter(lambda text: bool(plain(text)))
instants = st.datetimes(datetime(2001, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive


def faults(badge: Document) -> list[str]:
    """What of the essentials of Open Badges 3.0 is missing; written by hand from the specification."""
    subject = badge.get("credentialSubject", {})
    achievement = subject.get("achievement", {})
    status = badge.get("credentialStatus", {})
    wanted = {
        "@context": badge.get("@context") == list(CONTEXTS),
        "id": str(badge.get("id")).startswith("urn:uuid:"),
        "type": badge.get("type") == ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": badge.get("issuer", {}).get("type") == ["Profile"] and {"id", "name"} <= set(badge["issuer"]),
        "validFrom": str(badge.get("validFrom")).endswith("Z"),
        "credentialSubject": subject.get("type") == ["AchievementSubject"],
        "achievement": {"id", "type", "name", "description", "criteria"} <= set(achievement),
        "credentialStatus": status.get("type") == "BitstringStatusListEntry",
        "proof": isinstance(badge.get("proof"), list) and badge["proof"][0]["cryptosuite"] == "eddsa-rdfc-2022",
    }
    return [name for name, held in wanted.items() if not held]


def test_a_badge_has_everything_that_open_badges_3_demands() -> None:
    badge = json.loads(written(issuer(), Form.JSON))
    assert faults(badge) == []
    for name in ("@context", "id", "type", "issuer", "validFrom", "credentialSubject", "credentialStatus", "proof"):
        assert name in faults({key: value for key, value in badge.items() if key != name})


@pytest.mark.parametrize("expires", [True, False])
def test_a_badge_is_valid_by_the_official_schema_where_that_is_at_hand(*, expires: bool) -> None:
    changed = {} if expires else {"expires_at": None}
    badge = json.loads(written(issuer(), Form.JSON, **changed))
    assert ("validUntil" in badge) is expires
    assert faults(badge) == []
    if SCHEMA.exists():
        validator = Draft201909Validator(json.loads(SCHEMA.read_text()))
        assert [error.message for error in validator.iter_errors(badge)] == []
        assert list(validator.iter_errors(badge | {"proof": badge["proof"][0]})), "one proof without its array"
        assert list(validator.iter_errors(badge | {"issuer": {"name": "Nobody"}}))


def test_a_badge_says_the_day_and_not_the_second() -> None:
    unsigned = issuer().badge(facts())
    assert unsigned.valid_from == "2026-03-02T00:00:00Z"
    later = issuer().badge(facts(earned_at=EARNED + timedelta(hours=5)))
    assert later.valid_from == unsigned.valid_from
    next_day = issuer().badge(facts(earned_at=EARNED + timedelta(days=1)))
    assert next_day.valid_from == "2026-03-03T00:00:00Z"


@given(name=texts, description=texts, earned=instants, expires=st.none() | instants)
def test_our_canonical_form_is_that_of_a_json_ld_processor(
    name: str, description: str, earned: datetime, expires: datetime | None
) -> None:
    signed = issuer().proven(
        issuer().badge(facts(name=name, description=description, earned_at=earned, expires_at=expires)), NOW
    )
    document = json.loads(msgspec.json.encode(signed))
    proof = document.pop("proof")[0]
    del proof["proofValue"]
    assert quads.badge_quads(signed) == canonical(document)
    assert quads.proof_quads(signed.proof[0]) == canonical(proof | {"@context": document["@context"]})  # type: ignore[index] # signed


@given(st.sets(st.integers(0, 131_071), max_size=50))
def test_the_canonical_form_of_a_status_list_is_that_of_a_json_ld_processor(revoked: set[int]) -> None:
    unsigned = issuer().status_list(1, revoked, NOW)
    assert quads.list_quads(unsigned) == canonical(json.loads(msgspec.json.encode(unsigned)))
    assert quads.list_quads(unsigned).count(b"\n") == 9


def test_the_profile_names_every_key_that_a_proof_may_be_made_with() -> None:
    profile = issuer(1, 2).profile()
    assert profile["id"] == issuer().badge(facts()).issuer.id
    assert len(profile["verificationMethod"]) == 2
    assert profile["assertionMethod"] == [method["id"] for method in profile["verificationMethod"]]
    assert {method["controller"] for method in profile["verificationMethod"]} == {profile["id"]}
    signed = issuer().proven(issuer().badge(facts()), NOW)
    assert msgspec.to_builtins(signed)["proof"][0]["verificationMethod"] == profile["assertionMethod"][0]
