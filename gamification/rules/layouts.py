"""The layouts in which transfers of value are handed to authorities: column names, and what of them we can fill.

Nobody is named: Laurel holds pseudonyms. What a register knows (names, addresses, NPI, licences, CMS's own ids) is left
empty, for whoever submits the file to fill in from it.
"""

from typing import Final

import msgspec

from engagement.vocabulary import Profession
from gamification.reward_values import Transfer
from gamification.rules.disclosures import UNITED_STATES, Heading, Line

DOLLARS: Final = "USD"
AMOUNT_PLACES: Final = 100
PHYSICIAN: Final = "Covered Recipient Physician"
PRACTITIONER: Final = "Covered Recipient Non-Physician Practitioner"

_SPELLED: Final = ("Change_Type", "Covered_Recipient_Type", "Teaching_Hospital_CCN", "Teaching_Hospital_ID")
_RECIPIENT: Final = (
    "Teaching_Hospital_Name",
    "Covered_Recipient_Profile_ID",
    "Covered_Recipient_NPI",
    "Covered_Recipient_First_Name",
    "Covered_Recipient_Middle_Name",
    "Covered_Recipient_Last_Name",
    "Covered_Recipient_Name_Suffix",
    "Recipient_Primary_Business_Street_Address_Line1",
    "Recipient_Primary_Business_Street_Address_Line2",
    "Recipient_City",
    "Recipient_State",
    "Recipient_Zip_Code",
    "Recipient_Country",
    "Recipient_Province",
    "Recipient_Postal_Code",
    *(f"Covered_Recipient_Primary_Type_{number}" for number in range(1, 7)),
    *(f"Covered_Recipient_Specialty_{number}" for number in range(1, 7)),
    *(f"Covered_Recipient_License_State_code{number}" for number in range(1, 6)),
)
_PAYMENT: Final = (
    "Submitting_Applicable_Manufacturer_or_Applicable_GPO_Name",
    "Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_ID",
    "Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_Name",
    "Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_State",
    "Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_Country",
    "Total_Amount_of_Payment_USDollars",
    "Date_of_Payment",
    "Number_of_Payments_Included_in_Total_Amount",
    "Form_of_Payment_or_Transfer_of_Value",
    "Nature_of_Payment_or_Transfer_of_Value",
    "City_of_Travel",
    "State_of_Travel",
    "Country_of_Travel",
    "Physician_Ownership_Indicator",
    "Third_Party_Payment_Recipient_Indicator",
    "Name_of_Third_Party_Entity_Receiving_Payment_or_Transfer_of_Value",
    "Charity_Indicator",
    "Third_Party_Equals_Covered_Recipient_Indicator",
    "Contextual_Information",
    "Delay_in_Publication_Indicator",
    "Record_ID",
    "Dispute_Status_for_Publication",
    "Related_Product_Indicator",
)
_PRODUCTS: Final = tuple(
    f"{name}_{number}"
    for number in range(1, 6)
    for name in (
        "Covered_or_Noncovered_Indicator",
        "Indicate_Drug_or_Biological_or_Device_or_Medical_Supply",
        "Product_Category_or_Therapeutic_Area",
        "Name_of_Drug_or_Biological_or_Device_or_Medical_Supply",
        "Associated_Drug_or_Biological_NDC",
        "Associated_Device_or_Medical_Supply_PDI",
    )
)
OPEN_PAYMENTS: Final = (
    *_SPELLED,
    *_RECIPIENT,
    *_PAYMENT,
    *_PRODUCTS,
    "Program_Year",
    "Payment_Publication_Date",
)
"""The columns of the general-payments detail file as CMS publishes it since it calls recipients covered recipients.

All 91 names and their order agree with what public readers of these files use (compared on 2026-11-28). What companies
hand in is another file of CMS's, with other names: this layout is for comparing and for whoever fills that one in.
"""

WORDS_UNCONFIRMED: Final = frozenset(
    {
        "Change_Type",
        "Covered_Recipient_Type",
        "Dispute_Status_for_Publication",
        "Recipient_Country",
        "Third_Party_Payment_Recipient_Indicator",
        "Related_Product_Indicator",
    }
)
"""Columns of Open Payments whose words, as they are written here, were not read in a text of CMS's."""

EFPIA: Final = (
    "Country",
    "Legal_Entity",
    "Recipient",
    "Category",
    "Currency",
    "Disclosure",
    "Number_of_Recipients",
    "Number_of_Transfers",
    "Total_Amount",
    "Named_Share_Percent",
    "Rule",
    "Ground_Confirmed",
    "Year",
)
"""A yearly report in the manner of the EFPIA Code's template, whose wording was not read: no name here is its."""


class ColumnNote(msgspec.Struct, frozen=True):
    """What is known of a column: whether Laurel can fill it, and whether its name and words were read somewhere."""

    name: str
    filled: bool
    confirmed: bool


def column_notes(layout: str) -> list[ColumnNote]:
    """Return a note on each column of ``open-payments`` or ``efpia``."""
    if layout == "efpia":
        return [ColumnNote(name, filled=True, confirmed=False) for name in EFPIA]
    return [ColumnNote(name, filled=name in _FILLED, confirmed=name not in WORDS_UNCONFIRMED) for name in OPEN_PAYMENTS]


def open_payments(transfer: Transfer, year: int) -> dict[str, str] | None:
    """Return a row of the Open Payments layout, or None for what does not belong into it.

    Whoever was no covered recipient is not in it; of whom nobody knows is, since leaving one out breaks the law.
    The pseudonym stands in ``Contextual_Information``: by it the submitter finds the recipient, and takes it out.
    """
    if transfer.market != UNITED_STATES or transfer.currency != DOLLARS or transfer.amount is None:
        return None
    if transfer.covered_recipient is False:
        return None
    return dict.fromkeys(OPEN_PAYMENTS, "") | {
        "Change_Type": "NEW",
        "Covered_Recipient_Type": _recipient_type(transfer),
        "Recipient_Country": "United States",
        "Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_Name": transfer.payer,
        "Total_Amount_of_Payment_USDollars": decimal(transfer.amount),
        "Date_of_Payment": transfer.at.strftime("%m/%d/%Y"),
        "Number_of_Payments_Included_in_Total_Amount": "1",
        "Form_of_Payment_or_Transfer_of_Value": "In-kind items and services",
        "Nature_of_Payment_or_Transfer_of_Value": transfer.nature,
        "Third_Party_Payment_Recipient_Indicator": "No Third Party Payment",
        "Contextual_Information": f"recipient {transfer.person}",
        "Record_ID": str(transfer.claim),
        "Dispute_Status_for_Publication": "Yes" if transfer.disputed else "No",
        "Related_Product_Indicator": "Yes" if transfer.product else "No",
        "Name_of_Drug_or_Biological_or_Device_or_Medical_Supply_1": transfer.product or "",
        "Program_Year": str(year),
    }


def _recipient_type(transfer: Transfer) -> str:
    """Return what kind of covered recipient it was, in CMS's words; empty where nobody knows."""
    if transfer.profession is None or not transfer.covered_recipient:
        return ""
    return PHYSICIAN if transfer.profession == Profession.PHYSICIAN else PRACTITIONER


_FILLED: Final = frozenset(
    {
        "Change_Type",
        "Covered_Recipient_Type",
        "Recipient_Country",
        "Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_Name",
        "Total_Amount_of_Payment_USDollars",
        "Date_of_Payment",
        "Number_of_Payments_Included_in_Total_Amount",
        "Form_of_Payment_or_Transfer_of_Value",
        "Nature_of_Payment_or_Transfer_of_Value",
        "Third_Party_Payment_Recipient_Indicator",
        "Contextual_Information",
        "Record_ID",
        "Dispute_Status_for_Publication",
        "Related_Product_Indicator",
        "Name_of_Drug_or_Biological_or_Device_or_Medical_Supply_1",
        "Program_Year",
    }
)


def efpia(heading: Heading, line: Line, year: int, named_percent: int | None = None) -> dict[str, str]:
    """Return a row of the yearly report; ``named_percent`` belongs to a total."""
    return {
        "Country": heading.market,
        "Legal_Entity": heading.payer,
        "Recipient": heading.recipient,
        "Category": heading.category,
        "Currency": heading.currency,
        "Disclosure": "individual" if heading.recipient else "aggregate",
        "Number_of_Recipients": str(line.recipients),
        "Number_of_Transfers": str(line.transfers),
        "Total_Amount": decimal(line.amount),
        "Named_Share_Percent": "" if named_percent is None else str(named_percent),
        "Rule": heading.rule,
        "Ground_Confirmed": "yes" if heading.confirmed else "no",
        "Year": str(year),
    }


def decimal(hundredths: int) -> str:
    """Spell an amount with two decimal places."""
    return f"{hundredths // AMOUNT_PLACES}.{hundredths % AMOUNT_PLACES:02}"
