"""Reading the declarations of all routes back from the application."""

from litestar import Litestar
from litestar.routes import HTTPRoute

from access import RouteLine
from api.routing import policy_of


def route_lines(app: Litestar) -> list[RouteLine]:
    """Return one line per path and method, sorted by path."""
    lines = []
    for route in app.routes:
        for handler in route.route_handlers if isinstance(route, HTTPRoute) else ():
            policy = policy_of(handler)
            for method in handler.http_methods if policy else ():
                permission = policy.permission if policy else None
                purpose = policy.purpose.value if policy and policy.purpose else None
                lines.append(RouteLine(str(method), route.path, permission, purpose))
    return sorted(lines, key=lambda line: (line.path, line.method))
