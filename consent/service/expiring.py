"""The sweep: grants that ran out are written down as what they are, which is no withdrawal."""

from typing import Final

from consent.service.recording import announce
from consent.store import standing as store
from consent.vocabulary import Action
from kernel.unit_of_work import UnitOfWork

BATCH: Final = 500


async def record_lapses(uow: UnitOfWork, most: int = BATCH) -> bool:
    """Record up to ``most`` grants that ran out; return whether there may be more.

    Nothing waits for this: the gate looks at the clock. It leaves the evidence, and makes every worker forget.
    """
    lapsed = await store.take_lapsed(uow, most)
    for each in sorted(lapsed, key=lambda lapse: lapse.person):
        uow.record(Action.CONSENT_EXPIRED, subject=each.person, resource=f"consent:{each.event}", purpose=each.purpose)
        announce(uow, each.person, {each.purpose})
    return len(lapsed) == most
