"""A person with a marker in every field, who is used everywhere, and another one beside."""

import io
import zipfile

import httpx

from tests.system.guests import Guest, Hosts, activity, staff
from tests.system.house import PASSWORD, House, account, until

LICENSER = "administrator"
ROLES = ("marketer", "data_protection_officer", LICENSER)
MARKERS = {
    "name": "Zyxxomarkus Quillfeather",
    "email": "zyxxomail@canary.example",
    "identifier": "CANARY-NPI-77712",
    "phone": "+441632960961",
    "practice": "Quillfeather Row Surgery",
    "specialty": "canary-dermatology",
    "evidence": "canary evidence in drawer 9",
    "extension": "canary-extension-8d1f",
    "words": "canary words that only one person wrote",
    "answer": "canary answer that only one person read",
    "message": "canary message that one person was sent",
}

PERSONAL = """
select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid where a.attname in ('person', 'subject') and c.relkind = 'r'
and n.nspname not in ('audit', 'pg_catalog')
"""
PRINT = (
    "select md5(coalesce(string_agg(t::text, ';' order by t::text), '')) from {} t where t::text like '%' || $1 || '%'"
)


class Scene:
    """A house in which one person was used everywhere, and another one, too."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.person = self.other = ""
        self.taken = b""

    @property
    def hcp(self) -> Guest:
        return Guest(self.house, {"email": MARKERS["email"], "password": PASSWORD})

    def furnish(self) -> None:
        self.house.furnish()
        for role in ROLES:
            self.house.said("access", "create-account", *account(role))
        with Hosts(self.house).at_work() as hosts, staff(self.house, "marketer") as marketer:
            item, reward = hosts.content("assessment"), self._reward(marketer)
            for who in ("person", "other"):
                setattr(self, who, self._someone(hosts, who))
                guest = (
                    self.hcp
                    if who == "person"
                    else Guest(self.house, {"email": "other@x.example", "password": PASSWORD})
                )
                with guest:
                    self._use(guest, item, reward, MARKERS["extension"] if who == "person" else "other")
        self._refuse_sign_in()

    def _someone(self, hosts: Hosts, who: str) -> str:
        is_subject = who == "person"
        new = {
            "name": MARKERS["name"] if is_subject else "Robin Other",
            "email": MARKERS["email"] if is_subject else "other@x.example",
            "identifiers": [{"system": "clinic-roll", "value": MARKERS["identifier"] if is_subject else "1"}],
            "market": "GB",
            "zone": "Europe/London",
            "locale": "en-GB",
            "password": PASSWORD,
        }
        person: str = hosts._learning.post("/v1/hcps", new)["id"]
        paper = {"state": "granted", "notice_version": 1, "method": "paper", "evidence": {"reference": "form 1"}}
        answers = [
            {"purpose": purpose, **paper}
            for purpose in ("engagement", "gamification", "leaderboard", "marketing_email")
        ]
        hosts._learning.post(f"/v1/hcps/{person}/consents", {"consents": answers})
        text = MARKERS["message"] if is_subject else "other"
        for purpose in ("service", "marketing_email"):
            sent = {"person": person, "purpose": purpose, "subject": text, "text": text}
            made = hosts._learning.post("/v1/messages", sent)["id"]
            until(lambda: hosts._learning.get(f"/v1/messages/{made}")["state"] == "sent", 60, "no message is sent")  # noqa: B023 - it is asked at once
        return person

    def _reward(self, marketer: Guest) -> str:
        new = {"key": "sounds", "name": "Heart sounds", "kind": "content_unlock", "markets": ["GB"]}
        made: str = marketer.post("/v1/rewards", new | {"payer": "Laurel Ltd", "content_class": "medical"})["id"]
        with staff(self.house, "medical_reviewer") as reviewer:
            reviewer.post(f"/v1/rewards/{made}/approve", {"reference": "MLR-7"})
        return made

    def _use(self, guest: Guest, item: str, reward: str, note: str) -> None:
        for verb in ("viewed", "passed", "attended"):
            context = {"context": {"extensions": {"urn:note": note}}}
            passed = {"result": {"score": 1, "success": True}} if verb == "passed" else {}
            guest.post("/v1/me/activities", activity(item) | {"verb": verb} | context | passed)
        guest.post(f"/v1/rewards/{reward}/claims", {})
        for badge in guest.get("/v1/me/badges")["items"]:
            if "award" in badge:
                guest.get(f"/v1/me/badges/{badge['award']}/credential")
        if note != "other":
            self._describe(guest)
        for path in (
            "",
            "/profile",
            "/points",
            "/points/entries",
            "/badges",
            "/streaks",
            "/consents",
            "/opportunities",
        ):
            guest.get(f"/v1/me{path}")
        guest.get("/v1/leaderboards/all-time")
        guest.post(
            "/v1/me/privacy-requests", {"type": "objection", "words": MARKERS["words"] if note != "other" else "x"}
        )
        self._package(guest, note)

    def _describe(self, guest: Guest) -> None:
        """Fill every field of the profile, and have the licence decided."""
        told = {"phone": MARKERS["phone"], "practice": MARKERS["practice"], "specialties": [MARKERS["specialty"]]}
        assert guest.ask("PATCH", "/v1/me/profile", told).status == httpx.codes.OK
        with staff(self.house, LICENSER) as licenser:
            decided = {
                "market": "GB",
                "status": "verified",
                "evidence": MARKERS["evidence"],
                "expires_on": "2031-01-01",
            }
            licenser.put(f"/v1/hcps/{self.person}/licences", decided)

    def _package(self, guest: Guest, note: str) -> None:
        """Ask for everything and take it; ask for what was given and leave that where it is."""
        words = MARKERS["words"] if note != "other" else "x"
        access = guest.post("/v1/me/privacy-requests", {"type": "access", "words": words})["id"]
        guest.post("/v1/me/privacy-requests", {"type": "portability"})
        wish = f"/v1/me/privacy-requests/{access}"
        until(lambda: guest.get(wish)["package_until"] is not None, 60, "no package is made")
        taken = guest.ask("GET", f"{wish}/package").body
        if note != "other":
            with zipfile.ZipFile(io.BytesIO(taken)) as archive:
                self.taken = archive.read("data.json")

    def _refuse_sign_in(self) -> None:
        wrong = {"email": MARKERS["email"], "password": "not this pass phrase"}
        assert self.hcp.ask("POST", "/v1/sessions", wrong).status == httpx.codes.UNAUTHORIZED

    def rectified(self) -> None:
        """One more request, which the data protection officer answers."""
        with self.hcp as guest, staff(self.house, "data_protection_officer") as officer:
            made = guest.post("/v1/me/privacy-requests", {"type": "rectification", "words": MARKERS["words"]})["id"]
            officer.post(f"/v1/privacy-requests/{made}/complete", {"words": MARKERS["answer"]})

    def erase(self) -> None:
        with self.hcp as guest, staff(self.house, "data_protection_officer") as officer:
            made = guest.post("/v1/me/privacy-requests", {"type": "erasure", "words": MARKERS["words"]})["id"]
            officer.post(f"/v1/privacy-requests/{made}/complete", {"words": MARKERS["answer"]})
            wish = f"/v1/privacy-requests/{made}"
            until(lambda: officer.get(wish)["state"] == "completed", 60, "the erasure does not end")
            assert officer.get(wish)["words"] is None
        assert self.hcp.ask("POST", "/v1/sessions", self.hcp.credentials).status == httpx.codes.UNAUTHORIZED

    def prints_of_other(self) -> dict[str, str]:
        """One digest per table over what names the other person."""
        tables = [row[0] for row in self.house.fetch(PERSONAL)]
        return {table: self.house.value(PRINT.format(table), self.other) for table in tables}
