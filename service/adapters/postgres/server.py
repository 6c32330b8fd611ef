"""The server itself: started as a child that cannot outlive the service, stopped in order."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from service.adapters.child import spawn_child
from service.adapters.postgres import databases
from service.adapters.postgres.commands import ENVIRONMENT, initdb_command, psql_command, server_command
from service.adapters.postgres.failure import PostgresFailed
from service.adapters.postgres.home import PORT, SOCKET_NAME, Home
from service.adapters.postgres.leftovers import settle
from service.adapters.postgres.programs import Programs, copy_programs, find_programs
from service.adapters.state_folder import lock_file

DATABASE = "evenhand"
_PAUSE_S = 0.005
# Long enough for crash recovery of a full WAL (max_wal_size 1 GB) on a slow disk.
_START_S = 120.0
_STOPPING = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))


class EmbeddedPostgres:
    """A PostgreSQL server in the folder `postgres` of a state folder, reached by a unix socket only.

    The kernel stops it when this process ends, however it ends. `start()` is called from the main thread of the
    command-line parent, and again after a crash of the server.
    """

    def __init__(self, folder: Path, *, bindir: Path | None = None, durable: bool = True) -> None:
        """A server on the state folder `folder`, with the programs in `bindir` or the best at hand.

        `durable=False` gives up surviving a power cut for speed: for databases that a test throws away.
        """
        self._home = Home(folder.absolute())
        self._bindir = bindir
        self._durable = durable
        self._programs: Programs | None = None
        self._lock: int | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """The server up, with roles and database in it; returns when it takes connections. PostgresFailed if not."""
        if self.running():
            return
        self._take_lock()
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def running(self) -> bool:
        """Whether the server started here is alive."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process id of the server started here."""
        assert self._process is not None, "start() comes first"
        return self._process.pid

    def stop(self) -> None:
        """The server shut down: clients cut off, data written out; by force when it does not end. Safe to repeat."""
        if self._process is not None:
            for number, patience in _STOPPING:
                self._process.send_signal(number)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(patience)
                    break
            self._process = None
        if self._lock is not None:
            self._home.forget_socket()
            os.close(self._lock)
            self._lock = None

    def urls(self, database: str = DATABASE) -> databases.Urls:
        """The addresses of a database, for the service and for migrations."""
        return databases.urls(str(self._home.socket), PORT, database)

    def create_database(self, name: str, template: str | None = None) -> None:
        """A database with the rights of the service's own, empty or a copy of `template` (which nobody may use now)."""
        self.execute(databases.database_sql(name, template or "template0"))

    def drop_database(self, name: str) -> None:
        """The database gone, its connections cut."""
        self.execute(f"DROP DATABASE IF EXISTS {databases.identifier(name)} WITH (FORCE);")

    def execute(self, sql: str, database: str = "postgres") -> str:
        """What psql prints for `sql` as superuser: a line per row, columns divided by |."""
        assert self._programs is not None, "start() comes first"
        command = psql_command(self._programs, self._home, database)
        result = subprocess.run(  # noqa: S603 - our own program
            command, input=sql, capture_output=True, check=False, env=ENVIRONMENT, encoding="utf-8"
        )
        if result.returncode != 0:
            raise PostgresFailed(f"PostgreSQL refused a statement: {result.stderr.strip()}")
        return result.stdout.rstrip("\n")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _take_lock(self) -> None:
        """The one place from which a server on this folder may be started; kept until `stop()` or the end."""
        if self._lock is None:
            self._home.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = lock_file(self._home.lock)
        if self._lock is None:
            raise PostgresFailed(f"Another process runs the PostgreSQL server in {self._home.root}.")

    def _start(self) -> None:
        """The steps of a start, for the holder of the lock."""
        self._home.prepare()
        programs = find_programs(self._bindir, self._home.data_version())
        if self._home.user:
            programs = copy_programs(programs, self._home.programs)
        self._programs = programs
        settle(self._home.draft)
        settle(self._home.data)
        self._home.clear_socket()
        if not self._home.data.exists():
            self._create_data(programs)
        # The death signal is the fast shutdown.
        self._process = self._spawn(server_command(programs, self._home, durable=self._durable), signal.SIGINT)
        self._wait_until_ready(self._process)
        self.execute(databases.ROLES_SQL + databases.database_sql(DATABASE))

    def _create_data(self, programs: Programs) -> None:
        """A new data folder, whole or not at all."""
        command = initdb_command(programs, str(self._home.new_data()), durable=self._durable)
        if self._spawn(command, signal.SIGKILL).wait() != 0:
            raise PostgresFailed(f"PostgreSQL could not create its data folder. {self._last_words()}")
        self._home.adopt_data()

    def _spawn(self, command: list[str], death_signal: signal.Signals) -> subprocess.Popen[bytes]:
        """A program of PostgreSQL as a child under the server's account, its output in start.log."""
        with self._home.start_log.open("wb") as log:
            return spawn_child(
                command,
                death_signal=death_signal,
                user=self._home.user,
                cwd="/",
                env=ENVIRONMENT,
                stdout=log,
                stderr=log,
            )

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        """A pause until the server says that it is ready, and is."""
        deadline = time.monotonic() + _START_S
        while not (self._says_ready(process.pid) and self._connects()):
            if process.poll() is not None:
                raise PostgresFailed(f"PostgreSQL did not start. {self._last_words()}")
            if time.monotonic() > deadline:
                raise PostgresFailed(f"PostgreSQL was not ready after {_START_S:.0f} s. {self._last_words()}")
            time.sleep(_PAUSE_S)

    def _says_ready(self, pid: int) -> bool:
        """Whether the pid file is this server's and its eighth line says ready."""
        with contextlib.suppress(OSError):
            lines = (self._home.data / "postmaster.pid").read_text().splitlines()
            return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"
        return False

    def _connects(self) -> bool:
        """Whether somebody listens on the socket."""
        with socket.socket(socket.AF_UNIX) as client, contextlib.suppress(OSError):
            client.connect(str(self._home.socket / SOCKET_NAME))
            return True
        return False

    def _last_words(self) -> str:
        """The end of what the server wrote last, for a failure's sentence."""
        newest = max([self._home.start_log, *self._home.log.iterdir()], key=lambda path: path.stat().st_mtime)
        return f"The last lines of {newest}:\n" + "\n".join(newest.read_text(errors="replace").splitlines()[-8:])


def running_urls(folder: Path) -> databases.Urls:
    """The addresses of the service's database in a state folder whose server another process runs."""
    socket_folder = Home(folder.absolute()).socket.resolve()
    return databases.urls(str(socket_folder), PORT, DATABASE)
