"""Defining boards: marketers make them and archive them; what was shown once is kept."""

import zoneinfo
from datetime import UTC
from functools import cache
from typing import Final

import msgspec

import content
from access import Scope
from gamification.board_errors import BoardExistsError, BoardOutsideMarketError, InvalidBoardError
from gamification.board_values import Board, NewBoard
from gamification.errors import BoardNotFoundError
from gamification.rules.barring import lanes_of
from gamification.rules.definitions import check_board, is_key
from gamification.rules.parts import parts_of, paying_rules
from gamification.rules.policy import Board as Facts
from gamification.rules.policy import board_refusals
from gamification.service.board_keeping import begin
from gamification.service.publishing import rules_of
from gamification.store import board_rows, campaigns, rule_sets
from gamification.vocabulary import Action, BoardState, Dimension
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import MARKETS

EVERY_MARKET: Final = "*"
EVERY_BRAND: Final = "*"


async def create_board(uow: UnitOfWork, new: NewBoard, *, scope: Scope) -> Board:
    """Make a board and begin its first period; its lines appear within seconds.

    Raises:
        InvalidBoardError: names the field.
        BoardOutsideMarketError: it would show people of markets that ``scope`` doesn't include.
        content.OutsideBrandScopeError: it belongs to no brand of ``scope``.
        BoardExistsError: the key is taken, perhaps by an archived board.

    """
    check_board(new, _zones(), MARKETS, uow.now)
    made = _board(uow, new)
    fault = content.brand_fault(new.lane, new.brand, narrowed=scope.narrowed)
    if fault is not None:
        raise InvalidBoardError(fault, field="brand")
    content.require_brand(scope, Scope.of((), new.brand))
    for field, refused in board_refusals(await _facts(uow, new, scope)):
        raise InvalidBoardError(f"{refused.detail} ({refused.rule}).", field=field, reason=refused.code)
    if not _in_scope(made, scope):
        message = "The board would show people of markets that your scope doesn't include."
        raise BoardOutsideMarketError(message, field="within")
    if not await board_rows.insert(uow, made):
        message = "There is a board with this key."
        raise BoardExistsError(message, field="key")
    await begin(uow, made, 1, None if new.starts_at is None else new.starts_at.astimezone(UTC))
    uow.record(Action.BOARD_CREATED, resource=f"board:{made.key}", definition=_defined(made))
    return made


async def boards(uow: UnitOfWork, scope: Scope) -> list[Board]:
    """Return every board of the brands of ``scope`` and of none, hidden and archived ones too, by key."""
    found = await board_rows.boards(uow, None if EVERY_BRAND in scope.brands else sorted(scope.brands))
    uow.record(Action.BOARDS_READ, count=len(found))
    return found


async def archive_board(uow: UnitOfWork, key: str, *, scope: Scope) -> Board:
    """End a board's running period and begin no more; it stays to be read. Archiving twice is harmless.

    Raises:
        BoardNotFoundError: there is none in ``scope``.
        content.OutsideBrandScopeError: it belongs to no brand, and ``scope`` is not all of them.

    """
    found = await board_rows.board(uow, key, lock=True) if is_key(key) else None
    if found is None or not _in_scope(found, scope) or not scope.knows(Scope.of((), found.brand).brands):
        message = "There is no board with this key."
        raise BoardNotFoundError(message)
    content.require_brand(scope, Scope.of((), found.brand))
    repeated = found.state is BoardState.ARCHIVED
    if not repeated:
        await board_rows.archive(uow, found.id)
        found = msgspec.structs.replace(found, state=BoardState.ARCHIVED, archived_at=uow.now)
    uow.record(Action.BOARD_ARCHIVED, resource=f"board:{key}", repeated=repeated)
    return found


async def _facts(uow: UnitOfWork, new: NewBoard, scope: Scope) -> Facts:
    """Return a board as policy looks at it, with the rules in force that ``scope`` knows; others may be yet to come."""
    version = await rule_sets.newest_version(uow)
    composed = parts_of(await rules_of(uow, version)) if version is not None else []
    brands = await campaigns.brands(uow, [campaign.key for _, campaign in composed if campaign is not None])
    known = {
        rule.key: frozenset(lanes_of(rule, campaign))
        for parts, campaign in composed
        if campaign is None or scope.knows(Scope.of((), brands.get(campaign.key)).brands)
        for _, rule in paying_rules(parts)
        if rule.key in (new.rules or ())
    }
    return Facts(lane=new.lane, rules=known, narrowed=new.narrowing is not None)


def _in_scope(board: Board, scope: Scope) -> bool:
    """Tell whether everybody whom a board can show is in one of these markets; a language is spoken in many."""
    market = board.value if board.dimension is Dimension.MARKET else None
    return scope.reaches({market or EVERY_MARKET})


def _board(uow: UnitOfWork, new: NewBoard) -> Board:
    return Board(
        id=uow.new_id(),
        key=new.key,
        name=new.name,
        rules=new.rules,
        schedule=new.schedule,
        zone=new.zone,
        ties=new.ties,
        dimension=new.narrowing.dimension if new.narrowing else None,
        value=new.narrowing.value if new.narrowing else None,
        visibility=new.visibility,
        minimum=new.minimum,
        settling_minutes=new.settling_minutes,
        state=BoardState.ACTIVE,
        created_by=uow.origin.actor,
        created_at=uow.now,
        archived_at=None,
        brand=new.brand,
        lane=new.lane,
    )


def _defined(board: Board) -> dict[str, object]:
    """Return what a board was defined as, for the audit log."""
    said = msgspec.to_builtins(board)
    kept = (
        "schedule",
        "zone",
        "ties",
        "dimension",
        "value",
        "visibility",
        "minimum",
        "settling_minutes",
        "brand",
        "lane",
    )
    return {name: said[name] for name in kept} | {"rules": len(board.rules or ())}


@cache
def _zones() -> frozenset[str]:
    """Return the time zones that exist, the same on every machine: two names only mean something locally."""
    return frozenset(zoneinfo.available_timezones() - {"localtime", "Factory"})
