"""The application as a document: built without any server, to be read and not to be run."""

from litestar import Litestar

from api.app import create_app
from api.runtime import Runtime
from kernel.keys import Keys
from kernel.settings import KEY_BYTES, Settings


def offline_app() -> Litestar:
    """Return the application with nowhere to go: no server is started, no key is read."""
    blank = bytes(KEY_BYTES)
    keys = Keys(token_key=blank, audit_key=blank, key_encryption_key=blank, blind_index_key=blank)
    settings = Settings(database_url="postgresql://nowhere/nothing", redis_url="redis://nowhere")
    return create_app(Runtime(settings, keys), with_worker=False)
