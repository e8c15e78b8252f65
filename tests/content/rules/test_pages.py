"""A page is as long as was asked, within bounds."""

import pytest

from content.errors import InvalidListingError
from content.rules.pages import checked


@pytest.mark.parametrize("limit", [0, -1, 201, 10**9])
def test_a_limit_out_of_bounds_is_refused_by_name(limit: int) -> None:
    assert (checked(1), checked(200)) == (1, 200)
    with pytest.raises(InvalidListingError) as refusal:
        checked(limit)
    assert refusal.value.facts["field"] == "limit"
