"""Swagger UI without the network: page, script and assets come from here."""

from pathlib import Path

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

router = APIRouter(include_in_schema=False)
STATIC = Path(__file__).parent.parent / "static"
ASSETS = {path.name: path for path in (STATIC / "swagger").iterdir()}
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@router.get("/docs")
async def swagger_ui() -> Response:
    """The page."""
    headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "Cache-Control": "no-cache"}
    return FileResponse(STATIC / "docs.html", headers=headers)


@router.get("/docs/{name}")
async def asset(name: str) -> Response:
    """One of the vendored files of swagger-ui-dist, or our own start script."""
    path = STATIC / "docs.js" if name == "docs.js" else ASSETS.get(name)
    if path is None:
        raise HTTPException(404)
    return FileResponse(path, headers={"Cache-Control": "max-age=3600"})
