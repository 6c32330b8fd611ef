"""What was changed of people and accounts shortly before a plan: by whom, and whether they stand to gain by it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from service.errors import StateConflict
from service.models import Account, AuditEntry, Decision, DistributionPlan, Snapshot, Staff
from service.policy import Actor
from service.queries.distribution_plans import NOT_COMPUTED, row_of
from service.queries.history import DATA
from service.queries.listing import Filter, Listing, any_of
from service.queries.settings import setting

PROFILE = ("staff.changed", "absence.created", "absence.changed", "absence.deleted")
VALUE = ("account.proposed", "account.changed")
VERIFICATION = "account.verified"
DECIDING = (
    "industry", "region", "potential_value", "potential_currency", "potential_value_on", "intent", "products", "custom",
    "parent_id", "name",
)  # fmt: skip
PLAN = bindparam("plan_id", type_=Uuid())


async def window_of(connection: AsyncConnection, actor: Actor, plan_id: UUID) -> dict[str, Any]:
    """A plan and the time before its snapshot in which changes count; NotFound, StateConflict before it is computed."""
    row = await row_of(connection, actor, plan_id, DistributionPlan.computed_at, DistributionPlan.snapshot_sha256)
    if row.snapshot_sha256 is None:
        raise StateConflict(NOT_COMPUTED)
    since = row.computed_at - timedelta(days=await setting(connection, "late_change_days"))
    return {"plan_id": plan_id, "first_id": first_id(since), "computed_at": row.computed_at}


def first_id(at: datetime) -> UUID:
    """The least UUIDv7 of an instant (RFC 9562): entries since then are found by their ids."""
    return UUID(int=int(at.timestamp() * 1000) << 80)


def late(_name: str) -> ColumnElement[bool]:
    """Entries of the window about the plan's candidates, or about what decides the accounts that it decided."""
    keys = func.jsonb_object_keys(TOLD).column_valued("name")
    deciding = exists(select(keys).where(keys.in_(DECIDING)))
    about_account = or_(and_(AuditEntry.action.in_(VALUE), deciding), AuditEntry.action == VERIFICATION)
    decided = exists().where(Decision.plan_id == PLAN, Decision.account_id == AuditEntry.account_id)
    return and_(
        AuditEntry.id >= bindparam("first_id", type_=Uuid()),
        AuditEntry.at < bindparam("computed_at", type_=AuditEntry.at.type),
        or_(and_(AuditEntry.action.in_(PROFILE), is_candidate(PERSON)), and_(about_account, decided)),
    )


def is_candidate(person: Any) -> ColumnElement[bool]:
    """Whether a person is a candidate of the plan."""
    snapshot = Snapshot.sha256 == DistributionPlan.snapshot_sha256
    named = person == any_(Snapshot.people)
    return func.coalesce(
        exists(select(Snapshot.sha256).join(DistributionPlan, snapshot).where(DistributionPlan.id == PLAN, named)),
        False,
    )


def late_columns(_actor: Actor) -> Mapping[str, Any]:
    """The members of LateChangeView."""
    account = select(Account.code).where(Account.id == AuditEntry.account_id).scalar_subquery()
    person = select(Staff.code).where(Staff.id == PERSON).scalar_subquery()
    won = exists().where(
        Decision.plan_id == PLAN,
        Decision.account_id == AuditEntry.account_id,
        Decision.winner_id == AuditEntry.actor_id,
    )
    return {
        "id": AuditEntry.id,
        "at": AuditEntry.at,
        "kind": KIND,
        "actor_id": AuditEntry.actor_id,
        "actor": AuditEntry.actor,
        "account_id": AuditEntry.account_id,
        "account_code": account,
        "staff_id": case((AuditEntry.action.in_(PROFILE), PERSON)),
        "staff_code": case((AuditEntry.action.in_(PROFILE), person)),
        "fields": names_of_fields(),
        "by_themselves": func.coalesce(and_(AuditEntry.action.in_(PROFILE), AuditEntry.actor_id == PERSON), False),
        "by_candidate": is_candidate(AuditEntry.actor_id),
        "by_winner": won,
    }


def names_of_fields() -> Any:
    """The names of the fields that changed, never their values."""
    listed = and_(DATA.has_key("fields"), func.jsonb_typeof(DATA["fields"]) == "array")
    named = case((listed, DATA["fields"]), else_=func.jsonb_path_query_array(TOLD, KEYS))
    names = func.jsonb_array_elements_text(named).column_valued("field")
    return select(func.coalesce(func.array_agg(names), NO_NAMES)).scalar_subquery()


def object_at(name: str) -> ColumnElement[bool]:
    """Whether an entry tells an object under a name."""
    return func.coalesce(func.jsonb_typeof(DATA[name]) == "object", False)


TOLD = case(
    (object_at("changes"), DATA["changes"]), (object_at("fields"), DATA["fields"]), else_=literal_column("'{}'::jsonb")
)
KEYS: ColumnElement[Any] = literal_column("'$.keyvalue().key'::jsonpath")
NO_NAMES = literal_column("'{}'::text[]", ARRAY(Text()))
PERSON = case((AuditEntry.subject_type == "staff", AuditEntry.subject_id), else_=cast(DATA["staff_id"].astext, Uuid()))
KIND = case(
    (AuditEntry.action.in_(PROFILE), "profile"), (AuditEntry.action == VERIFICATION, "verification"), else_="value"
)
LATE_CHANGES = Listing(
    model=AuditEntry,
    name="late-changes",
    columns=late_columns,
    rows=lambda _actor: true(),
    sorts={"at": AuditEntry.position},
    filters={"window": Filter(late, lambda _name, window: window), "kind": any_of(KIND)},
)
