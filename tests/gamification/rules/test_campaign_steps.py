"""The table of a campaign's steps, held against one written by hand: every state, every step, every role."""

import re
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Final
from uuid import UUID

import pytest

from content.vocabulary import ContentClass
from gamification.rules.campaigns import TABLE, Hand, Situation, judge, load_campaign
from gamification.vocabulary import CampaignState, CampaignStep, StepReason

NOW: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
ROLES: Final = (
    "administrator",
    "compliance_officer",
    "data_protection_officer",
    "hcp",
    "learning_system",
    "marketer",
    "medical_reviewer",
    "operator",
    "system",
)
PERSON: Final = UUID(int=7)

# step, role: from each state to which, "." where it is refused. ! is the state that it was frozen in.
# The worker ends only what is over, so its line holds where the activity window is closed.
EXPECTED: Final = """
                              draft      in_review  approved   scheduled  running  paused     frozen  ended
edit      marketer            draft      draft      draft      draft      .        draft      .       .
submit    marketer            in_review  .          .          .          .        .          .       .
approve   compliance_officer  .          approved   .          .          .        .          .       .
reject    compliance_officer  .          draft      .          .          .        .          .       .
schedule  marketer            .          .          scheduled  .          .        .          .       .
start     system              .          .          .          running    .        .          .       .
hold      system              .          .          .          paused     paused   .          .       .
pause     marketer            .          .          .          .          paused   .          .       .
pause     compliance_officer  .          .          .          .          paused   .          .       .
resume    marketer            .          .          .          .          .        running    .       .
freeze    compliance_officer  frozen     frozen     frozen     frozen     frozen   frozen     .       .
unfreeze  compliance_officer  .          .          .          .          .        .          !       .
end       marketer            ended      ended      ended      ended      ended    ended      .       .
end       compliance_officer  ended      ended      ended      ended      ended    ended      .       .
end       system              ended      ended      ended      ended      ended    ended      .       .
"""
FROZEN_IN: Final = [state for state in CampaignState if state not in {CampaignState.FROZEN, CampaignState.ENDED}]
STEPS: Final = [step for step in CampaignStep if step is not CampaignStep.CREATE]


def expected() -> dict[tuple[str, str, str], str]:
    """The hand-written table by step, role and state; what is refused is left out."""
    head, *lines = EXPECTED.strip("\n").splitlines()
    states = head.split()
    return {
        (step, role, state): to
        for step, role, *tos in (line.split() for line in lines)
        for state, to in zip(states, tos, strict=True)
        if to != "."
    }


def verdict(step: CampaignStep, state: CampaignState, role: str, **more: object) -> tuple[str | None, str | None]:
    said = {"frozen_from": CampaignState.PAUSED} if state is CampaignState.FROZEN else {}
    found = judge(step, Situation(state=state, **(said | more)), Hand(role, PERSON), NOW)  # type: ignore[arg-type]
    return found.to, found.reason


def test_every_step_from_every_state_in_every_role_leads_where_the_table_says() -> None:
    assert {line[1] for line in expected()} <= set(ROLES)
    seen = 0
    for step, state, role in product(STEPS, CampaignState, ROLES):
        over = NOW if (step, role) == (CampaignStep.END, "system") else None
        to, reason = verdict(step, state, role, closes_at=over)
        wanted = expected().get((step, role, state))
        assert to == (CampaignState.PAUSED if wanted == "!" else wanted), (step, state, role)
        assert (reason is None) == (wanted is not None), (step, state, role)
        seen += wanted is not None
    assert seen == len(expected())


@pytest.mark.parametrize("state", FROZEN_IN)
def test_unfreezing_leads_back_to_where_it_was_frozen(state: CampaignState) -> None:
    assert verdict(CampaignStep.UNFREEZE, CampaignState.FROZEN, "compliance_officer", frozen_from=state) == (
        state,
        None,
    )


def test_a_refusal_says_why_in_a_stable_code_and_what_to_do() -> None:
    cases = {
        (CampaignStep.EDIT, CampaignState.RUNNING, "marketer"): StepReason.PAUSE_FIRST,
        (CampaignStep.EDIT, CampaignState.FROZEN, "marketer"): StepReason.FROZEN,
        (CampaignStep.END, CampaignState.FROZEN, "compliance_officer"): StepReason.FROZEN,
        (CampaignStep.FREEZE, CampaignState.ENDED, "compliance_officer"): StepReason.ENDED,
        (CampaignStep.SCHEDULE, CampaignState.DRAFT, "marketer"): StepReason.STATE,
        (CampaignStep.APPROVE, CampaignState.IN_REVIEW, "marketer"): StepReason.ROLE,
        (CampaignStep.UNFREEZE, CampaignState.FROZEN, "marketer"): StepReason.ROLE,
    }
    for (step, state, role), reason in cases.items():
        assert verdict(step, state, role) == (None, reason), (step, state, role)
        assert judge(step, Situation(state=state), Hand(role, PERSON), NOW).remedy.endswith(".")


def test_the_author_of_any_revision_since_the_last_approval_never_approves() -> None:
    step, state, officer = CampaignStep.APPROVE, CampaignState.IN_REVIEW, "compliance_officer"
    assert verdict(step, state, officer, authors=frozenset({UUID(int=1), PERSON})) == (None, StepReason.AUTHOR)
    assert verdict(step, state, officer, authors=frozenset({UUID(int=1)})) == (CampaignState.APPROVED, None)
    nobody = judge(step, Situation(state=state), Hand(officer), NOW)
    assert nobody.reason is StepReason.AUTHOR, "who can't be told from the author is not known to be another"


@pytest.mark.parametrize(
    ("step", "state", "role"),
    [
        (CampaignStep.SUBMIT, CampaignState.DRAFT, "marketer"),
        (CampaignStep.SCHEDULE, CampaignState.APPROVED, "marketer"),
        (CampaignStep.START, CampaignState.SCHEDULED, "system"),
        (CampaignStep.RESUME, CampaignState.PAUSED, "marketer"),
    ],
)
def test_nothing_begins_after_its_window_closed_and_a_window_does_not_hold_its_end(
    step: CampaignStep, state: CampaignState, role: str
) -> None:
    assert verdict(step, state, role, closes_at=NOW) == (None, StepReason.CLOSED)
    assert verdict(step, state, role, closes_at=NOW + HOUR)[1] is None


def test_the_worker_starts_when_the_window_opens_and_ends_when_it_closes() -> None:
    start, end = CampaignStep.START, CampaignStep.END
    scheduled, running = CampaignState.SCHEDULED, CampaignState.RUNNING
    assert verdict(start, scheduled, "system", opens_at=NOW + HOUR) == (None, StepReason.NOT_OPEN)
    assert verdict(start, scheduled, "system", opens_at=NOW) == (running, None)
    assert verdict(end, running, "system", closes_at=NOW + HOUR) == (None, StepReason.STILL_OPEN)
    assert verdict(end, running, "system") == (None, StepReason.STILL_OPEN)
    assert verdict(end, running, "system", closes_at=NOW) == (CampaignState.ENDED, None)
    assert verdict(end, running, "marketer", closes_at=NOW + HOUR) == (CampaignState.ENDED, None)


def test_the_page_for_marketers_says_what_the_table_says() -> None:
    page = (Path(__file__).parents[3] / "docs" / "campaigns.md").read_text()
    said = {}
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        for step in cells[0].split(", "):
            if step in set(CampaignStep) and len(cells) == 5:
                said[step] = {
                    role for role, yes in zip(("marketer", "compliance_officer"), cells[1:3], strict=True) if yes
                }
    assert said == {step: TABLE[step].roles - {"system"} for step in STEPS if step is not CampaignStep.START}
    assert all(state.replace("_", " ") in page.replace("_", " ") for state in CampaignState)


def test_the_example_on_the_page_for_marketers_can_be_used() -> None:
    page = (Path(__file__).parents[3] / "docs" / "campaigns.md").read_text()
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert [rule.key for rule in load_campaign(example, None, ContentClass.MEDICAL).points] == ["spring-webinar"]
