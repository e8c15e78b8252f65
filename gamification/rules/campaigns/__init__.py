"""The life of a campaign, pure: what its rules and terms must be, and which step leads where."""

from gamification.rules.campaigns.authoring import changed_meanings, load_campaign, problems_at, text_problems
from gamification.rules.campaigns.terms import Terms, check_key, check_reason, check_terms
from gamification.rules.campaigns.transitions import SYSTEM, TABLE, Hand, Line, Situation, Verdict, judge

__all__ = [
    "SYSTEM",
    "TABLE",
    "Hand",
    "Line",
    "Situation",
    "Terms",
    "Verdict",
    "changed_meanings",
    "check_key",
    "check_reason",
    "check_terms",
    "judge",
    "load_campaign",
    "problems_at",
    "text_problems",
]
