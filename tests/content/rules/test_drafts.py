"""What an item must look like."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from content.errors import InvalidContentError
from content.rules.drafts import check
from content.rules.tags import forbidden_word
from content.values import NewContent
from content.vocabulary import ContentKind

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DRAFT = NewContent(
    kind=ContentKind.PODCAST,
    title="Atrial fibrillation: what changed",
    summary="Two cardiologists talk.\nIn ten minutes.",
    locale="en-GB",
    markets=("GB", "IE"),
    tags=("cardiology", "atrial fibrillation", "sample size", "rosales"),
    visible_from=NOON,
    visible_until=NOON + timedelta(days=1),
    duration_seconds=600,
)


def is_market(code: str) -> bool:
    return code in {"GB", "IE", "FR"}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"summary": "", "tags": (), "visible_from": None, "visible_until": None, "duration_seconds": None},
        {"markets": ("*",)},
        {"due_at": NOON},
        {"due_at": NOON - timedelta(days=9), "visible_from": None},
        {"title": "Santé\u00a0: l'essentiel", "locale": "fr"},
        {"title": "x" * 300, "tags": tuple(f"tag {number}" for number in range(50))},
        {"tags": ("t" * 100,)},
    ],
)
def test_a_complete_item_is_accepted(changes: dict[str, Any]) -> None:
    item = replace(DRAFT, **changes)
    check(item, is_market)
    assert item.kind is ContentKind.PODCAST


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("title", {"title": ""}),
        ("title", {"title": "   "}),
        ("title", {"title": "x" * 301}),
        ("title", {"title": "a\0b"}),
        ("title", {"title": "two\nlines"}),
        ("title", {"title": "\ud800"}),
        ("summary", {"summary": "x" * 5_001}),
        ("summary", {"summary": "\t"}),
        ("locale", {"locale": "english"}),
        ("locale", {"locale": "en_GB"}),
        ("locale", {"locale": ""}),
        ("markets", {"markets": ()}),
        ("markets", {"markets": ("UK",)}),
        ("markets", {"markets": ("gb",)}),
        ("markets", {"markets": ("*", "GB")}),
        ("tags", {"tags": tuple(f"tag {number}" for number in range(51))}),
        ("tags", {"tags": ("Cardiology",)}),
        ("tags", {"tags": ("",)}),
        ("tags", {"tags": (" cardiology",)}),
        ("tags", {"tags": ("t" * 101,)}),
        ("tags", {"tags": ("sales",)}),
        ("due_at", {"due_at": NOON - timedelta(seconds=1)}),
        ("due_at", {"due_at": NOON.replace(tzinfo=None)}),
        ("due_at", {"due_at": datetime.max.replace(tzinfo=UTC)}),
        ("visible_until", {"visible_until": NOON}),
        ("visible_until", {"visible_until": NOON - timedelta(days=1)}),
        ("visible_from", {"visible_from": datetime(2026, 1, 1)}),  # noqa: DTZ001 - a time without an offset
        ("visible_from", {"visible_from": datetime.min.replace(tzinfo=UTC)}),
        ("visible_until", {"visible_until": datetime.max.replace(tzinfo=UTC)}),
        ("duration_seconds", {"duration_seconds": 0}),
        ("duration_seconds", {"duration_seconds": 2**40}),
    ],
)
def test_an_item_that_cannot_be_kept_names_the_field(field: str, changes: dict[str, Any]) -> None:
    check(DRAFT, is_market)
    with pytest.raises(InvalidContentError) as refusal:
        check(replace(DRAFT, **changes), is_market)
    assert refusal.value.facts["field"] == field


@pytest.mark.parametrize(
    "tag",
    [
        "prescribing",
        "inappropriate prescribing",
        "prescription volume",
        "sales-territory",
        "q3_sales",
        "free samples",
        "sample",
        "product sample",
        "formulary status",
        "ｓａｌｅｓ",  # noqa: RUF001 - full-width letters are the same word
    ],
)
def test_no_tag_lets_points_depend_on_prescribing_sales_samples_or_formularies(tag: str) -> None:
    assert forbidden_word(tag) is not None


@pytest.mark.parametrize("tag", ["sample size", "rosales", "cardiology", "description", "wholesalers in history"])
def test_a_tag_that_only_looks_alike_may_be_used(tag: str) -> None:
    assert forbidden_word(tag) is None


@given(st.text(max_size=30), st.sampled_from(["sales", "prescribing"]), st.sampled_from([" ", "-", "_", "/", "."]))
def test_a_forbidden_word_is_found_however_it_is_joined(text: str, word: str, joint: str) -> None:
    assert forbidden_word(f"{text}{joint}{word}") is not None
