"""Rulebooks as JSON: one version, many."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from service.models import Rulebook
from service.policy import Actor
from service.queries.listing import Listing, any_of
from service.queries.single import single

COLUMNS: dict[str, Any] = {name: getattr(Rulebook, name) for name in (
    "id", "code", "number", "state", "definition", "text_en", "text_zh", "author_id", "publisher_id", "published_at",
    "retired_at", "version", "created_at", "updated_at",
)}  # fmt: skip


def rulebook_columns(_actor: Actor) -> Mapping[str, Any]:
    """The members of RulebookView; whoever sees a version sees all of it."""
    return COLUMNS


RULEBOOKS = Listing(
    model=Rulebook,
    columns=rulebook_columns,
    filters={"code": any_of(Rulebook.code), "state": any_of(Rulebook.state)},
)


async def rulebook_json(connection: AsyncConnection, actor: Actor, rulebook_id: UUID) -> Any:
    """One version's JSON text and its record version."""
    return await single(connection, actor, Rulebook, COLUMNS, rulebook_id)
