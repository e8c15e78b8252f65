"""What the start of a campaign does to what happened before it, in the words that a reviewer reads."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gamification.vocabulary import CampaignPast

_SENTENCES: Final[Mapping[CampaignPast, str]] = MappingProxyType(
    {
        CampaignPast.NEW_ONLY: (
            "Counts what is recorded from the start on, by this revision for everybody. What was recorded before is"
            " left as it is."
        ),
        CampaignPast.BACKFILL_SILENTLY: (
            "Counts what is recorded from the start on, and what happened in the activity window and was recorded"
            " before, without telling anybody. What an earlier revision has scored stays scored by that revision."
        ),
        CampaignPast.GRANDFATHER: (
            "Counts what is recorded from the start on. Whoever has begun under an earlier revision goes on under its"
            " rules; everybody else is under this one. What was recorded before is left as it is."
        ),
    }
)


def says(past: CampaignPast) -> str:
    """Return the sentences for a choice; in each case nothing that was earned is taken back."""
    return _SENTENCES[past] + " Nothing that was earned is taken back."
