"""Somebody with a marker in every field is used everywhere and erased: no byte of the markers is left anywhere.

Not in a table, an index or any other file of the database (its write-ahead log apart, which is recycled), not in
Valkey, not in a log, and not after yesterday's backup was restored. What proves what was done still proves it, and
nothing changed for anybody else.
"""

import asyncio
import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import asyncpg
import httpx
import pytest
import redis

from kernel import embedded
from kernel.embedded import Running
from tests.system.guests import Guest, Hosts, activity, staff
from tests.system.house import PASSWORD, House, account, built, until

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
}
SEEN = (*MARKERS.values(), MARKERS["email"].upper())
TABLES = (
    "select schemaname || '.' || tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"
)
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


def found(data: bytes) -> set[str]:
    """Return the markers that stand in ``data``: as text, in any case, or in hexadecimal."""
    low = data.lower()
    return {
        word
        for word in SEEN
        if word.lower().encode() in low or word.encode().hex().encode() in low or word.encode("utf-16-le") in data
    }


def in_tables(running: Running) -> dict[str, set[str]]:
    """Scan every table, as the database gives its values."""

    async def scan() -> dict[str, set[str]]:
        connection = await asyncpg.connect(running.database_url)
        try:
            hits = {}
            for row in await connection.fetch(TABLES):
                out = io.BytesIO()
                await connection.copy_from_query(f"select * from {row[0]}", output=out, format="binary")
                if here := found(out.getvalue()):
                    hits[row[0]] = here
            return hits
        finally:
            await connection.close()

    return asyncio.run(scan())


def in_files(house: House, running: Running, database: str = "laurel") -> dict[str, set[str]]:
    """Scan every file of the house, after the database has written what it holds and rewritten its tables."""

    async def rewrite() -> int:
        connection = await asyncpg.connect(running.database_url)
        try:
            await connection.execute("vacuum full")
            await connection.execute("checkpoint")
            oid: int = await connection.fetchval("select oid::int from pg_database where datname = $1", database)
            return oid
        finally:
            await connection.close()

    oid = asyncio.run(rewrite())
    files = [*(path for path in house.home.rglob("*") if path.is_file()), house.log("serve")]
    other = re.compile(rf"/base/(?!{oid}/)\d+/|/pg_wal/")
    return {str(path): here for path in files if not other.search(str(path)) and (here := found(path.read_bytes()))}


def in_valkey(running: Running) -> dict[str, set[str]]:
    """Scan every key and every value."""
    client: Any = redis.Redis.from_url(running.redis_url)
    try:
        pairs = {key: client.dump(key) or b"" for key in client.scan_iter(count=1_000)}
    finally:
        client.close()
    return {repr(key): here for key, value in pairs.items() if (here := found(key + value))}


def everywhere(house: House) -> dict[str, set[str]]:
    with embedded.start(house.home) as running:
        return in_tables(running) | in_valkey(running) | in_files(house, running)


def elsewhere(house: House, *statements: str) -> None:
    async def run(url: str) -> None:
        connection = await asyncpg.connect(url)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    with embedded.start(house.home) as running:
        asyncio.run(run(running.database_url.replace("/laurel?", "/postgres?")))


@pytest.fixture
def scene() -> Iterator[Scene]:
    # The servers stay up while the house is not served: starting them for each question takes longer than asking.
    with built() as house, embedded.start(house.home):
        made = Scene(house)
        with house.serve():
            made.furnish()
            made.rectified()
        yield made


@pytest.mark.slow
def test_no_byte_is_left_and_a_restored_backup_is_not_served_before_the_erasure_was_done_again(scene: Scene) -> None:
    house = scene.house
    assert found(scene.taken) >= set(MARKERS.values()) - {MARKERS["answer"]}, "the control: each marker was in it"
    before = everywhere(house)
    assert MARKERS["extension"] in before["engagement.activity"], "the control: the scan finds what is in a table"
    assert any("/base/" in place for place in before), "the control: and in a file"
    elsewhere(house, "create database yesterday template laurel")
    others = scene.prints_of_other()
    with house.serve():
        scene.erase()
    assert everywhere(house) == {}
    assert scene.prints_of_other() == others
    house.said("audit", "verify")
    assert house.value("select coalesce(sum(amount), 0) = 0 from gamification.posting")
    assert house.report("privacy", "replay-erasures") == {"listed": 1, "replayed": 0}

    elsewhere(house, "drop database laurel with (force)", "create database laurel template yesterday")
    elsewhere(house, "drop database yesterday")
    refused = house.run("serve")
    assert refused.code != 0
    assert "laurel privacy replay-erasures" in refused.err
    assert house.run("worker").code != 0
    assert json.loads(house.said("privacy", "replay-erasures", "--json")) == {"listed": 1, "replayed": 1}
    with house.serve():
        assert scene.hcp.ask("POST", "/v1/sessions", scene.hcp.credentials).status == httpx.codes.UNAUTHORIZED
    assert everywhere(house) == {}
    assert scene.prints_of_other() == others
    house.said("audit", "verify")
