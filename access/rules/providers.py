"""Which OpenID providers an operator trusts, and what their claims mean here: one file, read strictly."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from kernel.parsers import document
from kernel.texts import is_safe_url
from people.vocabulary import Profession, is_market

Algorithm = Literal["RS256", "PS256", "ES256", "EdDSA"]
"""Only signatures that the provider alone can make: a shared secret would be one that we could lose."""
Claim = str | tuple[str, ...]
"""A claim's name, or the way to it through objects: ``[address, country]``."""


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where somebody from a country begins: market, time zone and language."""

    market: str
    zone: str
    locale: str


class Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One provider. ``professions`` and ``countries`` say which values of its claims mean what; any other is refused.

    ``confirms_email``: its ``email_verified`` may be believed. ``userinfo``: some claims stand there alone.
    """

    name: str
    issuer: str
    client_id: str
    redirect_uris: tuple[str, ...]
    professions: Mapping[str, Profession]
    countries: Mapping[str, Place]
    profession_claim: Claim
    country_claim: Claim
    client_secret_file: str | None = None
    scopes: tuple[str, ...] = ("openid",)
    algorithms: tuple[Algorithm, ...] = ("RS256", "PS256", "ES256", "EdDSA")
    userinfo: bool = False
    confirms_email: bool = False


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    providers: Mapping[str, Provider]


def read(text: str) -> dict[str, Provider]:
    """Return the providers of a file by their keys.

    Raises:
        ValueError: one sentence that names what is wrong.

    """
    found = document(text, _File)
    for key, provider in found.providers.items():
        _check(key, provider)
    return dict(found.providers)


def _check(key: str, provider: Provider) -> None:
    if not key.replace("-", "").isalnum() or not key.isascii() or key != key.lower():
        raise ValueError(f"{key!r}: a provider's key is of a-z, 0-9 and hyphens")
    if not is_safe_url(provider.issuer):
        raise ValueError(f"{key}: issuer must be an https URL")
    if not provider.redirect_uris:
        raise ValueError(f"{key}: redirect_uris must name at least one address")
    if "openid" not in provider.scopes or not provider.algorithms:
        raise ValueError(f"{key}: scopes must hold openid, and algorithms at least one")
    for country, place in provider.countries.items():
        if not is_market(place.market):
            raise ValueError(f"{key}: the market of {country} must be an ISO 3166-1 alpha-2 code such as GB")


def claim(claims: Mapping[str, Any], name: Claim) -> str | None:
    """Return a claim that is text, or None."""
    found: Any = claims
    for step in (name,) if isinstance(name, str) else name:
        found = found.get(step) if isinstance(found, Mapping) else None
    return found if isinstance(found, str) else None
