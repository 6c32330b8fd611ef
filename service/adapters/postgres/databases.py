"""What is inside the server: roles, databases, their addresses, and a check of their character type."""

from typing import NamedTuple
from urllib.parse import quote

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.adapters.postgres.failure import PostgresFailed

# A new role has none of superuser, createdb, createrole, bypassrls.
ROLES_SQL = r"""
SELECT format('CREATE ROLE %I LOGIN', role) FROM unnest(ARRAY['evenhand_owner', 'evenhand_app']) AS role
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) \gexec
"""

_FACTS = text("""
SELECT current_setting('server_version') AS version, datname AS name, datctype AS ctype,
       datlocprovider::text AS provider
  FROM pg_database WHERE datname = current_database()
""")


class Urls(NamedTuple):
    """SQLAlchemy addresses of one database: as the role of the service, and as its owner for migrations."""

    service: str
    migration: str


def urls(socket_folder: str, port: int, database: str) -> Urls:
    """The addresses of a database behind a unix socket; no password, see `Home`."""
    # The port is said, or asyncpg takes PGPORT from the environment.
    place = f"{quote(database)}?host={quote(socket_folder)}&port={port}"
    return Urls(f"postgresql+asyncpg://evenhand_app@/{place}", f"postgresql+asyncpg://evenhand_owner@/{place}")


def database_sql(name: str, template: str = "template0") -> str:
    """Statements that make a database of the owner, which the service may use, unless it exists."""
    create = f"CREATE DATABASE {identifier(name)} OWNER evenhand_owner TEMPLATE {identifier(template)}"
    missing = f"WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = {literal(name)})"
    close = f"REVOKE ALL ON DATABASE {identifier(name)} FROM PUBLIC;"
    admit = f"GRANT CONNECT, TEMPORARY ON DATABASE {identifier(name)} TO evenhand_app;"
    return rf"SELECT {literal(create)} {missing} \gexec" + f"\n{close}\n{admit}\n"


def identifier(name: str) -> str:
    """A name quoted for SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """A text quoted for SQL."""
    return "'" + value.replace("'", "''") + "'"


async def refuse_ctype_c(connection: AsyncConnection) -> None:
    """PostgresFailed where the database's character type is C: pg_trgm then finds no letter in Chinese text.

    Up to PostgreSQL 18 pg_trgm asks `datctype`, also where the locale provider is builtin or ICU.
    """
    facts = (await connection.execute(_FACTS)).one()
    if facts.ctype in ("C", "POSIX"):
        provider = "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' " if int(facts.version.split(".")[0]) >= 17 else ""
        raise PostgresFailed(
            f"The database {facts.name} (PostgreSQL {facts.version}) has the character type {facts.ctype}, in which "
            f"search finds no Chinese. Create it with: CREATE DATABASE {facts.name} TEMPLATE template0 ENCODING 'UTF8' "
            f"{provider}LOCALE 'C.UTF-8';"
        )
