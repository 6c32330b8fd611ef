"""The web server of one machine, with the worker beside it, from start to stop."""

import asyncio
import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
from importlib import import_module
from types import FrameType

import uvicorn
from rich.console import Console

from service.adapters.child import spawn_child
from service.adapters.keys import kept_keys
from service.adapters.ports import bound_sockets
from service.database import Database
from service.hosting import Host
from service.http.bounded import BoundedHttp
from service.http.services import Services
from service.logs import configure
from service.main import create_app
from service.migrations import schema_head

console = Console(stderr=True, highlight=False, soft_wrap=True)
PR_SET_PDEATHSIG = 1
EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - an operator's choice, told as a browser takes it
DRAIN_S = 30
PAUSE_BEFORE_CLOSING_S = 0.2  # load balancers see /readyz fail before connections are refused
TICKS_BETWEEN_LOOKS = 20  # uvicorn ticks ten times a second
LATER = ("service.domain.readings", "service.adapters.queue", "service.domain.distribution.planning")
"""What brings large libraries and few requests need: neither the start nor the first such request waits for them."""


def serve(host: Host) -> None:
    """Serves until SIGINT or SIGTERM; ends with its parent when make started it."""
    end_with_make()
    configure(host.settings.log_level)
    sockets = bound_sockets(host.settings.host, host.settings.port)
    host.migrate()
    password = asyncio.run(host.first_start())
    services = Services.build(
        host.settings,
        Database.connect(host.service_url),
        kept_keys(host.settings),
        host.folder.path,
        schema_head(),
    )
    greet(host, password)
    Server(services, host).run(sockets)


def start_worker(host: Host) -> "subprocess.Popen[bytes]":
    """The worker as a child that ends with us."""
    environment = os.environ | {"EVENHAND_DATABASE_URL": host.service_url, "EVENHAND_STATE": str(host.folder.path)}
    return spawn_child([sys.executable, "-m", "service", "worker"], env=environment)


def greet(host: Host, password: str | None) -> None:
    """Tells where Swagger UI is and how to log in."""
    reached = EVERY_ADDRESS.get(host.settings.host, host.settings.host)
    address = f"http://{reached}:{host.settings.port}"
    console.print(f"\n  Swagger UI   [bold]{address}/docs[/bold]")
    if host.settings.issues_tokens:
        kept = host.folder.path / "admin-password"
        known = "EVENHAND_ADMIN_PASSWORD" if host.settings.admin_password else f"in {kept}"
        console.print(f"  Log in       Authorize: user name [bold]admin[/bold], password {password or known}")
        if password:
            console.print(f"               (shown once, kept in {kept})")
    console.print(f"  State        {host.folder.path}\n")


class Server(uvicorn.Server):
    """uvicorn that drains before it closes, and keeps the worker and the database beside it alive."""

    def __init__(self, services: Services, host: Host) -> None:
        config = uvicorn.Config(
            create_app(services),
            loop="uvloop",
            http=BoundedHttp,
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
        self.worker: subprocess.Popen[bytes] | None = None

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

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Once we answer, a thread loads the rest."""
        await super().startup(sockets)
        threading.Thread(target=lambda: [import_module(name) for name in LATER], name="later imports").start()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """First /readyz fails, a moment later the doors close; a second signal closes at once."""
        if self.services.draining.is_set():
            super().handle_exit(sig, frame)
            return
        self.services.draining.set()
        asyncio.get_running_loop().call_later(PAUSE_BEFORE_CLOSING_S, super().handle_exit, sig, frame)

    async def on_tick(self, counter: int) -> bool:
        """Once we answer, and every two seconds, whoever is missing beside us is started."""
        if counter % TICKS_BETWEEN_LOOKS == 0 and not self.should_exit:
            if self.machine.postgres is not None and not self.machine.postgres.running():
                self.machine.postgres.start()
            if self.machine.settings.worker and (self.worker is None or self.worker.poll() is not None):
                self.worker = start_worker(self.machine)
        return await super().on_tick(counter)


def end_with_make() -> None:
    """When make started us and dies, we stop too: it cannot pass on a kill -9."""
    if os.environ.get("MAKELEVEL"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))
