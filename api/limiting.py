"""What a caller is told about limits (draft-ietf-httpapi-ratelimit-headers), and how one that is used up is refused."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kernel.errors import TooManyError
from kernel.limits import Counted, Limit, Quota

if TYPE_CHECKING:
    from api.passage import Passage


class AddressLimitError(TooManyError):
    """One network sent more requests without a valid token in a minute than it may."""

    code = "too-many-requests"


async def take(passage: "Passage", limits: Sequence[Limit], refusal: TooManyError) -> Counted:
    """Count this request against ``limits`` and note what is left, for the answer's headers.

    Returns:
        what was counted, for whoever gives it back.

    Raises:
        refusal: one of them is used up; it says when to come again.

    """
    counted = Counted(limits, passage.runtime.limits.now())
    passage.quota = await passage.runtime.limits.take(limits, counted.at)
    if not passage.quota.allowed:
        refusal.facts["retry_after_seconds"] = passage.quota.resets_in
        raise refusal
    return counted


async def take_anonymous(passage: "Passage") -> None:
    """Count a request that carries no valid token against the network it comes from.

    Raises:
        AddressLimitError: the network has used up its minute.

    """
    most = passage.runtime.settings.anonymous_requests_per_minute
    refusal = AddressLimitError("This network sent too many requests without a valid token in this minute.")
    await take(passage, [Limit(f"anonymous:{passage.address}", most)], refusal)


def headers(quota: Quota) -> list[tuple[bytes, bytes]]:
    """Return ``RateLimit-Policy`` and ``RateLimit`` of what is left; a limit's public name ends at its first colon."""
    name = quota.limit.name.partition(":")[0]
    policy = f'"{name}";q={quota.limit.most};w={quota.limit.seconds}'
    state = f'"{name}";r={quota.left};t={quota.resets_in}'
    return [(b"ratelimit-policy", policy.encode()), (b"ratelimit", state.encode())]
