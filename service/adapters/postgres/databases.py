"""What is inside the server: roles, databases and their addresses."""

from typing import NamedTuple
from urllib.parse import quote

# A new role has none of superuser, createdb, createrole, bypassrls.
ROLES_SQL = r"""
SELECT format('CREATE ROLE %I LOGIN', role) FROM unnest(ARRAY['evenhand_owner', 'evenhand_app']) AS role
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) \gexec
"""


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
    # Files are copied as they are: through the log, page by page, a copy takes four times as long.
    create = f"CREATE DATABASE {identifier(name)} OWNER evenhand_owner TEMPLATE {identifier(template)}"
    create += "" if template == "template0" else " STRATEGY FILE_COPY"
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
