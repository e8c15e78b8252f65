"""What the pages' scripts may do: text and never markup, tokens only in memory, only routes that exist."""

import re
from collections.abc import Iterator

from litestar import Litestar
from litestar.routes import HTTPRoute

from console.pages import FOLDER

MARKUP = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|setHTML|DOMParser|srcdoc|createContextualFragment"
    r"|\beval\b|new Function|setTimeout\(\s*[\"'`]|javascript:"
)
KEPT = re.compile(r"localStorage|sessionStorage|indexedDB|document\.cookie|caches\b|serviceWorker|BroadcastChannel")
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|<iframe|<object|<embed|<base", re.IGNORECASE)
OUTSIDE = re.compile(r"(?<!xmlns=')https?://|[\"'(]//|@import|url\(")
CALL = re.compile(r"\b(get|post|put|remove)\(\s*[\"`](/[^\"`]*)[\"`]|\bsend\(\s*\"([A-Z]+)\",\s*\"(/[^\"]*)\"")
METHODS = {"get": "GET", "post": "POST", "put": "PUT", "remove": "DELETE"}


def texts(*suffixes: str) -> dict[str, str]:
    return {file.name: file.read_text() for file in sorted(FOLDER.iterdir()) if file.suffix in suffixes}


def found(pattern: re.Pattern[str], named: dict[str, str]) -> list[str]:
    return [f"{name}: {match.group()}" for name, text in named.items() for match in pattern.finditer(text)]


def calls(text: str) -> Iterator[tuple[str, str]]:
    """The method and path of every request that a script makes; `{}` where a value is put in."""
    for word, path, method, other in CALL.findall(text):
        yield METHODS.get(word, method), re.sub(r"\$\{[^}]*\}", "{}", path or other).partition("?")[0]


def routes(app: Litestar) -> list[tuple[str, re.Pattern[str]]]:
    """The method of every route, and what its paths look like."""
    http = [route for route in app.routes if isinstance(route, HTTPRoute)]
    return [
        (method, re.compile(re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(route.path))))
        for route in http
        for method in route.methods
    ]


def test_no_script_makes_markup_of_what_it_was_told() -> None:
    assert found(MARKUP, texts(".js", ".html")) == []
    assert "textContent" in texts(".js")["elements.js"]


def test_no_script_keeps_anything_beyond_the_page() -> None:
    assert found(KEPT, texts(".js", ".html")) == []


def test_no_page_has_a_script_a_style_or_a_handler_inside() -> None:
    assert found(INLINE, texts(".html")) == []


def test_nothing_is_loaded_from_elsewhere() -> None:
    assert found(OUTSIDE, texts(".html", ".css", ".js")) == []


def test_every_api_path_that_a_script_names_exists(app: Litestar) -> None:
    asked = {call for text in texts(".js").values() for call in calls(text)}
    known = routes(app)
    assert [call for call in asked if not any(call[0] == m and shape.fullmatch(call[1]) for m, shape in known)] == []
    named = sum(len(re.findall(r"[\"`]/v1/", text)) for text in texts(".js").values())
    assert len(asked) >= 15
    assert named == sum(len(list(calls(text))) for text in texts(".js").values()), "a path is asked for in another way"


def test_every_element_that_a_script_asks_for_by_name_is_on_its_page() -> None:
    shared = {"elements.js", "session.js"}
    pages = {"app.html": {"app.js", "consents.js"}, "trail.html": {"trail.js", "proof.js", "merkle.js"}}
    scripts = texts(".js")
    for page, own in pages.items():
        there = re.findall(r'\bid="([^"]+)"', texts(".html")[page])
        asked = {name for each in own | shared for name in re.findall(r'\b(?:byId|fill)\(\s*"([^"]+)"', scripts[each])}
        assert len(there) == len(set(there))
        assert asked - set(there) == set()


def test_every_field_has_a_label_and_every_page_a_language() -> None:
    for text in texts(".html").values():
        fields = set(re.findall(r'<(?:input|select)[^>]*\bid="([^"]+)"', text))
        assert fields
        assert fields == set(re.findall(r'<label for="([^"]+)"', text))
        assert '<html lang="en-GB">' in text


def test_each_fault_would_be_found() -> None:
    assert found(MARKUP, {"a": "place.innerHTML = words"}) == ["a: innerHTML"]
    assert found(KEPT, {"a": "localStorage.token = 1"}) == ["a: localStorage"]
    assert found(INLINE, {"a": '<script>go()</script><p style="x" onclick="y">'}) == [
        "a: <script",
        "a:  style=",
        "a:  onclick=",
    ]
    assert found(OUTSIDE, {"a": 'src="https://elsewhere.example/x.js"'}) == ["a: https://"]
    assert list(calls("get(`/v1/things/${id}?limit=2`)")) == [("GET", "/v1/things/{}")]
