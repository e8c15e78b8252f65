"""Campaigns: written by marketers, reviewed and frozen by compliance, started and ended by the clock."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery, QueryParameter
from msgspec import Meta

import gamification
from access import Caller, Permission, Role
from api.passage import Passage
from api.routing import command, query
from api.v1.wire import Body, Limit, Listing
from consent.vocabulary import Purpose
from content.vocabulary import ContentClass
from gamification import Campaign, Hand, Preview, PreviewWanted, Staff, Terms, Transition, Writing
from gamification.errors import Problem
from gamification.vocabulary import Action, CampaignPast, CampaignState, CampaignStep
from kernel.errors import InvalidError
from kernel.facts import Origin
from kernel.telling import TooCloseError
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import Profession

READS = {"permission": Permission.CAMPAIGN_READ, "purpose": Purpose.CONTENT_OPERATIONS}
WRITES = {"permission": Permission.CAMPAIGN_WRITE, "purpose": Purpose.CONTENT_OPERATIONS}
REVIEWS = {"permission": Permission.CAMPAIGN_APPROVE, "purpose": Purpose.CONTENT_OPERATIONS}
STOPS = {"permission": Permission.CAMPAIGN_STOP, "purpose": Purpose.CONTENT_OPERATIONS}
FREEZES = {"permission": Permission.CAMPAIGN_FREEZE, "purpose": Purpose.CONTENT_OPERATIONS}
# `state` is a name that Litestar keeps to itself among the parameters of functions, not among those of a query.
InState = Annotated[CampaignState | None, QueryParameter(name="state")]
COUNTING = Origin(request=UUID(int=0), actor="system:previews", role="system", route="windows of previews")
YEARS = (1970, 9000)
PREVIEWED = 100_000
"""Activities that somebody waits for: some seconds of one core."""

RevisionNumber = Annotated[int, Meta(ge=1, le=2**31 - 1)]


class WrittenTerms(Body, frozen=True, kw_only=True):
    """What a campaign says. ``rules`` are YAML or JSON, as text or as the object itself; times have an offset.

    ``markets`` are ISO 3166 codes, ``["*"]`` is everywhere; ``professions`` are those of whom it is for, none: all.
    ``budget`` is in recognition units over all persons. What people do between ``opens_at`` and ``closes_at`` counts;
    between ``visible_from`` and ``visible_until`` it is shown. ``brand`` is whose a promotional campaign is.
    """

    name: str
    lane: ContentClass
    markets: list[str]
    rules: str | dict[str, Any]
    reason: str
    professions: list[Profession] = msgspec.field(default_factory=list)
    visible_from: datetime | None = None
    visible_until: datetime | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    budget: int | None = None
    brand: str | None = None


class NewCampaign(WrittenTerms, frozen=True, kw_only=True):
    """A new campaign; ``key`` is its identity in rules and awards, for good."""

    key: str


class NewRevision(WrittenTerms, frozen=True, kw_only=True):
    """A new revision; ``revision`` is the one that it was written on top of."""

    revision: RevisionNumber


class Step(Body, frozen=True, kw_only=True):
    """Why a step is taken; with ``revision``, only if the campaign is still at that one."""

    reason: str
    revision: RevisionNumber | None = None


class Submission(Step, frozen=True, kw_only=True):
    """Handing a revision to review; ``past`` is what its start does to what happened before."""

    past: CampaignPast


class Review(Body, frozen=True, kw_only=True):
    """What is said about the ``revision`` that was read, and why."""

    reason: str
    revision: RevisionNumber


class PreviewOf(Body, frozen=True, kw_only=True):
    """From when on history is folded again; from its beginning if left out."""

    since: Annotated[datetime, Meta(tz=True)] | None = None


class RulesText(Body, frozen=True, kw_only=True):
    """A campaign's rules, or a whole programme if it has levels: YAML or JSON, as text or as the object itself."""

    rules: str | dict[str, Any]


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is wrong with a rules text; nothing means that it can be used."""

    valid: bool
    problems: list[Problem]


@command.post("/campaigns", **WRITES, records=Action.CAMPAIGN_CREATED, creates=True)
async def create_campaign(uow: UnitOfWork, caller: Caller, data: NewCampaign) -> Campaign:
    """Create a campaign as a draft, at revision 1."""
    return await gamification.create_campaign(uow, staff_of(caller), data.key, _writing(data))


@query.get("/campaigns", **READS, records=Action.CAMPAIGNS_LISTED)
async def list_campaigns(
    uow: UnitOfWork,
    caller: Caller,
    in_state: InState = None,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> Listing[Campaign]:
    """Return campaigns, newest first: those inside the caller's markets and brands, all of them for compliance."""
    found = await gamification.campaigns(uow, staff_of(caller), state=in_state, after=cursor, limit=limit)
    return Listing(found.items, found.next)


@query.get("/campaigns/{campaign:uuid}", **READS, records=Action.CAMPAIGN_READ)
async def read_campaign(uow: UnitOfWork, caller: Caller, campaign: FromPath[UUID]) -> Campaign:
    """Return one campaign with its current revision."""
    return await gamification.campaign(uow, staff_of(caller), campaign)


@query.get("/campaigns/{campaign:uuid}/transitions", **READS, records=Action.CAMPAIGN_READ)
async def list_transitions(
    uow: UnitOfWork,
    caller: Caller,
    campaign: FromPath[UUID],
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> Listing[Transition]:
    """Return every step of a campaign's life, oldest first: who, in which role, why, with old and new values."""
    found = await gamification.transitions(uow, staff_of(caller), campaign, after=cursor, limit=limit)
    return Listing(found.items, found.next)


@command.put("/campaigns/{campaign:uuid}", **WRITES, records=Action.CAMPAIGN_REVISED)
async def edit_campaign(uow: UnitOfWork, caller: Caller, campaign: FromPath[UUID], data: NewRevision) -> Campaign:
    """Write a new revision; whatever the review had come to begins again. A running campaign is paused first."""
    return await gamification.edit_campaign(uow, staff_of(caller), campaign, _writing(data), based_on=data.revision)


@query.post("/campaigns/{campaign:uuid}/preview", **READS, records=Action.CAMPAIGN_PREVIEWED)
async def preview_campaign(
    uow: UnitOfWork, caller: Caller, passage: Passage, campaign: FromPath[UUID], data: PreviewOf
) -> Preview:
    """Say what the current revision would have given for what was done since a day, against the rules in force.

    Numbers about fewer than ten people are null. One account may see 50 different previews a day, and none whose window
    differs by fewer than ten people from one that it saw; figures that do are those that it saw, and `repeated` names
    them. Nothing is written but the audit entry. Up to 100,000 activities are folded while the caller waits;
    `laurel campaign preview` takes any number.
    """
    wanted = await gamification.wanted_of(uow, staff_of(caller), campaign, data.since)
    composed = [f"{each.key} {each.revision}" for each in wanted.ruleset.campaigns]
    await _tell_window(passage, caller, wanted)
    await passage.runtime.telling.spend(caller.account, f"preview {campaign} {data.since} {composed}")
    wanted = msgspec.structs.replace(wanted, workers=1, most=PREVIEWED)
    url, telling = passage.runtime.database_url, passage.runtime.telling
    found = await gamification.told_preview(uow, url, wanted, telling, caller.account)
    gamification.record_preview(uow, found, f"campaign:{campaign}")
    return found


async def _tell_window(passage: Passage, caller: Caller, wanted: PreviewWanted) -> None:
    """Refuse a window that says something about a few people when it is held against those that the caller saw."""
    runtime, topic = passage.runtime, f"windows {sorted(wanted.markets or ())}"
    if wanted.since is not None and not YEARS[0] <= wanted.since.year <= YEARS[1]:
        raise InvalidError("A window begins between 1970 and 9000.", field="since")
    window = "" if wanted.since is None else wanted.since.isoformat()
    seen = await runtime.telling.seen(caller.account, topic, window)
    try:
        async with runtime.work.read(COUNTING) as uow:
            windows = [datetime.fromisoformat(each) if each else None for each in seen]
            await gamification.check_window(uow, wanted.since, windows, wanted.markets)
    except TooCloseError:
        await runtime.telling.unsee(caller.account, topic, window)
        raise


@command.post("/campaigns/{campaign:uuid}/submit", **WRITES, records=Action.CAMPAIGN_MOVED)
async def submit_campaign(uow: UnitOfWork, caller: Caller, campaign: FromPath[UUID], data: Submission) -> Campaign:
    """Hand the current revision to review, saying what its start does to the past."""
    return await gamification.submit_campaign(
        uow, staff_of(caller), campaign, data.past, data.reason, revision=data.revision
    )


@command.post("/campaigns/{campaign:uuid}/approve", **REVIEWS, records=Action.CAMPAIGN_MOVED)
async def approve_campaign(uow: UnitOfWork, caller: Caller, campaign: FromPath[UUID], data: Review) -> Campaign:
    """Approve the revision that was read; whoever wrote one since the last approval never does."""
    return await gamification.approve_campaign(uow, staff_of(caller), campaign, data.reason, revision=data.revision)


@command.post("/campaigns/{campaign:uuid}/reject", **REVIEWS, records=Action.CAMPAIGN_MOVED)
async def reject_campaign(uow: UnitOfWork, caller: Caller, campaign: FromPath[UUID], data: Review) -> Campaign:
    """Send the revision that was read back to its author, as a draft."""
    return await gamification.reject_campaign(uow, staff_of(caller), campaign, data.reason, revision=data.revision)


@command.post("/campaigns/{campaign:uuid}/schedule", **WRITES, records=Action.CAMPAIGN_MOVED)
async def schedule_campaign(uow: UnitOfWork, caller: Caller, campaign: FromPath[UUID], data: Step) -> Campaign:
    """Let an approved campaign start when its activity window opens; at once if that is open already."""
    return await _moved(uow, caller, campaign, CampaignStep.SCHEDULE, data)


@command.post("/campaigns/{campaign:uuid}/pause", **STOPS, records=Action.CAMPAIGN_MOVED)
async def pause_campaign(uow: UnitOfWork, caller: Caller, campaign: FromPath[UUID], data: Step) -> Campaign:
    """Let a running campaign score nothing for a while; nothing that was earned is taken back."""
    return await _moved(uow, caller, campaign, CampaignStep.PAUSE, data)


@command.post("/campaigns/{campaign:uuid}/resume", **WRITES, records=Action.CAMPAIGN_MOVED)
async def resume_campaign(uow: UnitOfWork, caller: Caller, campaign: FromPath[UUID], data: Step) -> Campaign:
    """Let a paused campaign go on."""
    return await _moved(uow, caller, campaign, CampaignStep.RESUME, data)


@command.post("/campaigns/{campaign:uuid}/freeze", **FREEZES, records=Action.CAMPAIGN_MOVED)
async def freeze_campaign(uow: UnitOfWork, caller: Caller, campaign: FromPath[UUID], data: Step) -> Campaign:
    """Stop a campaign wherever it stands; nobody but compliance moves it again."""
    return await _moved(uow, caller, campaign, CampaignStep.FREEZE, data)


@command.post("/campaigns/{campaign:uuid}/unfreeze", **FREEZES, records=Action.CAMPAIGN_MOVED)
async def unfreeze_campaign(uow: UnitOfWork, caller: Caller, campaign: FromPath[UUID], data: Step) -> Campaign:
    """Let a frozen campaign go back to where it was frozen."""
    return await _moved(uow, caller, campaign, CampaignStep.UNFREEZE, data)


@command.post("/campaigns/{campaign:uuid}/end", **STOPS, records=Action.CAMPAIGN_MOVED)
async def end_campaign(uow: UnitOfWork, caller: Caller, campaign: FromPath[UUID], data: Step) -> Campaign:
    """End a campaign for good; nothing that was earned is taken back."""
    return await _moved(uow, caller, campaign, CampaignStep.END, data)


@command.post(
    "/rules/check", permission=Permission.RULES_CHECK, purpose=Purpose.CONTENT_OPERATIONS, records=Action.RULES_CHECKED
)
async def check_rules(uow: UnitOfWork, data: RulesText) -> Checked:
    """Name everything that is wrong with a rules text, by line and field, with a remedy; nothing is kept."""
    problems = list(await gamification.problems_of(_text(data.rules), await gamification.base_rules(uow)))
    uow.record(Action.RULES_CHECKED, count=len(problems))
    return Checked(valid=not problems, problems=problems)


async def _moved(uow: UnitOfWork, caller: Caller, campaign: UUID, step: CampaignStep, data: Step) -> Campaign:
    return await gamification.move_campaign(uow, staff_of(caller), campaign, step, data.reason, revision=data.revision)


def staff_of(caller: Caller) -> Staff:
    """Return who asks, as the life of a campaign knows them: compliance oversees every market and brand."""
    return Staff(Hand(caller.role.value, caller.account), caller.scope, caller.role is Role.COMPLIANCE_OFFICER)


def _writing(data: WrittenTerms) -> Writing:
    said = {field: getattr(data, field) for field in Terms.__struct_fields__}
    audience = {"markets": tuple(data.markets), "professions": tuple(data.professions)}
    return Writing(terms=Terms(**said | audience), text=_text(data.rules), reason=data.reason)


def _text(rules: str | dict[str, Any]) -> str:
    """Return rules as text; an object is written with a line for each field, so that a fault has a line to name."""
    return rules if isinstance(rules, str) else msgspec.json.format(msgspec.json.encode(rules), indent=2).decode()


ROUTES = [
    create_campaign,
    list_campaigns,
    read_campaign,
    list_transitions,
    edit_campaign,
    preview_campaign,
    submit_campaign,
    approve_campaign,
    reject_campaign,
    schedule_campaign,
    pause_campaign,
    resume_campaign,
    freeze_campaign,
    unfreeze_campaign,
    end_campaign,
    check_rules,
]
