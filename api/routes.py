"""Reading the declarations of all routes back from the application."""

from litestar import Litestar

from access import RouteLine
from api.routing import policy_of


def route_lines(app: Litestar) -> list[RouteLine]:
    """Return one line per route and method, sorted by path; without the OPTIONS that Litestar adds by itself."""
    lines = []
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            policy = policy_of(handler)
            if policy is None:
                continue  # the OPTIONS handlers that Litestar makes; an undeclared route stops the start
            purpose = policy.purpose.value if policy.purpose else None
            methods = [str(method) for method in handler.http_methods if method != "OPTIONS"]
            lines += [
                RouteLine(method, route.path, policy.permission, purpose, policy.factor_seconds, policy.four_eyes)
                for method in methods
            ]
    return sorted(lines, key=lambda line: (line.path, line.method))
