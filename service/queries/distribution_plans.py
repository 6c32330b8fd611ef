"""Distribution plans as JSON: one, many, their fairness."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.errors import NotFound, Sentence, StateConflict
from service.models import DistributionPlan
from service.policy import Actor, allowed
from service.queries.listing import Listing, any_of, equals, is_set
from service.queries.single import single

NOT_COMPUTED = Sentence("The plan has not been computed.", "方案尚未计算完成。")
COLUMNS: dict[str, Any] = {name: getattr(DistributionPlan, name) for name in (
    "id", "name", "rulebook_id", "scheme_code", "department_id", "seed", "mode", "staff_id",
    "most_moves", "team_role", "what_if", "state", "reason", "problem", "job_id",
    "snapshot_sha256", "plan_sha256", "engine_version", "counts", "author_id", "approver_id", "computed_at",
    "approved_at", "applied_at", "version", "created_at", "updated_at",
)}  # fmt: skip


def plan_columns(_actor: Actor) -> Mapping[str, Any]:
    """The members of DistributionPlanView."""
    return COLUMNS


PLANS = Listing(
    model=DistributionPlan,
    columns=plan_columns,
    filters={
        "state": any_of(DistributionPlan.state),
        "scheme_code": any_of(DistributionPlan.scheme_code),
        "rulebook_id": equals(DistributionPlan.rulebook_id),
        "department_id": equals(DistributionPlan.department_id),
        "author_id": equals(DistributionPlan.author_id),
        "mode": any_of(DistributionPlan.mode),
        "what_if": is_set(DistributionPlan.what_if),
    },
)


async def plan_json(connection: AsyncConnection, actor: Actor, plan_id: UUID) -> Any:
    """One plan's JSON text and its version."""
    return await single(connection, actor, DistributionPlan, COLUMNS, plan_id)


async def plan_fairness(connection: AsyncConnection, actor: Actor, plan_id: UUID) -> Any:
    """The stored fairness report of a plan and the plan's version; StateConflict before it is computed."""
    row = await row_of(connection, actor, plan_id, DistributionPlan.fairness, DistributionPlan.version)
    if row.fairness is None:
        raise StateConflict(NOT_COMPUTED)
    return row


async def expect_plan(connection: AsyncConnection, actor: Actor, plan_id: UUID) -> None:
    """NotFound unless the actor may see the plan."""
    await row_of(connection, actor, plan_id, DistributionPlan.id)


async def row_of(connection: AsyncConnection, actor: Actor, plan_id: UUID, *columns: Any) -> Any:
    """Some columns of one plan."""
    statement = select(*columns).where(DistributionPlan.id == plan_id, allowed(actor, "see", DistributionPlan))
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return row
