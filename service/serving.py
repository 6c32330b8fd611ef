"""One machine's service from start to stop: state folder, database, keys, worker, web server."""

import asyncio
import ctypes
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Self

import uvicorn
from rich.console import Console

from service.adapters.child import spawn_child
from service.adapters.keys import Keys, new_keys
from service.adapters.postgres import EmbeddedPostgres
from service.adapters.state_folder import StateFolder, StateFolderTaken
from service.database import Database
from service.http.services import Services
from service.logs import configure
from service.main import create_app
from service.migrations import migrate, schema_head
from service.operations import bootstrap
from service.settings import Settings, settings

__all__ = ["Host", "StateFolderTaken"]

console = Console(stderr=True, highlight=False)
PR_SET_PDEATHSIG = 1
DRAIN_S = 30
PAUSE_BEFORE_CLOSING_S = 0.2  # load balancers see /readyz fail before connections are refused
TICKS_BETWEEN_LOOKS = 20  # uvicorn ticks ten times a second


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

    def migrate(self) -> None:
        """Brings the schema up to date."""
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

    def serve(self) -> None:
        """Serves until SIGINT or SIGTERM; ends with its parent when make started it."""
        end_with_make()
        configure(self.settings.log_level)
        self.migrate()
        password = asyncio.run(self.first_start())
        keys = self.settings.keys.get_secret_value() if self.settings.keys else None
        services = Services.build(
            self.settings,
            Database.connect(self.service_url),
            Keys.read(keys or self.folder.secret_file("keys.json", new_keys)),
            self.folder.path,
            schema_head(),
        )
        self.greet(password)
        Server(services, self).run()

    def start_worker(self) -> "subprocess.Popen[bytes]":
        """The worker as a child that ends with us."""
        environment = os.environ | {
            "EVENHAND_DATABASE_URL": self.service_url,
            "EVENHAND_STATE": str(self.folder.path),
        }
        return spawn_child([sys.executable, "-m", "service", "worker"], env=environment)

    def greet(self, password: str | None) -> None:
        """Tells where Swagger UI is and how to log in."""
        address = f"http://{self.settings.host}:{self.settings.port}"
        console.print(f"\n  Swagger UI   [bold]{address}/docs[/bold]")
        if self.settings.issues_tokens:
            kept = self.folder.path / "admin-password"
            known = "EVENHAND_ADMIN_PASSWORD" if self.settings.admin_password else f"in {kept}"
            console.print(f"  Log in       Authorize: user name [bold]admin[/bold], password {password or known}")
            if password:
                console.print(f"               (shown once, kept in {kept})")
        console.print(f"  State        {self.folder.path}\n")


class Server(uvicorn.Server):
    """uvicorn that drains before it closes, and keeps the worker and the database beside it alive."""

    def __init__(self, services: Services, host: Host) -> None:
        config = uvicorn.Config(
            create_app(services),
            host=host.settings.host,
            port=host.settings.port,
            loop="uvloop",
            http="httptools",
            ws="none",
            access_log=False,
            log_config=None,
            server_header=False,
            date_header=True,
            timeout_graceful_shutdown=DRAIN_S,
        )
        super().__init__(config)
        self.services = services
        self.machine = host
        self.worker = host.start_worker() if host.settings.worker else None

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serves; uvicorn raises the stopping signal again at its end, which must not cut our clean-up short."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        try:
            super().run(sockets)
        finally:
            if self.worker is not None:
                self.worker.terminate()
                self.worker.wait(DRAIN_S)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """First /readyz fails, a moment later the doors close; a second signal closes at once."""
        if self.services.draining.is_set():
            super().handle_exit(sig, frame)
            return
        self.services.draining.set()
        asyncio.get_running_loop().call_later(PAUSE_BEFORE_CLOSING_S, super().handle_exit, sig, frame)

    async def on_tick(self, counter: int) -> bool:
        """Every two seconds, whoever died beside us is started again."""
        if counter % TICKS_BETWEEN_LOOKS == 0 and not self.should_exit:
            if self.machine.postgres is not None and not self.machine.postgres.running():
                self.machine.postgres.start()
            if self.worker is not None and self.worker.poll() is not None:
                self.worker = self.machine.start_worker()
        return await super().on_tick(counter)


def new_password() -> str:
    """A password that nobody can guess."""
    return secrets.token_urlsafe(12)


def end_with_make() -> None:
    """When make started us and dies, we stop too: it cannot pass on a kill -9."""
    if os.environ.get("MAKELEVEL"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))
