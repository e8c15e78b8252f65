"""The words of the HTTP layer."""

from enum import StrEnum


class Action(StrEnum):
    """Audit actions of requests that no room had a word for, spelled ``room:subject:verb``."""

    REQUEST_REFUSED = "api:request:refused"
    SCHEMA_MIGRATED = "api:schema:migrated"
    ROUTES_LISTED = "api:routes:listed"
