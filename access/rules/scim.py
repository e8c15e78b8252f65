"""What a directory says of members of staff (RFC 7643), and how it changes that (RFC 7644)."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from typing_extensions import override

from access.errors import ProvisioningError
from access.refusals import ScimFault
from access.vocabulary import MACHINES, Role

USER: Final = "urn:ietf:params:scim:schemas:core:2.0:User"
LIST: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
STAFF_ROLES: Final = tuple(role.value for role in Role if role not in MACHINES | {Role.HCP})
MOST_OPERATIONS: Final = 100
_FILTER: Final = re.compile(r'\s*(userName|externalId)\s+eq\s+"((?:[^"\\]|\\["\\/])*)"\s*', re.IGNORECASE)
_KNOWN: Final = {
    name.lower(): name for name in ("userName", "displayName", "emails", "userType", "active", "externalId", "name")
}
_VALUE: Final = re.compile(r"emails(\[[^\]]*\])?\.value", re.IGNORECASE)


class DirectoryUser(msgspec.Struct, frozen=True, kw_only=True):
    """A member of staff as a directory knows them. ``user_type`` is the role that it proposes."""

    user_name: str
    display_name: str
    email: str
    user_type: Role
    active: bool = True
    external_id: str | None = None

    @override
    def __repr__(self) -> str:
        """Show nobody."""
        return f"DirectoryUser({self.user_type})"


def read(body: Mapping[str, Any]) -> DirectoryUser:
    """Return whom a resource describes; attributes that are not known here are passed over.

    Raises:
        ProvisioningError: one is missing, or is not what it must be; the facts hold ``field``.

    """
    given = {name.lower(): value for name, value in body.items()}
    user_name = _text(given, "userName")
    if user_name is None:
        raise refused(ScimFault.INVALID_VALUE, "userName", "is needed")
    email = _email(given.get("emails")) or (user_name if "@" in user_name else None)
    if email is None:
        raise refused(ScimFault.INVALID_VALUE, "emails", "must hold the address that an invitation is sent to")
    wanted = _text(given, "userType")
    if wanted not in STAFF_ROLES:
        raise refused(ScimFault.INVALID_VALUE, "userType", f"must be one of {', '.join(STAFF_ROLES)}")
    return DirectoryUser(
        user_name=user_name,
        display_name=_text(given, "displayName") or _formatted(given.get("name")) or user_name,
        email=email,
        user_type=Role(wanted),
        active=_switch(given.get("active", True)),
        external_id=_text(given, "externalId"),
    )


def patched(user: DirectoryUser, body: Mapping[str, Any]) -> DirectoryUser:
    """Return ``user`` after the operations of a PATCH (RFC 7644 section 3.5.2), all of them or none.

    Raises:
        ProvisioningError: an operation is none, names what is not known, or leaves something that can't be.

    """
    operations = {name.lower(): value for name, value in body.items()}.get("operations")
    if not isinstance(operations, list) or not 0 < len(operations) <= MOST_OPERATIONS:
        raise refused(ScimFault.INVALID_SYNTAX, "Operations", f"must be a list of 1 to {MOST_OPERATIONS}")
    document = attributes(user)
    for operation in operations:
        if not isinstance(operation, Mapping):
            raise refused(ScimFault.INVALID_SYNTAX, "Operations", "must hold objects")
        _apply(document, operation)
    return read(document)


def attributes(user: DirectoryUser) -> dict[str, Any]:
    """Return the attributes of a resource; one without a value is left out."""
    found = {
        "userName": user.user_name,
        "displayName": user.display_name,
        "emails": [{"value": user.email}],
        "userType": user.user_type.value,
        "active": user.active,
    }
    return found if user.external_id is None else found | {"externalId": user.external_id}


def resource(user: DirectoryUser, account: UUID, created: datetime, changed: datetime, location: str) -> dict[str, Any]:
    """Return a whole resource."""
    meta = {
        "resourceType": "User",
        "created": created.isoformat(),
        "lastModified": changed.isoformat(),
        "location": location,
    }
    return {"schemas": [USER], "id": str(account)} | attributes(user) | {"meta": meta}


def chosen(document: Mapping[str, Any], wanted: Sequence[str], unwanted: Sequence[str]) -> dict[str, Any]:
    """Return the attributes that a reader wants (RFC 7644 section 3.9); ``schemas`` and ``id`` are always there."""
    always = {"schemas", "id"}
    included, excluded = ({_top(name) for name in names} - {""} for names in (wanted, unwanted))
    return {
        name: value
        for name, value in document.items()
        if name in always or (name.lower() in included if included else name.lower() not in excluded)
    }


def filtered(words: str) -> tuple[str, str]:
    """Return attribute and value of the one kind of filter there is: ``userName eq "..."``, or the same of externalId.

    Raises:
        ProvisioningError: it is another one.

    """
    found = _FILTER.fullmatch(words)
    if found is None:
        raise refused(ScimFault.INVALID_FILTER, "filter", 'must be userName eq "..." or externalId eq "..."')
    return _KNOWN[found[1].lower()], re.sub(r"\\(.)", r"\1", found[2])


def refused(fault: ScimFault, field: str, sentence: str) -> ProvisioningError:
    """Return the error for a field."""
    return ProvisioningError(f"The field {field} {sentence}.", field=field, scim_type=fault.value)


def _apply(document: dict[str, Any], operation: Mapping[str, Any]) -> None:
    given = {str(name).lower(): value for name, value in operation.items()}
    kind, path, value = str(given.get("op", "")).lower(), given.get("path"), given.get("value")
    if kind not in {"add", "replace", "remove"}:
        raise refused(ScimFault.INVALID_SYNTAX, "op", "must be add, replace or remove")
    if path is None:
        if kind == "remove" or not isinstance(value, Mapping):
            raise refused(ScimFault.NO_TARGET, "path", "is needed, or a value that is an object")
        document |= {_KNOWN[_top(name)]: each for name, each in value.items() if _top(name) in _KNOWN}
        return
    bare = str(path).removeprefix(f"{USER}:")
    name = _KNOWN.get(_top(bare))
    if name is None or (name != bare.strip() and name.lower() != bare.strip().lower() and not _VALUE.fullmatch(bare)):
        raise refused(ScimFault.INVALID_PATH, "path", "names nothing that is known here")
    if kind == "remove" and name == "active":  # without it somebody would be active, as who is new is
        raise refused(ScimFault.MUTABILITY, name, "can't be removed; replace it by true or false")
    if kind == "remove":
        document.pop(name, None)
    else:
        document[name] = [{"value": value}] if _VALUE.fullmatch(bare) else value


def _top(path: str) -> str:
    """Return the attribute that a path begins with, in lower case."""
    return re.split(r"[.\[]", path.strip().removeprefix(f"{USER}:"), maxsplit=1)[0].strip().lower()


def _text(given: Mapping[str, Any], name: str) -> str | None:
    value = given.get(name.lower())
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise refused(ScimFault.INVALID_VALUE, name, "must be text")
    return value


def _switch(value: object) -> bool:
    """Return a yes or no; some directories write them as text."""
    found = {"true": True, "false": False}.get(str(value).lower())
    if found is None:
        raise refused(ScimFault.INVALID_VALUE, "active", "must be true or false")
    return found


def _email(emails: object) -> str | None:
    """Return the address that counts: the primary one, or the first."""
    if emails is None:
        return None
    listed: Sequence[object] = emails if isinstance(emails, list) else [emails]
    if not all(isinstance(each, Mapping) and isinstance(each.get("value"), str) for each in listed):
        raise refused(ScimFault.INVALID_VALUE, "emails", "must be a list of objects with a value each")
    known: list[Any] = sorted(listed, key=lambda each: not (isinstance(each, Mapping) and each.get("primary") is True))
    return str(known[0]["value"]) if known else None


def _formatted(name: object) -> str | None:
    if not isinstance(name, Mapping):
        return None
    parts = [name.get("formatted")] if name.get("formatted") else [name.get("givenName"), name.get("familyName")]
    return " ".join(each for each in parts if isinstance(each, str)) or None
