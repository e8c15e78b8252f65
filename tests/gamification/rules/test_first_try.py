"""The condition that the activity at hand is the first about its item."""

from hypothesis import given

from engagement.values import Activity
from engagement.vocabulary import Verb
from gamification.rules import EMPTY, evaluate, fold
from gamification.rules.grammar import ShareRange, When
from gamification.rules.needs import FirstNeed
from gamification.rules.words import Period
from tests.gamification.rules.examples import activity, rule, ruleset
from tests.gamification.rules.strategies import activities, unhurried

TRIES = When((Verb.PASSED, Verb.FAILED))
ATTEMPTS = When((Verb.VIEWED, Verb.PASSED), score=ShareRange(at_least=0.5))


def paid(rules: When, tries: When, history: list[Activity]) -> set[str]:
    """The items for which a rule with this condition pays, folded one activity after the other."""
    given_rules = ruleset([rule(recurs=Period.EVER, when=rules, needs=((FirstNeed(tries),),))])
    state, items = EMPTY, set()
    for each in sorted(history, key=lambda each: (each.occurred_at, each.id)):
        outcome = evaluate(given_rules, state, each)
        state = outcome.state
        items |= {award.key.subject for award in outcome.awards}
    together = fold(EMPTY, [(given_rules, each) for each in history])
    assert {award.key.subject for award in together.awards} == items
    return items


def test_a_first_try_pays_and_a_second_does_not() -> None:
    passing = When((Verb.PASSED,))
    first, second = activity(1, verb=Verb.PASSED), activity(2, verb=Verb.PASSED, content=2)
    assert paid(passing, TRIES, [first, second]) == {str(first.content), str(second.content)}
    failing = activity(0, verb=Verb.FAILED)
    assert paid(passing, TRIES, [failing, first, second]) == {str(second.content)}


def test_an_activity_that_is_no_try_itself_is_no_first_try() -> None:
    history = [activity(1, verb=Verb.PASSED), activity(2, verb=Verb.VIEWED)]
    assert paid(When((Verb.VIEWED,)), TRIES, history) == set()
    assert paid(When((Verb.PASSED,)), TRIES, history) == {str(history[0].content)}


@unhurried
@given(activities())
def test_any_history_pays_the_items_whose_first_try_is_the_activity_that_the_rule_wants(
    history: list[Activity],
) -> None:
    in_order = sorted(history, key=lambda each: (each.occurred_at, each.id))
    tries = [each for each in in_order if each.score is not None and each.score >= 0.5]
    firsts = [each for at, each in enumerate(tries) if each.content not in {other.content for other in tries[:at]}]
    expected = {str(each.content) for each in firsts if each.verb is Verb.PASSED}
    assert paid(When((Verb.PASSED,)), ATTEMPTS, history) == expected
