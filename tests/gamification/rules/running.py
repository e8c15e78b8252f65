"""Rule sets as they are composed: with a campaign beside them, and with what policy packs forbid."""

import msgspec
from hypothesis import strategies as st

from gamification.rules.grammar import CampaignPart, RuleSet
from gamification.rules.parts import parts_of, paying_rules
from tests.gamification.rules.happenings import CLASSES, MARKETS, PROFESSIONS, bars
from tests.gamification.rules.strategies import Names, closing, few, keys, parts, rulesets, yes_or_no


@st.composite
def campaigns(draw: st.DrawFn, ruleset: RuleSet) -> CampaignPart:
    """A campaign that runs beside a rule set and can refer to its rules."""
    named = (ruleset.points, ruleset.streaks, ruleset.badges, (), ())
    beside = Names(*([each.key for each in rules] for rules in named))
    return CampaignPart(
        key="spring",
        opens=draw(closing),
        closes=draw(closing),
        revision=draw(few),
        rules=draw(parts(draw(keys("-spring")), beside, "-spring")),
        lane=draw(st.sampled_from(CLASSES)),
        markets=draw(st.sampled_from([None, MARKETS[:1], MARKETS[1:], MARKETS])),
        professions=draw(st.sampled_from([None, None, PROFESSIONS[:1], PROFESSIONS])),
    )


@st.composite
def running(draw: st.DrawFn) -> RuleSet:
    """A rule set as it is composed: with a running campaign or without, and with what policy packs forbid."""
    base = draw(rulesets())
    whole = msgspec.structs.replace(base, campaigns=() if draw(yes_or_no) else (draw(campaigns(base)),))
    paying = [rule.key for part, _ in parts_of(whole) for _, rule in paying_rules(part)]
    return msgspec.structs.replace(whole, bars=draw(bars(paying)))
