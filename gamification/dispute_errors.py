"""What can go wrong with disputes about transfers of value; a part of the room's error tree."""

from kernel.errors import ConflictError, NotFoundError, UnprocessableError


class TransferNotFoundError(NotFoundError):
    """There is no such transfer of value, or it is somebody else's."""

    code = "transfer-not-found"


class DisputeRefusedError(ConflictError):
    """The record can't be disputed, or the dispute not be answered, as it stands; the facts hold ``reason``."""

    code = "dispute-refused"
    remedy = "Read the record again: what was handed over can be disputed, and an open dispute be answered once."


class InvalidDisputeAnswerError(UnprocessableError):
    """A correction says the right amount, and nothing else does; the facts hold ``field``."""

    code = "dispute-answer-invalid"
    remedy = "Give the amount with `corrected`, and leave it out with `stands`."
