"""The layouts of transfers of value: complete in their columns, silent about what only a register knows."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest

from gamification import Transfer
from gamification.rules.disclosures import Heading, Line
from gamification.rules.layouts import (
    EFPIA,
    OPEN_PAYMENTS,
    PRACTITIONER,
    WORDS_UNCONFIRMED,
    column_notes,
    decimal,
    efpia,
    open_payments,
)
from people.vocabulary import PersonId

TRANSFER = Transfer(
    claim=UUID(int=7),
    person=PersonId(UUID(int=8)),
    payer="Laurel Inc",
    product=None,
    nature="Education",
    category="book_or_journal",
    market="US",
    currency="USD",
    estimated=2_500,
    committed=2_500,
    actual=2_305,
    released=False,
    amount=2_305,
    at=datetime(2026, 3, 2, 9, tzinfo=UTC),
    profession="physician",
    covered_recipient=True,
)
FILLED = {
    "Change_Type": "NEW",
    "Covered_Recipient_Type": "Covered Recipient Physician",
    "Recipient_Country": "United States",
    "Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_Name": "Laurel Inc",
    "Total_Amount_of_Payment_USDollars": "23.05",
    "Date_of_Payment": "03/02/2026",
    "Number_of_Payments_Included_in_Total_Amount": "1",
    "Form_of_Payment_or_Transfer_of_Value": "In-kind items and services",
    "Nature_of_Payment_or_Transfer_of_Value": "Education",
    "Third_Party_Payment_Recipient_Indicator": "No Third Party Payment",
    "Contextual_Information": f"recipient {UUID(int=8)}",
    "Record_ID": str(UUID(int=7)),
    "Dispute_Status_for_Publication": "No",
    "Related_Product_Indicator": "No",
    "Program_Year": "2026",
}


def test_the_open_payments_layout_has_91_columns_and_none_twice() -> None:
    assert len(OPEN_PAYMENTS) == len(set(OPEN_PAYMENTS)) == 91
    assert OPEN_PAYMENTS[0] == "Change_Type"
    assert OPEN_PAYMENTS[-2:] == ("Program_Year", "Payment_Publication_Date")


def test_an_open_payments_row_fills_what_is_known_and_leaves_every_name_empty() -> None:
    row = open_payments(TRANSFER, 2026)
    assert row is not None
    assert tuple(row) == OPEN_PAYMENTS
    assert {name: text for name, text in row.items() if text} == FILLED
    about = open_payments(msgspec.structs.replace(TRANSFER, product="Cardizol"), 2026)
    assert about is not None
    assert about["Related_Product_Indicator"] == "Yes"
    assert about["Name_of_Drug_or_Biological_or_Device_or_Medical_Supply_1"] == "Cardizol"


def test_what_was_not_handed_over_or_happened_elsewhere_is_no_open_payment() -> None:
    for change in ({"amount": None}, {"market": "GB"}, {"currency": "EUR"}, {"covered_recipient": False}):
        assert open_payments(msgspec.structs.replace(TRANSFER, **change), 2026) is None


@pytest.mark.parametrize(
    ("profession", "covered", "said"), [("nurse", True, PRACTITIONER), (None, True, ""), ("physician", None, "")]
)
def test_what_kind_of_recipient_it_was_is_said_where_it_is_known(
    profession: str | None, *, covered: bool | None, said: str
) -> None:
    known = msgspec.structs.replace(TRANSFER, profession=profession, covered_recipient=covered)
    row = open_payments(known, 2026)
    assert row is not None
    assert row["Covered_Recipient_Type"] == said


def test_a_line_of_the_yearly_report_says_whom_or_how_many_it_is_about_and_on_what_ground() -> None:
    heading = Heading("DE", "Laurel GmbH", "", "prize", "EUR", "C7", confirmed=False)
    row = efpia(heading, Line(3, 4, 12_000), 2026, 25)
    assert tuple(row) == EFPIA
    assert (row["Disclosure"], row["Number_of_Recipients"], row["Total_Amount"]) == ("aggregate", "3", "120.00")
    assert (row["Named_Share_Percent"], row["Rule"], row["Ground_Confirmed"]) == ("25", "C7", "no")
    alone = efpia(heading._replace(recipient="pseudonym", confirmed=True), Line(1, 1, 500), 2026)
    assert (alone["Disclosure"], alone["Recipient"], alone["Ground_Confirmed"]) == ("individual", "pseudonym", "yes")


def test_every_column_says_whether_it_is_filled_and_whether_its_words_were_read() -> None:
    row = open_payments(msgspec.structs.replace(TRANSFER, product="Cardizol"), 2026)
    assert row is not None
    notes = column_notes("open-payments")
    assert [note.name for note in notes if note.filled] == [name for name, text in row.items() if text]
    assert {note.name for note in notes if not note.confirmed} == WORDS_UNCONFIRMED
    assert not any(note.confirmed for note in column_notes("efpia"))


def test_amounts_are_spelled_to_the_cent() -> None:
    assert [decimal(each) for each in (0, 5, 100, 123_456)] == ["0.00", "0.05", "1.00", "1234.56"]
