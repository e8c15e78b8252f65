"""How a streak goes on from one period in which it was kept up to the next."""

from gamification.rules.compiling import StreakStep
from gamification.rules.earnings import StreakState
from gamification.rules.periods import missed


def kept(step: StreakStep, before: StreakState | None, period: str) -> StreakState:
    """Return a streak that was kept up in ``period``: a gap takes grace first, then freezes, or ends it."""
    if before is None:
        return StreakState(period, 1, 1, _accrued(step, 1, step.freezes))
    gap = missed(before.period, period, step.every) - step.forgiven
    freezes = min(before.freezes, step.most)
    if gap > freezes:
        return StreakState(period, 1, before.longest, _accrued(step, 1, freezes))
    current = before.current + 1
    return StreakState(period, current, max(current, before.longest), _accrued(step, current, freezes - max(gap, 0)))


def _accrued(step: StreakStep, current: int, freezes: int) -> int:
    return min(step.most, freezes + 1) if step.earns is not None and current % step.earns == 0 else freezes
