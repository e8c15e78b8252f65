"""Packages, in sealed pieces."""

from uuid import UUID

import msgspec

from consent.request_values import Package
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

_COLUMNS = "request, chunks, size, sha256, made_at, expires_at, taken_at"


async def insert(uow: UnitOfWork, package: Package, person: PersonId) -> None:
    """Keep a package whose pieces are there."""
    await uow.execute(
        "insert into consent.package (request, person, chunks, size, sha256, made_at, expires_at)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        package.request,
        person,
        package.chunks,
        package.size,
        package.sha256,
        package.made_at,
        package.expires_at,
    )


async def insert_chunk(uow: UnitOfWork, request: UUID, number: int, sealed: bytes) -> None:
    """Keep one piece."""
    await uow.execute(
        "insert into consent.package_chunk (id, request, number, sealed) values ($1, $2, $3, $4)",
        uow.new_id(),
        request,
        number,
        sealed,
    )


async def chunk(uow: UnitOfWork, request: UUID, number: int) -> bytes | None:
    """Return one piece, or None where it is gone."""
    sealed: bytes | None = await uow.fetchval(
        "select sealed from consent.package_chunk where request = $1 and number = $2", request, number
    )
    return sealed


async def package(uow: UnitOfWork, request: UUID) -> Package | None:
    """Return the package of a request."""
    row = await uow.fetchrow(f"select {_COLUMNS} from consent.package where request = $1", request)  # noqa: S608 - a constant
    return None if row is None else msgspec.convert(dict(row), Package)


async def take(uow: UnitOfWork, request: UUID, person: PersonId) -> Package | None:
    """Note that the person takes the package now, and return it; None where it is gone, or was taken."""
    row = await uow.fetchrow(
        "update consent.package set taken_at = $3 where request = $1 and person = $2 and taken_at is null"  # noqa: S608 - a constant
        f" and expires_at > $3 returning {_COLUMNS}",
        request,
        person,
        uow.now,
    )
    return None if row is None else msgspec.convert(dict(row), Package)


async def open_until(uow: UnitOfWork, requests: list[UUID]) -> dict[UUID, Package]:
    """Return the packages of these requests that can still be taken."""
    rows = await uow.fetch(
        f"select {_COLUMNS} from consent.package"  # noqa: S608 - a constant
        " where request = any($1::uuid[]) and taken_at is null and expires_at > $2",
        requests,
        uow.now,
    )
    return {row["request"]: msgspec.convert(dict(row), Package) for row in rows}
