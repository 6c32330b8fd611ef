"""One record as JSON, for whoever may know of it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.errors import NotFound
from service.policy import Actor, allowed
from service.queries.json_view import json_object


async def single(
    connection: AsyncConnection,
    actor: Actor,
    model: type[Any],
    columns: Mapping[str, Any],
    id_: UUID,
    *conditions: Any,
    **further: Any,
) -> Any:
    """A row with the record's JSON text as `json`, its `version` where it has one, and further columns by their names.

    NotFound when the actor may not see it, or a condition does not hold.
    """
    versioned = {"version": model.version} if hasattr(model, "version") else {}
    named = (column.label(name) for name, column in (versioned | further).items())
    statement = select(json_object(columns).label("json"), *named).where(
        model.id == id_, allowed(actor, "see", model), *conditions
    )
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return row
