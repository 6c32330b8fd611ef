"""The grades of an account and its entitlements as JSON."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Text, and_, any_, bindparam, cast, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from service.models import Account, AccountTier, Entitlement, TierScheme, TierSheet
from service.policy import Actor
from service.queries.json_view import json_object
from service.queries.listing import Filter, Listing, any_of, at_least, at_most, equals, is_empty

TIER_NAME = "'$.tiers[*] ? (@.code == $code).name'::jsonpath"


def of_scheme(column: Any) -> Any:
    """A column of the scheme version by which a grade is held."""
    return select(column).where(TierScheme.id == AccountTier.scheme_id).correlate(AccountTier).scalar_subquery()


def of_grade(column: Any) -> Any:
    """A column of the grade that promised an entitlement."""
    grade = select(column).where(AccountTier.id == Entitlement.account_tier_id)
    return grade.correlate(Entitlement).scalar_subquery()


def held_at(name: str) -> ColumnElement[bool]:
    """Grades that were held at an instant."""
    instant = bindparam(name, type_=AccountTier.started_at.type)
    return and_(AccountTier.started_at <= instant, or_(AccountTier.ended_at.is_(None), AccountTier.ended_at > instant))


def promised_under(name: str) -> ColumnElement[bool]:
    """Entitlements from grades of the given schemes."""
    scheme_code: ColumnElement[str] = of_grade(AccountTier.scheme_code)
    return scheme_code == any_(bindparam(name, type_=ARRAY(Text())))


TIER_COLUMNS: dict[str, Any] = {name: getattr(AccountTier, name) for name in (
    "id", "account_id", "scheme_id", "scheme_code", "tier", "evaluation_id", "reason", "started_at", "ended_at",
)} | {
    "scheme_number": of_scheme(TierScheme.number),
    "name": of_scheme(
        func.jsonb_path_query_first(
            TierScheme.definition,
            literal_column(TIER_NAME),
            func.jsonb_build_object(literal_column("'code'"), AccountTier.tier),
            type_=JSONB(),
        )
    ),
    "sheet": select(TierSheet.sheet)
    .where(TierSheet.evaluation_id == AccountTier.evaluation_id, TierSheet.account_id == AccountTier.account_id)
    .correlate(AccountTier)
    .scalar_subquery(),
}  # fmt: skip
ENTITLEMENT_COLUMNS: dict[str, Any] = {name: getattr(Entitlement, name) for name in (
    "id", "account_id", "account_tier_id", "kind", "name", "due_on", "ended_at",
)} | {"scheme_code": of_grade(AccountTier.scheme_code), "tier": of_grade(AccountTier.tier)}  # fmt: skip


def tier_columns(_actor: Actor) -> Mapping[str, Any]:
    """The members of AccountTierView."""
    return TIER_COLUMNS


def entitlement_columns(_actor: Actor) -> Mapping[str, Any]:
    """The members of EntitlementView."""
    return ENTITLEMENT_COLUMNS


ACCOUNT_TIERS = Listing(
    model=AccountTier,
    columns=tier_columns,
    filters={
        "account_id": equals(AccountTier.account_id),
        "scheme_code": any_of(AccountTier.scheme_code),
        "tier": any_of(AccountTier.tier),
        "current": is_empty(AccountTier.ended_at),
        "as_of": Filter(held_at),
    },
    sorts={"started_at": AccountTier.started_at},
)
ENTITLEMENTS = Listing(
    model=Entitlement,
    columns=entitlement_columns,
    filters={
        "account_id": equals(Entitlement.account_id),
        "scheme_code": Filter(promised_under),
        "kind": any_of(Entitlement.kind),
        "current": is_empty(Entitlement.ended_at),
        "due_from": at_least(Entitlement.due_on),
        "due_to": at_most(Entitlement.due_on),
    },
    sorts={"due_on": Entitlement.due_on},
)


async def running_out(connection: AsyncConnection, today: date, ahead: int, timezone: str) -> Sequence[UUID]:
    """The grades of living accounts with fewer months ahead than that for which duties are dated."""
    started_on = cast(func.timezone(timezone, AccountTier.started_at), Date)
    missing_from = started_on + func.make_interval(0, AccountTier.months_dated - ahead + 1)
    statement = (
        select(AccountTier.id)
        .join(Account, Account.id == AccountTier.account_id)
        .where(AccountTier.ended_at.is_(None), Account.deleted_at.is_(None), missing_from <= today)
        .order_by(AccountTier.id)
    )
    return (await connection.scalars(statement)).all()


async def account_tier_json(connection: AsyncConnection, account_tier_id: UUID) -> str:
    """One grade's JSON text, for whoever has just set it."""
    statement = select(json_object(TIER_COLUMNS)).where(AccountTier.id == account_tier_id)
    return (await connection.execute(statement)).scalar_one()
