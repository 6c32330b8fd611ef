"""Tier schemes as JSON: templates, one version, many."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.tier_templates import TEMPLATES
from service.models import TierScheme
from service.policy import Actor
from service.queries.json_view import page_bytes
from service.queries.listing import Listing, any_of
from service.queries.single import single

DEFINED = ("name", "criteria", "measure", "basis", "carries", "tiers")
COLUMNS: dict[str, Any] = {name: getattr(TierScheme, name) for name in (
    "id", "code", "number", "method", "state", "created_by", "published_by", "published_at", "retired_at", "version",
    "created_at", "updated_at",
)} | {name: TierScheme.definition[name] for name in DEFINED}  # fmt: skip


def scheme_columns(_actor: Actor) -> Mapping[str, Any]:
    """The members of TierSchemeView; whoever sees a version sees all of it."""
    return COLUMNS


SCHEMES = Listing(
    model=TierScheme,
    columns=scheme_columns,
    filters={
        "code": any_of(TierScheme.code),
        "method": any_of(TierScheme.method),
        "state": any_of(TierScheme.state),
    },
)


async def scheme_json(connection: AsyncConnection, actor: Actor, scheme_id: UUID) -> Any:
    """One version's JSON text and its record version."""
    return await single(connection, actor, TierScheme, COLUMNS, scheme_id)


def templates_json() -> bytes:
    """The shipped schemes as one page."""
    absent = dict.fromkeys(DEFINED)
    return page_bytes([orjson.dumps({**absent, **template}).decode() for template in TEMPLATES.values()], None)
