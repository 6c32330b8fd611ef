"""/v1/staff/{staff_id}/absences: days on which somebody is away."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from service.errors import AbsenceOverlaps, NotFound, PreconditionFailed, PreconditionRequired
from service.http.answers import created, listed
from service.http.conditional import ExpectedVersion, respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.operations import absences as operations
from service.queries import absences as queries
from service.queries.listing import Asked
from service.schemas.absences import AbsenceCreate, AbsenceFilter, AbsencePage, AbsenceUpdate, AbsenceView

router = APIRouter(prefix="/v1/staff/{staff_id}/absences", tags=["people"], route_class=Endpoint)


@router.get("/{absence_id}", response_model=AbsenceView, responses=raises(NotFound))
async def get_absence(staff_id: UUID, absence_id: UUID, context: Ctx) -> Response:
    """One absence.

    Use it before changing an absence: the ETag is needed for that.

    查看一条缺勤记录；修改前须先取得 ETag。
    """
    return await answer(context, staff_id, absence_id)


@router.get("", response_model=AbsencePage, responses=raises())
async def list_absences(staff_id: UUID, query: Annotated[AbsenceFilter, Query()], context: Ctx) -> Response:
    """A person's absences, as far as you may see them.

    Filter by day to see who is away; the note is hidden from those who may not know the reason.

    某人的缺勤列表，可按日期筛选。
    """
    asked = Asked.of(query, staff_id=staff_id)
    return await listed(context, queries.ABSENCES, asked)


@router.post(
    "", response_model=AbsenceView, status_code=status.HTTP_201_CREATED, responses=raises(NotFound, AbsenceOverlaps)
)
async def create_absence(staff_id: UUID, wanted: AbsenceCreate, context: Ctx) -> Response:
    """Enter days on which a person is away.

    While somebody is away, new accounts go to others. Days of one person may not overlap.

    登记缺勤期间；期间内不再分配新客户，同一人的日期不得重叠。
    """
    absence = await operations.create_absence(context.session, context.actor, staff_id, wanted)
    return created(await answer(context, staff_id, absence.id), f"/v1/staff/{staff_id}/absences/{absence.id}")


@router.patch(
    "/{absence_id}",
    response_model=AbsenceView,
    responses=raises(NotFound, AbsenceOverlaps, PreconditionFailed, PreconditionRequired),
)
async def update_absence(
    staff_id: UUID, absence_id: UUID, patch: AbsenceUpdate, version: ExpectedVersion, context: Ctx
) -> Response:
    """Change the days or the kind of an absence.

    Send only the fields that change.

    修改缺勤的日期或类型，只需提交变更的字段。
    """
    await operations.update_absence(context.session, context.actor, staff_id, absence_id, version, patch)
    return await answer(context, staff_id, absence_id)


@router.delete(
    "/{absence_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=raises(NotFound, PreconditionFailed, PreconditionRequired),
)
async def delete_absence(staff_id: UUID, absence_id: UUID, version: ExpectedVersion, context: Ctx) -> None:
    """Call an absence off.

    The person counts as present again on these days.

    撤销缺勤登记。
    """
    await operations.delete_absence(context.session, context.actor, staff_id, absence_id, version)


async def answer(context: Context, staff_id: UUID, absence_id: UUID) -> Response:
    """The absence; after a change it is read in the same transaction."""
    row = await queries.absence_json(await context.reader(), context.actor, staff_id, absence_id)
    return respond(context, row.json, row.version)
