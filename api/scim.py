"""SCIM 2.0 (RFC 7643, RFC 7644): a company's directory creates, changes and switches off accounts of its staff."""

from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath, FromQuery, QueryParameter

import access
from access import Caller, Permission
from access.errors import ProvisionedUserNotFoundError
from access.values import ProvisionedUser
from access.vocabulary import Action
from api.passage import Passage
from api.routing import command, query
from api.scim_documents import (
    MEDIA_TYPE,
    MOST_RESULTS,
    PREFIX,
    Document,
    configuration,
    listed,
    resource_type,
    user_schema,
)
from consent.vocabulary import Purpose
from kernel.unit_of_work import UnitOfWork

MEDIA: Final = (MEDIA_TYPE,)
MOST: Final = 1_000_000
Start = Annotated[int, QueryParameter(name="startIndex", ge=-MOST, le=MOST)]
Count = Annotated[int, QueryParameter(ge=-MOST, le=MOST)]
Excluded = Annotated[str | None, QueryParameter(name="excludedAttributes")]


class Search(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """What is looked for (RFC 7644 section 3.4.3). A start below 1 is 1, and a count below 0 is 0 (3.4.2.4)."""

    start_index: Annotated[int, msgspec.Meta(ge=-MOST, le=MOST)] = 1
    count: Annotated[int, msgspec.Meta(ge=-MOST, le=MOST)] = 50
    filter: str | None = None
    attributes: list[str] = []
    excluded_attributes: list[str] = []


class ScimNotFoundError(ProvisionedUserNotFoundError):
    """There is no such schema or kind of resource."""

    code = "scim-not-found"
    remedy = "List them without a name."


@query.get(
    f"{PREFIX}/ServiceProviderConfig", permission=Permission.STAFF_PROVISION, purpose=Purpose.SERVICE,
    records=Action.STAFF_DESCRIBED, media_types=MEDIA,
)  # fmt: skip
async def service_provider_config(passage: Passage) -> Response[Document]:
    """Return what a directory can do here."""
    return _answer(configuration(_base(passage)))


@query.get(
    f"{PREFIX}/ResourceTypes", permission=Permission.STAFF_PROVISION, purpose=Purpose.SERVICE,
    records=Action.STAFF_DESCRIBED, media_types=MEDIA,
)  # fmt: skip
async def resource_types(passage: Passage) -> Response[Document]:
    """Return the kinds of resources there are."""
    return _answer(listed([resource_type(_base(passage))], 1))


@query.get(
    f"{PREFIX}/ResourceTypes/{{name:str}}", permission=Permission.STAFF_PROVISION, purpose=Purpose.SERVICE,
    records=Action.STAFF_DESCRIBED, media_types=MEDIA,
)  # fmt: skip
async def one_resource_type(passage: Passage, name: FromPath[str]) -> Response[Document]:
    """Return a kind of resource."""
    return _answer(_named(resource_type(_base(passage)), name))


@query.get(
    f"{PREFIX}/Schemas", permission=Permission.STAFF_PROVISION, purpose=Purpose.SERVICE,
    records=Action.STAFF_DESCRIBED, media_types=MEDIA,
)  # fmt: skip
async def schemas(passage: Passage) -> Response[Document]:
    """Return the schemas there are."""
    return _answer(listed([user_schema(_base(passage))], 1))


@query.get(
    f"{PREFIX}/Schemas/{{name:str}}", permission=Permission.STAFF_PROVISION, purpose=Purpose.SERVICE,
    records=Action.STAFF_DESCRIBED, media_types=MEDIA,
)  # fmt: skip
async def one_schema(passage: Passage, name: FromPath[str]) -> Response[Document]:
    """Return a schema."""
    return _answer(_named(user_schema(_base(passage)), name))


@query.get(
    f"{PREFIX}/Users", permission=Permission.STAFF_PROVISION, purpose=Purpose.SERVICE, records=Action.STAFF_READ,
    media_types=MEDIA,
)  # fmt: skip
async def provisioned_users(
    uow: UnitOfWork,
    caller: Caller,
    passage: Passage,
    start: Start = 1,
    count: Count = 50,
    filter: FromQuery[str | None] = None,  # noqa: A002 - the name that RFC 7644 gives it
    attributes: FromQuery[str | None] = None,
    excluded: Excluded = None,
) -> Response[Document]:
    """Return members of staff whom the directory keeps, the oldest first, or whom a filter names."""
    search = Search(
        start_index=start,
        count=count,
        filter=filter,
        attributes=[] if attributes is None else attributes.split(","),
        excluded_attributes=[] if excluded is None else excluded.split(","),
    )
    return await _listed(uow, caller, passage, search)


@query.post(
    f"{PREFIX}/.search", permission=Permission.STAFF_PROVISION, purpose=Purpose.SERVICE, records=Action.STAFF_READ,
    media_types=MEDIA,
)  # fmt: skip
async def search_users(uow: UnitOfWork, caller: Caller, passage: Passage, data: Search) -> Response[Document]:
    """Return the same as the list of users, asked for in a body: addresses of pages end up in logs."""
    return await _listed(uow, caller, passage, data)


@query.get(
    f"{PREFIX}/Users/{{user:uuid}}", permission=Permission.STAFF_PROVISION, purpose=Purpose.SERVICE,
    records=Action.STAFF_READ, media_types=MEDIA,
)  # fmt: skip
async def provisioned_user(
    uow: UnitOfWork,
    caller: Caller,
    passage: Passage,
    user: FromPath[UUID],
    attributes: FromQuery[str | None] = None,
    excluded: Excluded = None,
) -> Response[Document]:
    """Return a member of staff whom the directory keeps."""
    found = await access.provisioning.provisioned_user(uow, caller, user)
    wanted, unwanted = (attributes or "").split(","), (excluded or "").split(",")
    return _answer(access.scim.chosen(_resource(passage, found), wanted, unwanted))


@command.post(
    f"{PREFIX}/Users", permission=Permission.STAFF_PROVISION, purpose=Purpose.SERVICE,
    records=Action.STAFF_PROVISIONED, media_types=MEDIA, status_code=201,
)  # fmt: skip
async def provision_user(uow: UnitOfWork, caller: Caller, passage: Passage, data: dict[str, Any]) -> Response[Document]:
    """Name somebody new; who gets an account and is invited, a member of staff decides."""
    made = _resource(passage, await access.provisioning.provision(uow, caller, access.scim.read(data)))
    return _answer(made, 201, {"Location": made["meta"]["location"]})


@command.put(
    f"{PREFIX}/Users/{{user:uuid}}", permission=Permission.STAFF_PROVISION, purpose=Purpose.SERVICE,
    records=Action.STAFF_CHANGED, media_types=MEDIA,
)  # fmt: skip
async def replace_user(
    uow: UnitOfWork, caller: Caller, passage: Passage, user: FromPath[UUID], data: dict[str, Any]
) -> Response[Document]:
    """Say everything of somebody anew; who is not active is out at once."""
    changed = await access.provisioning.replace_provisioned(uow, caller, user, access.scim.read(data))
    return _answer(_resource(passage, changed))


@command.patch(
    f"{PREFIX}/Users/{{user:uuid}}", permission=Permission.STAFF_PROVISION, purpose=Purpose.SERVICE,
    records=Action.STAFF_CHANGED, media_types=MEDIA,
)  # fmt: skip
async def patch_user(
    uow: UnitOfWork, caller: Caller, passage: Passage, user: FromPath[UUID], data: dict[str, Any]
) -> Response[Document]:
    """Change some of what is said of somebody; all operations or none."""
    return _answer(_resource(passage, await access.provisioning.patch_provisioned(uow, caller, user, data)))


@command.delete(
    f"{PREFIX}/Users/{{user:uuid}}", permission=Permission.STAFF_PROVISION, purpose=Purpose.SERVICE,
    records=Action.STAFF_REMOVED, status_code=204,
)  # fmt: skip
async def deprovision_user(uow: UnitOfWork, caller: Caller, user: FromPath[UUID]) -> None:
    """Switch somebody off whom the directory no longer knows; what they did stays known."""
    await access.provisioning.deprovision(uow, caller, user)


async def _listed(uow: UnitOfWork, caller: Caller, passage: Passage, search: Search) -> Response[Document]:
    start = max(search.start_index, 1)
    offset, limit = start - 1, min(max(search.count, 0), MOST_RESULTS)
    if search.filter is None:
        found, total = await access.provisioning.provisioned_users(uow, caller, offset, limit)
    else:
        found = await access.provisioning.find_provisioned(uow, caller, *access.scim.filtered(search.filter))
        found, total = found[offset : offset + limit], len(found)
    chosen = [
        access.scim.chosen(_resource(passage, each), search.attributes, search.excluded_attributes) for each in found
    ]
    return _answer(listed(chosen, total, start))


def _answer(document: Document, status: int = 200, headers: dict[str, str] | None = None) -> Response[Document]:
    return Response(document, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def _resource(passage: Passage, found: ProvisionedUser) -> Document:
    location = f"{_base(passage)}/Users/{found.account}"
    return access.scim.resource(found.user, found.account, found.created_at, found.changed_at, location)


def _base(passage: Passage) -> str:
    return passage.runtime.settings.public_url.rstrip("/") + PREFIX


def _named(document: Document, name: str) -> Document:
    if document["id"] != name:
        raise ScimNotFoundError("There is nothing of this name.")
    return document


ROUTES: list[Any] = [
    service_provider_config,
    resource_types,
    one_resource_type,
    schemas,
    one_schema,
    provisioned_users,
    search_users,
    provisioned_user,
    provision_user,
    replace_user,
    patch_user,
    deprovision_user,
]
