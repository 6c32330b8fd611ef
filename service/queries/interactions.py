"""Interactions as JSON."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, literal_column, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.interactions import InteractionSettings
from service.models import Interaction
from service.policy import Actor
from service.queries.listing import Listing, any_of, at_least, before, equals
from service.queries.settings import setting
from service.queries.single import single

STORED = (
    *("id", "account_id", "kind", "subject", "starts_at", "plan", "outcome", "amendments", "author_id"),
    *("version", "created_at", "updated_at"),
)


def interaction_columns(edit_hours: int) -> Mapping[str, Any]:
    """The members of InteractionView."""
    window: ColumnElement[Any] = literal_column(f"interval '{edit_hours} hours'")
    closes = type_coerce(Interaction.created_at + window, DateTime(timezone=True))
    return {name: getattr(Interaction, name) for name in STORED} | {"editable_until": closes}


@cache
def interaction_listing(edit_hours: int) -> Listing:
    """How interactions are listed."""
    return Listing(
        model=Interaction,
        columns=lambda _actor: interaction_columns(edit_hours),
        sorts={"created_at": Interaction.id, "starts_at": Interaction.starts_at},
        filters={
            "account_id": equals(Interaction.account_id),
            "kind": any_of(Interaction.kind),
            "author_id": equals(Interaction.author_id),
            "starts_from": at_least(Interaction.starts_at),
            "starts_to": before(Interaction.starts_at),
        },
    )


async def interaction_settings(connection: AsyncConnection) -> InteractionSettings:
    """How long an author may edit and when a promise is due, as the company set it."""
    return InteractionSettings(
        await setting(connection, "interaction_edit_hours"), await setting(connection, "commitment_working_days")
    )


async def interaction_json(connection: AsyncConnection, actor: Actor, interaction_id: UUID) -> tuple[str, int]:
    """One interaction's JSON text and its version."""
    columns = interaction_columns(await setting(connection, "interaction_edit_hours"))
    row = await single(connection, actor, Interaction, columns, interaction_id)
    return row.json, row.version
