"""Whether and how a transfer of value is published (C5, C7, C11); it is recorded whatever this says."""

from enum import StrEnum

import msgspec

from gamification.rules.policy.facts import TransferFacts
from gamification.rules.policy.pack import Disclosure, LegalNumber, Pack


class Form(StrEnum):
    """How a transfer of value is published: with the person's name, within a total, or not at all."""

    NAMED = "named"
    IN_TOTAL = "in_total"
    NOT_PUBLISHED = "not_published"


class Publication(msgspec.Struct, frozen=True):
    """How a transfer of value is published, with the ground. ``rule`` is None where the country's pack says nothing."""

    form: Form
    rule: str | None
    source: str
    confirmed: bool


def publication(pack: Pack, facts: TransferFacts) -> Publication:
    """Decide how a transfer of value is published. What nobody knows makes it published rather than not."""
    said = pack.disclosure
    state = next((number for number in _states(pack, facts) if _reaches(number, facts)), None)
    if said is not None and _must(said, facts):
        form = Form.IN_TOTAL if said.named_needs_consent and facts.named_consent is not True else Form.NAMED
        return Publication(form, said.rule, said.source, said.confirmed)
    if state is not None:
        return Publication(Form.NAMED, "C6", state.source, state.confirmed)
    if said is not None:
        return Publication(Form.NOT_PUBLISHED, said.rule, said.source, said.confirmed)
    return Publication(Form.NOT_PUBLISHED, None, f"{pack.stamp} names no duty to publish", confirmed=False)


def _must(said: Disclosure, facts: TransferFacts) -> bool:
    if facts.category in said.exempt or facts.person.covered_recipient is False:
        return False
    if said.each is None and said.year_total is None:
        return True
    if said.each is not None and _reaches(said.each, facts):
        return True
    total = said.year_total
    return total is not None and (total.unit.currency != facts.value.currency or facts.year_total > total.value)


def _states(pack: Pack, facts: TransferFacts) -> list[LegalNumber]:
    here = facts.person.regions or frozenset()
    return [region.publish_from for region in pack.regions if region.code in here and region.publish_from is not None]


def _reaches(number: LegalNumber, facts: TransferFacts) -> bool:
    """Whether a transfer reaches a threshold; one in another currency can't be compared, so it does."""
    return number.unit.currency != facts.value.currency or facts.value.hundredths >= number.value
