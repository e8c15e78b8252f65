"""What a request looks like to whoever may read it."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec

from consent.request_values import CaseView, Kept, PrivacyRequest, RequestView
from consent.request_vocabulary import RequestType
from consent.requests.registry import Registry
from consent.requests.store import holdings, packages, requests
from consent.requests.words import Column, opened
from kernel.unit_of_work import UnitOfWork

_SAME: Final = tuple(name for name in RequestView.__struct_fields__ if name in PrivacyRequest.__struct_fields__)


async def viewed(uow: UnitOfWork, registry: Registry, found: Sequence[PrivacyRequest]) -> list[RequestView]:
    """Return requests as their person sees them."""
    return [msgspec.convert(fields, RequestView) for fields in await _fields(uow, registry, found)]


async def cases(uow: UnitOfWork, registry: Registry, found: Sequence[PrivacyRequest], today: date) -> list[CaseView]:
    """Return requests as the data protection officer sees them on the day ``today``."""
    return [
        msgspec.convert(fields | _case(request, today), CaseView)
        for request, fields in zip(found, await _fields(uow, registry, found), strict=True)
    ]


def _case(request: PrivacyRequest, today: date) -> dict[str, object]:
    return {"person": request.person, "market": request.market, "days_left": (request.due_on - today).days}


async def _fields(uow: UnitOfWork, registry: Registry, found: Sequence[PrivacyRequest]) -> list[dict[str, object]]:
    steps = await requests.steps(uow, [request.id for request in found])
    open_packages = await packages.open_until(uow, [request.id for request in found])
    views = []
    for request in found:
        fields = {name: getattr(request, name) for name in _SAME}
        written: dict[Column, bytes | None] = {"words": request.words, "answer": request.answer}
        package = open_packages.get(request.id)
        fields |= await opened(uow, request.person, request.id, written)
        fields |= {
            "steps_done": sum(step.finished_at is not None for step in steps[request.id]),
            "steps": len(steps[request.id]),
            "kept": await kept(uow, registry, request),
            "package_until": None if package is None else package.expires_at,
        }
        views.append(fields)
    return views


async def kept(uow: UnitOfWork, registry: Registry, request: PrivacyRequest) -> tuple[Kept, ...]:
    """Return what an erasure leaves behind: what the law has kept, and single records that are held."""
    if request.type is not RequestType.ERASURE:
        return ()
    found = []
    for holding in registry.holdings:
        if holding.kept is not None and (records := await holdings.count(uow, holding, request.person)):
            found.append(Kept(holding.title, holding.kept, records))
        found += [
            Kept(holding.title, reason, records)
            for reason, records in await holdings.held(uow, holding, request.person)
        ]
    return tuple(found)
