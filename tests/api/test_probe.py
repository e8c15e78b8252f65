import json
from uuid import uuid4

from access import Role
from tests.api.house import House


async def test_probe(house: House) -> None:
    hcp = await house.hcp()
    item = await house.item()

    def good(**m):
        return house.activity(item, **m)

    async def raw(name, body, ct="application/json", path="/v1/me/activities", who=hcp, method="POST"):
        h = {"content-type": ct} if ct else {}
        r = await who.ask(method, path, content=body, headers=h)
        j = r.text
        print("PROBE", name, r.status_code, j[:330])

    g = good()
    js = json.dumps
    await raw("malformed", b'{"id":')
    await raw("empty", b"")
    await raw("null", b"null")
    await raw("number", b"1")
    await raw("string", b'"x"')
    await raw("emptylist", b"[]")
    await raw("type", js({**g, "id": 5}))
    await raw("unknown", js({**g, "colour": 5}))
    await raw("nested unknown", js({**g, "result": {"colour": 5}}))
    await raw("nul esc", js({**g, "context": {"extensions": {"a": "x\0y"}}}))
    await raw("nul raw", js({**g, "context": {"extensions": {"a": "x"}}}).replace('"x"', '"x\0"').encode())
    await raw("nul in list", js([good(), {**g, "context": {"extensions": {"a": "x\0y"}}}]))
    await raw("2MB", b"[" + b" " * 2_000_000 + b"]")
    await raw("1001", js([good() for _ in range(1001)]))
    await raw("year1", js({**g, "occurred_at": "0001-01-01T00:00:00Z"}))
    await raw("year1 off", js({**g, "occurred_at": "0001-01-01T00:00:00+14:00"}))
    await raw("year9999", js({**g, "occurred_at": "9999-12-31T23:59:59.999999-14:00"}))
    await raw("naive", js({**g, "occurred_at": "2026-03-02T09:00:00"}))
    await raw("future", js({**g, "occurred_at": "2026-03-02T09:06:00Z"}))
    await raw("deep", b"[" * 100000 + b"]" * 100000)
    await raw("deep obj", b'{"a":' * 100000 + b"1" + b"}" * 100000)
    await raw("deep in list", b"[" + js(good()).encode() + b"," + b"[" * 5000 + b"]" * 5000 + b"]")
    await raw("surrogate", js({**g, "context": {"extensions": {"a": "\ud800"}}}))
    await raw("surrogate key", js({**g, "context": {"extensions": {"\udc00": 1}}}))
    await raw("surrogate in list", js([good(), {**g, "context": {"extensions": {"a": "\ud800"}}}]))
    await raw(
        "bad utf8",
        js({**g, "context": {"extensions": {"a": "x"}}})
        .replace('"x"', '"\\xff"')
        .encode("latin-1")
        .replace(b"\\xff", b"\xff"),
    )
    await raw("huge num", js(g)[:-1] + ',"result":{"score":1e999}}')
    await raw("huge int", js(g)[:-1] + ',"result":{"duration_seconds":' + "9" * 5000 + "}}")
    await raw("huge int ext", js(g)[:-1] + ',"context":{"extensions":{"a":' + "9" * 50 + "}}}")
    await raw("nan", js(g)[:-1] + ',"result":{"score":NaN}}')
    await raw("wrong ct", js(g), "text/plain")
    await raw("form", "a=b", "application/x-www-form-urlencoded")
    await raw("multipart", "a=b", "multipart/form-data; boundary=x")
    await raw("no ct", js(good()), None)
    await raw("charset", js(good()), "application/json; charset=utf-8")
    await raw("utf16", js(good()).encode("utf-16"), "application/json; charset=utf-16")
    await raw("bom", b"\xef\xbb\xbf" + js(good()).encode())
    await raw("dupkeys", js(g)[:-1] + ',"id":"' + str(uuid4()) + '"}')
    await raw("badverb", js({**g, "verb": "slept"}))
    await raw("mixed list", js([good(), 5, None, "x", [], {}, {**g, "id": "zz"}]))
    await raw("gzip", js(good()))
    admin = await house.staff(Role.ADMINISTRATOR)
    base = {"name": "A B", "email": "a@b.example", "market": "GB", "zone": "Europe/London", "locale": "en"}
    for k, v in [
        ("zone", "Mars/Olympus"),
        ("zone", ""),
        ("zone", "../etc/passwd"),
        ("zone", "a" * 300),
        ("zone", "\ud800"),
        ("zone", 5),
        ("zone", "localtime"),
        ("zone", "posixrules"),
        ("zone", "europe/london"),
        ("name", "\0"),
        ("name", "\ud800"),
        ("email", "a\ud800@b.example"),
        ("password", "\ud800" * 12),
        ("market", "XX"),
        ("identifiers", [{"system": "x", "value": "\ud800"}]),
    ]:
        await raw(f"hcps {k}={ascii(v)[:20]}", js({**base, k: v}), path="/v1/hcps", who=admin)
    await raw("hcps malformed", b'{"a":', path="/v1/hcps", who=admin)
    await raw("hcps empty", b"", path="/v1/hcps", who=admin)
    await raw("hcps deep", b'{"name":' + b"[" * 100000 + b"]" * 100000 + b"}", path="/v1/hcps", who=admin)
    await raw("hcps deep2", b'{"name":' + b"[" * 900 + b"]" * 900 + b"}", path="/v1/hcps", who=admin)
    await raw("hcps badutf8", b'{"name":"\xff"}', path="/v1/hcps", who=admin)
    await raw("hcps ct", js(base), "text/plain", path="/v1/hcps", who=admin)
    await raw("hcps form", "a=b", "application/x-www-form-urlencoded", path="/v1/hcps", who=admin)
    await raw("hcps multi", "a=b", "multipart/form-data; boundary=x", path="/v1/hcps", who=admin)
    await raw("hcps list", "[]", path="/v1/hcps", who=admin)
    await raw("hcps missing", "{}", path="/v1/hcps", who=admin)
    await raw("hcps unknown", js({**base, "x": 1}), path="/v1/hcps", who=admin)
    await raw("hcps huge", '{"name": ' + "9" * 10000 + "}", path="/v1/hcps", who=admin)
    await raw(
        "consent put",
        '{"state":"granted","notice_version":' + "9" * 100 + "}",
        path="/v1/me/consents/engagement",
        method="PUT",
    )
    await raw(
        "consent put2", '{"state":"withdrawn","notice_version":-1}', path="/v1/me/consents/engagement", method="PUT"
    )
    await raw("consent put3", '{"state":"granted"}', path="/v1/me/consents/service", method="PUT")
    await raw("consent put4", '{"state":"granted"}', path="/v1/me/consents/%00", method="PUT")
    r = await hcp.ask("POST", "/v1/me/activities", content=b"{}", headers={"content-length": "abc"})
    print("PROBE cl", r.status_code, r.text[:200])
    off = await house.staff(Role.COMPLIANCE_OFFICER)
    for q in [
        "cursor=x",
        "cursor=" + "A" * 5000,
        "limit=0",
        "limit=201",
        "limit=x",
        "since=2026",
        "since=0001-01-01T00:00:00Z",
        "since=9999-12-31T23:59:59-14:00",
        "since=2026-01-01T00:00:00",
        "actor=%00",
        "actor=%ff",
        "actor=é",
        "subject=x",
        "request_id=1",
        "action=" + "a" * 201,
        "limit=10&limit=20",
        "%00=1",
        "unknown=1",
        "until=99999999999999999999",
    ]:
        r = await off.ask("GET", "/v1/audit/entries?" + q)
        print("PROBE q", q[:30], r.status_code, r.text[:200])
    for pth in [
        "/v1/audit/entries/99999999999999999999",
        "/v1/audit/entries/-1",
        "/v1/audit/entries/" + "9" * 5000,
        "/v1/audit/entries/%D9%A1",
        "/v1/audit/entries/x",
        "/v1/audit/entries/1/proof",
        "/v1/audit/entries/999999/proof",
        "/v1/audit/entries/1_0",
        "/v1/content/x",
        "/v1/content/%00",
        "/v1/leaderboards/%00",
        "/v1/awards/" + str(uuid4()) + "/proof",
    ]:
        r = await off.ask("GET", pth)
        print("PROBE p", pth[:40], r.status_code, r.text[:200])
    for q in ["cursor=OTk5OTk5OTk5OTk5OTk5OTk5", "limit=51", "around=you", "around=me&cursor=MA", "cursor=LTE"]:
        r = await hcp.ask("GET", "/v1/leaderboards/all-time?" + q)
        print("PROBE b", q, r.status_code, r.text[:200])
    for q in ["locale=%00", "locale=" + "x" * 3000, "locale=Ana+M", "locale=%ED%A0%80"]:
        r = await hcp.ask("GET", "/v1/notices?" + q)
        print("PROBE n", q[:20], r.status_code, r.text[:100], (await house.trail(r))[0].get("detail"))
    for q in ["tag=%00", "tag=" + "x" * 3000, "kind=x", "cursor=xx", "cursor=" + "A" * 100, "limit=999"]:
        r = await hcp.ask("GET", "/v1/content?" + q)
        print("PROBE c", q[:20], r.status_code, r.text[:200])
    for m in ["HEAD", "OPTIONS", "PATCH", "TRACE", "FOO"]:
        r = await hcp.ask(m, "/v1/me")
        print("PROBE m", m, r.status_code, r.headers.get("allow"), r.text[:100], await house.trail(r))
    r = await house.http.get("/nowhere")
    print("PROBE 404", r.status_code, r.text[:200], await house.trail(r))
    r = await house.http.get("/v1/me/")
    print("PROBE slash", r.status_code, r.text[:100])
    r = await house.http.get("/schema")
    print("PROBE schema", r.status_code, r.text[:100])
    r = await house.http.get("/schema/openapi.json")
    print("PROBE schema", r.status_code, r.text[:100])
