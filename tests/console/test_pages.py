"""The pages as a browser gets them: declared, complete, and under a policy that allows nothing else."""

import re

import pytest
from litestar import Litestar

from api.app import declared_handlers
from api.routing import policy_of
from console.pages import FILES, FOLDER
from tests.api.opening import client_of

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
}


async def test_the_front_door_leads_to_the_app(app: Litestar) -> None:
    async with client_of(app) as http:
        answer = await http.get("/")
        assert (answer.status_code, answer.headers["location"], answer.content) == (307, "/app", b"")
        assert (await http.get("/", follow_redirects=True)).text == (FOLDER / "app.html").read_text()


@pytest.mark.parametrize("path", FILES)
async def test_every_file_is_served_as_it_stands_under_the_policy(app: Litestar, path: str) -> None:
    async with client_of(app) as http:
        answer = await http.get(path)
    kind = {"html": "text/html", "css": "text/css", "js": "text/javascript"}[FILES[path].rpartition(".")[2]]
    assert (answer.status_code, answer.content) == (200, (FOLDER / FILES[path]).read_bytes())
    assert answer.headers["content-type"] == f"{kind}; charset=utf-8"
    assert set(answer.headers["content-security-policy"].split("; ")) == POLICY
    assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
    assert answer.headers.get_list("x-frame-options") == ["DENY"]
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers


async def test_nothing_else_is_served(app: Litestar) -> None:
    async with client_of(app) as http:
        for path in ("/app/missing.js", "/app/../pages.py", "/app/%2e%2e/pages.py", "/app/app.html", "/static/app.js"):
            assert (await http.get("/app/app.js")).status_code == 200
            assert (await http.get(path)).status_code != 200


def test_every_file_of_the_folder_has_a_path() -> None:
    assert sorted(FILES.values()) == sorted(file.name for file in FOLDER.iterdir())


def test_pages_are_declared_public_and_stay_out_of_the_contract(app: Litestar) -> None:
    reasons = {
        path: policy.because
        for handler in declared_handlers(app)
        if (policy := policy_of(handler)) is not None
        for path in handler.paths
        if path in {"/", *FILES}
    }
    assert set(reasons) == {"/", *FILES}
    assert all(reasons.values())
    paths = app.openapi_schema.paths or {}
    assert "/v1/me/points" in paths
    assert not set(paths) & set(reasons)


def test_what_a_page_loads_is_served_here() -> None:
    for name in FILES.values():
        text = (FOLDER / name).read_text()
        loaded = re.findall(r'(?:src|href)="([^"#]+)"', text)
        loaded += re.findall(r'^import .* from "([^"]+)"', text, re.MULTILINE)
        own = [link for link in loaded if not link.startswith("data:image/svg+xml,")]
        assert [link for link in own if link.replace("./", "/app/", 1) not in FILES] == []
    assert 'from "./session.js"' in (FOLDER / "app.js").read_text()
