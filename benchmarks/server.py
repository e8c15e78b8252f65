"""Serves one ASGI factory as `laurel serve` does; a module of its own, so that a bare handler is served the same way."""

import sys

from api.cli.serving import granian

if __name__ == "__main__":
    granian(sys.argv[1], "127.0.0.1", int(sys.argv[2]), workers=int(sys.argv[3]) if len(sys.argv) > 3 else 2).serve()
