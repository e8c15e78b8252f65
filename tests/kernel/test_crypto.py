"""Envelope encryption: what is sealed opens with its own key in its own place, and nowhere else."""

import time
import unicodedata
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import crypto
from kernel.crypto import KeySizeError, SealError

KEYS = st.binary(min_size=32, max_size=32)
KEY = bytes(range(32))
OTHER = bytes(32)
SECRET = "Dr Ana Söderström".encode()


@given(KEYS, st.binary(), st.binary())
def test_what_is_sealed_opens_again(key: bytes, plaintext: bytes, context: bytes) -> None:
    assert crypto.open_sealed(key, crypto.seal(key, plaintext, context), context) == plaintext


def test_the_same_text_is_never_sealed_to_the_same_bytes_and_never_visible() -> None:
    sealed = {crypto.seal(KEY, SECRET, b"here") for _ in range(50)}
    assert len(sealed) == 50
    assert not any(SECRET in each for each in sealed)


@given(st.data())
def test_one_changed_bit_anywhere_is_noticed(data: st.DataObject) -> None:
    sealed = crypto.seal(KEY, SECRET, b"here")
    position = data.draw(st.integers(0, len(sealed) * 8 - 1))
    changed = bytearray(sealed)
    changed[position // 8] ^= 1 << position % 8
    assert crypto.open_sealed(KEY, sealed, b"here") == SECRET
    with pytest.raises(SealError):
        crypto.open_sealed(KEY, bytes(changed), b"here")


@pytest.mark.parametrize("length", range(45))
def test_a_sealed_value_that_was_cut_off_does_not_open(length: int) -> None:
    sealed = crypto.seal(KEY, SECRET, b"here")
    assert len(sealed) > 45
    with pytest.raises(SealError):
        crypto.open_sealed(KEY, sealed[:length], b"here")


def test_a_value_moved_to_another_row_column_or_table_does_not_open() -> None:
    row, another = (UUID(int=number) for number in (1, 2))
    home = crypto.cell("people.vault", "name", row)
    sealed = crypto.seal(KEY, SECRET, home)
    assert crypto.open_sealed(KEY, sealed, home) == SECRET
    for place in (
        crypto.cell("people.vault", "name", another),
        crypto.cell("people.vault", "email", row),
        crypto.cell("people.identifier", "name", row),
    ):
        with pytest.raises(SealError):
            crypto.open_sealed(KEY, sealed, place)


def test_another_key_does_not_open_it() -> None:
    sealed = crypto.seal(KEY, SECRET, b"here")
    with pytest.raises(SealError):
        crypto.open_sealed(OTHER, sealed, b"here")


def test_an_error_tells_nothing_of_what_is_inside() -> None:
    sealed = crypto.seal(KEY, SECRET, b"here")
    with pytest.raises(SealError) as raised:
        crypto.open_sealed(KEY, sealed, b"there")
    said = repr(raised.value) + raised.value.detail + repr(raised.value.facts)
    assert "altered or moved" in said
    for secret in (SECRET.decode(), SECRET.hex(), KEY.hex(), sealed.hex(), "here"):
        assert secret not in said.replace("there", "")
    assert raised.value.__suppress_context__


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_of_another_size_is_refused(size: int) -> None:
    assert crypto.seal(KEY, SECRET, b"")
    with pytest.raises(KeySizeError):
        crypto.seal(bytes(size), SECRET, b"")
    assert crypto.blind_index(KEY, "a", domain="email")
    with pytest.raises(KeySizeError):
        crypto.blind_index(bytes(size), "a", domain="email")


def test_an_index_finds_an_address_however_it_is_typed() -> None:
    indexes = {
        crypto.blind_index(KEY, text, domain="email")
        for text in ("ana@klinik.de", " ANA@Klinik.DE ", "ana@klinik.de", unicodedata.normalize("NFD", "ana@klinik.de"))
    }
    assert len(indexes) == 1
    assert len(indexes.pop()) == 32


def test_different_texts_keys_and_domains_have_nothing_in_common() -> None:
    indexes = {
        crypto.blind_index(key, text, domain=domain)
        for key in (KEY, OTHER)
        for text in ("ana@klinik.de", "anna@klinik.de")
        for domain in ("email", "identifier:us-npi")
    }
    assert len(indexes) == 8


@given(st.text(st.characters()))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = crypto.normalise(text)
    assert crypto.normalise(once) == once


def test_what_is_longer_than_anything_stored_is_compared_as_it_is() -> None:
    known = "\uff21" * crypto.LONGEST_COMPARED
    assert crypto.normalise(known) == "a" * crypto.LONGEST_COMPARED
    assert crypto.normalise(f"{known}\uff21") == f"{known}\uff21"
    started = time.thread_time()
    crypto.normalise("a" + "\u0316\u0301" * 32_000)
    assert time.thread_time() - started < 1, "nothing; put in order twice, some 7 s"


@given(st.text())
def test_case_and_surrounding_space_make_no_difference(text: str) -> None:
    assert crypto.normalise(f"  {text}\t") == crypto.normalise(text)
    assert crypto.normalise(crypto.normalise(text).upper()) == crypto.normalise(crypto.normalise(text).upper().lower())
