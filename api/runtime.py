"""The composition root: everything that lives as long as the process, put together once."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import structlog

import access
import audit
import consent
import gamification
import people
from api.floods import Floods, Pressure
from api.four_eyes import Guarded
from api.holdings import registry
from api.merging import Merging
from api.standings import Standings
from consent import Controller, ReceiptIssuer
from consent.vocabulary import Basis, Purpose
from gamification import BadgeIssuer, BadgeKeys, Boards
from gamification.errors import PolicyPackError
from kernel import epochs
from kernel.batching import Batcher
from kernel.cache import Cache
from kernel.clock import Clock, SystemClock
from kernel.database import DB
from kernel.facts import Fact, Origin
from kernel.keys import Keys, keyring
from kernel.limits import Limits
from kernel.mail import mailbox
from kernel.once import Once
from kernel.settings import Settings, SettingsError
from kernel.telling import Telling
from kernel.unit_of_work import Work

AUDIENCE = "laurel"
POOL_SIZE = 10
REQUESTS_ORIGIN = Origin(
    request=UUID(int=0),
    actor="system:privacy",
    role="system",
    route="worker privacy",
    purpose=Purpose.COMPLIANCE,
    basis=Basis.LEGAL_OBLIGATION,
)

_log = structlog.get_logger()


class Runtime:
    """What handlers, the worker and the command line share."""

    def __init__(self, settings: Settings, keys: Keys, clock: Clock | None = None) -> None:
        """Put everything together; nothing is opened yet. Both URLs of ``settings`` must be given."""
        if settings.database_url is None or settings.redis_url is None:
            message = "A runtime needs both URLs; start the embedded servers first."
            raise ValueError(message)
        self.settings = settings
        self.clock = clock or SystemClock()
        self.database_url = settings.database_url
        self.cache = Cache(settings.redis_url)
        self.epochs = epochs.Epochs(self.cache)
        self.work = Work(self.clock, audit.append)
        self.log_key = audit.LogKey(log_origin(settings), keys.audit_key)
        self.token_keys = access.TokenKeys(keys.token_key, access.former_keys(keys.token_former_keys))
        self.former_log_keys = former_log_keys(settings)
        self.witness_policy = witness_policy(settings, self.log_key)
        self.authority = access.Authority(self.token_keys, settings.public_url, AUDIENCE)
        self.relying_party = access.party(settings.public_url, settings.passkey_domain, settings.passkey_origins)
        self.openid = openid_providers(settings, self.clock)
        self.registers = licence_registers(settings)
        self.verifier = access.TokenVerifier(self.authority, self.clock)
        self.boards = Boards(self.cache)
        self.badge_issuer = badge_issuer(settings, keys)
        self.registry = registry(settings, self.boards)
        self.limits = Limits(self.cache, self.clock)
        self.once = Once(self.cache, self.clock)
        self.telling = Telling(self.cache, self.clock)
        self.standings = Standings(self.work, self.cache, self.epochs, self.clock, settings.requests_per_minute)
        self.mailbox = mailbox(settings)
        self.merging = Merging(self.work, settings.activity_retention_days)
        self.trail: Batcher[Sequence[tuple[Origin, Fact]], None] = Batcher(self._append, most=1_000)
        self.settling: Batcher[None, bool] = Batcher(self._settle, most=1_000)
        self.receipt_issuer = receipt_issuer(settings, keys)
        self._suppression_key = keys.suppression_key
        self.floods = Floods(self.work, self.clock)
        self.pressure = Pressure(self.work)
        self.guarded: list[Guarded] = []
        self._packs = policy_packs(settings)
        self._vault = people.VaultKeys(keyring(settings, keys), keys.email_index_key, keys.identifier_index_key)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["Runtime"]:
        """Open the database's pools and hand the rooms their keys; close everything at the end."""
        people.configure(self._vault)
        gamification.use_packs(self._packs)
        consent.configure(self._suppression_key)
        access.configure(self.authority, self.relying_party)
        epochs.use(self.epochs)
        await DB.open(self.database_url, size=POOL_SIZE)
        try:
            yield self
        finally:
            await DB.close()
            await self.cache.close()
            await self.openid.close()
            await self.registers.close()

    async def require_replayed(self) -> None:
        """See that nobody who was erased is back: a database that was restored must not be served before that.

        Raises:
            ErasuresMissingError: it is older than erasures on the list.

        """
        async with self.work.read(REQUESTS_ORIGIN) as uow:
            await consent.require_replayed(uow, self.registry)

    async def _append(self, many: Sequence[Sequence[tuple[Origin, Fact]]]) -> Sequence[BaseException | None]:
        """Make the entries of many queries and denials durable with one commit."""
        await self.work.append([entry for entries in many for entry in entries])
        return [None] * len(many)

    async def _settle(self, many: Sequence[None]) -> Sequence[bool]:
        """Wait once for everybody who wants to read the log now."""
        return [await audit.settle(self.work)] * len(many)


def badge_issuer(settings: Settings, keys: Keys) -> BadgeIssuer:
    """Return who gives badges: the operator's name, under the public address."""
    badge_keys = BadgeKeys(keys.badge_rsa_key, keys.badge_key, settings.badge_former_keys)
    return BadgeIssuer(settings.public_url, settings.badge_issuer, badge_keys)


def former_log_keys(settings: Settings) -> list[audit.FormerKey]:
    """Return the keys that signed the log's checkpoints before the one in use.

    Raises:
        SettingsError: a line of LAUREL_AUDIT_FORMER_KEYS is none.

    """
    try:
        return audit.read_former_keys(settings.audit_former_keys)
    except audit.NoteError as error:
        raise SettingsError(f"LAUREL_AUDIT_FORMER_KEYS: {error}", field="audit_former_keys") from None


def witness_policy(settings: Settings, log_key: audit.LogKey) -> audit.Policy | None:
    """Return which witnesses must sign the log's checkpoints (c2sp.org/tlog-policy), or None.

    Raises:
        SettingsError: the file can't be read, or is malformed, or names other logs only.

    """
    if settings.witness_policy is None:
        return None
    try:
        policy = audit.parse_policy(settings.witness_policy.read_bytes())
    except (OSError, audit.PolicyError) as error:
        raise SettingsError(f"LAUREL_WITNESS_POLICY: {error}", field="witness_policy") from None
    if policy.logs and log_key.vkey not in policy.logs:
        raise SettingsError("LAUREL_WITNESS_POLICY: it names logs, and this one is not among them.")
    return policy


def policy_packs(settings: Settings) -> gamification.Packs | None:
    """Return the operator's policy packs, instead of those that come with Laurel; None where there are none.

    Raises:
        SettingsError: one can't be read, or is malformed; it names the file, the line and the field.

    """
    if settings.policy_packs is None:
        return None
    try:
        return gamification.load_packs(settings.policy_packs)
    except PolicyPackError as error:
        raise SettingsError(f"LAUREL_POLICY_PACKS: {error}", field="policy_packs") from None


def openid_providers(settings: Settings, clock: Clock) -> access.OpenIdProviders:
    """Return whom people may sign in with; nobody unless the operator says so.

    Raises:
        SettingsError: the file can't be read, or is malformed.

    """
    if settings.openid_providers is None:
        return access.OpenIdProviders({}, clock)
    try:
        found = access.read_providers(settings.openid_providers.read_text(encoding="utf-8"))
        return access.OpenIdProviders(found, clock)
    except (OSError, ValueError) as error:
        raise SettingsError(f"LAUREL_OPENID_PROVIDERS: {error}", field="openid_providers") from None


def licence_registers(settings: Settings) -> people.Registers:
    """Return which registers are asked about licences; none unless the operator says so.

    Raises:
        SettingsError: the file can't be read, or is malformed.

    """
    if settings.licence_registers is None:
        return people.Registers({})
    try:
        return people.Registers(people.read_registers(settings.licence_registers.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise SettingsError(f"LAUREL_LICENCE_REGISTERS: {error}", field="licence_registers") from None


def receipt_issuer(settings: Settings, keys: Keys) -> ReceiptIssuer:
    """Return who gives consent receipts: the controller, as the operator names it."""
    controller = Controller(settings.controller, settings.controller_contact, settings.data_location)
    return ReceiptIssuer(controller, keys.receipt_key, keys.receipt_former_keys)


def log_origin(settings: Settings) -> str:
    """Return the audit log's name in its checkpoints: the public address without its scheme."""
    return settings.public_url.split("://", 1)[1].rstrip("/").replace("+", "-") + "/audit"
