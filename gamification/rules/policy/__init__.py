"""What the law of a country allows to be given, as far as C1 to C22 say it: pure checks over dated packs.

A check takes a pack and a description, and returns every reason why not; an empty list is the only yes. What nobody
knows is never a yes. None of it is legal advice, and every refusal says whether the text behind it was read.
"""

from gamification.rules.policy.awarding import (
    Alert,
    alerts,
    award_refusals,
    claim_refusals,
    fulfil_refusals,
    offer_refusals,
)
from gamification.rules.policy.choosing import Packs, in_force, namesakes, pack_for, recognition_only, twins
from gamification.rules.policy.defining import (
    board_refusals,
    currency_refusals,
    key_refusals,
    kind_refusals,
    reward_refusals,
)
from gamification.rules.policy.disclosing import Form, Publication, publication
from gamification.rules.policy.facts import (
    Approval,
    AwardFacts,
    Board,
    ClaimFacts,
    Currency,
    FulfilFacts,
    Money,
    Person,
    PublishFacts,
    Reward,
    Rule,
    Sessions,
    TransferFacts,
    YearSoFar,
)
from gamification.rules.policy.numbers import numbers, shown, unconfirmed
from gamification.rules.policy.outside import OUTSIDE, Elsewhere
from gamification.rules.policy.pack import RECOGNITION_ONLY, Disclosure, LegalNumber, Pack, SignOff
from gamification.rules.policy.publishing import publish_refusals
from gamification.rules.policy.refusal import Refusal
from gamification.rules.policy.sharing import least_cohort, longest_silence, session_refusals, sharing_refusals
from gamification.rules.policy.texts import RULES, RuleText
from gamification.rules.policy.views import (
    NumberLine,
    PoliciesView,
    PolicyView,
    RuleLine,
    policies_view,
    policy_view,
)
from gamification.rules.policy.vocabulary import (
    RECOGNITION_KINDS,
    Behaviour,
    Condition,
    ItemCategory,
    QuizPlace,
    Reason,
    RefusedKind,
    Unit,
    ValueBearing,
)

__all__ = [
    "OUTSIDE",
    "RECOGNITION_KINDS",
    "RECOGNITION_ONLY",
    "RULES",
    "Alert",
    "Approval",
    "AwardFacts",
    "Behaviour",
    "Board",
    "ClaimFacts",
    "Condition",
    "Currency",
    "Disclosure",
    "Elsewhere",
    "Form",
    "FulfilFacts",
    "ItemCategory",
    "LegalNumber",
    "Money",
    "NumberLine",
    "Pack",
    "Packs",
    "Person",
    "PoliciesView",
    "PolicyView",
    "Publication",
    "PublishFacts",
    "QuizPlace",
    "Reason",
    "Refusal",
    "RefusedKind",
    "Reward",
    "Rule",
    "RuleLine",
    "RuleText",
    "Sessions",
    "SignOff",
    "TransferFacts",
    "Unit",
    "ValueBearing",
    "YearSoFar",
    "alerts",
    "award_refusals",
    "board_refusals",
    "claim_refusals",
    "currency_refusals",
    "fulfil_refusals",
    "in_force",
    "key_refusals",
    "kind_refusals",
    "least_cohort",
    "longest_silence",
    "namesakes",
    "numbers",
    "offer_refusals",
    "pack_for",
    "policies_view",
    "policy_view",
    "publication",
    "publish_refusals",
    "recognition_only",
    "reward_refusals",
    "session_refusals",
    "sharing_refusals",
    "shown",
    "twins",
    "unconfirmed",
]
