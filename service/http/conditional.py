"""Conditional requests (RFC 9110): ETag, If-None-Match, If-Match."""

import hashlib
import re
from typing import Annotated

from fastapi import Depends, Header, Response

from service.errors import FieldError, PreconditionFailed, PreconditionRequired, Sentence
from service.http.context import Context

ETAG = re.compile(r'^"(\d{1,9})-([a-z0-9_.-]{1,40})"$')


def respond(context: Context, content: bytes | str, version: int, view: str = "full") -> Response:
    """A record's JSON with its ETag, or 304 when the caller has it already."""
    etag = f'"{version}-{view}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if context.method in {"GET", "HEAD"} and context.if_none_match is not None and matches(context.if_none_match, etag):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/json", headers=headers)


def digest(content: str) -> str:
    """A view that stands for everything in a body that its record's version does not count."""
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def matches(if_none_match: str, etag: str) -> bool:
    """True when a list of entity tags names this one or any (*)."""
    return if_none_match.strip() == "*" or etag in (
        part.strip().removeprefix("W/") for part in if_none_match.split(",")
    )


async def expected_version(
    if_match: Annotated[
        str | None, Header(max_length=60, description='The ETag that you last read, such as `"3-full"`.')
    ] = None,
) -> int:
    """The version that the caller has read: 428 without If-Match, 412 when it is not one of our ETags."""
    if if_match is None:
        sentence = Sentence("If-Match is needed.", "需要 If-Match 请求头。")
        raise PreconditionRequired(errors=[FieldError("missing", sentence, header="If-Match")])
    found = ETAG.match(if_match)
    if found is None:
        raise PreconditionFailed
    return int(found[1])


ExpectedVersion = Annotated[int, Depends(expected_version)]
