"""Records that belong to another: who may do something to the whole may do it to its parts."""

from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.errors import NotFound
from service.models import Base

Part = TypeVar("Part", bound=Base)


async def part_of(session: AsyncSession, model: type[Part], part_id: UUID, **whole: UUID) -> Part:
    """The record of this id that belongs to the whole, which the caller has fetched; NotFound where none does."""
    part = (await session.scalars(select(model).filter_by(id=part_id, **whole))).one_or_none()
    if part is None:
        raise NotFound
    return part
