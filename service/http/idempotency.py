"""Idempotency-Key on every POST (IETF draft): the same request twice is answered once."""

import hashlib
import hmac
from typing import Any

from fastapi import Request, Response
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from service import errors
from service.errors import FieldError, Sentence
from service.http.context import Context
from service.http.strict_json import StrictRequest
from service.models import IdempotencyRecord
from service.models.base import Base
from service.policy.rules import POLICIES, allowed

HEADER = "idempotency-key"
LONGEST = 255
KEPT_HEADERS = ("content-type", "etag", "location")


def key_of(request: Request) -> str | None:
    """The request's key; 422 when it is empty, too long, or not the only one."""
    keys = request.headers.getlist(HEADER)
    key = keys[0] if keys else None
    if len(keys) > 1:
        sentence = Sentence("One key is possible.", "只能有一个幂等键。")
        raise errors.InvalidInput(errors=[FieldError("repeated", sentence, header="Idempotency-Key")])
    if key is not None and not 0 < len(key) <= LONGEST:
        sentence = Sentence(f"1 to {LONGEST} characters are possible.", f"长度应为 1 到 {LONGEST} 个字符。")
        raise errors.InvalidInput(errors=[FieldError("length", sentence, header="Idempotency-Key")])
    return key


async def fingerprint(request: StrictRequest) -> bytes:
    """What makes two requests the same: method, address, query and body."""
    head = f"{request.method} {request.scope['path']}?{request.url.query}\n"
    return hashlib.sha256(head.encode() + (request.digest or await request.body())).digest()


async def replay(session: AsyncSession, context: Context, key: str, print_: bytes) -> Response | None:
    """The stored answer, re-authorised; None for a first request, which then holds the key until its end."""
    lock = int.from_bytes(hashlib.sha256(f"{context.caller} {key}".encode()).digest()[:8], "big", signed=True)
    if not await session.scalar(select(func.pg_try_advisory_xact_lock(lock))):
        raise errors.IdempotencyInProgress(headers={"Retry-After": "1"})
    record = await session.get(IdempotencyRecord, (context.caller, key))
    if record is None:
        return None
    if not hmac.compare_digest(record.fingerprint, print_):
        raise errors.IdempotencyKeyReused
    if record.body is None and record.headers.get("secret"):
        raise errors.SecretAlreadyShown
    await authorise_again(session, context, record.headers)
    headers = {name: record.headers[name] for name in KEPT_HEADERS if name in record.headers}
    return Response(record.body, record.status, {**headers, "Idempotent-Replayed": "true"})


async def authorise_again(session: AsyncSession, context: Context, stored: dict[str, Any]) -> None:
    """404 when the caller may no longer see what the first request made or changed."""
    model = next((model for model in POLICIES if model.__tablename__ == stored.get("table")), None)
    if model is None:
        return
    table: Any = model
    statement = select(table.id).where(table.id == stored["id"], allowed(context.actor, "see", model))
    if await session.scalar(statement) is None:
        raise errors.NotFound


async def keep(session: AsyncSession, context: Context, key: str, print_: bytes, response: Response) -> None:
    """Stores a successful answer in the request's own transaction; one with a secret keeps its body to itself."""
    made: Base | None = session.info.get("made")
    secret = bool(session.info.get("secret"))
    headers: dict[str, Any] = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    if made is not None:
        headers |= {"table": made.__tablename__, "id": str(made.id)}  # type: ignore[attr-defined]
    await session.execute(
        insert(IdempotencyRecord).values(
            caller=context.caller,
            key=key,
            fingerprint=print_,
            status=response.status_code,
            headers=headers | {"secret": secret},
            body=None if secret else bytes(response.body),
        )
    )
