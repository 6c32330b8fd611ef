"""Tier evaluations as JSON, and the sheets of one of them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Boolean, ColumnElement, Text, any_, bindparam, case, cast, func, literal, null, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.tier_sheets import REASONS, Reason
from service.models import Account, TierEvaluation, TierScheme, TierSheet
from service.policy import Actor
from service.queries.listing import Filter, Listing, any_of, equals, is_set
from service.queries.single import single

REASON_TEXTS = orjson.dumps({str(reason): text._asdict() for reason, text in REASONS.items()}).decode()


def of_scheme(column: Any) -> Any:
    """A column of the scheme that an evaluation runs."""
    return select(column).where(TierScheme.id == TierEvaluation.scheme_id).correlate(TierEvaluation).scalar_subquery()


def of_account(column: Any) -> Any:
    """A column of the account that a sheet is about."""
    return select(column).where(Account.id == TierSheet.account_id).correlate(TierSheet).scalar_subquery()


def is_held_back(name: str) -> ColumnElement[bool]:
    """Sheets of accounts that could not be judged, or of those that could."""
    held = func.coalesce(TierSheet.reason, Reason.BELOW_THRESHOLDS) != Reason.BELOW_THRESHOLDS
    return held == bindparam(name, type_=Boolean())


def runs_code(name: str) -> ColumnElement[bool]:
    """Evaluations of any version of the given codes."""
    codes = bindparam(name, type_=ARRAY(Text()))
    return TierEvaluation.scheme_id.in_(select(TierScheme.id).where(TierScheme.code == any_(codes)))


EVALUATION_COLUMNS: dict[str, Any] = {name: getattr(TierEvaluation, name) for name in (
    "id", "scheme_id", "state", "job_id", "apply_job_id", "computed_at", "created_by", "approved_by", "approved_at",
    "applied_at", "version", "created_at", "updated_at",
)} | {
    "scheme_code": of_scheme(TierScheme.code),
    "scheme_number": of_scheme(TierScheme.number),
    "counts": case((TierEvaluation.computed_at.is_(None), null()), else_=TierEvaluation.counts),
}  # fmt: skip
SHEET_COLUMNS: dict[str, Any] = {
    "account_id": TierSheet.account_id,
    "account_code": of_account(Account.code),
    "account_name": of_account(Account.name),
    "tier": TierSheet.tier,
    "previous_tier": TierSheet.previous_tier,
    "direction": TierSheet.direction,
    "reason": TierSheet.reason,
    "reason_text": cast(literal(REASON_TEXTS, Text()), JSONB)[TierSheet.reason],
    "sheet": TierSheet.sheet,
}


def evaluation_columns(_actor: Actor) -> Mapping[str, Any]:
    """The members of TierEvaluationView."""
    return EVALUATION_COLUMNS


def sheet_columns(_actor: Actor) -> Mapping[str, Any]:
    """The members of TierSheetView."""
    return SHEET_COLUMNS


EVALUATIONS = Listing(
    model=TierEvaluation,
    columns=evaluation_columns,
    filters={
        "scheme_id": equals(TierEvaluation.scheme_id),
        "scheme_code": Filter(runs_code),
        "state": any_of(TierEvaluation.state),
    },
)
# Only the sheets of accounts that the caller may see in full; the counts of the evaluation are about all.
SHEETS = Listing(
    model=TierSheet,
    columns=sheet_columns,
    filters={
        "evaluation_id": equals(TierSheet.evaluation_id),
        "account_id": equals(TierSheet.account_id),
        "tier": any_of(TierSheet.tier),
        "moved": is_set(TierSheet.direction),
        "direction": any_of(TierSheet.direction),
        "held_back": Filter(is_held_back),
        "reason": any_of(TierSheet.reason),
    },
)


async def evaluation_json(connection: AsyncConnection, actor: Actor, evaluation_id: UUID) -> Any:
    """One evaluation's JSON text and its version."""
    return await single(connection, actor, TierEvaluation, EVALUATION_COLUMNS, evaluation_id)
