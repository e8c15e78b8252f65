"""Asking OpenID providers: their metadata, their keys and their tokens. Whatever they answer is judged in the rules."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from access.errors import IdentityProviderAwayError, IdentityProviderNotFoundError
from access.refusals import IdentityFault
from access.rules import jose
from access.rules import openid as rules
from access.rules.providers import Provider
from kernel.clock import Clock
from kernel.http_client import HttpClient, NoAnswerError

TIMEOUT_SECONDS: Final = 5.0
KEPT: Final = timedelta(hours=1)
ASKED_AGAIN: Final = timedelta(minutes=1)
"""A key that is not among those known is looked for so often: a stranger's tokens must not make us ask all the time."""


class OpenIdProviders:
    """The providers that people may sign in with, and what this process knows of them."""

    def __init__(self, providers: Mapping[str, Provider], clock: Clock) -> None:
        """Trust ``providers``, by their keys; OSError where a secret's file can't be read."""
        self._providers = providers
        self._secrets = {
            (each.issuer, each.client_id): Path(each.client_secret_file).read_text(encoding="utf-8").strip()
            for each in providers.values()
            if each.client_secret_file is not None
        }
        self._clock = clock
        self._client = HttpClient()
        self._documents: dict[str, tuple[datetime, bytes]] = {}

    def names(self) -> dict[str, str]:
        """Return the providers' names by their keys."""
        return {key: provider.name for key, provider in self._providers.items()}

    def provider(self, key: str) -> Provider:
        """Return a provider.

        Raises:
            IdentityProviderNotFoundError: nobody trusts it here.

        """
        found = self._providers.get(key)
        if found is None:
            raise IdentityProviderNotFoundError("There is no such provider.", field="provider")
        return found

    def redirect_uri(self, key: str, wanted: str | None) -> str:
        """Return where a provider sends the browser back to: the ``wanted`` address if it is listed, or the first.

        Raises:
            IdentityProviderNotFoundError: it is not listed.

        """
        listed = self.provider(key).redirect_uris
        if wanted is not None and wanted not in listed:
            raise IdentityProviderNotFoundError("The field redirect_uri is no listed address.", field="redirect_uri")
        return wanted or listed[0]

    async def authorization_url(self, key: str, redirect_uri: str, attempt: bytes) -> str:
        """Return where the browser asks the provider who it is.

        Raises:
            IdentityProviderAwayError: it doesn't answer.
            IdentityRefusedError: its metadata are not to be believed.

        """
        provider = self.provider(key)
        return rules.authorization_url(provider, await self._endpoints(provider), redirect_uri, attempt)

    async def exchange(
        self, key: str, redirect_uri: str, attempt: bytes, *, code: str, state: str, issuer: str | None
    ) -> rules.Claimed:
        """Exchange a code for whom the provider vouches for.

        Raises:
            IdentityProviderAwayError: it doesn't answer.
            IdentityRefusedError: something about its answer is not as it must be.

        """
        provider = self.provider(key)
        known = await self._endpoints(provider)
        rules.check_response(known, attempt, state, issuer)
        answer = await self._tokens(provider, known, redirect_uri, attempt, code)
        token, access_token = answer.get("id_token"), answer.get("access_token")
        if not isinstance(token, str) or not isinstance(access_token, str):
            raise rules.refused(IdentityFault.CODE)
        signing = await self._key(known, rules.key_id(provider, token))
        claims = rules.verified(provider, token, signing, attempt, self._clock.now(), access_token)
        if provider.userinfo and known.userinfo_endpoint is not None:
            claims = await self._with_userinfo(known.userinfo_endpoint, access_token, claims)
        return rules.claimed(provider, claims)

    async def close(self) -> None:
        """Close every connection."""
        await self._client.close()

    async def _endpoints(self, provider: Provider) -> rules.Endpoints:
        address = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
        return rules.endpoints(provider, await self._document(address, KEPT))

    async def _key(self, known: rules.Endpoints, kid: str | None) -> dict[str, Any]:
        found = rules.key_among(await self._document(known.jwks_uri, KEPT), kid)
        if found is None:  # the provider may have a new one
            found = rules.key_among(await self._document(known.jwks_uri, ASKED_AGAIN), kid)
        if found is None:
            raise rules.refused(IdentityFault.SIGNATURE)
        return found

    async def _tokens(
        self, provider: Provider, known: rules.Endpoints, redirect_uri: str, attempt: bytes, code: str
    ) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": rules.derived(attempt, "verifier"),
            "client_id": provider.client_id,
        }
        secret = self._secrets.get((provider.issuer, provider.client_id))
        given = {} if secret is None else {"client_secret": secret}
        status, body = await self._ask("POST", known.token_endpoint, data=form | given)
        if status != HTTPStatus.OK:
            raise rules.refused(IdentityFault.CODE)
        return _object(body, IdentityFault.CODE)

    async def _with_userinfo(self, address: str, access_token: str, claims: dict[str, Any]) -> dict[str, Any]:
        status, body = await self._ask("GET", address, headers={"Authorization": f"Bearer {access_token}"})
        found = _object(body, IdentityFault.CLAIMS) if status == HTTPStatus.OK else {}
        if found.get("sub") != claims["sub"]:  # OpenID Connect Core 5.3.2: it may be somebody else's
            raise rules.refused(IdentityFault.CLAIMS)
        return found | claims

    async def _document(self, address: str, kept: timedelta) -> bytes:
        """Return what stands at an address, read at most ``kept`` ago."""
        now = self._clock.now()
        read_at, document = self._documents.get(address, (None, b""))
        if read_at is not None and abs(now - read_at) < kept:
            return document
        status, document = await self._ask("GET", address)
        if status != HTTPStatus.OK:
            raise IdentityProviderAwayError("The provider does not answer.")
        self._documents[address] = (now, document)
        return document

    async def _ask(self, method: str, address: str, **request: Any) -> tuple[int, bytes]:
        """Ask once; a redirection is no answer."""
        try:
            return await self._client.ask(method, address, seconds=TIMEOUT_SECONDS, **request)
        except NoAnswerError:
            raise IdentityProviderAwayError("The provider does not answer.") from None


def _object(body: bytes, fault: IdentityFault) -> dict[str, Any]:
    try:
        return jose.json_object(body)
    except ValueError:
        raise rules.refused(fault) from None
