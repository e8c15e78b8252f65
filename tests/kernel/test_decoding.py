"""What is wrong with a body is said by field; a word that is none of a list, with the list."""

from enum import StrEnum
from typing import Annotated, Literal

import msgspec
import pytest

from kernel.decoding import located


class Kind(StrEnum):
    """Two words."""

    PLAIN = "plain"
    ROUND = "round-one"


class Part(msgspec.Struct, forbid_unknown_fields=True):
    """One of some."""

    kind: Kind | None = None
    side: Annotated[Literal["left", "right"], msgspec.Meta(title="Side")] = "left"


class Whole(msgspec.Struct, rename="camel"):
    """What is decoded."""

    some_parts: list[Part] = []
    by_name: dict[str, Kind] = {}
    pair: tuple[Kind, ...] = ()


@pytest.mark.parametrize(
    ("body", "field", "sentence"),
    [
        (b'{"someParts":[{"kind":"square"}]}', "someParts[0].kind", "'square'; it is one of plain, round-one"),
        (b'{"someParts":[{},{"side":"up"}]}', "someParts[1].side", "'up'; it is one of left, right"),
        (b'{"byName":{"a":"square"}}', "byName", "'square'; it is one of plain, round-one"),
        (b'{"pair":["square"]}', "pair[0]", "'square'; it is one of plain, round-one"),
        (b'{"someParts":1}', "someParts", "Expected `array`, got `int`"),
        (b'{"someParts":[{"knd":1}]}', "someParts[0].knd", "Object contains unknown field `knd`"),
        (b"{", "body", "Input data was truncated"),
    ],
)
def test_what_is_wrong_is_said_with_what_would_be_right(body: bytes, field: str, sentence: str) -> None:
    with pytest.raises(msgspec.DecodeError) as error:
        msgspec.json.decode(body, type=Whole)
    named, what = located(error.value, Whole)
    assert (named, what[-len(sentence) :]) == (field, sentence)
    assert located(error.value)[0] == field
