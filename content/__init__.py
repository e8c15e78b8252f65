"""What healthcare professionals are offered: webinars, podcasts and education modules.

An item is created as a draft, approved by a medical reviewer who is not its author, and from then on offered in its
markets, in its language and within its window. Only such an item scores, whoever asks and however late.
"""

from content.errors import (
    AuthorNeverApprovesError,
    ContentNotFoundError,
    ContentWithdrawnError,
    InvalidContentError,
    InvalidListingError,
    OutsideBrandScopeError,
    OutsideMarketScopeError,
)
from content.holdings import HOLDINGS
from content.rules.brands import brand_fault
from content.rules.tags import forbidden_word
from content.rules.visibility import scores
from content.service import (
    all_items,
    approve,
    create_content,
    for_scoring,
    item,
    live_sessions,
    require_brand,
    staff_item,
    training_item,
    training_items,
    visible,
    withdraw,
)
from content.values import ContentItem, NewContent, OfferedContent, ScoringView, Session
from content.vocabulary import EVERYWHERE, STAFF_TRAINING, Action, ContentId, ContentKind, ContentState

__all__ = [
    "EVERYWHERE",
    "HOLDINGS",
    "STAFF_TRAINING",
    "Action",
    "AuthorNeverApprovesError",
    "ContentId",
    "ContentItem",
    "ContentKind",
    "ContentNotFoundError",
    "ContentState",
    "ContentWithdrawnError",
    "InvalidContentError",
    "InvalidListingError",
    "NewContent",
    "OfferedContent",
    "OutsideBrandScopeError",
    "OutsideMarketScopeError",
    "ScoringView",
    "Session",
    "all_items",
    "approve",
    "brand_fault",
    "create_content",
    "for_scoring",
    "forbidden_word",
    "item",
    "live_sessions",
    "require_brand",
    "scores",
    "staff_item",
    "training_item",
    "training_items",
    "visible",
    "withdraw",
]
