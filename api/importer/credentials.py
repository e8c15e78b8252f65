"""Who the importer signs in as, read from a file so that no secret stands on a command line."""

from pathlib import Path
from typing import Final

import msgspec

from api.importer.errors import ImportStoppedError
from kernel.settings import CHECKOUT

SHOWN_FILE: Final = ".laurel/demo.json"
DEFAULT_FILE: Final = CHECKOUT / SHOWN_FILE
"""What ``laurel demo`` writes, from whatever folder either is started."""

DEFAULT_URL: Final = "http://127.0.0.1:8000"


class MachineClient(msgspec.Struct, frozen=True):
    """Client credentials of a learning system."""

    client_id: str
    client_secret: str


class Account(msgspec.Struct, frozen=True):
    """E-mail and password of a member of staff."""

    email: str
    password: str


class Credentials(msgspec.Struct, frozen=True):
    """Where the server is, who delivers the activities and who approves the content."""

    url: str
    learning_system: MachineClient
    medical_reviewer: Account


class _Listed(msgspec.Struct, frozen=True):
    role: str
    email: str
    password: str


class _File(msgspec.Struct, frozen=True):
    learning_system: MachineClient
    url: str = DEFAULT_URL
    medical_reviewer: Account | None = None
    accounts: list[_Listed] = []


def read_credentials(file: Path = DEFAULT_FILE, url: str | None = None) -> Credentials:
    """Read a credentials file; ``url`` overrides the one in it.

    Raises ``ImportStoppedError`` when the file is missing, malformed or names no medical reviewer.
    """
    try:
        content = msgspec.json.decode(file.read_bytes(), type=_File)
    except FileNotFoundError:
        raise ImportStoppedError(
            f"there is no credentials file {file}: run laurel demo, which writes one, or give --credentials FILE"
        ) from None
    except OSError as error:
        raise ImportStoppedError(
            f"the credentials file {file} cannot be read ({error.strerror}): run as the user who may read it"
        ) from None
    except msgspec.DecodeError as error:
        raise ImportStoppedError(
            f"the credentials file {file} is malformed ({error}): see docs/importing-oulad.md for its shape"
        ) from None
    reviewer = content.medical_reviewer or next(
        (Account(listed.email, listed.password) for listed in content.accounts if listed.role == "medical_reviewer"),
        None,
    )
    if reviewer is None:
        raise ImportStoppedError(
            f"the credentials file {file} names no medical_reviewer, who has to approve the content: add one"
        )
    address = (url or content.url).rstrip("/")
    if not address.startswith(("http://", "https://")):
        raise ImportStoppedError(f"{address!r} is not the address of a server: write it like {DEFAULT_URL}")
    return Credentials(address, content.learning_system, reviewer)
