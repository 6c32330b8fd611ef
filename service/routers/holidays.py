"""/v1/holidays: days off and make-up working days (调休)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from service.errors import AlreadyExists, NotFound, PreconditionFailed, PreconditionRequired
from service.http.answers import created, listed
from service.http.conditional import ExpectedVersion, respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.operations import holidays as operations
from service.queries import holidays as queries
from service.queries.listing import Asked
from service.schemas.holidays import HolidayCreate, HolidayFilter, HolidayPage, HolidayView

router = APIRouter(prefix="/v1/holidays", tags=["settings"], route_class=Endpoint)


@router.get("/{holiday_id}", response_model=HolidayView, responses=raises(NotFound))
async def get_holiday(holiday_id: UUID, context: Ctx) -> Response:
    """One day that differs from the week's usual.

    A day off, or a weekend day on which people work.

    查看一个特殊日期。
    """
    return await answer(context, holiday_id)


@router.get("", response_model=HolidayPage, responses=raises())
async def list_holidays(query: Annotated[HolidayFilter, Query()], context: Ctx) -> Response:
    """Days off and make-up working days.

    Working days are counted by this calendar, in the order of the days.

    节假日与调休日列表。
    """
    return await listed(context, queries.HOLIDAYS, Asked.of(query))


@router.post("", response_model=HolidayView, status_code=status.HTTP_201_CREATED, responses=raises(AlreadyExists))
async def create_holiday(wanted: HolidayCreate, context: Ctx) -> Response:
    """Enter a day off or a make-up working day.

    Deadlines counted from now on heed it; those that were set stay.

    录入节假日或调休日。
    """
    holiday = await operations.create_holiday(context.session, context.actor, wanted)
    return created(await answer(context, holiday.id), f"/v1/holidays/{holiday.id}")


@router.delete(
    "/{holiday_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=raises(NotFound, PreconditionFailed, PreconditionRequired),
)
async def delete_holiday(holiday_id: UUID, version: ExpectedVersion, context: Ctx) -> None:
    """Take a day out of the calendar.

    The day is again what the week makes it.

    删除特殊日期。
    """
    await operations.delete_holiday(context.session, context.actor, holiday_id, version)


async def answer(context: Context, holiday_id: UUID) -> Response:
    """The day; after a change it is read in the same transaction."""
    row = await queries.holiday_json(await context.reader(), context.actor, holiday_id)
    return respond(context, row.json, row.version)
