"""The keyring: what one key wrapped opens with that key alone, wherever it is kept, and keys can take turns."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from kernel import crypto
from kernel import keys as key_files
from kernel.crypto import KeySizeError, SealError
from kernel.keyring import Keyring, LocalKey, UnknownKeyError, id_of
from kernel.settings import Settings

KEYS = st.binary(min_size=32, max_size=32)
KEY = bytes(range(32))
OTHER = bytes(32)


def ring(current: bytes, *others: bytes) -> Keyring:
    return Keyring(LocalKey(current), [LocalKey(other) for other in others])


class Service(LocalKey):
    """A key management service, but for the network: it answers later, in a layout and of a size of its own."""

    @override
    async def wrap(self, data_key: bytes, context: bytes) -> bytes:
        await asyncio.sleep(0)
        return b"arn:aws:kms:eu-west-1:111122223333:key/laurel|" + await super().wrap(data_key, context)

    @override
    async def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        await asyncio.sleep(0)
        return await super().unwrap(wrapped.partition(b"|")[2], context)


@given(KEYS, st.binary())
async def test_a_wrapped_key_unwraps_for_its_own_person_only(data_key: bytes, person: bytes) -> None:
    keys = ring(KEY)
    wrapped = await keys.wrap(data_key, person)
    assert await keys.unwrap(wrapped, person) == data_key
    assert data_key not in wrapped
    with pytest.raises(SealError):
        await keys.unwrap(wrapped, person + b"2")


async def test_after_a_rotation_old_wrappings_still_open_and_new_ones_use_the_new_key() -> None:
    data_key = crypto.new_data_key()
    old, rotated, new = ring(KEY), ring(OTHER, KEY), ring(OTHER)
    assert await rotated.unwrap(await old.wrap(data_key, b"p"), b"p") == data_key
    assert await new.unwrap(await rotated.wrap(data_key, b"p"), b"p") == data_key


async def test_a_key_that_is_not_at_hand_is_named_by_its_id() -> None:
    wrapped = await ring(KEY).wrap(crypto.new_data_key(), b"p")
    with pytest.raises(UnknownKeyError) as raised:
        await ring(OTHER).unwrap(wrapped, b"p")
    assert raised.value.facts == {"key": wrapped[1:9].hex()}
    assert id_of(wrapped) == LocalKey(KEY).id


@pytest.mark.parametrize("wrapped", [b"", b"\x01", b"\x02" + bytes(68), b"\x01" + bytes(7)])
async def test_a_wrapped_key_without_a_known_layout_is_refused(wrapped: bytes) -> None:
    with pytest.raises(SealError):
        await ring(KEY).unwrap(wrapped, b"p")


async def test_what_an_earlier_version_wrapped_still_opens() -> None:
    wrapped = bytes.fromhex(
        "0184f2637d7136123a39b7daca8c630a4ef3e733d2fb27ff1b76f380cde574b92812c9"
        "c3e82eee7cfad7d79cd20b39f67bb227aa1c16b11e1dc2de953d93544d45676c6170"
    )
    assert await ring(KEY).unwrap(wrapped, b"p") == b"d" * 32


@pytest.mark.parametrize("size", [0, 16, 31, 33])
async def test_a_key_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(KeySizeError):
        LocalKey(bytes(size))
    with pytest.raises(KeySizeError):
        await ring(KEY).wrap(bytes(size), b"")


def test_keys_are_not_shown() -> None:
    for shown in (repr(ring(KEY, OTHER)), repr(LocalKey(KEY))):
        assert KEY.hex() not in shown
        assert repr(KEY) not in shown
    assert repr(ring(KEY, OTHER)).startswith("Keyring(")


async def test_a_service_takes_the_place_of_a_key_in_this_process_and_gives_it_back() -> None:
    data_key = crypto.new_data_key()
    here, service = LocalKey(KEY), Service(OTHER)
    moved = Keyring(service, [here])
    before, after = await Keyring(here).wrap(data_key, b"p"), await moved.wrap(data_key, b"p")
    assert len(after) > len(before)
    assert [await moved.unwrap(each, b"p") for each in (before, after)] == [data_key] * 2
    assert await Keyring(here, [service]).unwrap(after, b"p") == data_key
    with pytest.raises(SealError):
        await moved.unwrap(after, b"q")


async def test_a_process_that_runs_on_finds_the_key_that_another_one_made(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    running = key_files.keyring(settings, key_files.load_keys(settings))
    before = await running.wrap(KEY, b"p")
    rotated = key_files.keyring(settings, key_files.rotate(settings))
    assert rotated.current != running.current
    assert await rotated.unwrap(before, b"p") == KEY
    assert await running.unwrap(await rotated.wrap(KEY, b"p"), b"p") == KEY


async def test_a_former_key_is_forgotten_once_it_wraps_nothing(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    first = key_files.keyring(settings, key_files.load_keys(settings))
    wrapped = await first.wrap(KEY, b"p")
    key_files.rotate(settings)
    last = key_files.keyring(settings, key_files.rotate(settings))
    assert len(last.ids) == 3
    assert key_files.retire(settings, {first.current, last.current}) == 1
    assert await key_files.keyring(settings, key_files.load_keys(settings)).unwrap(wrapped, b"p") == KEY
    assert key_files.retire(settings, {last.current}) == 1
    assert key_files.retire(settings, {last.current}) == 0
    with pytest.raises(UnknownKeyError):
        await key_files.keyring(settings, key_files.load_keys(settings)).unwrap(wrapped, b"p")
    for file in (tmp_path / "keys").iterdir():
        assert file.stat().st_mode & 0o077 == 0


def test_a_key_that_settings_give_is_not_replaced_by_the_program(tmp_path: Path) -> None:
    with pytest.raises(key_files.GivenKeyError) as raised:
        key_files.rotate(Settings(home=tmp_path, key_encryption_key=KEY))
    assert "LAUREL_OTHER_KEY_ENCRYPTION_KEYS" in raised.value.remedy
