"""What consent holds about people: proofs of what they decided and asked for, and what waits for them."""

from collections.abc import Mapping
from typing import Final

from kernel.holdings import Holding, Keeps

_PROOF: Final = "what you decided must be provable (Art. 7(1), 17(3)(b), (e)); it leads to nobody any more"
_ANSWERED: Final = "what you asked for and what was done must be provable (Art. 5(2), 17(3)(e))"
_SEALED: Final = "it is what this package shows"
_REQUESTS: Final = "request in (select id from consent.privacy_request where person = $1)"

HOLDINGS: Final = (
    Holding(
        table="consent.package_chunk",
        title="Pieces of packages that waited for you",
        of="request in (select request from consent.package where person = $1)",
        withheld={"sealed": _SEALED},
        keeps=Keeps(
            0,
            "(select coalesce(least(p.taken_at + interval '1 day', p.expires_at), p.expires_at)"
            " from consent.package p where p.request = t.request)",
            "to be taken once by the person who asked",
        ),
    ),
    Holding(
        table="consent.package",
        title="Packages that waited for you",
        key="request",
        withheld={"sha256": "a fingerprint of what this package shows"},
        keeps=Keeps(90, "expires_at", "to answer whether and when a package was taken"),
    ),
    Holding(
        table="consent.message",
        title="E-mail to you that was asked for, and whether it was sent",
        sealed=("content",),
        keeps=Keeps(365, "settled_at", "to answer why something was sent to you, or was not"),
    ),
    Holding(
        table="consent.confirmation",
        title="Answers that waited to be confirmed",
        withheld={"token_sha256": "a fingerprint of what was in the message"},
        keeps=Keeps(30, "expires_at", "to answer whether a message was sent and confirmed"),
    ),
    Holding(table="consent.current_state", title="How you stand towards each purpose", key="event", provided=True),
    Holding(
        table="consent.event",
        title="What you decided",
        provided=True,
        kept=_PROOF,
        withheld={"actor": "the account that recorded it", "on_behalf_of": "for whom that account acted"},
    ),
    Holding(table="consent.lapse", title="Answers that ran out", key="event", kept=_PROOF),
    Holding(table="consent.notice_shown", title="What you were shown before you decided", kept=_PROOF),
    Holding(table="consent.restriction", title="When processing was restricted", key="request", kept=_ANSWERED),
    Holding(
        table="consent.request_step",
        title="What was done for your requests",
        of=_REQUESTS,
        kept=_ANSWERED,
        keeps=Keeps(
            1_095, "(select r.closed_at from consent.privacy_request r where r.id = t.request)", "as the request itself"
        ),
    ),
    Holding(
        table="consent.privacy_request",
        title="What you asked for",
        kept=_ANSWERED,
        sealed=("words", "answer"),
        keeps=Keeps(1_095, "closed_at", "to prove that requests were answered, until claims are barred"),
    ),
    Holding(table="consent.erasure", title="Erasures", key="request", kept=_ANSWERED),
)

APART: Final[Mapping[str, str]] = {
    "consent.suppression": "keyed fingerprints of addresses, made to outlive whoever had them; they lead to nobody",
    "consent.legal_hold": "names records, not people; a record that is held is shown where it is",
}
"""Tables with columns about people that no request reads by themselves, and why."""
