"""What can go wrong where policy is asked about something that is no campaign and no value."""

from kernel.errors import ConflictError


class ContentRefusedByPolicyError(ConflictError):
    """A country does not allow this item where it stands in time. Facts: ``reason``, ``market``."""

    code = "content-refused-by-policy"
    remedy = "Hold the session at another time, or withdraw the other one."


class RankNotReachedError(ConflictError):
    """The reward is for a place on a board that the person did not come to."""

    code = "rank-not-reached"
