"""/v1/departments: the parts of the company."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from service.errors import AlreadyExists, NotFound, PreconditionFailed, PreconditionRequired, StillReferenced
from service.http.answers import created, listed
from service.http.conditional import ExpectedVersion, respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.operations import departments as operations
from service.queries import departments as queries
from service.queries.listing import Asked
from service.schemas.departments import (
    DepartmentCreate,
    DepartmentFilter,
    DepartmentPage,
    DepartmentUpdate,
    DepartmentView,
)

router = APIRouter(prefix="/v1/departments", tags=["people"], route_class=Endpoint)


@router.get("/{department_id}", response_model=DepartmentView, responses=raises(NotFound))
async def get_department(department_id: UUID, context: Ctx) -> Response:
    """One department.

    With its head and the department above.

    查看一个部门。
    """
    return await answer(context, department_id)


@router.get("", response_model=DepartmentPage, responses=raises())
async def list_departments(query: Annotated[DepartmentFilter, Query()], context: Ctx) -> Response:
    """The parts of the company.

    The whole tree in pages; `parent_id` shows what is below one.

    部门列表。
    """
    return await listed(context, queries.DEPARTMENTS, Asked.of(query))


@router.post("", response_model=DepartmentView, status_code=status.HTTP_201_CREATED, responses=raises(AlreadyExists))
async def create_department(wanted: DepartmentCreate, context: Ctx) -> Response:
    """Set up a department.

    Its managers see the accounts of its people and of all below.

    设立部门。
    """
    department = await operations.create_department(context.session, context.actor, wanted)
    return created(await answer(context, department.id), f"/v1/departments/{department.id}")


@router.patch(
    "/{department_id}",
    response_model=DepartmentView,
    responses=raises(NotFound, AlreadyExists, PreconditionFailed, PreconditionRequired),
)
async def update_department(
    department_id: UUID, patch: DepartmentUpdate, version: ExpectedVersion, context: Ctx
) -> Response:
    """Change or move a department; who sees its people's accounts follows at once.

    A move takes effect at once for everybody who leads or works there.

    修改或迁移部门，权限随即生效。
    """
    await operations.update_department(context.session, context.actor, department_id, version, patch)
    return await answer(context, department_id)


@router.delete(
    "/{department_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=raises(NotFound, PreconditionFailed, PreconditionRequired, StillReferenced),
)
async def delete_department(department_id: UUID, version: ExpectedVersion, context: Ctx) -> None:
    """Close a department that nobody works in.

    People and departments below must be moved first.

    撤销无人的部门。
    """
    await operations.delete_department(context.session, context.actor, department_id, version)


async def answer(context: Context, department_id: UUID) -> Response:
    """The department; after a change it is read in the same transaction."""
    row = await queries.department_json(await context.reader(), context.actor, department_id)
    return respond(context, row.json, row.version)
