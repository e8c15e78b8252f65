"""The room's errors."""

from kernel.errors import ConflictError


class ActivityRacedError(ConflictError):
    """Another transaction recorded one of these ids a moment ago; the whole unit of work is to be repeated."""

    code = "activity-raced"
    remedy = "Send the same request again; the id decides, and nothing is counted twice."
