"""No body takes a field that it does not name: not one of all the columns that there are (mass assignment)."""

from typing import Any, get_args

import msgspec
import pytest

from access import scim
from api.scim_documents import PREFIX
from tests.api.test_every_route import policies
from tests.architecture.test_columns import rooms_with_tables, tables_of

COLUMNS = sorted(
    {
        str(column._meta.name)
        for room in (*rooms_with_tables(), "kernel")
        for table in tables_of(room)
        for column in table._meta.columns
    }
)
SHAPES = {
    route: policy.shape
    for route, policy in policies().items()
    if policy.shape is not None and PREFIX not in route  # a directory's are passed over: see below
}
NAMES = {"username", "displayname", "name", "emails", "usertype", "active", "externalid"}
"""The attributes of a directory's user, which are read whatever their case."""


def structs(shape: Any) -> list[type[msgspec.Struct]]:
    """The structs that a body may be: one, or one of several, or a list of them."""
    if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
        return [shape]
    return [found for part in get_args(shape) for found in structs(part)]


def foreign(struct: type[msgspec.Struct], column: str) -> bool:
    """Whether a body with this field is refused for it, and not for what it lacks."""
    try:
        msgspec.json.decode(msgspec.json.encode({column: None}), type=struct)
    except msgspec.ValidationError as error:
        return f"unknown field `{column}`" in str(error)
    return False


@pytest.mark.parametrize("route", sorted(SHAPES))
def test_every_body_refuses_every_column_that_is_not_its_own(route: str) -> None:
    found = structs(SHAPES[route])
    assert found, "every body is of a shape that is written down"
    for struct in found:
        own = set(struct.__struct_encode_fields__)
        assert [column for column in COLUMNS if column not in own and not foreign(struct, column)] == []


def test_what_a_directory_says_beyond_its_attributes_is_passed_over() -> None:
    user = {"userName": "ada@clinic.example", "userType": "marketer"}
    foreign_ones = {column: True for column in COLUMNS if column.replace("_", "").lower() not in NAMES}
    assert scim.read(foreign_ones | user) == scim.read(user)
    assert scim.read(user | {"active": False}) != scim.read(user)
    assert len(foreign_ones) > 150


def test_there_are_many_columns_and_a_body_that_takes_any_would_be_found() -> None:
    class Open(msgspec.Struct):
        name: str = ""

    assert len(COLUMNS) > 150
    assert not foreign(Open, "role")
