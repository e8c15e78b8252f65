"""What a reward, a currency or a board may never be, whatever the country: found when somebody defines one."""

from collections.abc import Iterator, Mapping

from content.vocabulary import ContentClass
from gamification.rules.forbidden import forbidden_word
from gamification.rules.policy.facts import Board, Reward
from gamification.rules.policy.refusal import Refusal, refusal
from gamification.rules.policy.value import bears_value
from gamification.rules.policy.vocabulary import RECOGNITION_KINDS, Reason, RefusedKind
from gamification.vocabulary import RECOGNITION, RewardKind

CREDITS = frozenset({"cme", "cpd", "credit", "credits"})
"""Words for what accredited education gives: no points are called so, since credits are never exchanged (C16)."""


def key_refusals(keys: Mapping[str, str]) -> Iterator[tuple[str, Refusal]]:
    """Yield field and refusal of every key, by its field, that names what nothing which rewards may read (C1)."""
    for field, key in keys.items():
        word = forbidden_word(key)
        if word is not None:
            detail = f"nothing that rewards has to do with {word}"
            yield field, refusal(Reason.READS_FORBIDDEN_DATA, "C1", detail)


def kind_refusals(kind: str) -> Iterator[Refusal]:
    """Yield why this kind of thing may not be given anywhere (C2)."""
    kinds = {each.value for each in RewardKind}
    if kind not in kinds:
        named = "is never given" if kind in {each.value for each in RefusedKind} else "isn't on the whitelist"
        yield refusal(Reason.KIND_REFUSED, "C2", f"{kind[:40]!r} {named}; use {', '.join(sorted(kinds))}")


def reward_refusals(reward: Reward, currency: str) -> Iterator[tuple[str, Refusal]]:
    """Yield field and refusal of what no reward may be that is paid in points of ``currency`` (C3, C5)."""
    value = bears_value(reward)
    if value and reward.kind in RECOGNITION_KINDS:
        yield "value", refusal(Reason.RECOGNITION_HAS_VALUE, "C3", f"a {reward.kind} has no value in money")
    if value and reward.value is None:
        detail = "an item without a stated value can't be limited, and not be recorded"
        yield "value", refusal(Reason.VALUE_UNKNOWN, "C5", detail)
    elif value and currency == RECOGNITION:
        detail = f"{currency} has no value and can't be turned into something that has one"
        yield "currency", refusal(Reason.RECOGNITION_BUYS_VALUE, "C3", detail)


def currency_refusals(key: str) -> Iterator[Refusal]:
    """Yield why no kind of points with a value may have this key (C1, C3, C16)."""
    yield from (each for _, each in key_refusals({"key": key}))
    if key == RECOGNITION:
        yield refusal(Reason.RECOGNITION_HAS_VALUE, "C3", f"{key} never has a value; use another key")
    if not CREDITS.isdisjoint(key.split("-")):
        yield refusal(Reason.CREDITS_EXCHANGED, "C16", "credits of accredited education are no points and buy nothing")


def board_refusals(board: Board) -> Iterator[tuple[str, Refusal]]:
    """Yield field and refusal of what makes a board mix lanes (C13), or show single learners (C14, C21)."""
    for rule, lanes in sorted(board.rules.items()):
        if board.lane not in lanes:
            counted = ", ".join(sorted(lanes))
            detail = f"{rule} pays for {counted} content, and the board is of {board.lane}; let each lane have its own"
            yield "rules", refusal(Reason.LANES_MIXED, "C13", detail)
    if board.lane is ContentClass.ACCREDITED and board.narrowed:
        detail = "a board of accredited education is of those who share it alone, too few to be narrowed"
        yield "within", refusal(Reason.BOARD_TOO_NARROW, "C21", detail)
