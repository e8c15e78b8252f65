"""The pages and what they are made of, each served at a declared route under a strict content security policy."""

from pathlib import Path
from typing import Final

from litestar import Response, Router
from litestar.handlers import HTTPRouteHandler

from api.routing import public

FOLDER: Final = Path(__file__).parent / "static"
FILES: Final = {
    "/app": "app.html",
    "/app/trail": "trail.html",
    "/app/app.js": "app.js",
    "/app/consents.js": "consents.js",
    "/app/elements.js": "elements.js",
    "/app/merkle.js": "merkle.js",
    "/app/proof.js": "proof.js",
    "/app/session.js": "session.js",
    "/app/style.css": "style.css",
    "/app/trail.js": "trail.js",
}
"""Which file stands at which path; nothing else of the folder is served."""

MEDIA_TYPES: Final = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
}
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing of another origin, nothing inline, no form that the browser sends by itself, in no frame."""

BECAUSE: Final = "the page holds no data; what it shows comes through the API with the visitor's own token"


def _served(path: str, name: str) -> HTTPRouteHandler:
    file = FOLDER / name
    body, media_type = file.read_bytes(), MEDIA_TYPES[file.suffix]

    @public.get(path, because=BECAUSE)
    async def page() -> Response[bytes]:
        return Response(body, media_type=media_type, headers={"Content-Security-Policy": POLICY})

    return page


@public.get("/", because="whoever opens the address in a browser looks for a page", status_code=307)
async def front_door() -> Response[bytes]:
    """Lead to the demonstration app."""
    return Response(b"", media_type="text/html", status_code=307, headers={"Location": "/app"})


ROUTES: Final = [
    Router("/", route_handlers=[front_door, *(_served(*each) for each in FILES.items())], include_in_schema=False)
]
"""No part of the API's contract, so the schema leaves them out."""
