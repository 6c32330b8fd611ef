"""Loans as JSON: their state as it is by the database's clock, whether somebody noted it or not."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, any_, bindparam, case, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.archives import Confidentiality
from service.domain.lending import duties_of
from service.models import Incident, Loan
from service.policy import Actor
from service.queries.lent import lent_among, lent_rows
from service.queries.listing import Filter, Listing, equals
from service.queries.single import single


def state_now(model: type[Any]) -> ColumnElement[str]:
    """Expired or lapsed as soon as the clock says so."""
    at = func.clock_timestamp()
    return case(
        (and_(model.state == "active", model.expires_at <= at), literal("expired")),
        (and_(model.state == "approved", model.lapses_at <= at), literal("lapsed")),
        else_=model.state,
    )


ENDED_BY_ITSELF = {"expired": "active", "lapsed": "approved"}


def in_state(model: type[Any]) -> Filter:
    """Rows that are in one of the given states now.

    What is stored is asked too: that comparison may come before row-level security, which then looks at few rows.
    """

    def condition(name: str) -> ColumnElement[bool]:
        stored = model.state == any_(bindparam(f"{name}_stored", type_=ARRAY(Text())))
        return and_(stored, state_now(model) == any_(bindparam(name, type_=ARRAY(Text()))))

    def values(name: str, wanted: list[str]) -> dict[str, Any]:
        stored = {*wanted, *(ENDED_BY_ITSELF[one] for one in wanted if one in ENDED_BY_ITSELF)}
        return {name: wanted, f"{name}_stored": sorted(stored)}

    return Filter(condition, values)


def duties(class_: Any) -> ColumnElement[Any]:
    """What a borrower of a class acknowledges, as a list."""
    classified, unclassified = (duties_of(one) for one in (Confidentiality.SECRET, Confidentiality.UNCLASSIFIED))
    return case(
        (class_ == "unclassified", array([str(one) for one in unclassified])),
        else_=array([str(one) for one in classified]),
    )


INCIDENT = select(Incident.id).where(Incident.loan_id == Loan.id).correlate(Loan).scalar_subquery()
SHOWN = (
    "id", "item_id", "class_as_lent", "borrower_id", "applicant_id", "way", "purpose", "approved_by", "approved_as",
    "delegation_id", "approved_at", "lapses_at", "acknowledged_at", "starts_at", "expires_at", "ended_at",
    "end_reason", "version", "created_at", "updated_at",
)  # fmt: skip
COLUMNS = {name: getattr(Loan, name) for name in SHOWN} | {
    "duration_seconds": Loan.duration_s,
    "state": state_now(Loan),
    "duties": duties(Loan.class_as_lent),
    "incident_id": INCIDENT,
}
LOANS = Listing(
    model=Loan,
    columns=lambda _actor: COLUMNS,
    among=lent_among(Loan, "borrower_id", "applicant_id"),
    rows=lent_rows(Loan, "borrower_id", "applicant_id"),
    filters={
        "item_id": equals(Loan.item_id),
        "borrower_id": equals(Loan.borrower_id),
        "state": in_state(Loan),
    },
)


async def loan_json(connection: AsyncConnection, actor: Actor, loan_id: UUID) -> Any:
    """One loan's JSON text, its version, and its state as a view."""
    return await single(connection, actor, Loan, COLUMNS, loan_id, view=state_now(Loan))
