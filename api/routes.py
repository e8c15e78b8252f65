"""Reading the declarations of all routes back from the application."""

from litestar import Litestar

from access import RouteLine
from api.app import declared_handlers
from api.routing import policy_of


def route_lines(app: Litestar) -> list[RouteLine]:
    """Return one line per route and method, sorted by path."""
    lines = []
    for handler in declared_handlers(app):
        policy = policy_of(handler)
        for path in sorted(handler.paths):
            full = next((route.path for route in app.routes if handler in getattr(route, "route_handlers", [])), path)
            for method in sorted(getattr(handler, "http_methods", ())):
                permission = policy.permission if policy else None
                purpose = policy.purpose.value if policy and policy.purpose else None
                lines.append(RouteLine(str(method), full, permission, purpose))
    return sorted(lines, key=lambda line: (line.path, line.method))
