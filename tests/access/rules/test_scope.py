"""How far an account reaches, and what lies within that."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.errors import InvalidAccountError, OutsideScopeError
from access.rules.scope import EVERYTHING, Scope, require_within, scope
from access.vocabulary import WHOLE, Role
from tests.access.builders import within

EVERY = frozenset({"*"})
MARKETS = st.frozensets(st.sampled_from(["GB", "FR", "DE", "SE"]))
BRANDS = st.frozensets(st.sampled_from(["cardiovex", "respira", "dermalin"]))
SCOPES = st.builds(Scope, MARKETS | st.just(EVERY), BRANDS | st.just(EVERY))
THINGS = st.builds(
    Scope.of,
    MARKETS.filter(bool) | st.just(EVERY),
    st.none() | st.sampled_from(["cardiovex", "respira", "dermalin"]),
)


@pytest.mark.parametrize(
    ("role", "markets", "own", "expected"),
    [
        (Role.HCP, [], "SE", ["SE"]),
        (Role.HCP, ["*"], "SE", ["SE"]),
        (Role.HCP, ["DE", "FR"], "SE", ["SE"]),
        (Role.MARKETER, ["FR", "DE", "FR"], "SE", ["DE", "FR"]),
        (Role.COMPLIANCE_OFFICER, ["*"], "SE", ["*"]),
        (Role.COMPLIANCE_OFFICER, ["DE", "*"], "SE", ["*"]),
        (Role.LEARNING_SYSTEM, ["GB"], None, ["GB"]),
    ],
)
def test_a_scope_is(role: Role, markets: list[str], own: str | None, expected: list[str]) -> None:
    found = scope(role, markets, ["*"], own)
    assert found.said() == {"markets": expected, "brands": [] if role is Role.HCP else ["*"]}


@pytest.mark.parametrize(
    ("role", "markets", "own"),
    [
        (Role.MARKETER, [], "SE"),
        (Role.MARKETER, ["UK"], "SE"),
        (Role.MARKETER, ["GB", "gb"], "SE"),
        (Role.LEARNING_SYSTEM, [], None),
        (Role.HCP, ["SE"], None),
    ],
)
def test_a_scope_without_a_market_or_with_an_unknown_one_is_refused(
    role: Role, markets: list[str], own: str | None
) -> None:
    with pytest.raises(InvalidAccountError) as raised:
        scope(role, markets, ["*"], own)
    assert raised.value.facts == {"field": "markets"}


HUNDRED = [f"brand-{number:02}" for number in range(100)]


@pytest.mark.parametrize(
    ("role", "brands", "expected"),
    [
        (Role.MARKETER, ["respira", "cardiovex", "respira"], ["cardiovex", "respira"]),
        (Role.ADMINISTRATOR, ["cardiovex", "*"], ["*"]),
        (Role.LEARNING_SYSTEM, ["cardiovex"], ["cardiovex"]),
        (Role.MARKETER, [], None),
        (Role.MARKETER, ["Cardiovex"], None),
        (Role.MARKETER, ["cardiovex", ""], None),
        (Role.MARKETER, ["a" * 65], None),
        (Role.MARKETER, HUNDRED, HUNDRED),
        (Role.MARKETER, [*HUNDRED, "brand-100"], None),
        *((role, ["cardiovex"], None) for role in sorted(WHOLE)),
    ],
)
def test_brands_are_keys_or_all_and_who_answers_for_all_has_all(
    role: Role, brands: list[str], expected: list[str] | None
) -> None:
    if expected is not None:
        assert scope(role, ["GB"], brands, "GB").said()["brands"] == expected
        return
    with pytest.raises(InvalidAccountError) as raised:
        scope(role, ["GB"], brands, "GB")
    assert raised.value.facts == {"field": "brands"}
    assert scope(role, ["GB"], ["*"], "GB").brands == EVERY, "all of them can be held"


@pytest.mark.parametrize(
    ("ours", "theirs", "covered", "touched"),
    [
        (EVERY, EVERY, True, True),
        (EVERY, {"FR"}, True, True),
        ({"FR"}, {"FR"}, True, True),
        ({"FR", "DE"}, {"FR"}, True, True),
        ({"FR"}, {"FR", "DE"}, False, True),
        ({"FR"}, {"DE"}, False, False),
        ({"FR"}, EVERY, False, True),
        (set(), EVERY, False, False),
        (set(), {"FR"}, False, False),
    ],
)
def test_staff_see_what_touches_their_markets_and_decide_on_what_lies_within_them(
    ours: set[str], theirs: set[str], *, covered: bool, touched: bool
) -> None:
    assert within(*ours).covers(within(*theirs)) is covered
    assert within(*ours).touches(within(*theirs)) is touched


@given(SCOPES, THINGS)
def test_a_brand_narrows_what_the_markets_let_somebody_see_and_never_widens_it(ours: Scope, thing: Scope) -> None:
    for judged in (Scope.covers, Scope.touches):
        assert judged(ours, thing) <= judged(Scope(ours.markets, EVERY), thing)
        assert judged(Scope(ours.markets, EVERY), thing) == judged(
            Scope(ours.markets, EVERY), Scope(thing.markets, EVERY)
        )
    assert ours.covers(thing) <= ours.touches(thing), "who may change a thing may see it"
    assert EVERYTHING.covers(thing)


@given(SCOPES.filter(lambda each: each.narrowed and each.brands), MARKETS.filter(bool), st.sampled_from(["respira"]))
def test_who_works_for_some_brands_changes_theirs_sees_what_has_none_and_knows_of_no_other(
    ours: Scope, markets: frozenset[str], brand: str
) -> None:
    here = Scope(markets, ours.brands)
    assert here.touches(Scope.of(markets, None))
    assert not here.covers(Scope.of(markets, None))
    mine = brand in ours.brands
    assert here.touches(Scope.of(markets, brand)) is here.covers(Scope.of(markets, brand)) is mine


@given(SCOPES, SCOPES)
def test_nobody_gives_away_more_than_they_have(own: Scope, given_away: Scope) -> None:
    if own.covers(given_away):
        require_within(own, given_away)
        return
    with pytest.raises(OutsideScopeError) as raised:
        require_within(own, given_away)
    assert raised.value.facts["field"] == ("brands" if own.reaches(given_away.markets) else "markets")


@given(SCOPES, SCOPES, SCOPES)
def test_what_lies_within_what_lies_within_lies_within(outer: Scope, middle: Scope, inner: Scope) -> None:
    if outer.covers(middle) and middle.covers(inner):
        assert outer.covers(inner)
    assert outer.covers(outer) or not outer.markets or not outer.brands
