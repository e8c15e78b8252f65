"""Whole presentations through HTTP: every learner has exactly what SQL over the source files says."""

import json
import logging
from collections.abc import Iterator

import pytest

from tests.system.guests import staff
from tests.system.house import House, built
from tests.system.loading import OULAD, importing, needs_oulad
from tests.system.results import assert_agrees_with_the_oracle, prints, rows_of, settle

LOG = logging.getLogger(__name__)
pytestmark = [needs_oulad, pytest.mark.soak]


@pytest.fixture
def house() -> Iterator[House]:
    with built() as made:
        yield made


@pytest.mark.parametrize(("module", "presentation", "least"), [("AAA", "2013J", 180_000), ("DDD", "2013B", 500_000)])
def test_every_learner_of_a_whole_presentation_agrees(house: House, module: str, presentation: str, least: int) -> None:
    rows = rows_of(OULAD, module, presentation)
    assert rows >= least
    with house.serve():
        house.furnish()
        with importing(house, OULAD, f"{module}/{presentation}") as imported:
            out, _ = imported.communicate()
        report = json.loads(out)
        LOG.info("%s/%s: %s", module, presentation, report)
        assert report["activities"] == {"recorded": rows, "repeated": 0, "refused": {}}
        expected = assert_agrees_with_the_oracle(house, OULAD, module, presentation)
        assert house.value("select count(*) from access.account where role = 'hcp'") == len(expected)
        settle(house)
        before = prints(house)
        with staff(house, "compliance_officer") as officer:
            assert officer.get("/v1/audit/entries?limit=1&action=engagement:*")["items"] != []
    verified = house.report("audit", "verify", seconds=600)
    LOG.info("verified: %s", verified)
    assert verified["ok"] is True
    assert prints(house) == before
