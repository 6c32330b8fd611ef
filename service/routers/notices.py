"""/v1/me/notices: what you were told (通知)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from service.errors import NotFound
from service.http.answers import private
from service.http.conditional import digest, respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import ActingEndpoint
from service.operations import notices as operations
from service.queries import notices as queries
from service.queries.listing import Asked
from service.schemas.notices import NoticeFilter, NoticePage, NoticeView

router = APIRouter(prefix="/v1/me/notices", tags=["identity"], route_class=ActingEndpoint)


@router.get("", response_model=NoticePage, responses=raises())
async def list_notices(query: Annotated[NoticeFilter, Query()], context: Ctx) -> Response:
    """What you were told, the newest first.

    `read=false` shows what you have not marked as read. Each event is told once.

    您收到的通知，最新的在前。
    """
    keys = context.services.keys.cursor
    return private(await queries.notices_page(await context.reader(), keys, context.actor, Asked.of(query)))


@router.get("/{notice_id}", response_model=NoticeView, responses=raises(NotFound))
async def get_notice(notice_id: UUID, context: Ctx) -> Response:
    """One of your notices.

    What you may no longer see is no longer told: `withheld` is true then.

    查看一条通知。
    """
    return await answer(context, notice_id)


@router.post("/{notice_id}/read", response_model=NoticeView, responses=raises(NotFound))
async def read_notice(notice_id: UUID, context: Ctx) -> Response:
    """Mark a notice as read.

    The first time counts; doing it again changes nothing.

    将通知标为已读。
    """
    await operations.read_notice(context.session, context.actor, notice_id)
    return await answer(context, notice_id)


async def answer(context: Context, notice_id: UUID) -> Response:
    """The notice as its reader may know it now."""
    content, version = await queries.notice_json(await context.reader(), context.actor, notice_id)
    return respond(context, content, version, digest(content))
