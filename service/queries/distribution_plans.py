"""Distribution plans as JSON: one, many, their fairness."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.distribution.wording import filled
from service.errors import NotFound, Sentence, StateConflict
from service.models import DistributionPlan, Snapshot
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


class Judgement(NamedTuple):
    """What is kept of how a plan was judged: fairness report, certificate, the candidates' ids; the plan's version."""

    fairness: dict[str, Any]
    certificate: dict[str, Any] | None
    people: list[UUID]
    version: int


async def plan_fairness(connection: AsyncConnection, actor: Actor, plan_id: UUID) -> Judgement:
    """How a plan was judged; StateConflict before it is computed."""
    people = select(Snapshot.people).where(Snapshot.sha256 == DistributionPlan.snapshot_sha256).scalar_subquery()
    columns = (DistributionPlan.fairness, DistributionPlan.certificate, DistributionPlan.version)
    row = await row_of(connection, actor, plan_id, *columns, people.label("people"))
    if row.fairness is None:
        raise StateConflict(NOT_COMPUTED)
    return Judgement(whole(row.fairness), row.certificate, row.people, row.version)


def whole(fairness: dict[str, Any]) -> dict[str, Any]:
    """A stored report; what earlier versions did not tell is empty."""
    people = [{"attained": {}} | person for person in fairness["people"]]
    return {"shortages": [], "guarantees": []} | fairness | {"people": people}


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


def proven(row: Judgement, known: frozenset[str] | None) -> dict[str, Any] | None:
    """The members of CertificateView; people as far as the reader may know them (None: everybody)."""
    if row.certificate is None:
        return None
    loads = [part["name"] for part in row.fairness["dimensions"]]
    people = [str(id_) if known is None or str(id_) in known else None for id_ in row.people]
    told = filled(WITHIN, gap=row.certificate["gap_points"])
    return {
        **{name: row.certificate[name] for name in ("potential", "bound", "gap_points")},
        "prices": [
            {"person_id": person, "prices": dict(zip(loads, prices, strict=True))}
            for person, prices in zip(people, row.certificate["prices"], strict=True)
        ],
        "text": told._asdict(),
    }


def short(row: Judgement, known: frozenset[str] | None) -> list[dict[str, Any]]:
    """What must wait, with the people of the cut as far as the reader may know them (None: everybody)."""
    return [
        {**one, "people": [id_ if known is None or id_ in known else None for id_ in one["people"]]}
        for one in row.fairness["shortages"]
    ]


WITHIN = Sentence(
    "No plan of these accounts, however made, could be better by more than {gap} points per account: the prices "
    "prove it.",
    "无论如何制定方案，每个客户平均至多还能改善 {gap} 分；以下价格可予证明。",
)
