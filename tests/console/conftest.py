"""The application as `asgi` puts it together; pages need no server behind them."""

from pathlib import Path

import pytest
from litestar import Litestar

import asgi
from kernel.settings import Settings


@pytest.fixture
def app(tmp_path: Path) -> Litestar:
    """Give the whole application, with keys of its own and nowhere to ask."""
    settings = Settings(home=tmp_path, database_url="postgresql://nowhere/nothing", redis_url="redis://nowhere")
    return asgi.application(settings, with_worker=False)
