"""Rules that hang together, for previews: budgets, of a campaign too, that run out and change what else is earned."""

from datetime import UTC, datetime, timedelta

import msgspec

from content.vocabulary import ContentClass
from engagement import Verb
from gamification.rules import RuleSet, load
from gamification.rules.grammar import (
    Badge,
    CampaignPart,
    Cap,
    CommunityQuest,
    Multiplier,
    Parts,
    PointsRule,
    Quest,
    QuestStep,
    Threshold,
    When,
)
from gamification.rules.needs import AwardsNeed
from gamification.rules.words import Period

FIRST = datetime(2026, 1, 5, 9, tzinfo=UTC)
VIEWED = When((Verb.VIEWED,))
ALLOWANCES = {"spring": 700}
ANY = When((Verb.VIEWED, Verb.ATTENDED))
NOTHING_YET = "key: programme\nname: P\npast: new_only\nlevels: [{level: 1, name: One, at: 0}]\n"
LEVELS = "levels: [{level: 1, name: One, at: 0}, {level: 2, name: Two, at: 40}, {level: 3, name: Three, at: 90}]\n"


def together() -> RuleSet:
    """The same rules with common quests beside them, one of the campaign; no other budget waits for their bonus."""
    base = programme()
    (spring,) = base.campaigns
    goal = CommunityQuest("spring-together", "Together", "Forty.", VIEWED, target=40, points=5)
    rules = msgspec.structs.replace(spring.rules, community_quests=(goal,))
    return msgspec.structs.replace(
        base,
        badges=(Badge("ninety", "Ninety", "Ninety points.", threshold=Threshold(points=90)),),
        community_quests=(
            CommunityQuest("ninety-items", "Ninety items", "Ninety.", ANY, target=90, points=8, most_each=9),
            CommunityQuest("too-much", "Too much", "A thousand.", ANY, target=1000, points=50),
        ),
        campaigns=(msgspec.structs.replace(spring, rules=rules),),
    )


def programme() -> RuleSet:
    """Rules that hang together: budgets that run out change caps, badges and other budgets of whom they refuse."""
    base = load(NOTHING_YET.replace("levels: [{level: 1, name: One, at: 0}]\n", LEVELS))
    opens = FIRST + timedelta(days=6)
    campaign = Parts(
        points=(
            PointsRule("spring-read", "Read", VIEWED, 7, Period.DAY, budget=350, caps=(Cap(Period.DAY, 2),)),
            PointsRule("spring-join", "Join", When((Verb.ATTENDED,)), 5, Period.WEEK),
        ),
        quests=(
            Quest("spring-tour", "Tour", "Four.", (QuestStep("Read", VIEWED, 4),), points=9),
            Quest("spring-walk", "Walk", "Two.", (QuestStep("Read", VIEWED, 2),)),
        ),
        multipliers=(Multiplier("spring-double", "Double", 200, opens, opens + timedelta(days=5), ("spring-read",)),),
    )
    part = CampaignPart(
        key="spring", revision=1, rules=campaign, lane=ContentClass.MEDICAL, markets=("GB", "DE"),
        opens=FIRST + timedelta(days=2), closes=FIRST + timedelta(days=30),
    )  # fmt: skip
    return msgspec.structs.replace(
        base,
        points=(
            PointsRule("open", "Open", VIEWED, 3, Period.EVER, budget=450, caps=(Cap(Period.WEEK, 4),)),
            PointsRule("again", "Again", ANY, 2, Period.DAY, caps=(Cap(Period.DAY, 1),)),
            PointsRule("bonus", "Bonus", ANY, 4, Period.WEEK, needs=((AwardsNeed("open", 5),),), budget=200),
        ),
        badges=(
            Badge("forty", "Forty", "Forty points.", threshold=Threshold(points=40), most_earners=9),
            Badge("ninety", "Ninety", "Ninety points.", threshold=Threshold(points=90)),
        ),
        quests=(
            Quest("tour", "Tour", "Three and one.", (QuestStep("Read", VIEWED, 3), QuestStep("Join", ANY)), points=6),
        ),
        campaigns=(part,),
    )
