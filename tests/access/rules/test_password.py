"""What a password must look like: long enough, and not what a guesser tries first."""

import time
import unicodedata

import pytest

from access.common_passwords import common_passwords
from access.errors import InvalidAccountError
from access.rules import password

WELL_KEPT = "Wacholder-Tram 9 Fjord? leise Moos " * 4


def refused(given: str, *own: str) -> str:
    """Return the sentence that refuses a password."""
    with pytest.raises(InvalidAccountError) as raised:
        password.check(given, common_passwords(), own)
    assert raised.value.facts == {"field": "password"}
    assert given not in raised.value.detail
    return raised.value.detail


@pytest.mark.parametrize("length", [12, 13, 128])
def test_a_password_of_this_length_is_accepted(length: int) -> None:
    password.check(WELL_KEPT[:length], common_passwords())


@pytest.mark.parametrize("length", [1, 11, 129])
def test_a_password_of_another_length_is_refused_without_repeating_it(length: int) -> None:
    assert "12 to 128 characters" in refused(WELL_KEPT[:length])


@pytest.mark.parametrize(
    "given",
    [
        "needforspeed",  # itself among the stolen ones
        "NeedForSpeed",
        "passwordpassword",
        "iloveyousunshine",
        "password1234",
        "Sunshine2024!",
        "123456789012",
        "qwertyqwerty",
        "qwerty123456",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "dragon123456",
    ],
)
def test_what_was_published_or_is_made_of_it_is_refused(given: str) -> None:
    assert "published" in refused(given)


@pytest.mark.parametrize(
    "given", ["correct horse battery staple", "ohne jeden Großbuchstaben", "111 222 333 zebra", "tRjq0vWmK2xN"]
)
def test_no_kind_of_character_is_asked_for(given: str) -> None:
    password.check(given, common_passwords())


@pytest.mark.parametrize(
    ("given", "own"), [("Söderström99", ("Dr Ana Söderström",)), ("ana.soder1234", ("ana.soder@klinik.example",))]
)
def test_what_others_know_of_somebody_is_no_password(given: str, own: tuple[str, ...]) -> None:
    assert "a name that others know" in refused(given, *own)
    password.check(given, common_passwords(), ("Somebody Else", "else@klinik.example"))
    password.check(f"{given} unter Kiefern", common_passwords(), own)


def test_the_service_itself_is_no_password() -> None:
    assert "a name that others know" in refused("laurel-2026x")


def test_the_list_holds_three_thousand_passwords_and_more_that_nobody_here_may_choose() -> None:
    """Of 3,000 passwords that are long enough and built from the commonest, as guessers build them, none passes."""
    commonest = sorted(common_passwords())[::10]
    tried = [word + tail for word in commonest for tail in (word, "123456") if len(word + tail) >= 12][:3_000]
    assert len(tried) == 3_000
    assert not [each for each in tried if not password.is_common(each, common_passwords())]


def test_a_password_is_the_same_however_its_characters_are_composed() -> None:
    typed = "Grüße aus Zürich"
    assert password.octets(unicodedata.normalize("NFD", typed)) == password.octets(unicodedata.normalize("NFC", typed))
    assert password.octets(typed) != password.octets(typed.upper())


def test_a_password_of_lone_surrogates_has_octets_too() -> None:
    assert password.octets("\ud800" * 12) == b"\xed\xa0\x80" * 12


def test_a_book_of_accents_is_refused_and_hashed_without_being_put_in_order() -> None:
    book = "a" + "\u0316\u0301" * 32_000
    started = time.thread_time()
    assert "12 to 128 characters" in refused(book)
    assert password.octets(book) == book.encode()
    assert time.thread_time() - started < 1, "a millisecond; put in order twice, some 7 s"


def test_a_password_has_its_normal_form_up_to_the_longest_that_is_typed() -> None:
    typed = "\uff21" * password.LONGEST_TYPED
    assert password.octets(typed) == b"A" * password.LONGEST_TYPED
    assert password.octets(f"{typed}\uff21") == f"{typed}\uff21".encode()


def test_accents_are_counted_when_they_are_composed() -> None:
    typed = unicodedata.normalize("NFD", "Fjord" + "\u1ec7" * 120)
    assert len(typed) > 300
    password.check(typed, frozenset())
