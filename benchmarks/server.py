"""Serves one ASGI factory as `laurel serve` does, so that a bare handler is served the same way."""

import sys

from api.cli.serving import granian, load
from kernel.settings import DEFAULT_WORKERS

if __name__ == "__main__":
    granian(sys.argv[1], "127.0.0.1", int(sys.argv[2]), workers=DEFAULT_WORKERS).serve(target_loader=load)
