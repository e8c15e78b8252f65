"""Reading the declarations of all routes back from the application."""

from litestar import Litestar

from access import RouteLine
from api.routing import policy_of


def route_lines(app: Litestar) -> list[RouteLine]:
    """Return one line per route and method, sorted by path."""
    lines = []
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            policy = policy_of(handler)
            if policy is None:
                continue  # the OPTIONS handlers that Litestar makes by itself; an undeclared route stops the start
            permission = policy.permission
            purpose = policy.purpose.value if policy.purpose else None
            lines += [RouteLine(str(method), route.path, permission, purpose) for method in handler.http_methods]
    return sorted(lines, key=lambda line: (line.path, line.method))
