"""The operator's file of identity providers: read strictly, and what is wrong with it said in one sentence."""

from typing import Any

import pytest
import yaml

from access.rules.providers import claim, read
from kernel.texts import is_safe_url

GOOD: dict[str, Any] = {
    "name": "DocCheck",
    "issuer": "https://login.doccheck.example",
    "client_id": "laurel",
    "redirect_uris": ["https://app.clinic.example/callback"],
    "profession_claim": "occupation",
    "country_claim": ["address", "country"],
    "professions": {"physician": "physician"},
    "countries": {"DE": {"market": "DE", "zone": "Europe/Berlin", "locale": "de"}},
}


def written(key: str = "doccheck", **more: object) -> str:
    return yaml.safe_dump({"providers": {key: {**GOOD, **more}}})


def test_a_provider_is_read_with_what_is_not_said() -> None:
    (provider,) = read(written()).values()
    assert provider.scopes == ("openid",)
    assert not provider.confirms_email
    assert "HS256" not in provider.algorithms


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (written(issuer="http://login.doccheck.example"), "https"),
        (written(algorithms=["HS256"]), "Invalid enum value 'HS256'"),
        (written(algorithms=["none"]), "Invalid enum value 'none'"),
        (written(redirect_uris=[]), "redirect_uris"),
        (written(scopes=["profile"]), "openid"),
        (written(professions={"physician": "doctor"}), "doctor"),
        (written(countries={"DE": {"market": "XX", "zone": "Europe/Berlin", "locale": "de"}}), "market of DE"),
        (written(secret="s"), "unknown field"),
        (written(key="Doc Check"), "key"),
        ("{", "YAML"),
        ("providers: 3", "object"),
    ],
)
def test_what_an_operator_can_not_mean_is_refused_with_its_reason(said: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read(said)
    assert read(written())


def test_what_is_sent_is_sent_over_tls_or_within_this_machine() -> None:
    assert is_safe_url("https://a.example/token")
    assert is_safe_url("http://127.0.0.1:9/token")
    assert is_safe_url("http://[::1]:9/token")
    assert not is_safe_url("http://a.example/token")
    assert not is_safe_url("http://127.0.0.1.evil.example/token")
    assert not is_safe_url("https:///token")
    assert not is_safe_url("file:///etc/passwd")


def test_a_claim_is_text_at_its_place_or_nothing() -> None:
    claims = {"occupation": "physician", "address": {"country": "DE"}, "a.b": "c", "n": 3}
    assert claim(claims, "occupation") == "physician"
    assert claim(claims, ("address", "country")) == "DE"
    assert claim(claims, "a.b") == "c"
    assert claim(claims, "n") is None
    assert claim(claims, ("occupation", "country")) is None
