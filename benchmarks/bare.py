"""The same handler with no access, consent or audit layer: what the third figure is measured against."""

import os
from typing import Any
from uuid import UUID

from litestar import Litestar, get

import gamification
from api.cli.environment import command_origin, settings_of
from api.runtime import Runtime
from asgi import keep_what_is_loaded
from gamification.values import PointsView
from kernel.keys import load_keys
from people.vocabulary import PersonId


def create() -> Litestar:
    """Return an application with two plain handlers."""
    settings = settings_of(os.environ)
    runtime = Runtime(settings, load_keys(settings))
    origin = command_origin("bare")

    @get("/points/{person:uuid}")
    async def points(person: UUID) -> PointsView:
        async with runtime.work.read(origin) as uow:
            return await gamification.points(uow, PersonId(person))

    @get("/health/ready")
    async def ready() -> dict[str, Any]:
        return {"status": "ready"}

    app = Litestar([points, ready], lifespan=[lambda _: runtime.opened()], openapi_config=None, logging_config=None)
    keep_what_is_loaded()
    return app
