"""/v1/staff: the people of the company."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from service.domain.states import StaffStatus
from service.errors import (
    AlreadyExists,
    IllegalTransition,
    NotFound,
    OwnRoleRefused,
    PreconditionFailed,
    PreconditionRequired,
    StateConflict,
    StillReferenced,
)
from service.http.answers import created, listed
from service.http.conditional import ExpectedVersion, respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.operations import invitations
from service.operations import staff as operations
from service.queries import staff as queries
from service.queries.listing import Asked
from service.schemas.staff import (
    InvitationView,
    StaffCreate,
    StaffFilter,
    StaffPage,
    StaffUpdate,
    StaffView,
    StatusChange,
)

router = APIRouter(prefix="/v1/staff", tags=["people"], route_class=Endpoint)
MOVES = raises(NotFound, IllegalTransition, OwnRoleRefused)


@router.get("/{staff_id}", response_model=StaffView, responses=raises(NotFound))
async def get_staff(staff_id: UUID, context: Ctx) -> Response:
    """One person.

    What your role may not see is null and named in `redacted`.

    查看一位员工。
    """
    return await answer(context, staff_id)


@router.get("", response_model=StaffPage, responses=raises())
async def list_staff(query: Annotated[StaffFilter, Query()], context: Ctx) -> Response:
    """The people of the company.

    `q` finds names and codes; filter by department, role or status.

    员工列表。
    """
    return await listed(context, queries.STAFF, Asked.of(query))


@router.post("", response_model=StaffView, status_code=status.HTTP_201_CREATED, responses=raises(AlreadyExists))
async def create_staff(wanted: StaffCreate, context: Ctx) -> Response:
    """Enter a person; they are `invited` until they accept an invitation or are activated.

    Then grant a role and send an invitation.

    录入员工；随后授予角色并发出邀请。
    """
    person = await operations.create_staff(context.session, context.actor, wanted)
    return created(await answer(context, person.id), f"/v1/staff/{person.id}")


@router.patch(
    "/{staff_id}", response_model=StaffView, responses=raises(NotFound, PreconditionFailed, PreconditionRequired)
)
async def update_staff(staff_id: UUID, patch: StaffUpdate, version: ExpectedVersion, context: Ctx) -> Response:
    """Change what is known of a person.

    Capacity and what they know decide what the next plan gives them.

    修改员工信息。
    """
    await operations.update_staff(context.session, context.actor, staff_id, version, patch)
    return await answer(context, staff_id)


@router.delete(
    "/{staff_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=raises(NotFound, OwnRoleRefused, PreconditionFailed, PreconditionRequired, StillReferenced),
)
async def delete_staff(staff_id: UUID, version: ExpectedVersion, context: Ctx) -> None:
    """Remove a person who was entered by mistake; whoever really leaves is moved with `leave`.

    They may be responsible for no account and head no department.

    删除误录的员工。
    """
    await operations.delete_staff(context.session, context.actor, staff_id, version)


@router.post("/{staff_id}/activate", response_model=StaffView, responses=MOVES)
async def activate_staff(staff_id: UUID, change: StatusChange, context: Ctx) -> Response:
    """Let a person act without an invitation (another identity provider), or again after a leave.

    From now on accounts may be assigned to them.

    激活员工。
    """
    return await move(context, staff_id, StaffStatus.ACTIVE, change)


@router.post("/{staff_id}/suspend", response_model=StaffView, responses=MOVES)
async def suspend_staff(staff_id: UUID, change: StatusChange, context: Ctx) -> Response:
    """Put a person on leave: they get no new accounts.

    They keep the accounts that they have, and may log in.

    员工休假：不再分配新客户。
    """
    return await move(context, staff_id, StaffStatus.ON_LEAVE, change)


@router.post("/{staff_id}/leave", response_model=StaffView, responses=MOVES)
async def end_staff(staff_id: UUID, change: StatusChange, context: Ctx) -> Response:
    """End a person's time here: tokens, password and roles end at once.

    What they appealed is withdrawn, what they reviewed goes to others, loans and delegations end. Their accounts wait
    for somebody else: see `/handover`.

    员工离职：令牌与角色立即终止。
    """
    return await move(context, staff_id, StaffStatus.LEFT, change)


@router.post("/{staff_id}/reinstate", response_model=StaffView, responses=MOVES)
async def reinstate_staff(staff_id: UUID, change: StatusChange, context: Ctx) -> Response:
    """Expect a person back who had left; they need an invitation and roles again.

    Their status is `invited` again.

    员工重新入职。
    """
    return await move(context, staff_id, StaffStatus.INVITED, change)


@router.post(
    "/{staff_id}/invitation",
    response_model=InvitationView,
    status_code=status.HTTP_201_CREATED,
    responses=raises(NotFound, StateConflict),
)
async def invite_staff(staff_id: UUID, context: Ctx, response: Response) -> invitations.Link:
    """Make a one-time link token that sets a password; it is shown once.

    Hand the link over yourself; a new one ends the one before.

    生成一次性邀请链接令牌。
    """
    response.headers["Location"] = f"/v1/staff/{staff_id}"
    response.headers["Cache-Control"] = "no-store"
    return await invitations.invite_staff(context.session, context.actor, staff_id)


@router.post("/{staff_id}/revoke", status_code=status.HTTP_204_NO_CONTENT, responses=raises(NotFound))
async def revoke_staff(staff_id: UUID, change: StatusChange, context: Ctx) -> None:
    """End every token of a person at once.

    For a lost phone or a leaked token; the password stays.

    立即终止此人的全部令牌。
    """
    await invitations.revoke_staff(context.session, context.actor, staff_id, change.reason)


async def move(context: Context, staff_id: UUID, target: StaffStatus, change: StatusChange) -> Response:
    """The person in another status."""
    timezone = context.services.settings.timezone
    await operations.move_staff(context.session, context.actor, staff_id, target, change.reason, timezone)
    return await answer(context, staff_id)


async def answer(context: Context, staff_id: UUID) -> Response:
    """The person as this caller sees them; after a change it is read in the same transaction."""
    row = await queries.staff_json(await context.reader(), context.actor, staff_id)
    return respond(context, row.json, row.version, row.view)
