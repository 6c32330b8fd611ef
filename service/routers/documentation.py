"""Swagger UI without the network, the contract that it shows, and the guides: everything comes from here."""

from functools import cache
from pathlib import Path

import orjson
from fastapi import APIRouter, Response
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

from service.http.conditional import entity_tag, matches
from service.http.context import Context, Ctx

router = APIRouter(include_in_schema=False)
ROOT = Path(__file__).parents[2]
STATIC = ROOT / "service" / "static"
OWN = ("docs.css", "docs.js", "landing.css")
GUIDES = {path.name: path for path in (ROOT / "docs").glob("*.md")}
ASSETS = {path.name: path for path in (STATIC / "swagger").iterdir()} | {name: STATIC / name for name in OWN} | GUIDES
# What `make openapi` wrote, which a test holds equal to the live routes: rendering it anew takes over a second.
DOCUMENT = orjson.dumps(orjson.loads((ROOT / "openapi" / "openapi.json").read_bytes()))
DOCUMENT_TAG = entity_tag(DOCUMENT)
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE_HEADERS = {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "Cache-Control": "no-cache"}


@router.get("/openapi.json")
async def openapi(context: Ctx) -> Response:
    """The contract, or 304 for whoever has it already."""
    headers = kept_under(DOCUMENT_TAG)
    return known(context, headers) or Response(DOCUMENT, media_type="application/json", headers=headers)


@router.get("/docs")
async def swagger_ui() -> Response:
    """The page."""
    return FileResponse(STATIC / "docs.html", headers=PAGE_HEADERS)


@router.get("/favicon.ico")
async def icon() -> Response:
    """What browsers ask for beside a page that names no icon, such as a guide."""
    return FileResponse(ASSETS["favicon-32x32.png"], headers={"Cache-Control": "max-age=3600"})


@router.get("/docs/{name}")
async def asset(name: str, context: Ctx) -> Response:
    """One of the vendored files of swagger-ui-dist, or of our own; a guide is Markdown, which browsers show as text."""
    path = ASSETS.get(name)
    if path is None:
        raise HTTPException(404)
    headers = kept_under(tag_of(path))
    return known(context, headers) or FileResponse(path, headers=headers)


@cache
def tag_of(path: Path) -> str:
    """The entity tag of a file's content, which is another after an upgrade that changes it."""
    return entity_tag(path.read_bytes())


def kept_under(tag: str) -> dict[str, str]:
    """A browser keeps it and asks each time whether it is the same: files of two versions never meet in one page."""
    return {"ETag": tag, "Cache-Control": "no-cache"}


def known(context: Context, headers: dict[str, str]) -> Response | None:
    """304 for whoever has it already."""
    if context.if_none_match is not None and matches(context.if_none_match, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return None
