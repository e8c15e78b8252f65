"""Where Piccolo's command line finds the engine and the rooms' tables."""

from piccolo.conf.apps import AppRegistry

from kernel.database import DB
from kernel.migrate import ROOMS

__all__ = ["APP_REGISTRY", "DB"]

APP_REGISTRY = AppRegistry(apps=[f"{room}.piccolo_app" for room in ROOMS])
