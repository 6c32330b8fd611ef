"""What a user can do with evidence of where a contact stands: enter what they saw, take it back."""

from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.invalid import invalid
from service.journal import record
from service.models import AllianceObservation, Contact, Interaction
from service.operations.versions import Versions, expect
from service.policy import Actor, fetch
from service.schemas.alliance_observations import AllianceObservationCreate

TOLD = ("alliance",)  # that it was touched; what was seen is sensitive and stays out of evidence


async def create_alliance_observation(
    session: AsyncSession, actor: Actor, wanted: AllianceObservationCreate, today: date
) -> UUID:
    """Enters what somebody saw of a contact; only for who sees such things of the account."""
    contact = await fetch(session, actor, "observe", Contact, wanted.contact_id)
    if wanted.observed_on > today:
        raise invalid("/observed_on", "in_the_future", "This day has not come yet.", "该日期尚未到来。")
    if wanted.interaction_id:
        await expect_interaction(session, contact.account_id, wanted.interaction_id)
    observation = AllianceObservation(**wanted.model_dump(), account_id=contact.account_id, author_id=actor.id)
    session.add(observation)
    await session.flush()
    data = {"contact_id": wanted.contact_id, "sensitive": TOLD}
    await record(session, actor, events.AllianceObservationCreated(observation.id, contact.account_id, data))
    session.info["made"] = observation
    return observation.id


async def delete_alliance_observation(
    session: AsyncSession, actor: Actor, observation_id: UUID, version: Versions
) -> None:
    """Takes back what the author entered."""
    observation = await fetch(session, actor, "delete", AllianceObservation, observation_id)
    expect(observation, version)
    observation.deleted_at = datetime.now(UTC)
    observation.version += 1
    data = {"contact_id": observation.contact_id, "sensitive": TOLD}
    await record(session, actor, events.AllianceObservationDeleted(observation_id, observation.account_id, data))


async def expect_interaction(session: AsyncSession, account_id: UUID, interaction_id: UUID) -> None:
    """What was seen in an interaction was seen in one with the same account."""
    statement = select(Interaction.id).where(
        Interaction.id == interaction_id, Interaction.account_id == account_id, Interaction.deleted_at.is_(None)
    )
    if await session.scalar(statement) is None:
        raise invalid("/interaction_id", "not_found", "There is no such interaction.", "没有该互动记录。")
