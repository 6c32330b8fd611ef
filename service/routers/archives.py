"""/v1/archives: items of the archive, and what becomes of them."""

from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from fastapi import APIRouter, Query, Response, status

from service.errors import (
    ClassNotHigher,
    DepositorAccepts,
    IllegalTransition,
    NotFound,
    NothingDeposited,
    OriginalNeeded,
    PreconditionFailed,
    PreconditionRequired,
    RetentionShortened,
    UnderLegalHold,
)
from service.http.answers import created, listed
from service.http.conditional import ExpectedVersion, respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import ArchiveEndpoint
from service.operations import archives as operations
from service.queries import archives as queries
from service.queries.listing import Asked
from service.schemas.archive_keeping import ArchiveHistoryFilter, ArchiveHistoryPage
from service.schemas.archives import (
    Acceptance,
    ArchiveItemCreate,
    ArchiveItemFilter,
    ArchiveItemPage,
    ArchiveItemUpdate,
    ArchiveItemView,
    ArchiveReason,
    ClassRaise,
)

router = APIRouter(prefix="/v1/archives", tags=["archives"], route_class=ArchiveEndpoint)


@router.get("", response_model=ArchiveItemPage, responses=raises())
async def list_archive_items(query: Annotated[ArchiveItemFilter, Query()], context: Ctx) -> Response:
    """The items of the archive that you may know of.

    Compare classes by `rank`: confidential ranks above secret here.

    档案列表，仅含您有权知悉的档案；密级请按 `rank` 比较。
    """
    classified: list[str] = []

    def note(item: str) -> str:
        told = orjson.loads(item)
        if told["rank"]:
            classified.append(told["id"])
        return item

    response = await listed(context, queries.ITEMS, Asked.of(query), each=note)
    await operations.note_listing(context.session, context.actor, classified)
    return response


@router.get("/{item_id}", response_model=ArchiveItemView, responses=raises(NotFound))
async def get_archive_item(item_id: UUID, context: Ctx) -> Response:
    """One item of the archive: what is known of it, not its content.

    Looking at a classified item is recorded. An item that you may not know of is answered like one that there is not.

    查看档案的登记信息；查看涉密档案会留下记录。
    """
    return await answer(context, item_id)


@router.post("", response_model=ArchiveItemView, status_code=status.HTTP_201_CREATED, responses=raises(NotFound))
async def create_archive_item(wanted: ArchiveItemCreate, context: Ctx) -> Response:
    """Deposit an item in the archive; its files follow at `/versions`.

    It is your department's. You see and open it until the archivist accepts it, afterwards as everybody does.

    交存档案；档案管理员接收前，交存人可查看和打开。
    """
    item = await operations.create_item(context.session, context.actor, wanted)
    return created(await answer(context, item.id), f"/v1/archives/{item.id}")


@router.patch(
    "/{item_id}",
    response_model=ArchiveItemView,
    responses=raises(NotFound, IllegalTransition, RetentionShortened, PreconditionFailed, PreconditionRequired),
)
async def update_archive_item(
    item_id: UUID, patch: ArchiveItemUpdate, version: ExpectedVersion, context: Ctx
) -> Response:
    """Change what is known of an item, but never its class.

    The depositor until it is accepted, the archivist at any time.

    修改档案的登记信息，不含密级。
    """
    await operations.describe_item(context.session, context.actor, item_id, version, patch, today(context))
    return await answer(context, item_id)


@router.post(
    "/{item_id}/accept",
    response_model=ArchiveItemView,
    responses=raises(NotFound, DepositorAccepts, IllegalTransition, NothingDeposited, OriginalNeeded),
)
async def accept_archive_item(item_id: UUID, wanted: Acceptance, context: Ctx) -> Response:
    """Accept a deposit with its files, as the archivist.

    From confidential upwards the original must have been handed over. Nobody accepts what they deposited.

    接收档案；机密及以上须移交原件。
    """
    await operations.accept_item(context.session, context.actor, item_id, wanted, today(context))
    return await answer(context, item_id)


@router.post(
    "/{item_id}/withdraw",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=raises(NotFound, IllegalTransition, UnderLegalHold),
)
async def withdraw_archive_item(item_id: UUID, wanted: ArchiveReason, context: Ctx) -> None:
    """Take a deposit back, or turn it down, before it is accepted; its content is destroyed.

    By the depositor or the archivist.

    撤回或退回尚未接收的档案，其内容随即销毁。
    """
    await operations.withdraw_item(context.session, context.actor, item_id, wanted.reason)


@router.post(
    "/{item_id}/raise", response_model=ArchiveItemView, responses=raises(NotFound, ClassNotHigher, IllegalTransition)
)
async def raise_archive_item(item_id: UUID, wanted: ClassRaise, context: Ctx) -> Response:
    """Raise the class of an item, effective at once.

    By the archivist; to top secret by the general manager. Confidential ranks above secret here.

    提升密级，立即生效；绝密由总经理确定。
    """
    await operations.raise_class(context.session, context.actor, item_id, wanted)
    return await answer(context, item_id)


@router.post("/{item_id}/hold", response_model=ArchiveItemView, responses=raises(NotFound, IllegalTransition))
async def hold_archive_item(item_id: UUID, wanted: ArchiveReason, context: Ctx) -> Response:
    """Put an item under legal hold: nobody destroys it, administrators neither, until two people lift the hold.

    By the archivist, the office director or the general manager.

    设置法律保全；解除须两人共同确认。
    """
    await operations.hold_item(context.session, context.actor, item_id, wanted.reason)
    return await answer(context, item_id)


@router.get("/{item_id}/history", response_model=ArchiveHistoryPage, responses=raises(NotFound))
async def list_archive_history(
    item_id: UUID, query: Annotated[ArchiveHistoryFilter, Query()], context: Ctx
) -> Response:
    """What became of an item, who did it and when; of texts only the fields' names are told.

    Who looked at it is in the audit log, for auditors.

    档案的变更与处置历史。
    """
    item = await queries.find_item(await context.reader(), context.actor, "see", item_id)
    response = await listed(context, queries.HISTORY, Asked.of(query, item_id=item_id))
    await operations.note_reading(context.session, context.actor, item_id, item.rank)
    return response


async def answer(context: Context, item_id: UUID) -> Response:
    """The item as it stands, with evidence of who read it; after a change it is read in the same transaction."""
    row = await queries.item_json(await context.reader(), context.actor, item_id)
    if context.method in {"GET", "HEAD"}:
        await operations.note_reading(context.session, context.actor, item_id, row.rank)
    return respond(context, row.json, row.version)


def today(context: Context) -> date:
    """The day of the business."""
    return datetime.now(UTC).astimezone(ZoneInfo(context.services.settings.timezone)).date()
