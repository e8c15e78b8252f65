"""Whether a points rule would pay somebody now: what it asks for is made up, and tried out in the fold.

What a rule needs can be met by the very activity that it pays for: the first try of an item, the third webinar, the day
that makes a streak long enough. So what is missing now says nothing by itself.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from itertools import islice, product
from typing import Final, NamedTuple, TypeAlias, TypeVar
from uuid import UUID

from content.vocabulary import ContentClass, ContentId, ContentKind
from engagement.values import Activity
from engagement.vocabulary import Channel
from gamification.rules.conditions import matcher_of
from gamification.rules.earnings import AwardKey, State
from gamification.rules.folding import fold
from gamification.rules.grammar import PointsRule, RuleSet, SecondsRange, ShareRange, When
from gamification.rules.needs import CountNeed, FirstNeed, Need, Needs, SequenceNeed, StreakNeed, SumNeed
from gamification.rules.progress import Progress
from gamification.rules.standing import Here
from gamification.rules.watching import conditions_of

_LAST: Final = UUID(int=2**128 - 1)
"""Of what is made up and of the item it is about: it comes after everything, and nobody has met the item yet."""

_WAYS: Final = 16
"""How many choices of one condition from each group are tried."""

_LONG: Final = 31_622_399.0
_FAR: Final = timedelta(days=400)

Tried: TypeAlias = dict[Activity, frozenset[str]]
"""What was made up, and the keys of the rules that paid for it."""

Word = TypeVar("Word")


class Lack(NamedTuple):
    """A condition that doesn't hold now, and how far the person is."""

    need: Need
    reached: float
    needed: float


def lacking(owner: str, needs: Needs | None, state: State, here: Here, *, lasting: bool) -> list[list[Lack]]:
    """Return the groups of ``needs`` of which no condition holds now; see ``conditions_of``."""
    person = Progress(state, frozenset(), frozenset())
    person.move_to(here.today)
    groups = zip(needs or (), conditions_of(owner, needs, None, lasting=lasting), strict=True)
    return [
        [
            Lack(need, min(condition.reached(person), condition.needed), condition.needed)
            for need, condition in zip(group, conditions, strict=True)
        ]
        for group, conditions in groups
        if not any(condition.met(person) for condition in conditions)
    ]


def would_pay(
    ruleset: RuleSet,
    rule: PointsRule,
    lanes: Sequence[ContentClass],
    state: State,
    here: Here,
    awarded: AbstractSet[AwardKey],
    tried: Tried,
) -> bool:
    """Tell whether doing what ``rule`` asks for, with an item of one of ``lanes`` that is new, would pay now.

    ``awarded`` are the person's awards that are about no item. ``tried`` remembers what was tried out for other rules.
    """
    lacks = lacking(rule.key, rule.needs, state, here, lasting=False)
    groups = [[each.need for each in group if _is_near(each)] for group in lacks]
    for lane, chosen in product(lanes, islice(product(*groups), _WAYS)):
        wanted = _wanted(rule.when, chosen, lane, state, here)
        if wanted not in tried:
            folded = fold(state, [(ruleset, wanted)], awarded)
            tried[wanted] = frozenset(award.key.rule for award in folded.awards)
        if rule.key in tried[wanted]:
            return True
    return False


def _is_near(lack: Lack) -> bool:
    """Tell whether one activity could be enough: what counts step by step must be one step away."""
    return not isinstance(lack.need, CountNeed | SequenceNeed | StreakNeed) or lack.needed - lack.reached <= 1


def _wanted(wanted: When, needs: Iterable[Need], lane: ContentClass, state: State, here: Here) -> Activity:
    """Make up what is wanted, and of what ``needs`` look for as much as one activity can be at once."""
    now = max(here.now, state.last_at + timedelta(microseconds=1)) if state.last_at is not None else here.now
    chosen, best = [wanted], _activity([wanted], lane, here, now)
    for need in needs:
        if isinstance(need, CountNeed | SumNeed | FirstNeed | SequenceNeed):
            when = need.steps[-1] if isinstance(need, SequenceNeed) else need.when
            made_up = _activity([*chosen, when], lane, here, now)
            if all(matcher_of(each)(made_up) for each in (*chosen, when)):
                chosen, best = [*chosen, when], made_up
    return best


def _activity(whens: Sequence[When], lane: ContentClass, here: Here, now: datetime) -> Activity:
    """Make up an activity that matches all of ``whens``, if there can be one."""
    unwanted = {tag for each in whens if each.tags for tag in each.tags.none or ()}
    tags = {tag for each in whens if each.tags for tag in each.tags.all or ()}
    for any_of in (each.tags.any for each in whens if each.tags and each.tags.any):
        tags.update([tag for tag in any_of if tag not in unwanted][:1])
    return Activity(
        id=_LAST,
        person=_LAST,  # type: ignore[arg-type] # nobody: the core knows no people
        verb=_common([each.verbs for each in whens], whens[0].verbs[0]),
        content=ContentId(_LAST),
        kind=_common([each.kinds for each in whens], ContentKind.EDUCATION_MODULE),
        tags=frozenset(tags),
        occurred_at=now,
        local_date=here.today,
        channel=_common([each.channels for each in whens], Channel.WEB),
        market=here.market,
        content_class=lane,
        score=_within([each.score for each in whens], 1.0),
        success=next((each.success for each in whens if each.success is not None), True),
        completion=next((each.completion for each in whens if each.completion is not None), True),
        progress=_within([each.progress for each in whens], 1.0),
        duration_seconds=_within([each.duration_seconds for each in whens], _LONG),
        due_at=_due(whens, now),
        profession=here.profession,
        eligible=not here.refusals,
    )


def _common(named: Iterable[Sequence[Word] | None], otherwise: Word) -> Word:
    """Return the first word that stands in every list; None is a list of all words."""
    lists = [words for words in named if words is not None]
    return next((word for word in (lists[0] if lists else ()) if all(word in words for words in lists)), otherwise)


def _within(ranges: Iterable[ShareRange | SecondsRange | None], most: float) -> float:
    limits = [each for each in ranges if each is not None]
    below = min((each.below for each in limits if each.below is not None), default=None)
    return most if below is None else (max((each.at_least or 0.0 for each in limits), default=0.0) + below) / 2


def _due(whens: Iterable[When], now: datetime) -> datetime | None:
    asked = {each.on_time for each in whens} | {True for each in whens if each.days_early is not None}
    if False in asked:
        return now - _FAR
    return now + _FAR if True in asked else None
