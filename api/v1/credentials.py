"""What a badge refers to, for whoever verifies it: the issuer, the keys, status lists, what it was given for.

None of it says who holds a badge, and all of it may be kept for as long as it says.
"""

from typing import Any, Final

from litestar import Response
from litestar.datastructures.headers import Accept
from litestar.params import FromPath

import gamification
from api.passage import Passage
from api.routing import public
from api.v1.badges import FORMS
from consent.vocabulary import Purpose
from gamification.errors import CredentialDocumentNotFoundError

BECAUSE: Final = "a badge is verified by strangers; it says nothing about who holds one"
ANYWHERE: Final = {"Access-Control-Allow-Origin": "*"}
"""Wallets and verifiers that run in a browser read these documents from pages of other origins."""

DAY: Final = ANYWHERE | {"Cache-Control": "public, max-age=86400"}
HOUR: Final = ANYWHERE | {"Cache-Control": "public, max-age=3600"}
SECONDS: Final = ANYWHERE | {"Cache-Control": "public, max-age=10", "Vary": "Accept"}
"""A badge that is taken back shows as revoked everywhere within so many seconds."""

LIST_TYPES: Final = ("application/vc", "application/vc+jwt", "application/ld+json", "application/json")


@public.get("/credentials/issuer", because=BECAUSE)
async def credential_issuer(passage: Passage) -> Response[dict[str, Any]]:
    """Return the issuer's profile, with the keys that Data Integrity proofs are verified with."""
    return Response(passage.runtime.badge_issuer.profile(), headers=HOUR)


@public.get("/credentials/keys/{kid:str}", because=BECAUSE)
async def credential_key(passage: Passage, kid: FromPath[str]) -> Response[dict[str, Any]]:
    """Return a public key: a JWK for tokens, a Multikey for Data Integrity proofs. Former keys stay."""
    key = passage.runtime.badge_issuer.key(kid)
    if key is None:
        message = "There is no key with this id."
        raise CredentialDocumentNotFoundError(message)
    return Response(key, headers=DAY)


@public.get("/credentials/status/{number:int}", because=BECAUSE, purpose=Purpose.SERVICE, media_types=LIST_TYPES)
async def credential_status(passage: Passage, accept: str, number: FromPath[int]) -> Response[bytes]:
    """Return a signed status list: 131,072 bits, of which those of badges that were taken back are set."""
    issuer = passage.runtime.badge_issuer
    media_type = Accept(accept).best_match(list(LIST_TYPES)) or LIST_TYPES[0]
    async with passage.read() as uow:
        unsigned = await gamification.badge_status(uow, issuer, number)
    content = gamification.written_list(issuer, unsigned, FORMS[media_type])
    return Response(content, media_type=media_type, headers=SECONDS)


@public.get("/credentials/achievements/{key:str}", because=BECAUSE)
async def credential_achievement(passage: Passage, key: FromPath[str]) -> Response[dict[str, Any]]:
    """Return what a badge is given for."""
    async with passage.read() as uow:
        found = await gamification.badge_achievement(uow, passage.runtime.badge_issuer, key)
    return Response(gamification.written_document(found), headers=HOUR)


ROUTES = [credential_issuer, credential_key, credential_status, credential_achievement]
