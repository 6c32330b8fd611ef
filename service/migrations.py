"""Alembic from inside the service: which schema is ours, and bringing a database to it."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from service.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

ALEMBIC = Path(__file__).parent.parent / "alembic"


@cache
def schema_head() -> str:
    """The newest revision that this code knows."""
    return max(path.name.split("_")[0] for path in (ALEMBIC / "versions").glob("*.py"))


def configuration(service_url: str, migration_url: str) -> "Config":
    """Alembic's configuration for one database: whom the service connects as, and whom migrations do."""
    from alembic.config import Config  # noqa: PLC0415 - half a second that a worker or a test need not spend

    config = Config(toml_file=ALEMBIC.parent / "pyproject.toml", config_args={"here": str(ALEMBIC.parent)})
    config.set_main_option("script_location", str(ALEMBIC))
    config.attributes.update(service_url=service_url, migration_url=migration_url)
    return config


async def is_current(service_url: str) -> bool:
    """True when the database has this code's schema already; False also when it has none."""
    database = Database.connect(service_url, pool_size=1)
    try:
        async with database.reading() as connection:
            return bool(await connection.scalar(text("SELECT version_num FROM alembic_version")) == schema_head())
    except DBAPIError:
        return False
    finally:
        await database.dispose()


def migrate(service_url: str, migration_url: str) -> None:
    """Applies what is missing as the owner of the database; blocks, and runs an event loop of its own."""
    from alembic import command  # noqa: PLC0415 - as above

    command.upgrade(configuration(service_url, migration_url), "head")
