"""Turns the conditions of a rule into checks: which activities can touch it at all, and whether this one matches.

Verb, kind, class, tags, and what is known of who acted are few and come again and again: ``touches`` decides
about them once for each combination. What differs from one activity to the next is left to ``check_of``, which runs in
well under a microsecond.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple, TypeAlias

from content.vocabulary import ContentClass, ContentKind
from engagement.values import Activity
from engagement.vocabulary import Profession, Verb
from gamification.rules.grammar import CampaignPart, SecondsRange, ShareRange, Tags, When

Check: TypeAlias = Callable[[Activity], bool]


class Sort(NamedTuple):
    """What activities have in common that touch the same rules."""

    verb: Verb
    kind: ContentKind
    content_class: ContentClass
    tags: frozenset[str]
    market: str
    profession: Profession | None = None
    eligible: bool = False


def sort_of(activity: Activity) -> Sort:
    """Return the sort of an activity."""
    return Sort(
        activity.verb,
        activity.kind,
        activity.content_class,
        activity.tags,
        activity.market,
        activity.profession,
        activity.eligible,
    )


def touches(when: When, sort: Sort) -> bool:
    """Tell whether activities of this sort can match ``when``."""
    return (
        sort.verb in when.verbs
        and (when.kinds is None or sort.kind in when.kinds)
        and (when.classes is None or sort.content_class in when.classes)
        and (when.tags is None or _tagged(when.tags, sort.tags))
    )


def reaches(campaign: CampaignPart | None, sort: Sort) -> bool:
    """Tell whether a campaign is about activities of this sort: its lane, its markets and its professions."""
    if campaign is None:
        return True
    return (
        sort.content_class is campaign.lane
        and (campaign.markets is None or sort.market in campaign.markets)
        and (campaign.professions is None or sort.profession in campaign.professions)
    )


def check_of(when: When, campaign: CampaignPart | None = None) -> Check | None:
    """Return the check of all that ``touches`` leaves open, and of the campaign's time; None if there is nothing."""
    return all_of([*_time_checks(campaign), *_range_checks(when), *_exact_checks(when), *_due_checks(when)])


def matcher_of(when: When, campaign: CampaignPart | None = None) -> Check:
    """Return the whole check of ``when``, for activities that nothing has chosen by their sort before."""
    check = check_of(when, campaign)
    return lambda activity: touches(when, sort_of(activity)) and (check is None or check(activity))


def open_check(campaign: CampaignPart | None) -> Check | None:
    """Return the check of the campaign's time alone."""
    return all_of(_time_checks(campaign))


def all_of(checks: list[Check]) -> Check | None:
    """Return one check that passes when all of them do; None if there is none."""
    if not checks:
        return None
    if len(checks) == 1:
        return checks[0]
    every = tuple(checks)

    def passes(activity: Activity) -> bool:
        for check in every:  # noqa: SIM110 - a generator would double the time of the hottest line
            if not check(activity):
                return False
        return True

    return passes


def _tagged(tags: Tags, given: frozenset[str]) -> bool:
    return (
        (tags.any is None or not given.isdisjoint(tags.any))
        and (tags.all is None or given.issuperset(tags.all))
        and (tags.none is None or given.isdisjoint(tags.none))
    )


def _time_checks(campaign: CampaignPart | None) -> list[Check]:
    checks: list[Check] = []
    if campaign is not None and campaign.opens is not None:
        opens = campaign.opens
        checks.append(lambda activity: activity.occurred_at >= opens)
    if campaign is not None and campaign.closes is not None:
        closes = campaign.closes
        checks.append(lambda activity: activity.occurred_at < closes)
    return checks


def _range_checks(when: When) -> list[Check]:
    checks: list[Check] = []
    if when.score is not None:
        score = inside(when.score)
        checks.append(lambda activity: activity.score is not None and score(activity.score))
    if when.progress is not None:
        progress = inside(when.progress)
        checks.append(lambda activity: activity.progress is not None and progress(activity.progress))
    if when.duration_seconds is not None:
        duration = inside(when.duration_seconds)
        checks.append(lambda activity: activity.duration_seconds is not None and duration(activity.duration_seconds))
    return checks


def inside(limits: ShareRange | SecondsRange) -> Callable[[float], bool]:
    """Return whether a value lies in a range."""
    lowest = float("-inf") if limits.at_least is None else limits.at_least
    bound = float("inf") if limits.below is None else limits.below
    return lambda value: lowest <= value < bound


def _exact_checks(when: When) -> list[Check]:
    checks: list[Check] = []
    if when.channels is not None:
        channels = frozenset(when.channels)
        checks.append(lambda activity: activity.channel in channels)
    if when.success is not None:
        success = when.success
        checks.append(lambda activity: activity.success is success)
    if when.completion is not None:
        completion = when.completion
        checks.append(lambda activity: activity.completion is completion)
    return checks


def _due_checks(when: When) -> list[Check]:
    checks: list[Check] = []
    if when.on_time is not None:
        on_time = when.on_time
        checks.append(lambda activity: is_on_time(activity) is on_time)
    if when.days_early is not None:
        early = timedelta(days=when.days_early)
        checks.append(lambda activity: activity.due_at is not None and activity.occurred_at + early <= activity.due_at)
    return checks


def is_on_time(activity: Activity) -> bool | None:
    """Tell whether an activity happened by the moment its item was due, itself on time; None if it was never due."""
    return None if activity.due_at is None else activity.occurred_at <= activity.due_at
