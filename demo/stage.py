"""Where the demo plays: a state folder that holds demo data only, and a service on it."""

import asyncio
import hmac
import os
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

import httpx
from sqlalchemy import text

from demo.companies import SOURCE
from demo.failure import DemoFailed, DemoRefused
from demo.organisation import GENERAL_MANAGER, people
from service.adapters.child import spawn_child
from service.adapters.postgres import EmbeddedPostgres
from service.adapters.state_folder import StateFolder
from service.database import Database
from service.hosting import Host
from service.settings import Settings, settings

ADMIN = "admin"
READY_S, STOP_S = 90.0, 60.0
LOOK_EVERY_S = 0.1
LAST_LINES = 5

HAS_TABLES = text("SELECT to_regclass('staff') IS NOT NULL AND to_regclass('accounts') IS NOT NULL")
STRANGERS = text("""
    (SELECT 'the staff member ' || code FROM staff WHERE code <> :admin AND NOT starts_with(code, 'DEMO-') LIMIT 2)
    UNION ALL
    (SELECT 'the account ' || code FROM accounts WHERE NOT starts_with(coalesce(source, ''), :source) LIMIT 2)
""")
IS_APPOINTED = text("""
    SELECT EXISTS (
        SELECT FROM staff s JOIN role_grants g ON g.staff_id = s.id
        WHERE s.code = :code AND g.role = 'general_manager' AND g.state = 'effective'
    )
""")


class Passwords:
    """The passwords of the demo's people: each follows from one secret of the state folder and from who it is."""

    def __init__(self, folder: StateFolder, configured: Settings) -> None:
        self._folder, self._settings = folder, configured

    def of(self, code: str) -> str:
        """Somebody's password; that of `admin` is the service's own."""
        if code == ADMIN:
            return self._admin()
        secret = self._folder.secret_file("demo-secret", secrets.token_hex)
        return hmac.new(secret.encode(), code.encode(), "sha256").hexdigest()[:20]

    def _admin(self) -> str:
        """As set by the operator, or as the service made it up at its first start."""
        if self._settings.admin_password:
            return self._settings.admin_password.get_secret_value()
        kept = self._folder.path / "admin-password"
        if not kept.exists():
            raise DemoFailed(f"The password of admin is not in {kept}: set EVENHAND_ADMIN_PASSWORD.")
        return kept.read_text(encoding="utf-8")


@dataclass
class Stage:
    """A service that answers at `address`, and the passwords of those who may log in there."""

    address: str
    passwords: Passwords
    is_our_own: bool


@contextmanager
def stage() -> Iterator[Stage]:
    """The service that runs on the state folder, or one that is started for the demo and stopped after it.

    DemoRefused, nothing being changed, where the database holds anything but demo data.
    """
    configured = settings()
    folder = StateFolder(configured.state)
    passwords = Passwords(folder, configured)
    holder = folder.holder()
    if holder is not None:
        if not asyncio.run(look(running_database(folder, configured))):
            raise DemoRefused(
                f"A service runs on {folder.path} already (process {holder.pid}, {holder.address}) and knows nobody of "
                "the demo. Stop it and run the demo again: it starts the service itself. Or choose another "
                "EVENHAND_STATE."
            )
        yield Stage(holder.address, passwords, is_our_own=False)
        return
    refuse_foreign_service(f"http://{configured.host}:{configured.port}")
    prepare(passwords)
    with running_service(folder.path, configured) as address:
        yield Stage(address, passwords, is_our_own=True)


def running_database(folder: StateFolder, configured: Settings) -> str:
    """Where the database of a service that runs is reached."""
    if configured.database_url is not None:
        return configured.database_url.get_secret_value()
    return EmbeddedPostgres(folder.path).urls().service


def refuse_foreign_service(address: str) -> None:
    """DemoRefused where something answers already, which is not a service on our state folder."""
    try:
        httpx.get(f"{address}/readyz", timeout=1.0)
    except httpx.TransportError:
        return
    raise DemoRefused(f"Something else answers at {address}. Choose another EVENHAND_PORT.")


def prepare(passwords: Passwords) -> None:
    """Looks whether the demo may play here, and appoints its general manager where there is none."""
    with Host.open() as host:
        if not asyncio.run(look(host.service_url)):
            host.migrate()
            asyncio.run(host.appoint(GENERAL_MANAGER, people()[0].name, passwords.of(GENERAL_MANAGER)))


async def look(url: str) -> bool:
    """Whether the demo's general manager is appointed; DemoRefused where anybody or anything else is there."""
    database = Database.connect(url)
    try:
        async with database.reading() as connection:
            if not await connection.scalar(HAS_TABLES):
                return False
            found = (await connection.scalars(STRANGERS, {"admin": ADMIN, "source": SOURCE})).all()
            if found:
                raise DemoRefused(
                    f"This database holds more than demo data: {', '.join(found)}. Nothing was changed. "
                    "Choose another EVENHAND_STATE for the demo."
                )
            return bool(await connection.scalar(IS_APPOINTED, {"code": GENERAL_MANAGER}))
    finally:
        await database.dispose()


@contextmanager
def running_service(folder: Path, configured: Settings) -> Iterator[str]:
    """A service as a child that ends with us; it writes its log into the state folder."""
    address = f"http://{configured.host}:{configured.port}"
    log = folder / "demo-service.log"
    # beside a database of the operator's own the service issues no tokens unless told to
    environment = os.environ | {"EVENHAND_EMBEDDED_ISSUER": "true"}
    with log.open("wb") as output:
        child = spawn_child([sys.executable, "-m", "service", "run"], env=environment, stdout=output, stderr=output)
    try:
        wait_until_ready(child, address, log)
        yield address
    finally:
        child.terminate()
        child.wait(STOP_S)


def wait_until_ready(child: "Popen[bytes]", address: str, log: Path) -> None:
    """Returns when the service may be used; DemoFailed with its last words if it ends before."""
    deadline = time.monotonic() + READY_S
    while child.poll() is None and time.monotonic() < deadline:
        try:
            if httpx.get(f"{address}/readyz", timeout=1.0).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(LOOK_EVERY_S)
    words = " ".join(log.read_text(encoding="utf-8", errors="replace").split("\n")[-LAST_LINES:])
    raise DemoFailed(f"The service did not start at {address}. Its log, {log}, ends: {words}")
