"""The application as a document: built without any server, to be read and not to be run."""

import msgspec
from litestar import Litestar

from api.app import create_app
from api.runtime import Runtime
from kernel.keys import Keys
from kernel.parsers import KEY_BYTES
from kernel.settings import SECRETS, Settings


def offline_app() -> Litestar:
    """Return the application with nowhere to go: no server is started, no key is read."""
    blank = bytes(KEY_BYTES)
    keys = msgspec.convert(dict.fromkeys((*SECRETS, "badge_rsa_key"), blank), Keys)
    settings = Settings(database_url="postgresql://nowhere/nothing", redis_url="redis://nowhere")
    return create_app(Runtime(settings, keys), with_worker=False)
