"""The error tree of this room."""

from collections.abc import Sequence
from typing import Final

import msgspec
from typing_extensions import override

from kernel.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    TooLargeError,
    UnavailableError,
    UnprocessableError,
)

MOST_PROBLEMS: Final = 100
"""Named at once: nobody reads more, and a text can hold tens of thousands."""


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong with a rule set: where (line from 1, field path), what, and what to do about it."""

    line: int
    field: str
    fault: str
    remedy: str

    @override
    def __str__(self) -> str:
        """Spell it as one line for the author of the rule set."""
        return f"line {self.line}, {self.field}: {self.fault}; {self.remedy}"


class RuleSetError(UnprocessableError):
    """The rule set can't be used; ``problems`` names what is wrong with it, and last how much more there is."""

    code = "rule-set-refused"
    remedy = "Correct every line named in the detail and publish the rule set again."

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep ``problems`` (at least one) in the order of their lines."""
        found = sorted(problems, key=lambda problem: (problem.line, problem.field))
        first, more = found[:MOST_PROBLEMS], found[MOST_PROBLEMS:]
        rest = f"has {len(more)} more problems"
        last = [Problem(more[0].line, "the text", rest, "correct those above, then look again")] if more else []
        self.problems = (*first, *last)
        lines = [str(problem) for problem in self.problems]
        super().__init__("\n".join(lines), field=self.problems[0].field, problems=lines)


class PolicyPackError(UnprocessableError):
    """Policy packs can't be used; the detail names everything that is wrong with them, file by file."""

    code = "policy-pack-refused"
    remedy = "Correct every line named in the detail and read the packs again."

    def __init__(self, problems: Sequence[tuple[str, Problem]]) -> None:
        """Keep ``problems`` (at least one), each with the name of its file."""
        self.problems = tuple(problems)
        lines = [f"{file}: {problem}" for file, problem in self.problems]
        super().__init__("\n".join(lines), field=self.problems[0][1].field, problems=lines)


class OutOfOrderError(ConflictError):
    """An activity is older than the state it was to be folded into; the person's history must be folded again."""

    code = "activity-out-of-order"
    remedy = "Fold the person's whole history from the empty state and write the corrections."


class RulesMissingError(UnavailableError):
    """Nothing can be scored before a rule set is published."""

    code = "rules-missing"
    remedy = "Publish a rule set; `laurel demo` publishes the sample."


class RuleNotFoundError(NotFoundError):
    """No rule in force has this key, or the person is outside the caller's markets."""

    code = "rule-not-found"
    remedy = "Use the key of a rule, badge or quest of `GET /v1/rules`, and a person of your markets."


class PreviewTooLargeError(TooLargeError):
    """A preview is of more activities than somebody who waits for the answer has time for."""

    code = "preview-too-large"
    remedy = "Give a later `since`, or let an operator run `laurel campaign preview`, which takes any number."


class AwardNotFoundError(NotFoundError):
    """There is no such award, or it is somebody else's."""

    code = "award-not-found"


class BadgeUnreadableError(InvalidError):
    """What was presented holds no badge, or more than one."""

    code = "badge-unreadable"
    remedy = "Give a badge as JSON, as a token (VC-JWT), or as a PNG or SVG that carries exactly one."


class CredentialDocumentNotFoundError(NotFoundError):
    """No public document of a badge stands at this address."""

    code = "credential-document-not-found"
    remedy = "Take the address from the badge as it stands."


class ActivityNotFoundError(NotFoundError):
    """There is no such activity, or none that this account may take back: the two are answered alike."""

    code = "activity-not-found"


class AwardNotRevocableError(ConflictError):
    """Only a badge that is held can be revoked, and only one that was revoked can be reinstated."""

    code = "award-not-revocable"
    remedy = "Look at the award's proof: points are taken back by what earned them, never by hand."


class BoardNotFoundError(NotFoundError):
    """There is no board with this key, or none for this caller."""

    code = "board-not-found"


class BoardPeriodNotFoundError(NotFoundError):
    """The board has no period of this number, or it has not begun."""

    code = "board-period-not-found"
    remedy = "Take a number from the list of the board's periods."


class BoardRebuildingError(UnavailableError):
    """The board's copy in Valkey was lost and is being made again from the database."""

    code = "board-rebuilding"


class AwardRacedError(ConflictError):
    """An award that was to be written exists already: the person's lock was not held. A defect, never expected."""

    code = "award-raced"


class PointsMissingError(ConflictError):
    """The person has fewer points than it costs; the facts hold ``spendable``."""

    code = "points-missing"
    remedy = "Earn more, or wait until pending points become available: see `balances` in GET /v1/me/points."


class RewardNotFoundError(NotFoundError):
    """There is no such reward, or none that this caller may see."""

    code = "reward-not-found"


class InvalidRewardError(UnprocessableError):
    """A reward can't be like this; the facts hold ``field``."""

    code = "reward-invalid"


class RewardAuthorError(ForbiddenError):
    """Whoever created a reward tried to approve it."""

    code = "reward-author-never-approves"
    remedy = "Ask a compliance officer or medical reviewer who did not create it."


class RewardWithdrawnError(ConflictError):
    """The reward was withdrawn, which is for good."""

    code = "reward-withdrawn"
    remedy = "Create a new reward."


class RewardMarketError(ForbiddenError):
    """The reward reaches a market that the account is not responsible for."""

    code = "reward-outside-market-scope"
    remedy = "Ask somebody who is responsible for all its markets."


class RewardRefusedError(ForbiddenError):
    """The policy of the person's country refuses this; the detail names every rule, the facts hold ``reason``."""

    code = "reward-refused-by-policy"
    remedy = "Nothing can be done by the person: compliance decides what a country's policy pack allows."


class SoldOutError(ConflictError):
    """None is left of the reward."""

    code = "reward-sold-out"
    remedy = "Choose another reward, or wait until one is given back."


class ClaimLimitError(ConflictError):
    """The person claimed this reward as often as one may in the period."""

    code = "claim-limit-reached"
    remedy = "Wait for the next period."


class YearlyCapError(ConflictError):
    """The person would get more in this calendar year than the policy allows; the facts hold ``reason``."""

    code = "yearly-cap-reached"
    remedy = "Wait for the next calendar year."


class ClaimNotFoundError(NotFoundError):
    """There is no such claim, or it is somebody else's."""

    code = "claim-not-found"


class ClaimClosedError(ConflictError):
    """The claim was cancelled or fulfilled before, and stays so."""

    code = "claim-closed"
    remedy = "Read the claim again; a new claim can be made."


class CampaignTermsError(InvalidError):
    """A campaign's key, terms or reason that can't be kept as they are. Facts: ``field``."""

    code = "campaign-terms-invalid"
    remedy = "Correct the named field and send it again."


class CampaignNotFoundError(NotFoundError):
    """No such campaign, or one that reaches beyond the markets of this account: the two are answered alike."""

    code = "campaign-not-found"
    remedy = "Check the identifier, and that this account is responsible for all markets of the campaign."


class CampaignMarketScopeError(ForbiddenError):
    """The terms name markets that this account is not responsible for. Facts: ``markets``."""

    code = "campaign-outside-market-scope"
    remedy = "Leave the named markets out, or ask somebody who is responsible for all of them."


class CampaignKeyTakenError(ConflictError):
    """Another campaign has this key; ended ones keep theirs."""

    code = "campaign-key-taken"
    remedy = "Choose another key."


class CampaignMovedError(ConflictError):
    """Somebody else moved or edited the campaign since it was read."""

    code = "campaign-moved"
    remedy = "Read the campaign again and decide on what it is now."


class CampaignStepRefusedError(ConflictError):
    """The step is not to be had from where the campaign stands. Facts: ``reason``."""

    code = "campaign-step-refused"
    remedy = "Do what the detail says, then try again."


class CampaignRoleError(ForbiddenError):
    """The step belongs to another role. Facts: ``reason``."""

    code = "campaign-role-may-not"
    remedy = "Ask somebody whose role may do this."


class CampaignAuthorNeverApprovesError(ForbiddenError):
    """Somebody who wrote a revision since the last approval tried to approve. Facts: ``reason``."""

    code = "campaign-author-never-approves"
    remedy = "Ask a compliance officer who wrote no revision of it."


class CampaignRefusedByPolicyError(UnprocessableError):
    """A country of the campaign does not allow it. Facts: ``refusals``."""

    code = "campaign-refused-by-policy"
    remedy = "Change what each refusal names, or leave its country out."
