"""How it feels as a whole: what somebody who used this content may want to use next.

The room keeps nothing: it asks the rooms below what a person used and what the person is offered, ranks, and says why.
It answers nobody who has not agreed to personalisation, and what it suggests earns nothing by having been suggested.
"""

from journeys.service import recommendations
from journeys.values import Recommendation
from journeys.vocabulary import Action

__all__ = ["Action", "Recommendation", "recommendations"]
