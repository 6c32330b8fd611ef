"""Conditional requests (RFC 9110): ETag, If-None-Match, If-Match."""

import hashlib
import re
from typing import Annotated

from fastapi import Depends, Header, Request, Response

from service.errors import FieldError, InvalidInput, PreconditionFailed, PreconditionRequired, Sentence
from service.http.context import Context
from service.operations.versions import Versions

LONGEST = 1000  # characters of If-None-Match
# A list of entity tags (RFC 9110, 8.8.3); of them the strong ones that are ours: only those can match here.
ETAGS = re.compile(r'(?:W/)?"[^"]*"(?:[ \t]*,[ \t]*(?:W/)?"[^"]*")*')
OURS = re.compile(r'(?<!W/)"(\d{1,9})-[a-z0-9_.-]{1,40}"')


def respond(context: Context, content: bytes | str, version: int, view: str = "full") -> Response:
    """A record's JSON with its ETag, or 304 when the caller has it already."""
    etag = f'"{version}-{view}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    refuse_longer(context.if_none_match)
    if context.method in {"GET", "HEAD"} and context.if_none_match is not None and matches(context.if_none_match, etag):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/json", headers=headers)


def refuse_longer(if_none_match: str | None) -> None:
    """422 for a list of entity tags that is longer than anybody needs."""
    if if_none_match is not None and len(if_none_match) > LONGEST:
        sentence = Sentence(f"At most {LONGEST} characters are possible.", f"最多 {LONGEST} 个字符。")
        raise InvalidInput(errors=[FieldError("length", sentence, header="If-None-Match")])


def digest(content: str) -> str:
    """A view that stands for everything in a body that its record's version does not count."""
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def entity_tag(content: bytes) -> str:
    """A strong tag that stands for content of no version."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def matches(if_none_match: str, etag: str) -> bool:
    """True when a list of entity tags names this one or any (*)."""
    return if_none_match.strip() == "*" or etag in (
        part.strip().removeprefix("W/") for part in if_none_match.split(",")
    )


async def expected_version(
    request: Request,
    if_match: Annotated[
        str | None,
        Header(
            max_length=1000,
            description='The ETag that you last read, such as `"3-full"`; `*` for any version. '
            '最近一次读取的 ETag，如 `"3-full"`；`*` 表示任何版本。',
        ),
    ] = None,
) -> Versions:
    """The versions that the caller would change: 428 without If-Match, 412 when it names none that could be ours."""
    if if_match is None:
        sentence = Sentence("If-Match is needed.", "需要 If-Match 请求头。")
        raise PreconditionRequired(errors=[FieldError("missing", sentence, header="If-Match")])
    named = ",".join(request.headers.getlist("if-match")).strip()
    if named == "*":
        return None
    if not ETAGS.fullmatch(named):
        raise PreconditionFailed
    return frozenset(int(version) for version in OURS.findall(named))


ExpectedVersion = Annotated[Versions, Depends(expected_version)]
