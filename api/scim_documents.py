"""What a directory is told about us (RFC 7643, sections 5 to 7): one kind of resource, and its schema."""

from typing import Any, Final

from access import scim

PREFIX: Final = "/scim/v2"
MEDIA_TYPE: Final = "application/scim+json"
_CORE: Final = "urn:ietf:params:scim:schemas:core:2.0"
MOST_RESULTS: Final = 200

Document = dict[str, Any]


def configuration(base: str) -> Document:
    """Return what can be done here."""
    return {
        "schemas": [f"{_CORE}:ServiceProviderConfig"],
        "patch": {"supported": True},
        "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": MOST_RESULTS},
        "changePassword": {"supported": False},
        "sort": {"supported": False},
        "etag": {"supported": False},
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "Bearer token",
                "description": "The access token of a machine client with the role provisioner (POST /v1/sessions).",
                "specUri": "https://www.rfc-editor.org/info/rfc6750",
                "primary": True,
            }
        ],
        "meta": {"resourceType": "ServiceProviderConfig", "location": f"{base}/ServiceProviderConfig"},
    }


def resource_type(base: str) -> Document:
    """Return the one kind of resource there is. Groups are not among them: people decide who gets a role."""
    return {
        "schemas": [f"{_CORE}:ResourceType"],
        "id": "User",
        "name": "User",
        "endpoint": "/Users",
        "description": "A member of staff.",
        "schema": scim.USER,
        "meta": {"resourceType": "ResourceType", "location": f"{base}/ResourceTypes/User"},
    }


def user_schema(base: str) -> Document:
    """Return what a directory may say of a member of staff."""
    value = _attribute("value", "Where the invitation goes.", required=True)
    return {
        "schemas": [f"{_CORE}:Schema"],
        "id": scim.USER,
        "name": "User",
        "description": "A member of staff. No more is kept than this.",
        "attributes": [
            _attribute("userName", "What the directory calls somebody.", required=True, uniqueness="server"),
            _attribute("displayName", "The name.", required=True),
            _attribute("emails", "The address; of several the primary one is kept.", kind="complex", required=True)
            | {"multiValued": True, "subAttributes": [value]},
            _attribute("userType", "The role that the directory proposes.", required=True, mutability="immutable")
            | {"canonicalValues": list(scim.STAFF_ROLES)},
            _attribute("active", "Whether somebody may come in.", kind="boolean", required=True),
        ],
        "meta": {"resourceType": "Schema", "location": f"{base}/Schemas/{scim.USER}"},
    }


def listed(resources: list[Document], total: int, start: int = 1) -> Document:
    """Return a list response (RFC 7644 section 3.4.2)."""
    return {
        "schemas": [scim.LIST],
        "totalResults": total,
        "itemsPerPage": len(resources),
        "startIndex": start,
        "Resources": resources,
    }


def _attribute(
    name: str,
    description: str,
    *,
    kind: str = "string",
    required: bool = False,
    mutability: str = "readWrite",
    uniqueness: str = "none",
) -> Document:
    exact = {"caseExact": False, "uniqueness": uniqueness} if kind == "string" else {}
    return exact | {
        "name": name,
        "type": kind,
        "multiValued": False,
        "description": description,
        "required": required,
        "mutability": mutability,
        "returned": "default",
    }
