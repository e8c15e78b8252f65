"""What a late activity changes: the awards a person has against the awards the whole history earns."""

from collections.abc import Mapping

from gamification.rules.earnings import AwardKey, Corrections, Effects, Folded, PointsEffect, State, StreakEffect
from gamification.rules.grammar import RuleSet
from gamification.rules.parts import community_quests, points_rules, quests
from gamification.vocabulary import RECOGNITION


def corrections(existing: Mapping[AwardKey, int], desired: Mapping[AwardKey, int]) -> Corrections:
    """Compare awards by key and points. Badges are awards too, so one that the history no longer supports goes."""
    return Corrections(
        {key: desired[key] for key in sorted(desired.keys() - existing.keys())},
        {key: existing[key] for key in sorted(existing.keys() - desired.keys())},
        {
            key: (existing[key], desired[key])
            for key in sorted(desired.keys() & existing.keys())
            if existing[key] != desired[key]
        },
    )


def late_effects(ruleset: RuleSet, before: State, replayed: Folded, changed: Corrections) -> Effects:
    """Return what a replay changed for the person since ``before``, as the effects of the late activity.

    Points that another activity loses to the late one cancel out and aren't shown; points taken back are negative.
    ``ruleset`` gives their names. Levels and streaks are shown where they are new.
    """
    paid = [each for effects in replayed.effects for each in effects.points]
    points = {AwardKey(each.rule, each.subject, each.period): each for each in paid}
    badges = {each.key: each for effects in replayed.effects for each in effects.badges}
    levels = {each.level: each for effects in replayed.effects for each in effects.levels if each.level > before.level}
    given = {(each.key, each.subject): each for effects in replayed.effects for each in effects.contributions}
    done = {each.key: each for effects in replayed.effects for each in effects.quests if each.done == each.steps}
    return Effects(
        points=(*(points[key] for key in changed.to_award if key in points), *_moved(ruleset, changed)),
        badges=tuple(badges[key.rule] for key in changed.to_award if key not in points and key.rule in badges),
        quests=tuple(done[key.rule] for key in changed.to_award if key not in points and key.rule in done),
        contributions=tuple(given[key[:2]] for key in changed.to_award if key not in points and key[:2] in given),
        levels=tuple(levels[level] for level in sorted(levels)),
        streaks=_streaks(before, replayed),
    )


def _streaks(before: State, replayed: Folded) -> tuple[StreakEffect, ...]:
    names = {each.key: each.name for effects in replayed.effects for each in effects.streaks}
    return tuple(
        StreakEffect(key=key, name=names[key], current=streak.current, longest=streak.longest)
        for key, streak in replayed.state.streaks.items()
        if streak != before.streaks.get(key)
    )


def _moved(ruleset: RuleSet, changed: Corrections) -> list[PointsEffect]:
    rules = points_rules(ruleset)
    currencies = {each.key: each.currency for each in rules}
    names = {each.key: each.name for each in rules} | {each.key: each.name for each in quests(ruleset)}
    names |= {each.key: each.name for each in community_quests(ruleset)}
    differences = {key: -points for key, points in changed.to_reverse.items() if points}
    differences |= {key: after - before for key, (before, after) in changed.to_change.items()}
    return [
        PointsEffect(
            rule=rule,
            name=names.get(rule, rule),
            points=points,
            subject=subject,
            period=period,
            currency=currencies.get(rule, RECOGNITION),
        )
        for (rule, subject, period), points in differences.items()
    ]
