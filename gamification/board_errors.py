"""What can go wrong where boards are defined; a part of the room's error tree."""

from kernel.errors import ConflictError, ForbiddenError, UnprocessableError


class BoardExistsError(ConflictError):
    """There is a board with this key already, perhaps an archived one: its periods are kept under the key."""

    code = "board-exists"
    remedy = "Choose another key."


class BoardOutsideMarketError(ForbiddenError):
    """The board would show people of markets that the caller's scope doesn't include."""

    code = "board-outside-market"
    remedy = "Narrow the board to one of your markets, or ask somebody whose scope is every market."


class InvalidBoardError(UnprocessableError):
    """The definition of a board makes no sense, or would show too much; the facts hold ``field``."""

    code = "board-invalid"
