"""Which brand a thing may have: one where it promotes, none where it teaches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.vocabulary import is_brand
from content.rules.brands import brand_fault
from content.vocabulary import ContentClass

TEACHING = [ContentClass.MEDICAL, ContentClass.ACCREDITED]


@given(
    lane=st.sampled_from(ContentClass),
    brand=st.none() | st.text(max_size=70) | st.just("cardiovex"),
    narrowed=st.booleans(),
)
def test_nothing_is_wrong_with_a_key_where_it_promotes_and_with_none_where_it_needs_none(
    lane: ContentClass, brand: str | None, *, narrowed: bool
) -> None:
    promotes = lane is ContentClass.PROMOTIONAL
    right = not (promotes and narrowed) if brand is None else promotes and is_brand(brand)
    assert (brand_fault(lane, brand, narrowed=narrowed) is None) is right


@pytest.mark.parametrize("lane", TEACHING)
def test_what_teaches_belongs_to_no_brand(lane: ContentClass) -> None:
    assert "belongs to no brand" in str(brand_fault(lane, "cardiovex", narrowed=False))
    assert brand_fault(lane, None, narrowed=True) is None
    assert brand_fault(ContentClass.PROMOTIONAL, "cardiovex", narrowed=True) is None


@pytest.mark.parametrize("word", ["", "*", "Cardiovex", "1st", "cardio vex", "cardiovex\n", "-x", "ä", "a" * 65])
def test_a_brand_is_a_key(word: str) -> None:
    assert not is_brand(word)
    assert is_brand("cardiovex-2")
    assert is_brand("a" * 64)
