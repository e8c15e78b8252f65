"""What Hypothesis draws of community quests."""

from hypothesis import strategies as st

from gamification.rules.grammar import CommunityQuest
from tests.gamification.rules.happenings import conditions


def goals(key: str) -> st.SearchStrategy[CommunityQuest]:
    return st.builds(
        CommunityQuest,
        key=st.just(key),
        name=st.just(key.title()),
        description=st.just("To be done together."),
        when=conditions,
        target=st.integers(1, 4),
        points=st.integers(1, 9),
        most_each=st.none() | st.integers(1, 2),
    )
