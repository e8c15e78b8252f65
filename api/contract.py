"""The OpenAPI document as it is published: what Litestar derives from the types, put right where that is not so."""

from typing import Any, cast

from litestar import Request
from litestar.openapi.plugins import JsonRenderPlugin
from typing_extensions import override


class Contract(JsonRenderPlugin):
    """Renders the corrected document."""

    @override
    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return self.render_json(request, corrected(openapi_schema))


def corrected(value: Any) -> Any:
    """Return a document in which unions are ``anyOf``, and lists hold what they hold.

    Litestar writes a union as ``oneOf``, which a value that fits two of its members contradicts, and the dots of
    ``tuple[X, ...]`` as a second member that allows anything.
    """
    if isinstance(value, list):
        return [corrected(each) for each in value]
    if not isinstance(value, dict):
        return value
    members = {name: corrected(each) for name, each in value.items()}
    if isinstance(members.get("oneOf"), list):
        members["anyOf"] = members.pop("oneOf")
    items = members.get("items")
    if isinstance(items, dict) and {} in items.get("anyOf", ()):
        members["items"] = next(each for each in items["anyOf"] if each)
    return members


def inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a JSON schema whose definitions stand where they are referred to."""
    definitions = schema.pop("$defs", {})

    def expand(value: Any) -> Any:
        if isinstance(value, dict):
            if "$ref" in value:
                return expand(definitions[value["$ref"].rsplit("/", 1)[1]])
            return {key: expand(each) for key, each in value.items()}
        return [expand(each) for each in value] if isinstance(value, list) else value

    return cast("dict[str, Any]", expand(schema))
