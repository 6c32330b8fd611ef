"""One machine's state folder with a database that answers: what every command begins with."""

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from service.adapters.postgres import EmbeddedPostgres, running_urls
from service.adapters.state_folder import StateFolder
from service.database import Database
from service.migrations import is_current, migrate
from service.operations import bootstrap
from service.settings import Settings, settings


@dataclass
class Host:
    """An open state folder with a database that answers."""

    settings: Settings
    folder: StateFolder
    postgres: EmbeddedPostgres | None
    service_url: str
    migration_url: str

    @classmethod
    @contextmanager
    def open(cls) -> Iterator[Self]:
        """Takes the state folder, starts the embedded database if there is no other; StateFolderTaken if held."""
        configured = settings()
        with StateFolder(configured.state) as folder:
            folder.hold(f"http://{configured.host}:{configured.port}")
            if configured.database_url is not None:
                url = configured.database_url.get_secret_value()
                owner = configured.migration_url.get_secret_value() if configured.migration_url else url
                yield cls(configured, folder, None, url, owner)
                return
            with EmbeddedPostgres(folder.path) as postgres:
                urls = postgres.urls()
                yield cls(configured, folder, postgres, urls.service, urls.migration)

    @classmethod
    @contextmanager
    def beside(cls) -> Iterator[Self]:
        """The same while a service may be running: its embedded database is used as it is, else one is started."""
        configured = settings()
        folder = StateFolder(configured.state)
        if configured.database_url is None and folder.holder() is not None:
            urls = running_urls(folder.path)
            yield cls(configured, folder, None, urls.service, urls.migration)
        elif configured.database_url is not None:
            url = configured.database_url.get_secret_value()
            yield cls(configured, folder, None, url, url)
        else:
            with cls.open() as host:
                yield host

    def migrate(self) -> None:
        """Brings the schema up to date; a look tells whether there is anything to do."""
        if not asyncio.run(is_current(self.service_url)):
            migrate(self.service_url, self.migration_url)

    async def appoint(self, code: str, name: str, password: str) -> None:
        """Enters the first general manager."""
        database = Database.connect(self.service_url)
        async with database.transaction() as session:
            await bootstrap.appoint_general_manager(session, code, name, password)
        await database.dispose()

    async def first_start(self) -> str | None:
        """Makes the log-in `admin` where there is none; returns a password that was made up for it."""
        given = self.settings.admin_password
        kept = self.folder.path / "admin-password"
        fresh = not kept.exists()
        password = given.get_secret_value() if given else self.folder.secret_file("admin-password", new_password)
        database = Database.connect(self.service_url)
        async with database.transaction() as session:
            made = await bootstrap.ensure_admin(session, password)
        await database.dispose()
        return password if made and not given and fresh else None


def new_password() -> str:
    """A password that nobody can guess."""
    return secrets.token_urlsafe(12)
