"""Two accounts, and a house that they sign in to: each step in a transaction of its own that is committed."""

from collections.abc import Awaitable, Callable
from typing import Concatenate, ParamSpec, TypeVar

import access
from access import AccountId, Caller, NewAccount, Role, SignInRefused, Standing, Tokens, TokenVerifier
from kernel.clock import MovableClock
from kernel.facts import Fact, Origin
from kernel.unit_of_work import UnitOfWork, Work
from tests.conftest import KEYS

PASSWORD = "correct horse battery staple"
ANA = NewAccount(
    email="ana@klinik.example",
    name="Dr Ana Söderström",
    role=Role.HCP,
    market="SE",
    zone="Europe/Stockholm",
    locale="sv",
    password=PASSWORD,
)
MAYA = NewAccount(
    email="maya@pharma.example",
    name="Maya Brand",
    role=Role.MARKETER,
    market="GB",
    zone="Europe/London",
    locale="en-GB",
    markets=("GB", "SE"),
    password=PASSWORD,
)


_Given = ParamSpec("_Given")
_Answer = TypeVar("_Answer")


class House:
    """What the tests do over and over, each in a transaction of its own that is committed."""

    def __init__(self, work: Work, origin: Origin, clock: MovableClock) -> None:
        self.work = work
        self.origin = origin
        self.clock = clock
        self.facts: list[Fact] = []
        authority = access.Authority(access.TokenKeys(KEYS.token_key), "https://laurel.test", "laurel")
        self.verifier = TokenVerifier(authority, clock)

    async def do(
        self,
        service: Callable[Concatenate[UnitOfWork, _Given], Awaitable[_Answer]],
        *arguments: _Given.args,
        **named: _Given.kwargs,
    ) -> _Answer:
        async with self.work.begin(self.origin) as uow:
            answer = await service(uow, *arguments, **named)
            self.facts = [fact for _, fact in uow.entries]
        return answer

    async def account(self, new: NewAccount = ANA) -> AccountId:
        return await self.do(access.create_account, new)

    async def signed_in(self, new: NewAccount = ANA) -> Tokens:
        answer = await self.do(access.sign_in, new.email, PASSWORD)
        assert isinstance(answer, Tokens)
        return answer

    async def refreshed(self, tokens: Tokens) -> Tokens:
        answer = await self.do(access.refresh, str(tokens.refresh_token))
        assert isinstance(answer, Tokens), self.facts
        return answer

    async def refused(
        self,
        service: Callable[Concatenate[UnitOfWork, _Given], Awaitable[Tokens | SignInRefused]],
        *arguments: _Given.args,
        **named: _Given.kwargs,
    ) -> tuple[str, str | None]:
        """Return the recorded action and reason of a refusal that was committed."""
        before = await self.audit_entries()
        answer = await self.do(service, *arguments, **named)
        assert isinstance(answer, SignInRefused)
        assert answer.error.detail == "These credentials are not valid."
        (fact,) = self.facts
        assert fact.outcome == "failed"
        assert await self.audit_entries() == before + 1
        return fact.action, fact.reason

    async def audit_entries(self) -> int:
        async with self.work.read(self.origin) as uow:
            return int(await uow.fetchval("select count(*) from audit.entry"))

    async def standing(self, tokens: Tokens) -> Standing:
        async with self.work.read(self.origin) as uow:
            return (await access.standings(uow, [(tokens.session, tokens.account)]))[0]

    def caller(self, tokens: Tokens) -> Caller:
        return self.verifier.verify(tokens.access_token).caller
