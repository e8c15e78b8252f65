"""Which transfers of value are published, and when somebody is warned that a year's limit is near."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gamification.rules.policy import (
    Alert,
    Form,
    ItemCategory,
    Money,
    Pack,
    Person,
    TransferFacts,
    Unit,
    alerts,
    publication,
    recognition_only,
)
from tests.gamification.rules.policy.scenes import CLAIM, DE, DOCTOR, FR, GB, US, but

SMALL = TransferFacts(value=Money(1_381, "USD"), year_total=13_813, person=DOCTOR)
PUBLISHED = (Form.NAMED, Form.IN_TOTAL)


def form(pack: Pack, transfer: TransferFacts) -> Form:
    return publication(pack, transfer).form


def test_a_small_transfer_is_published_once_the_year_has_passed_its_total() -> None:
    assert form(US, SMALL) is Form.NOT_PUBLISHED
    assert form(US, but(SMALL, value=Money(1_382, "USD"))) is Form.NAMED
    assert form(US, but(SMALL, year_total=13_814)) is Form.NAMED


def test_who_is_no_covered_recipient_is_not_published_and_who_might_be_is() -> None:
    large = but(SMALL, value=Money(5_000, "USD"))
    assert form(US, but(large, person__covered_recipient=False)) is Form.NOT_PUBLISHED
    assert form(US, but(large, person__covered_recipient=None)) is Form.NAMED
    assert form(US, large) is Form.NAMED


def test_a_state_publishes_what_the_country_does_not() -> None:
    nurse = but(DOCTOR, covered_recipient=False, regions=frozenset({"MA"}))
    gift = but(SMALL, person=nurse, value=Money(5_000, "USD"))
    told = publication(US, gift)
    assert (told.form, told.rule) == (Form.NAMED, "C6")
    assert form(US, but(gift, value=Money(4_999, "USD"))) is Form.NOT_PUBLISHED
    assert form(US, but(gift, person__regions=frozenset({"NY"}))) is Form.NOT_PUBLISHED


@pytest.mark.parametrize("consent", [None, False])
def test_without_consent_to_be_named_a_transfer_is_published_in_total(consent: bool | None) -> None:  # noqa: FBT001
    told = publication(GB, but(SMALL, value=Money(1, "GBP"), named_consent=consent))
    assert (told.form, told.confirmed) == (Form.IN_TOTAL, False)
    assert form(GB, but(SMALL, value=Money(1, "GBP"), named_consent=True)) is Form.NAMED


def test_france_publishes_by_name_from_ten_euros() -> None:
    assert form(FR, but(SMALL, value=Money(999, "EUR"))) is Form.NOT_PUBLISHED
    assert form(FR, but(SMALL, value=Money(1_000, "EUR"))) is Form.NAMED


def test_a_category_that_the_law_exempts_is_not_published() -> None:
    meal = but(SMALL, value=Money(5_000, "GBP"), category=ItemCategory.MEAL, named_consent=True)
    assert form(GB, meal) is Form.NAMED
    assert form(but(GB, disclosure__exempt=(ItemCategory.MEAL,)), meal) is Form.NOT_PUBLISHED


def test_what_can_not_be_compared_is_published() -> None:
    assert form(US, but(SMALL, value=Money(1, "EUR"))) is Form.NAMED
    assert form(DE, but(SMALL, value=Money(1, "EUR"))) is Form.IN_TOTAL


def test_a_country_without_a_pack_says_that_it_names_no_duty() -> None:
    told = publication(recognition_only("JP"), SMALL)
    assert (told.form, told.rule, told.confirmed) == (Form.NOT_PUBLISHED, None, False)


@given(st.integers(0, 20_000), st.integers(0, 20_000), st.integers(0, 50_000), st.sampled_from([US, GB, FR, DE]))
def test_a_larger_transfer_or_year_is_never_published_less(value: int, more: int, total: int, pack: Pack) -> None:
    currency = {"US": "USD", "GB": "GBP"}.get(pack.country, "EUR")
    transfer = TransferFacts(value=Money(value, currency), year_total=total, person=Person())
    larger = but(transfer, value=Money(value + more, currency), year_total=total + more)
    assert form(pack, transfer) not in PUBLISHED or form(pack, larger) in PUBLISHED


def test_people_are_warned_from_four_fifths_of_a_yearly_limit() -> None:
    near = but(CLAIM, so_far__value=23_000)
    assert alerts(US, near) == [Alert("year-value-near", 32_000, 40_000, Unit.USD_CENTS)]
    assert alerts(US, but(near, so_far__value=22_999)) == []
    counted = but(US, person_year__count=US.items[0].year_count)
    assert [each.code for each in alerts(counted, but(CLAIM, so_far__count=3))] == ["year-count-near"]
    assert alerts(counted, but(CLAIM, so_far__count=2)) == []


def test_a_category_and_a_state_have_limits_of_their_own_to_be_warned_of() -> None:
    third = but(CLAIM, so_far__category_count=3)
    assert alerts(US, third) == [Alert("category-count-near", 4, 4, Unit.ITEMS, category=True)]
    assert alerts(US, but(CLAIM, so_far__category_count=2)) == []
    minnesota = but(CLAIM, person__regions=frozenset({"MN"}))
    tool = but(minnesota, reward__category=None)
    assert [(each.code, each.region, each.used) for each in alerts(US, tool)] == [("state-value-near", "MN", 9_000)]
    assert alerts(US, but(tool, person__regions=frozenset({"MA"}))) == []
    assert alerts(US, minnesota) == [], "educational material is exempt there"
