"""Laurel as its callers meet it: the real application on real servers, and the people and items in it."""

import asyncio
import base64
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import msgspec

import access
import consent
import content
import gamification
import people
from access import EVERYTHING, AccountId, Caller, LetterKind, Role, SessionId
from access.passwords import PASSWORDS
from access.rules.one_time import password_at, step_at
from access.service.letters import token_hash
from access.store import accounts
from access.store import letters as access_letters
from access.store import sessions as access_store
from api.runtime import Runtime
from consent.values import CONSENT_PURPOSES, ConsentChoice
from consent.vocabulary import Answer, Purpose
from content.values import NewContent
from content.vocabulary import ContentClass, ContentKind
from gamification import CurrencyView, NewCurrency, NewReward, Reward
from gamification.vocabulary import RewardKind
from kernel.clock import MovableClock
from kernel.facts import Origin
from tests.api.asker import Asker, Body

ORIGIN = Origin(request=UUID(int=1), actor="system:test", role="system", route="test")
PASSWORD = "correct horse battery staple"
SESSION_LIFE = timedelta(hours=12)
PART = ("activity:oucontent",)
FORUM = ("activity:forumng",)
QUIZ = ("quiz", "assessment")

_hashes: list[str] = []


async def hashed_password() -> str:
    """Return a hash of ``PASSWORD``, made once: hashing takes longer than most tests."""
    if not _hashes:
        _hashes.append(await PASSWORDS.hash(PASSWORD))
    return _hashes[0]


def shown(secret: str, at: datetime) -> str:
    """Return what an authenticator app with this secret (base 32) shows then."""
    raw = base64.b32decode(secret + "=" * (-len(secret) % 8))
    return password_at(raw, step_at(at))


Entry = dict[str, Any]


class House:
    """One running application with its worker, what is published in it, and a look at its database."""

    def __init__(
        self, runtime: Runtime, http: httpx.AsyncClient, clock: MovableClock, database: "asyncpg.Connection[Any]"
    ) -> None:
        self.runtime, self.http, self.clock, self.database = runtime, http, clock, database

    async def hcp(
        self,
        *,
        market: str = "GB",
        zone: str = "Europe/London",
        locale: str = "en-GB",
        agreed: Collection[Purpose] = CONSENT_PURPOSES,
        name: str = "Dr Jane Doe",
    ) -> Asker:
        """Register a healthcare professional who agreed to these purposes."""
        return await self._someone(Role.HCP, (market,), (name, market, zone, locale), agreed)

    async def staff(self, role: Role, *markets: str, brands: Sequence[str] = ("*",)) -> Asker:
        """Register a member of staff, for every market unless some are named, and for every brand likewise."""
        return await self._someone(role, markets or ("*",), ("Sam Staff", "GB", "Europe/London", "en-GB"), (), brands)

    async def machine(self, *markets: str, role: Role = Role.LEARNING_SYSTEM, brands: Sequence[str] = ("*",)) -> Asker:
        """Make a machine client, for every market unless some are named, and for every brand likewise."""
        async with self.runtime.work.begin(ORIGIN) as uow:
            client = await access.create_machine_client(
                uow, "learning platform", markets or ("*",), role, brands=brands
            )
        return await self.sitting(client.account, role, markets or ("*",), None)

    async def asker(self, role: Role, market: str = "*") -> Asker:
        """Return somebody new in that role; HCPs and narrow staff in ``market``."""
        if role is Role.HCP:
            return await self.hcp(market="GB" if market == "*" else market)
        return await self.machine(market, role=role) if role in access.MACHINES else await self.staff(role, market)

    async def _someone(
        self,
        role: Role,
        markets: Sequence[str],
        who: tuple[str, str, str, str],
        agreed: Collection[Purpose],
        brands: Sequence[str] = ("*",),
    ) -> Asker:
        name, market, zone, locale = who
        new = people.NewPerson(
            name=name, email=f"{uuid4().hex}@clinic.example", market=market, zone=zone, locale=locale
        )
        choices = [(each, ConsentChoice(state=Answer.GRANTED, notice_version=1)) for each in agreed]
        async with self.runtime.work.begin(ORIGIN) as uow:
            person = await people.register(uow, new)
            account = await access.open_account(uow, person, role=role, markets=markets, brands=brands)
            await consent.record_consents(uow, person, choices)
        return await self.sitting(account, role, markets, person)

    async def give_password(self, asker: Asker) -> None:
        """Let somebody who has an account choose a password, without ending the session."""
        if asker.caller.person is None:
            return
        async with self.runtime.work.begin(ORIGIN) as uow:
            await accounts.set_password_hash(uow, asker.caller.account, await hashed_password())

    async def code(self, email: str, kind: LetterKind) -> str:
        """Write a letter to ``email`` and return its code, which only the letter would say."""
        code = uuid4().hex
        async with self.runtime.work.begin(ORIGIN) as uow:
            person = await people.find_by_email(uow, email)
            assert person is not None
            account = await access.account_of(uow, person)
            assert account is not None
            letter, ends = uow.new_id(), uow.now + timedelta(minutes=30)
            await access_letters.insert(uow, letter, account, kind.value, ends, (token_hash(code), b"sealed"))
            await access_letters.sent(uow, letter)
        return code

    async def sitting(
        self, account: AccountId, role: Role, markets: Sequence[str], person: people.PersonId | None
    ) -> Asker:
        """Sit down as whoever holds this account."""
        session, scope = SessionId(account), frozenset(markets)
        nobody = Caller(account=account, session=session, role=role, markets=scope, brands=frozenset(), person=person)
        return Asker(self, *await self.session(nobody))

    async def session(self, caller: Caller) -> tuple[Caller, datetime]:
        """Begin a session without a password, since hashing one takes longer than most tests; say when it ends."""
        async with self.runtime.work.begin(ORIGIN) as uow:
            session, until = SessionId(uow.new_id()), uow.now + SESSION_LIFE
            await access_store.insert_session(uow, session, caller.account, until)
        return msgspec.structs.replace(caller, session=session), until

    async def item(
        self,
        tags: Sequence[str] = PART,
        kind: str = "education_module",
        *,
        markets: Sequence[str] = ("GB",),
        approved: bool = True,
        visible_from: datetime | None = None,
        visible_until: datetime | None = None,
        brand: str | None = None,
        lane: ContentClass = ContentClass.MEDICAL,
    ) -> str:
        """Create a content item, approved unless said otherwise, and return its id."""
        new = NewContent(
            kind=ContentKind(kind),
            title="Asthma today",
            locale="en",
            markets=tuple(markets),
            tags=tuple(tags),
            visible_from=visible_from,
            visible_until=visible_until,
            content_class=lane if brand is None else ContentClass.PROMOTIONAL,
            brand=brand,
        )
        async with self.runtime.work.begin(ORIGIN) as uow:
            made = await content.create_content(uow, UUID(int=2), new, scope=EVERYTHING)
            if approved:
                await content.approve(uow, made.id, UUID(int=3), scope=EVERYTHING)
        return str(made.id)

    async def reward(
        self,
        *,
        approved: bool = True,
        markets: Sequence[str] = ("GB",),
        lane: ContentClass = ContentClass.MEDICAL,
        **more: Any,
    ) -> Reward:
        """Create a reward without value or cost, approved unless said otherwise."""
        known = {"name": "Heart sounds", "kind": RewardKind.CONTENT_UNLOCK, "payer": "Laurel Ltd"} | more
        new = NewReward(key=f"r-{uuid4().hex}", markets=tuple(markets), content_class=lane, **known)
        async with self.runtime.work.begin(ORIGIN) as uow:
            made = await gamification.create_reward(uow, UUID(int=2), new, scope=EVERYTHING)
            if approved:
                made = await gamification.approve_reward(uow, made.id, UUID(int=3), scope=EVERYTHING, reference="MLR-7")
        return made

    async def currency(self) -> CurrencyView:
        """Define a currency that nobody has approved yet."""
        new = NewCurrency(key=f"c-{uuid4().hex}", name="Merit", unit_value=10, money="USD")
        async with self.runtime.work.begin(ORIGIN) as uow:
            return await gamification.define_currency(uow, UUID(int=2), new)

    def activity(self, item: str, verb: str = "viewed", *, ago: timedelta = timedelta(0), **more: object) -> Body:
        """Return an activity as a client sends it, ``ago`` before now."""
        occurred_at = (self.clock.now() - ago).isoformat()
        return {"id": str(uuid4()), "verb": verb, "object": item, "occurred_at": occurred_at} | more

    async def trail(self, answer: httpx.Response) -> list[Entry]:
        """Return the audit entries of a request, as they are stored at this moment."""
        return await self.entries(answer.headers["x-request-id"])

    async def entries(self, words: str) -> list[Entry]:
        """Return the audit entries in whose stored bytes ``words`` stand."""
        rows = await self.database.fetch(
            "select body from audit.entry where position($1::bytea in body) > 0 order by id", words.encode()
        )
        return [msgspec.json.decode(row["body"]) for row in rows]

    async def count(self, table: str, where: str = "true", *arguments: object) -> int:
        """Count rows of a table."""
        return int(await self.database.fetchval(f"select count(*) from {table} where {where}", *arguments))

    async def delivered(self) -> None:
        """Wait until the worker has delivered everything and the board is whole."""
        await self.until("not exists (select from kernel.outbox)")
        while not await self.runtime.boards.whole():  # noqa: ASYNC110 - the worker tells nobody
            await asyncio.sleep(0.02)

    async def settled(self) -> None:
        """Wait until every entry has its index and is signed."""
        await self.until(
            "not exists (select from audit.pending)"
            " and (select max(index) + 1 from audit.leaf) = (select max(size) from audit.checkpoint)"
        )

    async def until(self, condition: str) -> None:
        """Wait until an SQL condition holds."""
        while not await self.database.fetchval(f"select {condition}"):  # noqa: ASYNC110 - nor does the database
            await asyncio.sleep(0.02)


def problem(answer: httpx.Response, status: int, code: str) -> Body:
    """Return the problem that an answer is, which must be of this status and code, and complete (RFC 9457).

    What a directory is answered says the status and no code (RFC 7644).
    """
    assert answer.status_code == status, answer.text
    if answer.headers["content-type"] == "application/scim+json":
        said: Body = answer.json()
        assert (said["schemas"], said["status"]) == (["urn:ietf:params:scim:api:messages:2.0:Error"], str(status))
        return said
    assert answer.headers["content-type"] == "application/problem+json"
    body: Body = answer.json()
    assert body["type"] == f"urn:laurel:problem:{code}", body
    assert body["status"] == status
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["title"]
    assert body["remedy"]
    return body


def fields(body: Mapping[str, Any]) -> list[str]:
    """Return the fields that a problem names."""
    return [error["field"] for error in body.get("errors", [])]
