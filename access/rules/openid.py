"""OpenID Connect, the relying party's part: what is asked, and what an answer must be to be believed.

Authorisation code with PKCE (RFC 6749, RFC 7636), OpenID Connect Core 1.0 section 3.1, RFC 9207, RFC 9700.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

import jwt
import msgspec
from typing_extensions import override

from access.errors import IdentityRefusedError
from access.refusals import IdentityFault
from access.rules import jose
from access.rules.providers import Place, Provider, claim
from kernel.texts import is_safe_url
from people.vocabulary import NAME_LENGTH, Profession

ATTEMPT_BYTES: Final = 32
SKEW_SECONDS: Final = 60
OLDEST_SECONDS: Final = 600
"""An id token answers an attempt that lives for ten minutes: an older one is another attempt's."""
LONGEST: Final = 16_384
SUBJECT_LENGTH: Final = 255
_HASHES: Final = {"EdDSA": hashlib.sha512}


class Endpoints(msgspec.Struct, frozen=True, kw_only=True):
    """Where a provider is asked what (OpenID Connect Discovery 1.0); all but the first at https, or on this machine."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    code_challenge_methods_supported: tuple[str, ...] = ("S256",)
    authorization_response_iss_parameter_supported: bool = False


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a provider vouches for. ``email`` is None unless the provider confirmed it and may be believed."""

    issuer: str
    subject: str
    name: str | None
    email: str | None
    profession: Profession | None
    place: Place | None

    @override
    def __repr__(self) -> str:
        """Show nobody."""
        return "Claimed(...)"


def derived(attempt: bytes, purpose: str) -> str:
    """Return what an attempt's secret gives for one purpose: ``state``, ``nonce`` or ``verifier``.

    Whoever has the secret can begin and end the attempt; what travels through browsers gives nothing of it away.
    """
    return jose.text(hmac.digest(attempt, purpose.encode(), "sha256"))


def endpoints(provider: Provider, document: bytes) -> Endpoints:
    """Read a provider's metadata.

    Raises:
        IdentityRefusedError: it speaks for another issuer, or asks us to send secrets where they can be read.

    """
    try:
        found = msgspec.convert(jose.json_object(document), Endpoints)
    except (ValueError, msgspec.ValidationError):
        raise refused(IdentityFault.METADATA) from None
    addresses = [found.authorization_endpoint, found.token_endpoint, found.jwks_uri, found.userinfo_endpoint]
    if not all(is_safe_url(each) for each in addresses if each is not None):
        raise refused(IdentityFault.METADATA)
    if found.issuer != provider.issuer or "S256" not in found.code_challenge_methods_supported:
        raise refused(IdentityFault.METADATA)
    return found


def authorization_url(provider: Provider, known: Endpoints, redirect_uri: str, attempt: bytes) -> str:
    """Return where to send the browser."""
    challenge = jose.text(hashlib.sha256(derived(attempt, "verifier").encode()).digest())
    query = urlencode(
        {
            "response_type": "code",
            "client_id": provider.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(provider.scopes),
            "state": derived(attempt, "state"),
            "nonce": derived(attempt, "nonce"),
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
    )
    return f"{known.authorization_endpoint}{'&' if '?' in known.authorization_endpoint else '?'}{query}"


def check_response(known: Endpoints, attempt: bytes, state: str, issuer: str | None) -> None:
    """See that an answer is one to this attempt, and from this provider (RFC 9207).

    Raises:
        IdentityRefusedError: it is another browser's, or another provider's.

    """
    if not hmac.compare_digest(derived(attempt, "state").encode(), state.encode("utf-8", "surrogatepass")):
        raise refused(IdentityFault.STATE)
    if issuer != known.issuer and (issuer is not None or known.authorization_response_iss_parameter_supported):
        raise refused(IdentityFault.ISSUER)


def key_id(provider: Provider, token: str) -> str | None:
    """Return which key an id token says it was signed with.

    Raises:
        IdentityRefusedError: malformed, of an algorithm that is not this provider's, or with words to be understood.

    """
    try:
        header, _, _ = jose.segments(token, LONGEST)
    except ValueError:
        raise refused(IdentityFault.TOKEN) from None
    if header.get("alg") not in provider.algorithms:
        raise refused(IdentityFault.ALGORITHM)
    kid = header.get("kid")
    if "crit" in header or not (kid is None or isinstance(kid, str)):
        raise refused(IdentityFault.TOKEN)
    return kid


def key_among(jwks: bytes, kid: str | None) -> dict[str, Any] | None:
    """Return the signing key with this id; without an id, the only one there is.

    Raises:
        IdentityRefusedError: it is no key set.

    """
    try:
        listed = jose.json_object(jwks).get("keys")
    except ValueError:
        raise refused(IdentityFault.METADATA) from None
    keys = listed if isinstance(listed, list) else []
    usable = [each for each in keys if isinstance(each, dict) and each.get("use", "sig") == "sig"]
    found = [each for each in usable if kid is None or each.get("kid") == kid]
    return found[0] if len(found) == 1 else None


def verified(
    provider: Provider, token: str, key: Mapping[str, Any], attempt: bytes, now: datetime, access_token: str
) -> dict[str, Any]:
    """Return the claims of an id token (OpenID Connect Core 3.1.3.7).

    Raises:
        IdentityRefusedError: signature, issuer, audience, nonce, time or access token are not as they must be.

    """
    header, payload, _ = jose.segments(token, LONGEST)
    algorithm = header["alg"]
    try:
        public = jwt.PyJWK(dict(key), algorithm=algorithm)
        jwt.PyJWS(algorithms=[algorithm]).decode(token, public, algorithms=[algorithm])
        claims = jose.json_object(payload)
    except (jwt.PyJWTError, ValueError, TypeError):
        raise refused(IdentityFault.SIGNATURE) from None
    _check_parties(provider, claims, attempt)
    _check_times(claims, now.timestamp())
    if "at_hash" in claims and claims["at_hash"] != _half_hash(access_token, algorithm):
        raise refused(IdentityFault.TOKEN)
    return claims


def claimed(provider: Provider, claims: Mapping[str, Any]) -> Claimed:
    """Return whom these claims speak of."""
    country, profession = claim(claims, provider.country_claim), claim(claims, provider.profession_claim)
    confirmed = provider.confirms_email and claims.get("email_verified") is True
    return Claimed(
        issuer=provider.issuer,
        subject=claims["sub"],
        name=_line(claim(claims, "name") or ""),
        email=claim(claims, "email") if confirmed else None,
        profession=None if profession is None else provider.professions.get(profession),
        place=None if country is None else provider.countries.get(country),
    )


def _line(name: str) -> str | None:
    """Return a name as one line of a length that can be stored; None where nothing of it can be read.

    Providers put line feeds and tabs between the parts of a name: nobody is refused for what they can't change.
    """
    readable = "".join(character for character in " ".join(name.split()) if character.isprintable())
    return readable[:NAME_LENGTH].strip() or None


def refused(fault: IdentityFault) -> IdentityRefusedError:
    """Return the error for ``fault``; its sentence is the same for all of them."""
    return IdentityRefusedError("What the provider answered is not believed.", fault=fault)


def _check_parties(provider: Provider, claims: Mapping[str, Any], attempt: bytes) -> None:
    subject, nonce = claims.get("sub"), claims.get("nonce")
    if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_LENGTH or not subject.isprintable():
        raise refused(IdentityFault.TOKEN)
    if claims.get("iss") != provider.issuer:
        raise refused(IdentityFault.ISSUER)
    audience = claims.get("aud")
    # With another audience beside us somebody else could have been given this token, and hand it to us.
    if audience not in (provider.client_id, [provider.client_id]) or claims.get("azp") not in {
        None,
        provider.client_id,
    }:
        raise refused(IdentityFault.AUDIENCE)
    if not isinstance(nonce, str) or not hmac.compare_digest(
        derived(attempt, "nonce").encode(), nonce.encode("utf-8", "surrogatepass")
    ):
        raise refused(IdentityFault.NONCE)


def _check_times(claims: Mapping[str, Any], instant: float) -> None:
    issued, expires = claims.get("iat"), claims.get("exp")
    numbers = [each for each in (issued, expires) if isinstance(each, int | float) and not isinstance(each, bool)]
    if len(numbers) != 2:  # noqa: PLR2004 - both of them
        raise refused(IdentityFault.TOKEN)
    begun, ends = numbers
    if not instant - OLDEST_SECONDS <= begun <= instant + SKEW_SECONDS or not instant - SKEW_SECONDS < ends:
        raise refused(IdentityFault.EXPIRED)


def _half_hash(access_token: str, algorithm: str) -> str:
    digest = _HASHES.get(algorithm, hashlib.sha256)(access_token.encode("utf-8", "surrogatepass")).digest()
    return jose.text(digest[: len(digest) // 2])
