"""A running application for each module of tests, with its worker, on the real embedded servers."""

import os
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio

from kernel.embedded import Running
from kernel.settings import Settings
from tests.api.house import House
from tests.api.opening import opened_house
from tests.api.provider import PROVIDER, Provider, served, written


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Run tests that share an application on the loop that the application runs on."""
    here = Path(__file__).parent
    for item in items:  # the hook is shown every test of the run, and other rooms have houses of their own
        if item.path.is_relative_to(here) and "house" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.asyncio(loop_scope="module"), append=False)


@pytest.fixture(scope="module")
def redis_url(servers: Running) -> str:
    """Give Valkey's address; each test process has a logical database of its own."""
    worker = int(re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", "gw0")) or 0)
    return f"{servers.redis_url}?db={worker}"


@pytest.fixture(scope="session")
def provider() -> Iterator[Provider]:
    """Lend an OpenID provider on this machine."""
    with served(PROVIDER) as serving:
        yield serving


@pytest.fixture(scope="module")
def settings(
    migrated_url: str, redis_url: str, provider: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """What the application is started with; a module that needs something else says so."""
    home = tmp_path_factory.mktemp("home")
    return Settings(
        database_url=migrated_url,
        redis_url=redis_url,
        home=home,
        erasure_list=home / "erasures.jsonl",
        confirmation_letters="handed-out",
        openid_providers=written(home, konto=provider.entry()),
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(settings: Settings, migrated_url: str) -> AsyncIterator[House]:
    """One application for all tests of a module; each of them registers people and items of its own."""
    async with opened_house(settings, migrated_url) as opened:
        yield opened
