"""What every table shares: names of constraints, ids, versions, soft deletion."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import JSON, DateTime, Dialect, Integer, MetaData, Text, TypeDecorator, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


def new_id() -> UUID:
    """A UUIDv7: ordered by time, so that indexes grow at their end."""
    return uuid_utils.compat.uuid7()


class CanonicalJson(TypeDecorator[Any]):
    """PostgreSQL's `json`, which keeps a text byte for byte: goes in as RFC 8785 text, comes out as its values."""

    impl = JSON
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> None:
        """None: the text goes in as it is."""


class Base(DeclarativeBase):
    """The declarative base: types and constraint names in one place."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        str: Text(),
        list[str]: ARRAY(Text()),
        dict[str, Any]: JSONB(none_as_null=True),
        list[dict[str, Any]]: JSONB(none_as_null=True),
    }


class Identified:
    """A UUIDv7 primary key."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)


class Dated:
    """When the row was made and last changed, by the database's clock."""

    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class Versioned(Identified, Dated):
    """A record with an optimistic version: every change through the ORM counts it up."""

    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")


class SoftDeleted:
    """A record that is hidden, not removed, when deleted."""

    deleted_at: Mapped[datetime | None]
