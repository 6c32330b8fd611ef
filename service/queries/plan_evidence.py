"""A plan as it was stored, for whoever checks it, exports it, or compares it with another."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from service.domain.canonical import canonical_json
from service.domain.distribution.comparing import comparison
from service.domain.distribution.decisions import Decision as Decided
from service.domain.distribution.evidence import Evidence
from service.domain.distribution.wording import both
from service.errors import Forbidden, NotFound, StateConflict
from service.models import Decision, DistributionPlan, Rulebook
from service.models import Snapshot as SnapshotRow
from service.policy import Actor, allowed
from service.queries.assignments import staff_code
from service.queries.decisions import COLUMNS
from service.queries.distribution_plans import NOT_COMPUTED, plan_fairness
from service.queries.fairness import anonymous, known_people
from service.queries.listing import Filter, Listing, equals

FORMAT = "evenhand-export/1"


async def stored_plan(connection: AsyncConnection, plan_id: UUID) -> Evidence:
    """The evidence of a plan; NotFound without one, StateConflict before it is computed."""
    row = (await connection.execute(PLAN.where(DistributionPlan.id == plan_id))).one_or_none()
    if row is None:
        raise NotFound
    if row.content is None:
        raise StateConflict(NOT_COMPUTED)
    decisions = await connection.execute(DECISIONS.where(Decision.plan_id == plan_id))
    shared = (row.snapshot_sha256, str(row.rulebook_id), row.number, row.engine_version)
    return Evidence(
        content=row.content,
        snapshot_sha256=row.snapshot_sha256,
        plan_sha256=row.plan_sha256,
        engine_version=row.engine_version,
        decisions=[decided(shared, one) for one in decisions],
        certificate=row.certificate,
    )


def decided(shared: tuple[str, str, int, str], row: Any) -> Decided:
    """A stored decision as the engine made it."""
    account, winner, runner_up = (str(id_) if id_ else None for id_ in row[:3])
    assert account is not None
    return Decided(
        *shared,
        account_id=account,
        winner=winner,
        runner_up=runner_up,
        position=row.position,
        kind=row.kind,
        margin=row.margin,
        reason=row.reason,
        remedy=row.remedy,
    )


async def exported(connection: AsyncConnection, actor: Actor, plan_id: UUID) -> bytes:
    """Snapshot, plan and certificate in canonical JSON (RFC 8785), for a check without this service.

    NotFound unless the actor may see the plan, Forbidden unless they may export it, StateConflict if not computed.
    """
    may, seen = (allowed(actor, action, DistributionPlan) for action in ("export", "see"))
    found = (await connection.execute(select(may).where(DistributionPlan.id == plan_id, seen))).one_or_none()
    if found is None:
        raise NotFound
    if not found[0]:
        raise Forbidden
    return await exported_whole(connection, plan_id)


async def exported_whole(connection: AsyncConnection, plan_id: UUID) -> bytes:
    """The same for whoever holds the database."""
    row = (await connection.execute(PLAN.where(DistributionPlan.id == plan_id))).one_or_none()
    if row is None:
        raise NotFound
    if row.content is None:
        raise StateConflict(NOT_COMPUTED)
    members = {
        b"certificate": canonical_json(row.certificate),
        b"format": canonical_json(FORMAT),
        b"plan": row.plan,
        b"snapshot": row.content,
    }
    return b"{" + b",".join(b'"' + name + b'":' + value for name, value in members.items()) + b"}"


async def compared(connection: AsyncConnection, actor: Actor, plan_id: UUID, other_id: UUID) -> dict[str, Any]:
    """The members of PlanComparison besides the accounts; NotFound unless the actor may see both plans."""
    known = await known_people(connection, actor)
    told = {}
    for name, id_ in (("this", plan_id), ("other", other_id)):
        row = await plan_fairness(connection, actor, id_)
        told[name] = anonymous(row.fairness, known)
    same = DECIDED_IN_OTHER.winner_id.is_not_distinct_from(Decision.winner_id)
    counted = select(func.count().filter(same), func.count().filter(~same)).where(
        Decision.plan_id == plan_id,
        DECIDED_IN_OTHER.plan_id == other_id,
        DECIDED_IN_OTHER.account_id == Decision.account_id,
    )
    alike, unlike = (await connection.execute(counted)).one()
    loads = {part["name"]: part["after"] for part in told["other"]["dimensions"]}
    return {
        "plan_id": str(plan_id),
        "other_id": str(other_id),
        "same_owner": alike,
        "other_owner": unlike,
        "sentences": both(comparison(told["this"]["dimensions"], told["other"]["dimensions"], alike, unlike)),
        "dimensions": [
            {"name": part["name"], "this": part["after"], "other": loads.get(part["name"])}
            for part in told["this"]["dimensions"]
        ],
        "claims": {name: report["claims"]["after"]["counts"] for name, report in told.items()},
        "waiting": {name: report["waiting"] for name, report in told.items()},
    }


def compared_columns(_actor: Actor) -> Mapping[str, Any]:
    """The members of ComparedAccount."""
    other = select(DECIDED_IN_OTHER.winner_id).where(*IN_OTHER).correlate(Decision).scalar_subquery()
    return {
        "account_id": Decision.account_id,
        "account_code": COLUMNS["account_code"],
        "owner_id": Decision.previous_owner_id,
        "owner_code": COLUMNS["previous_owner_code"],
        "this_id": Decision.winner_id,
        "this_code": COLUMNS["winner_code"],
        "other_id": other,
        "other_code": staff_code(Decision, other),
    }


DECIDED_IN_OTHER = aliased(Decision)
IN_OTHER = (
    DECIDED_IN_OTHER.account_id == Decision.account_id,
    DECIDED_IN_OTHER.plan_id == bindparam("other_id", type_=Decision.plan_id.type),
)
UNLIKE = (
    exists()
    .where(*IN_OTHER, DECIDED_IN_OTHER.winner_id.is_distinct_from(Decision.winner_id))
    .correlate_except(DECIDED_IN_OTHER)
)
COMPARED = Listing(
    Decision,
    compared_columns,
    {"plan_id": equals(Decision.plan_id), "other_id": Filter(lambda _: UNLIKE)},
    {"position": Decision.position},
    guarded={"plan_id": "see_of_plan"},
    name="compared",
)
PLAN = (
    select(
        DistributionPlan.snapshot_sha256,
        DistributionPlan.plan_sha256,
        DistributionPlan.engine_version,
        DistributionPlan.certificate,
        DistributionPlan.rulebook_id,
        Rulebook.number,
        SnapshotRow.content,
        DistributionPlan.content.label("plan"),
    )
    .join(Rulebook, Rulebook.id == DistributionPlan.rulebook_id)
    .outerjoin(SnapshotRow, SnapshotRow.sha256 == DistributionPlan.snapshot_sha256)
)
DECISIONS = select(
    Decision.account_id,
    Decision.winner_id,
    Decision.runner_up_id,
    Decision.position,
    Decision.kind,
    Decision.margin,
    Decision.reason,
    Decision.remedy,
).order_by(Decision.account_id)
