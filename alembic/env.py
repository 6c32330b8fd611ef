"""Runs migrations: one migrator at a time, short locks, and the service role's rights at the end."""

import asyncio
from typing import Any

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from service.database import asyncpg_url
from service.models import Base
from service.models.evidence import Xid8
from service.settings import settings

MIGRATION_LOCK = 0x4576656E68616E64  # "Evenhand" in ASCII
TIMEOUTS = ("SET lock_timeout = '5s'", "SET statement_timeout = '10min'", "SET timezone = 'UTC'")
ischema_names["xid8"] = Xid8

APPEND_ONLY = ("audit_entries", "outbox_messages", "audit_leaves", "audit_checkpoints")


def include_object(_object: Any, name: str | None, _kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """The queue's own tables are frozen in a migration and are none of our models'."""
    return not (name or "").startswith("pgqueuer")


def grant(connection: Connection, role: str) -> None:
    """The service's role may read and write rows, own nothing, and never change evidence."""
    quoted = connection.dialect.identifier_preparer.quote(role)
    for statement in (
        f"GRANT USAGE ON SCHEMA public TO {quoted}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quoted}",
        f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {quoted}",
        f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {quoted}",
        *(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {quoted}" for table in append_only(connection)),
    ):
        connection.execute(text(statement))


def append_only(connection: Connection) -> list[str]:
    """The tables of evidence that this revision has."""
    return [table for table in APPEND_ONLY if connection.dialect.has_table(connection, table)]


def migrate(connection: Connection, app_role: str | None) -> None:
    """Applies what is missing, under a lock held for the whole run."""
    for statement in TIMEOUTS:
        connection.execute(text(statement))
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
    connection.commit()
    context.configure(connection=connection, target_metadata=Base.metadata, include_object=include_object)
    with context.begin_transaction():
        context.run_migrations()
        if app_role and connection.dialect.has_table(connection, "audit_entries"):
            grant(connection, app_role)
    connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
    connection.commit()


async def connect_and_migrate() -> None:
    """Connects as the owner; the service's role is the user of its own address."""
    service_url, migration_url = addresses()
    app_role = make_url(service_url).username
    owner = make_url(migration_url).username
    engine = create_async_engine(asyncpg_url(migration_url))
    async with engine.connect() as connection:
        await connection.run_sync(migrate, app_role if app_role != owner else None)
    await engine.dispose()


def addresses() -> tuple[str, str]:
    """The service's and the migrations' database address: given by the caller, else by the environment."""
    attributes = context.config.attributes
    if "migration_url" in attributes:
        return attributes["service_url"], attributes["migration_url"]
    configured = settings()
    if configured.database_url is None:
        message = "EVENHAND_DATABASE_URL is not set; with the embedded database use `evenhand migrate`"
        raise SystemExit(message)
    service_url = configured.database_url.get_secret_value()
    migration_url = configured.migration_url
    return service_url, migration_url.get_secret_value() if migration_url else service_url


if context.is_offline_mode():
    context.configure(dialect_name="postgresql", target_metadata=Base.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    asyncio.run(connect_and_migrate())
