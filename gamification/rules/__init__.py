"""The pure core: what engagement earns, with no IO, no clock and no randomness."""

from gamification.rules.correcting import corrections, late_effects
from gamification.rules.folding import EMPTY, NO_AWARDS, Step, candidates, evaluate, fold, is_late
from gamification.rules.grammar import RuleSet
from gamification.rules.loading import json_schema, load, load_parts
from gamification.rules.standing import current_length, level_after, level_of
from gamification.rules.succession import refuse_succession

__all__ = [
    "EMPTY",
    "NO_AWARDS",
    "RuleSet",
    "Step",
    "candidates",
    "corrections",
    "current_length",
    "evaluate",
    "fold",
    "is_late",
    "json_schema",
    "late_effects",
    "level_after",
    "level_of",
    "load",
    "load_parts",
    "refuse_succession",
]
