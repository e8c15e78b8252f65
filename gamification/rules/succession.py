"""What a new version of a rule set may not do: give a key that people hold awards under another meaning."""

from collections.abc import Iterable, Iterator

from gamification.errors import Problem, RuleSetError
from gamification.rules.grammar import CampaignPart, Parts, RuleSet
from gamification.rules.parts import parts_of


def refuse_succession(previous: RuleSet, following: RuleSet, older: Iterable[RuleSet] = ()) -> None:
    """Raise ``RuleSetError`` where ``following`` gives a key another meaning than it had last.

    ``older`` are versions before ``previous``, the oldest first: awards are held under a key for ever, also under one
    that has been left out for a while.

    A points rule that recurred by week and now recurs by day would pay again for what it has paid already, and a
    streak counted in weeks can't go on in days: such a change is a new rule, and needs a new key.
    """
    meanings: dict[str, tuple[str, str]] = {}
    for version in (*older, previous):
        meanings |= _meanings(version)
    problems = [
        Problem(1, following_place, f"{key} was {before} and would become {after}", "give the changed rule a new key")
        for key, (following_place, after) in _meanings(following).items()
        if (before := meanings.get(key, ("", after))[1]) != after
    ]
    if previous.key != following.key:
        problems.append(Problem(1, "key", f"must stay {previous.key}", "publish another rule set under its own key"))
    if problems:
        raise RuleSetError(problems)


def _meanings(ruleset: RuleSet) -> dict[str, tuple[str, str]]:
    """Return for each key its place and what must stay the same about it, in campaigns too."""
    return {key: meaning for parts, campaign in parts_of(ruleset) for key, meaning in _of(parts, campaign)}


def _of(parts: Parts, campaign: CampaignPart | None) -> Iterator[tuple[str, tuple[str, str]]]:
    where = f"campaign {campaign.key}: " if campaign else ""
    for at, rule in enumerate(parts.points):
        meaning = f"{rule.currency} points once per {rule.once_per} and {rule.recurs}"
        yield rule.key, (f"{where}points[{at}]", meaning)
    for at, streak in enumerate(parts.streaks):
        yield streak.key, (f"{where}streaks[{at}]", f"a streak by {streak.every}")
    for at, badge in enumerate(parts.badges):
        yield badge.key, (f"{where}badges[{at}]", "a badge")
    for at, quest in enumerate(parts.quests):
        yield quest.key, (f"{where}quests[{at}]", "a quest")
    for at, goal in enumerate(parts.community_quests):
        yield goal.key, (f"{where}community_quests[{at}]", "a community quest")
