"""What no pack, no person and no order of events can get around."""

from datetime import date, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from content.vocabulary import ContentClass
from gamification.rules.policy import (
    Approval,
    AwardFacts,
    ClaimFacts,
    Condition,
    Currency,
    Disclosure,
    ItemCategory,
    Money,
    Pack,
    Packs,
    Person,
    Reason,
    Reward,
    YearSoFar,
    award_refusals,
    claim_refusals,
    fulfil_refusals,
    kind_refusals,
    pack_for,
    publish_refusals,
    recognition_only,
)
from gamification.vocabulary import RewardKind
from tests.gamification.rules.policy.scenes import (
    APPROVAL,
    AWARD,
    CAMPAIGN,
    CLAIM,
    CREDIT,
    CREDIT_AWARD,
    DAY,
    DE,
    DELIVERY,
    ES,
    FR,
    GB,
    PAYING,
    RECOGNITION,
    SHIPPED,
    US,
    but,
    shipped,
)

packs = st.sampled_from([US, GB, ES, DE, FR, shipped("IT"), recognition_only("JP")])
countries = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=2)
days = st.dates(date(2024, 1, 1), date(2030, 12, 31))
cents = st.integers(1, 100_000)
money = st.builds(Money, cents, st.sampled_from(["USD", "EUR", "GBP"]))
lanes = st.frozensets(st.sampled_from(ContentClass))
items = st.builds(
    Reward,
    kind=st.sampled_from([RewardKind.EDUCATIONAL_ITEM, RewardKind.CONTENT_UNLOCK]),
    value=money,
    category=st.sampled_from(ItemCategory),
    conditions=st.frozensets(st.sampled_from(Condition)),
    rank_bound=st.booleans(),
    approval=st.just(APPROVAL),
)
known = st.none() | st.booleans()
persons = st.builds(
    Person,
    verified=known,
    licence_active=known,
    profession=st.none() | st.just("physician"),
    public_employee=known,
    covered_recipient=known,
    regions=st.none() | st.frozensets(st.sampled_from(["NY", "MN", "VT", "CA", "MA"])),
)
years = st.builds(
    YearSoFar,
    currency=st.sampled_from(["USD", "EUR"]),
    value=cents,
    count=st.integers(0, 9),
    category_value=cents,
    category_count=st.integers(0, 9),
)
claims = st.builds(
    lambda reward, person, so_far, lane: but(CLAIM, reward=reward, person=person, so_far=so_far, lanes=lane),
    items,
    persons,
    years,
    lanes,
)


@given(countries, days, items, persons, years)
def test_an_unknown_country_never_allows_anything_with_a_value(
    country: str, on: date, item: Reward, person: Person, year: YearSoFar
) -> None:
    assume(country not in SHIPPED.countries())
    pack = pack_for(SHIPPED, country, on)
    claim = but(CLAIM, on=on, reward=item, person=person, so_far=year)
    delivery = but(DELIVERY, on=on, reward=item, person=person, so_far=year)
    for refused in (
        claim_refusals(pack, claim),
        fulfil_refusals(pack, delivery),
        award_refusals(pack, but(CREDIT_AWARD, person=person)),
        publish_refusals(pack, PAYING),
    ):
        assert (Reason.VALUE_OFF, "C12") in [(each.code, each.rule) for each in refused]


@given(countries, days)
def test_recognition_is_allowed_in_every_country_on_every_day(country: str, on: date) -> None:
    pack = pack_for(SHIPPED, country, on)
    assert award_refusals(pack, AWARD) == []
    assert publish_refusals(pack, CAMPAIGN) == []


@given(st.text(max_size=30))
def test_no_kind_outside_the_whitelist_is_ever_given(kind: str) -> None:
    assume(kind not in list(RewardKind))
    assert [each.code for each in kind_refusals(kind)] == [Reason.KIND_REFUSED]
    assert [each for known in RewardKind for each in kind_refusals(known)] == []


@given(packs, claims, cents, st.integers(0, 5))
def test_whoever_got_more_is_never_refused_less(pack: Pack, claim: ClaimFacts, more: int, times: int) -> None:
    year = claim.so_far
    richer = but(
        year,
        value=year.value + more,
        count=year.count + times,
        category_value=year.category_value + more,
        category_count=year.category_count + times,
    )
    before = {(each.code, each.rule) for each in claim_refusals(pack, claim)}
    after = {(each.code, each.rule) for each in claim_refusals(pack, but(claim, so_far=richer))}
    assert before <= after


@given(st.lists(st.integers(1, 10_000), max_size=30))
def test_claims_that_are_allowed_one_after_another_never_pass_the_yearly_limit(values: list[int]) -> None:
    limit = US.person_year.value
    assert limit is not None
    year, got = CLAIM.so_far, 0
    for value in values:
        claim = but(CLAIM, reward__value=Money(value, "USD"), so_far=year)
        if not claim_refusals(US, claim):
            got += value
            year = but(
                year, value=got, count=year.count + 1, category_value=got, category_count=year.category_count + 1
            )
    assert got <= limit.value
    assert year.count <= 4
    assert got >= sum(values[:4])


@given(packs, claims, st.sampled_from(Person.__struct_fields__))
def test_what_nobody_knows_about_a_person_never_helps(pack: Pack, claim: ClaimFacts, field: str) -> None:
    less_known = but(claim, person=but(claim.person, **{field: None}))
    if claim_refusals(pack, claim):
        assert claim_refusals(pack, less_known)
    assert claim_refusals(US, but(CLAIM, person=but(CLAIM.person, **{field: None})))
    assert claim_refusals(US, CLAIM) == []


@given(
    st.lists(st.tuples(st.integers(1, 5), days, st.integers(0, 400)), max_size=6, unique_by=lambda each: each[0]), days
)
def test_an_expired_pack_never_applies_and_the_highest_valid_version_does(
    drawn: list[tuple[int, date, int]], on: date
) -> None:
    made = [
        but(US, version=version, valid_from=start, valid_to=start + timedelta(days=length))
        for version, start, length in drawn
    ]
    chosen = pack_for(Packs(tuple(made)), "US", on)
    valid = [pack.version for pack in made if pack.valid_from <= on <= (pack.valid_to or on)]
    assert chosen.valid_on(on)
    assert (chosen.code == "recognition-only") == (not valid)
    assert not valid or chosen.version == max(valid)
    refused = {each.code for each in claim_refusals(chosen, but(CLAIM, reward__approval=Approval()))}
    assert (Reason.VALUE_OFF in refused) == (not valid), "where none holds, nothing with a value is given"


@given(packs, claims)
def test_recognition_points_buy_nothing_with_a_value_anywhere(pack: Pack, claim: ClaimFacts) -> None:
    codes = [each.code for each in claim_refusals(pack, but(claim, currency=RECOGNITION))]
    assert Reason.RECOGNITION_BUYS_VALUE in codes


@given(packs, claims, days)
def test_accredited_education_earns_nothing_with_a_value_anywhere(pack: Pack, claim: ClaimFacts, on: date) -> None:
    refused = claim_refusals(pack, but(claim, lanes=claim.lanes | {ContentClass.ACCREDITED}, on=on))
    assert Reason.ACCREDITED_EARNS_VALUE in [each.code for each in refused]
    award: AwardFacts = but(AWARD, paid=CREDIT, lanes=frozenset({ContentClass.ACCREDITED}))
    assert Reason.ACCREDITED_EARNS_VALUE in [each.code for each in award_refusals(pack, award)]


def test_a_pack_applies_on_its_first_and_last_day_and_on_no_day_around_them() -> None:
    last = date(2026, 12, 31)
    assert pack_for(SHIPPED, "US", last).code == "us-2026"
    assert pack_for(SHIPPED, "US", last + timedelta(days=1)).code == "recognition-only"
    first = date(2026, 1, 1)
    assert pack_for(SHIPPED, "US", first).code == "us-2026"
    assert pack_for(SHIPPED, "US", first - timedelta(days=1)).code == "recognition-only"
    assert pack_for(SHIPPED, "us", DAY).code == "recognition-only"


def test_value_bearing_points_take_a_verified_person_and_recognition_takes_nobody_known() -> None:
    credit = Currency(key="credit", unit_value=Money(1, "USD"))
    assert award_refusals(US, but(AWARD, paid=credit))
    assert award_refusals(US, but(AWARD, paid=credit, person=CLAIM.person)) == []
    assert award_refusals(US, AWARD) == []


def test_a_duty_to_publish_is_no_permission_to_give() -> None:
    silent = Disclosure(rule="C7", source="somebody", confirmed=True)
    assert claim_refusals(but(GB, disclosure=silent), CLAIM)
    assert claim_refusals(but(US, disclosure=silent), CLAIM) == []
