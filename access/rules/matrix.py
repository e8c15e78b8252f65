"""The whole of who may do what, enumerated: every role against every route."""

from collections.abc import Iterable

from access.policy import ROLE_PERMISSIONS
from access.values import MatrixRow, RouteLine
from access.vocabulary import Role


def matrix(routes: Iterable[RouteLine]) -> list[MatrixRow]:
    """Return one row per route, in the order of path and method; a public route is open to everyone."""
    return [
        MatrixRow(
            method=route.method,
            path=route.path,
            permission=route.permission,
            purpose=route.purpose,
            allowed={
                role: route.permission is None or route.permission in ROLE_PERMISSIONS.get(role, ()) for role in Role
            },
        )
        for route in sorted(routes, key=lambda route: (route.path, route.method))
    ]
