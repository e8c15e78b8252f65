"""The embedded servers: a real PostgreSQL and a real Valkey for one machine, with nothing to install.

``start`` starts them or joins those that run, ``Running.supervise`` brings back one that died, ``Running.release``
stops them when nobody else uses them; ``stop`` and ``remove`` clear up after processes that were killed. All are plain
functions that block: call them before the event loop runs, or from a thread. Sockets only, a password even there.
Never imported when both URLs are given by settings.
"""

from kernel.embedded.errors import EmbeddedServersError
from kernel.embedded.running import Running, remove, start, stop

__all__ = ["EmbeddedServersError", "Running", "remove", "start", "stop"]
