"""The record of processing activities (GDPR Article 30), written from what the code declares."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby
from typing import Final

from access import MatrixRow, Role
from consent import PurposeEntry, Register
from consent.vocabulary import Basis, Purpose
from kernel.columns import OPEN, ColumnLine

HEAD: Final = """# Record of processing activities

Written by `make docs` from the register of purposes, the routes that declare a purpose, and the classified columns
(GDPR Article 30). A new purpose, route or column changes this page; a test fails while it is out of date.

Register version {version}, valid from {valid_from}. The controller is whoever runs Laurel: `LAUREL_CONTROLLER`,
`LAUREL_CONTROLLER_CONTACT`; data is stored in `LAUREL_DATA_LOCATION`. Data subjects are healthcare professionals, and
staff where an activity says so. Personal columns are sealed under one key per person, other rooms know a random id
alone, every reading and writing is in the audit log: see [the architecture](../architecture.md).
"""
WORDS: Final = {
    Basis.CONSENT: "consent (Article 6(1)(a))",
    Basis.CONTRACT: "contract (Article 6(1)(b))",
    Basis.LEGAL_OBLIGATION: "legal obligation (Article 6(1)(c))",
    Basis.LEGITIMATE_INTEREST: "legitimate interest (Article 6(1)(f))",
    Basis.NO_PERSONAL_DATA: "no healthcare professional's data is touched",
}


def record_of_processing(register: Register, routes: Sequence[MatrixRow], columns: Sequence[ColumnLine]) -> str:
    """Return the page, in Markdown, without a line feed at its end."""
    lines = HEAD.format(version=register.version, valid_from=register.valid_from.isoformat()).splitlines()
    lines += ["", "## Activities"]
    for purpose in Purpose:
        declared = [row for row in routes if row.purpose == purpose.value]
        lines += ["", *_activity(purpose, register.purposes[purpose], declared)]
    lines += ["", "## Where data about people is", "", *_columns(columns)]
    return "\n".join(lines)


def _activity(purpose: Purpose, entry: PurposeEntry, routes: Sequence[MatrixRow]) -> list[str]:
    recipients = [role.value for role in Role if any(row.allowed[role] for row in routes)]
    lines = [f"### {purpose.value}", "", entry.sentence, ""]
    lines += [f"- **Lawful basis:** {_bases(entry)}"]
    if entry.double_opt_in:
        lines += [f"- **Confirmed from the mailbox (double opt-in):** {', '.join(sorted(entry.double_opt_in))}"]
    if entry.lasts_days is not None:
        lines += [f"- **A grant lasts:** {entry.lasts_days} days, unless it says otherwise"]
    if entry.channels:
        lines += [f"- **Channels:** {', '.join(entry.channels)}"]
    lines += [
        f"- **Terms:** DPV {f'`{entry.dpv}`' if entry.dpv else 'none'}; Fides `{entry.fides}`",
        f"- **Categories of data:** {', '.join(f'`{each}`' for each in entry.data) or 'none'}",
        f"- **Kept:** {entry.kept}",
        f"- **Who may:** {', '.join(recipients) or 'nobody yet: no route declares it'}",
    ]
    if routes:
        lines += ["", *(f"  - `{row.method} {row.path}`" for row in routes)]
    return lines


def _bases(entry: PurposeEntry) -> str:
    if entry.markets is None:
        return f"{WORDS[entry.basis]}, in every market"
    by_basis = defaultdict[Basis, list[str]](list)
    for market, basis in sorted(entry.markets.items()):
        by_basis[basis].append(market)
    parts = [f"{WORDS[basis]} in {', '.join(markets)}" for basis, markets in by_basis.items()]
    return f"{'; '.join(parts)}; refused in every other market"


def _columns(columns: Sequence[ColumnLine]) -> list[str]:
    lines = ["| table | column | class | what it is |", "| --- | --- | --- | --- |"]
    about = [line for line in columns if line.data_class != OPEN]
    for _, table in groupby(about, key=lambda line: line.table):
        lines += [f"| `{each.table}` | `{each.column}` | {each.data_class} | {each.meaning} |" for each in table]
    return lines
