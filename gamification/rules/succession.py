"""What a new version of a rule set may not do: give a key that people hold awards under another meaning."""

from gamification.errors import Problem, RuleSetError
from gamification.rules.grammar import RuleSet


def refuse_succession(previous: RuleSet, following: RuleSet) -> None:
    """Raise ``RuleSetError`` where ``following`` gives a key of ``previous`` another meaning.

    A points rule that recurred by week and now recurs by day would pay again for what it has paid already, and a
    streak counted in weeks can't go on in days: such a change is a new rule, and needs a new key.
    """
    problems = [
        Problem(1, following_place, f"{key} was {before} and would become {after}", "give the changed rule a new key")
        for key, (following_place, after) in _meanings(following).items()
        if (before := _meanings(previous).get(key, ("", after))[1]) != after
    ]
    if previous.key != following.key:
        problems.append(Problem(1, "key", f"must stay {previous.key}", "publish another rule set under its own key"))
    if problems:
        raise RuleSetError(problems)


def _meanings(ruleset: RuleSet) -> dict[str, tuple[str, str]]:
    """Return for each key its place and what must stay the same about it."""
    return {
        **{
            rule.key: (f"points[{at}]", f"{rule.currency} points once per {rule.once_per} and {rule.recurs}")
            for at, rule in enumerate(ruleset.points)
        },
        **{streak.key: (f"streaks[{at}]", f"a streak by {streak.every}") for at, streak in enumerate(ruleset.streaks)},
        **{badge.key: (f"badges[{at}]", "a badge") for at, badge in enumerate(ruleset.badges)},
        **{quest.key: (f"quests[{at}]", "a quest") for at, quest in enumerate(ruleset.quests)},
    }
