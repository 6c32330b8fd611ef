"""How routers answer: a page, something else that only its caller may keep, what was made, what a job goes on with."""

from typing import Any
from uuid import UUID

from fastapi import Response, status

from service.http.context import Context
from service.queries.listing import Asked, Listing, page

SVG = "image/svg+xml"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILE = {"schema": {"type": "string", "format": "binary", "maxLength": 50 * 2**20}}
PRIVATE = {"Cache-Control": "private, no-cache"}


async def listed(context: Context, listing: Listing, asked: Asked, **shaping: Any) -> Response:
    """A page of a list as this caller sees it; `shaping` goes to `page`."""
    keys = context.services.keys.cursor
    return private(await page(await context.reader(), keys, context.actor, listing, asked, **shaping))


def private(content: bytes | str) -> Response:
    """JSON that has no version to be asked for again by."""
    return Response(content, media_type="application/json", headers=PRIVATE)


def created(response: Response, location: str) -> Response:
    """201 with the address of what was made."""
    response.status_code = status.HTTP_201_CREATED
    response.headers["Location"] = location
    return response


def accepted(response: Response, job_id: UUID | None) -> Response:
    """202 with the address of the job that goes on."""
    response.status_code = status.HTTP_202_ACCEPTED
    response.headers["Location"] = f"/v1/jobs/{job_id}"
    return response
