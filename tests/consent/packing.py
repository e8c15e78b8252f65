"""Makes the packages that wait, in a process of its own, and prints the most memory that it took (KiB)."""

import asyncio
import sys
from pathlib import Path

import audit
import consent
from api.holdings import registry
from api.runtime import REQUESTS_ORIGIN
from gamification import Boards
from kernel import epochs
from kernel.cache import Cache
from kernel.clock import MovableClock
from kernel.database import DB
from kernel.settings import Settings
from kernel.unit_of_work import Work
from tests.conftest import START, configure_rooms


async def main(url: str, redis_url: str, folder: str) -> None:
    configure_rooms()
    cache = Cache(redis_url)
    epochs.use(epochs.Epochs(cache))
    reg = registry(Settings(home=Path(folder)), Boards(cache))
    await DB.open(url, size=2)
    more = True
    while more:
        async with Work(MovableClock(START), audit.append).begin(REQUESTS_ORIGIN) as uow:
            more = await consent.work_once(uow, reg)
    await DB.close()
    await cache.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
    # Not ru_maxrss, which a process inherits from the one that started it: a test run is larger than what is measured.
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines())
    sys.stdout.write(status["VmHWM"].split()[0])
