"""What crosses the boundary of this room about campaigns."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from access import Scope
from content.vocabulary import ContentClass
from gamification.rules.campaigns import Hand, Terms
from gamification.rules.grammar import Parts
from gamification.vocabulary import CampaignPast, CampaignState, CampaignStep
from people.vocabulary import PersonId, Profession


class Reviewed(msgspec.Struct, frozen=True):
    """Everything that a review is about; its canonical JSON is what the hash of a revision is made from."""

    terms: Terms
    rules: Parts


class Staff(msgspec.Struct, frozen=True):
    """Who works on campaigns. ``overseer``: sees every market and brand, as compliance does."""

    hand: Hand
    scope: Scope
    overseer: bool = False

    def sees(self, campaign: Scope) -> bool:
        """Tell whether a campaign lies wholly inside the own markets, and belongs to an own brand or to none."""
        return self.overseer or (self.scope.reaches(campaign.markets) and self.scope.touches(campaign))


class Writing(msgspec.Struct, frozen=True, kw_only=True):
    """A revision as its author writes it: terms, rules (YAML or JSON), and why."""

    terms: Terms
    text: str
    reason: str


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """One immutable revision; ``body`` is the canonical JSON of ``Reviewed``."""

    id: UUID
    campaign: UUID
    number: int
    author: UUID
    terms: Terms
    text: str
    body: bytes
    sha256: bytes


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign with its current revision; times are UTC, ``budget`` is in recognition units over all persons.

    ``past_says`` puts into words what starting this revision does to what happened before. ``budget_used`` is counted
    only where there is a budget, and told in whole tenths of it to whoever doesn't oversee campaigns.
    """

    id: UUID
    key: str
    state: CampaignState
    frozen_from: CampaignState | None
    author: UUID
    created_at: datetime
    changed_at: datetime
    revision: int
    revised_by: UUID
    revised_at: datetime
    name: str
    lane: ContentClass
    markets: tuple[str, ...]
    professions: tuple[Profession, ...]
    visible_from: datetime | None
    visible_until: datetime | None
    opens_at: datetime | None
    closes_at: datetime | None
    budget: int | None
    brand: str | None
    budget_used: int
    rules: str
    sha256: str
    past: CampaignPast | None
    past_says: str | None = None
    approved_by: UUID | None
    approved_at: datetime | None

    @property
    def scope(self) -> Scope:
        """Return where it is for people, and whose it is."""
        return Scope.of(self.markets, self.brand)

    @property
    def terms(self) -> Terms:
        """Return what the current revision says beside its rules."""
        return Terms(**{field: getattr(self, field) for field in Terms.__struct_fields__})


class Transition(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a campaign's life; ``old`` and ``new`` hold what it changed."""

    id: UUID
    step: CampaignStep
    from_state: CampaignState | None
    to_state: CampaignState
    actor: str
    role: str
    reason: str
    at: datetime
    revision: int
    old: dict[str, Any]
    new: dict[str, Any]


class Backfill(msgspec.Struct, frozen=True, kw_only=True):
    """A silent scoring of what was recorded under versions before ``version``; ``after`` is the last who is done."""

    id: UUID
    campaign: UUID
    revision: int
    version: int
    after: PersonId | None


class CampaignApproval(msgspec.Struct, frozen=True):
    """Which account approved a revision of a campaign, and when; ``sha256`` is of what was approved."""

    sha256: str
    approved_by: UUID
    approved_at: datetime
