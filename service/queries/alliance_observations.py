"""What contacts were seen to do, as JSON: one, many."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.models import AllianceObservation, Contact
from service.policy import Actor
from service.queries.listing import Listing, any_of, at_least, at_most, equals
from service.queries.single import single

COLUMNS: Mapping[str, Any] = {
    column.key: getattr(AllianceObservation, column.key)
    for column in AllianceObservation.__table__.columns
    if column.key != "deleted_at"
} | {
    "contact_name": select(Contact.name)
    .where(Contact.id == AllianceObservation.contact_id)
    .correlate(AllianceObservation)
    .scalar_subquery()
}

ALLIANCE_OBSERVATIONS = Listing(
    model=AllianceObservation,
    columns=lambda _actor: COLUMNS,
    filters={
        "account_id": equals(AllianceObservation.account_id),
        "contact_id": equals(AllianceObservation.contact_id),
        "rung": any_of(AllianceObservation.rung),
        "observed_from": at_least(AllianceObservation.observed_on),
        "observed_to": at_most(AllianceObservation.observed_on),
    },
    sorts={"created_at": AllianceObservation.id, "observed_on": AllianceObservation.observed_on},
)


async def alliance_observation_json(connection: AsyncConnection, actor: Actor, observation_id: UUID) -> Any:
    """One observation's JSON text and its version."""
    return await single(connection, actor, AllianceObservation, COLUMNS, observation_id)
