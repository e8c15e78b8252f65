"""What the assessor's page says is there, and its numbers are those of the code."""

import importlib
import re

import pytest

from tests.architecture.tree import ROOT

PAGE = (ROOT / "docs" / "security-documentation.md").read_text()
IDS = (
    *(
        "2.1.1",
        "2.1.2",
        "2.1.3",
        "6.1.1",
        "6.1.2",
        "6.1.3",
        "7.1.1",
        "7.1.2",
        "7.1.3",
        "8.1.1",
        "8.1.2",
        "8.1.3",
        "8.1.4",
    ),
    *("11.1.1", "11.1.2", "11.1.4", "13.1.2", "13.1.3", "13.1.4", "14.1.1", "14.1.2"),
    *("15.1.1", "15.1.2", "15.1.3", "15.1.4", "15.1.5", "16.1.1"),
)
NUMBER = re.compile(r"^\| [^|]+ \| `([a-z0-9_.]+(?:\.Settings)?[A-Za-z0-9_.]*)` \| ([0-9.:]+) \|$", re.MULTILINE)


def found(name: str) -> object:
    """Return a module's constant, or the default of a setting."""
    module, _, constant = name.rpartition(".")
    if module.endswith(".Settings"):
        settings = importlib.import_module(module.removesuffix(".Settings")).Settings
        return getattr(settings(), constant)
    return getattr(importlib.import_module(module), constant)


@pytest.mark.parametrize("identifier", IDS)
def test_what_has_to_be_written_down_stands_under_its_id(identifier: str) -> None:
    headings = re.findall(r"^## .*\((.*)\)$", PAGE, re.MULTILINE)
    assert identifier in {each for heading in headings for each in heading.split(", ")}


def test_every_number_on_the_page_is_the_one_of_the_code() -> None:
    numbers = NUMBER.findall(PAGE)
    assert len(numbers) == PAGE.count("`kernel.") + PAGE.count("`api.") + PAGE.count("`access.")
    assert {name: value for name, value in numbers if str(found(name)) != value} == {}
