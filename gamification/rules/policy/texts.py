"""C1 to C22 in one sentence each, with their sources, so that a screen can show what a refusal rests on.

``confirmed`` is false where the text behind a rule was not read, or is not final. A rule that is marked as Laurel's own
claims no law: it is how the house keeps the others. The numbers are not here but in the packs, each with its source.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import msgspec


class RuleText(msgspec.Struct, frozen=True):
    """A rule in one sentence, where it comes from, and whether that was read."""

    sentence: str
    source: str
    confirmed: bool = True


OWN: Final = "Laurel's own rule"

RULES: Final[Mapping[str, RuleText]] = MappingProxyType(
    {
        "C1": RuleText(
            "Nothing that rewards may read prescriptions, sales, samples, formulary status, patient starts or "
            "referrals.",
            "US Anti-Kickback Statute, as the HHS Inspector General explains it (oig.hhs.gov); PhRMA Code section 13 "
            "and the EFPIA Code say the like, unconfirmed",
        ),
        "C2": RuleText(
            "Only badges, certificates, levels, points, content unlocks and educational items may be given; cash, "
            "vouchers, travel, entertainment, personal items, raffles and gifts to charity in a person's name never.",
            "PhRMA Code sections 3, 10 and 11 (meetingsnet); EFPIA Code article 11, unconfirmed",
        ),
        "C3": RuleText(
            "Points have no value in money, belong to whoever earned them, and are neither sold nor turned into money; "
            "a currency with a value exists only where compliance has set what one unit is worth.",
            f"{OWN}, from C1 and C2",
        ),
        "C4": RuleText(
            "In the United States an educational item is modest, educates patients or professionals, is of no use "
            "outside work, and is given only now and then.",
            "PhRMA Code (uspharmacist.com, meetingsnet)",
        ),
        "C5": RuleText(
            "Every transfer of value is recorded from the first cent, because a year's total decides which of them "
            "must be published.",
            "Open Payments, programme year 2026 (nycdentalsociety.org 2025-09-30, gardner.law, foley.com)",
        ),
        "C6": RuleText(
            "Of the states in which somebody is licensed, practises or lives, the strictest limits what may be given.",
            "Minnesota Statutes 151.461; Massachusetts (massmed); California (American Thoracic Society); Vermont, "
            "unconfirmed",
        ),
        "C7": RuleText(
            "No gift and no advantage; material only if it is inexpensive, relevant to practice and of direct benefit "
            "to patient care; transfers are published by name with consent, otherwise in total.",
            "EFPIA Code, articles 11, 17 and 22 to 24; their wording is unconfirmed",
            confirmed=False,
        ),
        "C8": RuleText(
            "In the United Kingdom a quiz promotes nothing, tests knowledge, takes place inside the meeting's sessions "
            "and carries no prize; nobody collects stamps from stand to stand.",
            "ABPI Code clause 10.7 and the PMCPA's questions and answers of 2024 (pmcpa.org.uk)",
        ),
        "C9": RuleText(
            "In Spain prizes and incentives are forbidden, in cash or in kind; small items and material of use in "
            "education have limits of their own.",
            "Código de Buenas Prácticas, 10.1 and 10.2 (codigofarmaindustria.org)",
        ),
        "C10": RuleText(
            "In Germany a prize takes a task of skill or knowledge and stays within a small market value.",
            "FSA Az. 2020.3-618 (fsa-pharma.de); HWG section 7(1)",
        ),
        "C11": RuleText(
            "In France books and journals, meals and samples stay within limits per piece and per year; above them an "
            "agreement is declared or authorised beforehand.",
            "cms.law, whatsupdoc, emservice and audiologie-demain on the law against gifts",
        ),
        "C12": RuleText(
            "Where no pack that compliance has signed off holds for a country on a day, nothing with a value may be "
            "given; recognition may, and boards are pseudonymous.",
            OWN,
        ),
        "C13": RuleText(
            "Accredited education and promotion never touch: no rule counts both, and no promotion stands before, "
            "after or inside accredited education.",
            "ACCME Standard 5.2 (accme.org)",
        ),
        "C14": RuleText(
            "Who learns in accredited education stays unknown to the company unless they visibly agreed, and whoever "
            "does not agree takes part all the same.",
            "ACCME Standard 2.3 and its questions and answers (accme.org)",
        ),
        "C15": RuleText(
            "Nobody of the company shapes, delivers or evaluates accredited education, so marketers write no rule on "
            "it.",
            "ACCME Standard 2.1 (accme.org)",
        ),
        "C16": RuleText(
            "Nothing with a value comes with accredited education, and its credits are never points and are never "
            "exchanged.",
            "ACCME draft on gift cards (accme.org/news/cfc-gift-card): comments closed on 2026-01-26, the final text "
            "was not found, so it is treated as in force",
            confirmed=False,
        ),
        "C17": RuleText(
            "What is shown or given carries a medical-legal-regulatory approval that is valid on the day and in the "
            "country; without it nothing is shown, scored or awarded.",
            "Practice of approval systems (Veeva PromoMats)",
        ),
        "C18": RuleText(
            "Nobody is rewarded for viewing more promotion than a cap, forwarding it, praising a product, reporting an "
            "adverse event, the answers of a survey, or coming to a speaker programme.",
            "HHS Inspector General, Special Fraud Alert of 2020-11-16; the rest is Laurel's own",
        ),
        "C19": RuleText(
            "Only professionals who are verified and licensed get anything with a value, and what they were on that "
            "day is kept with it.",
            f"{OWN}, from what registers offer (DocCheck, NPI)",
        ),
        "C20": RuleText(
            "What one person gets in a calendar year is limited over all campaigns and companies together; it is "
            "reserved at the claim and given back when a claim ends.",
            f"{OWN}, after the spend caps of Salesforce Life Sciences",
        ),
        "C21": RuleText(
            "Boards are for those who opted in, pseudonymous, of a least size, never narrow enough to find somebody, "
            "and no prize goes to a place on them unless a pack allows it.",
            f"{OWN}, from C8 and for privacy",
        ),
        "C22": RuleText(
            "Transfers of value, proofs of consent and the audit log outlive an erasure; what identifies a person does "
            "not.",
            "GDPR article 17(3), unconfirmed; the design is Laurel's own",
            confirmed=False,
        ),
    }
)
