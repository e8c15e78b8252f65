"""The edges of what is easily guessed: how long a tail, which patterns, how much must be left beside a name."""

import pytest

from access.errors import InvalidAccountError
from access.rules.password import check, is_common

NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("folded", "common"),
    [
        ("a123456", {"a"}),
        ("sunshine123456", {"sunshine"}),
        ("sunshinemonkey", {"sunshine", "monkey"}),
        ("a" * 13, NONE),
        ("abcdabcd", NONE),
        ("abcabcabcabc", NONE),
        ("swordfishswordfish", {"swordfish"}),
    ],
)
def test_it_is_common(folded: str, common: set[str]) -> None:
    assert is_common(folded, common)


@pytest.mark.parametrize(
    ("folded", "common"),
    [
        ("ab", NONE),
        ("sunshine1234567", {"sunshine"}),
        ("sunshinekwz", {"sunshine"}),
        ("sunshinekwzrtpq", {"sunshine"}),
        ("qwzrtkqwzrtk", NONE),
        ("abcdabcde", NONE),
    ],
)
def test_it_is_not_common(folded: str, common: set[str]) -> None:
    assert not is_common(folded, common)


@pytest.mark.parametrize(
    ("own", "refused", "accepted"),
    [
        ((), "laurelqx7vkwz", "laurelqx7vkwzm"),
        (("josephine.doe@clinic.example",), "josephineqx7vk", "josephineqx7vkwzm"),
        (("Ann Annabelle",), "annabelleqx7vk", "annabelleqx7vkwzm"),
        (("Annabelle Bell",), "annabelleqx7vk", "annabelleqx7vkwzm"),
    ],
)
def test_beside_a_name_eight_more_characters_are_enough_and_seven_are_not(
    own: tuple[str, ...], refused: str, accepted: str
) -> None:
    check(accepted, NONE, own)
    with pytest.raises(InvalidAccountError):
        check(refused, NONE, own)
