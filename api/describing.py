"""What the OpenAPI document says of a route: what it declares, the body that it reads by hand, and how it refuses."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec
from litestar.datastructures import ResponseHeader
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Operation
from typing_extensions import override

from api import idempotency
from api.contract import inlined
from api.problems import form_of

if TYPE_CHECKING:
    from api.routing import Policy

APPROVAL: Final = {
    "name": "Approval",
    "in": "header",
    "required": False,
    "description": "The id of what somebody else agreed to (POST /v1/approvals), where this needs two people.",
    "schema": {"type": "string", "format": "uuid"},
}
REQUEST_ID: Final = ResponseHeader(
    name="X-Request-Id", value="text", description="Names the request in the audit log.", documentation_only=True
)
"""Its value is never sent; it tells the document which type the header has."""

OWN_DESCRIPTIONS: Final = {
    400: "The request can't be understood.",
    401: "Nobody is signed in.",
    403: "The caller may not do this, or consent is missing.",
    404: "There is no such thing for this caller.",
    409: "It contradicts what is there.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "It is well formed and makes no sense here.",
    429: "Too many requests.",
    503: "A part that this needs is away for the moment.",
}


def operation(policy: "Policy", body_type: Any, media_types: Sequence[str]) -> type[Operation]:
    """Return an OpenAPI operation that shows what the route declares, and the body that it reads by hand."""

    @dataclass
    class DeclaredOperation(Operation):
        @override
        def to_schema(self) -> dict[str, Any]:
            schema = super().to_schema()
            if body_type is not None:
                content = {"application/json": {"schema": inlined(msgspec.json.schema(body_type))}}
                schema["requestBody"] = {"required": True, "content": content}
            if media_types:
                good = next(code for code in schema["responses"] if code.startswith("2"))
                schema["responses"][good]["content"] = {each: {"schema": {}} for each in media_types}
            if policy.creates:
                schema.setdefault("parameters", []).append(idempotency.PARAMETER)
            if policy.four_eyes:
                schema.setdefault("parameters", []).append(APPROVAL)
                schema["x-four-eyes"] = True
            if policy.permission and policy.purpose:
                schema["x-permission"] = policy.permission.value
                schema["x-purpose"] = policy.purpose.value
                if policy.factor_seconds is not None:
                    schema["x-factor-seconds"] = policy.factor_seconds
                schema["x-records"] = [action.value for action in policy.records]
                schema["security"] = [{"bearer": []}]
            else:
                schema["x-public-because"] = policy.because
                schema["security"] = []
            return schema

    return DeclaredOperation


def responses(policy: "Policy", path: str, *, has_body: bool) -> dict[int, ResponseSpec]:
    """Return the refusals that a route may answer with."""
    form, media_type = form_of(path)
    codes = {400, 413, 503, 429} if policy.kind == "public" else {400, 401, 403, 404, 409, 413, 422, 429, 503}
    codes |= ({415, 422} if has_body else set()) | ({404} if "{" in path else set())
    return {
        code: ResponseSpec(
            data_container=form,
            description=OWN_DESCRIPTIONS[code],
            media_type=media_type,
            generate_examples=False,
        )
        for code in sorted(codes | ({401} if policy.records else set()))
    }
