"""/v1/reading-sessions: confidential items read page by page at a place (阅览)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status

from service.errors import (
    ApproverIsParty,
    DamagedPages,
    DutiesNotAcknowledged,
    ForbiddenLoan,
    IllegalTransition,
    LoanAlreadyOpen,
    NoSuchPage,
    NotAnApprover,
    NotAtThisPlace,
    NotFound,
    PagesNotShown,
    SecondPersonNeeded,
    StateConflict,
    TooManyPages,
)
from service.http.answers import created, listed
from service.http.conditional import respond
from service.http.context import Context, Ctx
from service.http.reading_route import ReadingEndpoint
from service.http.responses import raises
from service.http.route import ArchiveEndpoint
from service.models import ReadingView
from service.operations import reading_sessions as operations
from service.operations.reading_views import Room, look
from service.policy import require
from service.queries import reading_sessions as queries
from service.queries.listing import Asked
from service.schemas.loans import LoanDecision, LoanEnding, LoanRemark, LoanReturn
from service.schemas.reading_sessions import (
    PageRequest,
    ReadingGrant,
    ReadingSessionCreate,
    ReadingSessionFilter,
    ReadingSessionPage,
    ReadingSessionView,
    ReadingViewFilter,
    ReadingViewPage,
)

router = APIRouter(prefix="/v1/reading-sessions", tags=["archives"], route_class=ArchiveEndpoint)
views = APIRouter(prefix="/v1/reading-sessions", tags=["archives"], route_class=ReadingEndpoint)
MOVED = raises(NotFound, IllegalTransition)
PICTURE = {"type": "string", "format": "binary", "contentMediaType": "image/jpeg"}


@router.get("/{reading_session_id}", response_model=ReadingSessionView, responses=raises(NotFound))
async def get_reading_session(reading_session_id: UUID, context: Ctx) -> Response:
    """One reading session, for its reader, whoever may decide on it, archivist and auditor.

    查看一次阅览。
    """
    return await answer(context, reading_session_id)


@router.get("", response_model=ReadingSessionPage, responses=raises())
async def list_reading_sessions(query: Annotated[ReadingSessionFilter, Query()], context: Ctx) -> Response:
    """The reading sessions that you may know of.

    阅览列表。
    """
    return await listed(context, queries.READING_SESSIONS, Asked.of(query))


@router.post(
    "",
    response_model=ReadingSessionView,
    status_code=status.HTTP_201_CREATED,
    responses=raises(NotFound, ForbiddenLoan, DutiesNotAcknowledged, LoanAlreadyOpen, StateConflict),
)
async def request_reading_session(wanted: ReadingSessionCreate, context: Ctx) -> Response:
    """Ask to read a confidential item; here confidential ranks above secret.

    It is approved as a secret loan is, then granted by the archivist at a place; pages are shown, the file stays.

    申请在档案室阅览机密档案；审批同秘密档案，由档案管理员指定地点。
    """
    reading = await operations.request_reading_session(context.session, context.actor, wanted)
    return created(await answer(context, reading.id), f"/v1/reading-sessions/{reading.id}")


@router.post(
    "/{reading_session_id}/approve",
    response_model=ReadingSessionView,
    responses=raises(NotFound, IllegalTransition, ApproverIsParty, NotAnApprover),
)
async def approve_reading_session(reading_session_id: UUID, _decision: LoanDecision, context: Ctx) -> Response:
    """Approve a reading session, in your own right or on a delegation.

    批准阅览。
    """
    timezone = context.services.settings.timezone
    await operations.approve_reading_session(context.session, context.actor, reading_session_id, timezone)
    return await answer(context, reading_session_id)


@router.post(
    "/{reading_session_id}/refuse",
    response_model=ReadingSessionView,
    responses=raises(NotFound, IllegalTransition, ApproverIsParty, NotAnApprover),
)
async def refuse_reading_session(reading_session_id: UUID, ending: LoanEnding, context: Ctx) -> Response:
    """Turn a request down, with a reason.

    拒绝阅览申请。
    """
    await operations.refuse_reading_session(context.session, context.actor, reading_session_id, ending.reason)
    return await answer(context, reading_session_id)


@router.post("/{reading_session_id}/cancel", response_model=ReadingSessionView, responses=MOVED)
async def cancel_reading_session(reading_session_id: UUID, remark: LoanRemark, context: Ctx) -> Response:
    """Take a request back before it is decided.

    撤回阅览申请。
    """
    await operations.cancel_reading_session(context.session, context.actor, reading_session_id, remark.reason)
    return await answer(context, reading_session_id)


@router.post(
    "/{reading_session_id}/grant",
    response_model=ReadingSessionView,
    responses=raises(NotFound, IllegalTransition, StateConflict, SecondPersonNeeded),
)
async def grant_reading_session(reading_session_id: UUID, wanted: ReadingGrant, context: Ctx) -> Response:
    """Begin an approved session at a place, as the archivist.

    Pages are shown to requests from the networks of that place only.

    档案管理员在指定地点开始阅览。
    """
    await operations.grant_reading_session(context.session, context.actor, reading_session_id, wanted)
    return await answer(context, reading_session_id)


@router.get("/{reading_session_id}/views", response_model=ReadingViewPage, responses=raises(NotFound))
async def list_reading_views(
    reading_session_id: UUID, query: Annotated[ReadingViewFilter, Query()], context: Ctx
) -> Response:
    """Which pages were looked at and when, for those who read the audit log.

    阅览期间逐页查看的记录，供审计。
    """
    await queries.expect_session(await context.reader(), context.actor, reading_session_id)
    require(context.actor, "see", ReadingView)
    return await listed(context, queries.VIEWS, Asked.of(query, session_id=reading_session_id))


@views.post(
    "/{reading_session_id}/views",
    response_class=Response,
    responses=raises(NotFound, NotAtThisPlace, NoSuchPage, PagesNotShown, DamagedPages, TooManyPages)
    | {
        200: {
            "description": "The page as a picture; `View-Id` names this look. 页面图片。",
            "content": {"image/jpeg": {"schema": PICTURE}},
        }
    },
)
async def view_page(reading_session_id: UUID, wanted: PageRequest, request: Request, context: Ctx) -> Response:
    """Look at one page, in an active session of yours, at its place.

    Each look has an id of its own, which stands on the picture for everybody to see and in its pixels besides.

    查看一页；每次查看均有独立标识，并以可见及隐形水印标注。
    """
    services = context.services
    room = Room(services.database, services.vault, services.keys.watermark, services.settings.timezone)
    address = request.client.host if request.client else ""
    seen = await look(room, context.actor, context.request_id, reading_session_id, wanted.page, address)
    headers = {"View-Id": str(seen.view_id), "Page-Count": str(seen.pages), "Content-Disposition": "inline"}
    return Response(seen.picture, media_type="image/jpeg", headers=headers)


@router.post("/{reading_session_id}/end", response_model=ReadingSessionView, responses=MOVED)
async def end_reading_session(reading_session_id: UUID, _nothing: LoanReturn, context: Ctx) -> Response:
    """Close a session before its end, as its reader or the archivist.

    提前结束阅览。
    """
    await operations.end_reading_session(context.session, context.actor, reading_session_id)
    return await answer(context, reading_session_id)


@router.post("/{reading_session_id}/revoke", response_model=ReadingSessionView, responses=MOVED)
async def revoke_reading_session(reading_session_id: UUID, ending: LoanEnding, context: Ctx) -> Response:
    """End an active session at once.

    立即终止阅览。
    """
    await operations.revoke_reading_session(context.session, context.actor, reading_session_id, ending.reason)
    return await answer(context, reading_session_id)


async def answer(context: Context, reading_session_id: UUID) -> Response:
    """The reading session as it is now; after a change it is read in the same transaction."""
    row = await queries.reading_session_json(await context.reader(), context.actor, reading_session_id)
    return respond(context, row.json, row.version, row.view)
