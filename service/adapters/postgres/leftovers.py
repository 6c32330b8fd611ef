"""What a killed service may have left: a server that still shuts down, or the pid file of one that is gone."""

import contextlib
import os
import signal
import time
from pathlib import Path

from service.adapters.postgres.failure import PostgresFailed

_PAUSE_S = 0.02
# Fast shutdown, then the shutdown without a checkpoint (nothing committed is lost: WAL), then by force.
_ESCALATION = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))


def settle(data: Path) -> None:
    """Returns when no server uses the data folder; stops one that does, and removes a pid file that lies.

    PostgreSQL itself takes a leftover pid file for that of a live server, if its number is in use again by another
    process of the same account: usual after a container's restart.
    """
    for number, patience in _ESCALATION:
        if not server_processes(data):
            break
        _signal_server(data, number)
        _wait_until_gone(data, patience)
    else:
        raise PostgresFailed(f"Processes {server_processes(data)} of an earlier server in {data} do not end.")
    pid = postmaster_pid(data)
    if pid is not None and Path(f"/proc/{pid}").exists():
        (data / "postmaster.pid").unlink()


def server_processes(data: Path) -> list[int]:
    """The processes of a server on this data folder: each has it as its working folder."""
    place = str(data.resolve())
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # gone meanwhile, or another user's
            if str((entry / "cwd").readlink()) == place and (entry / "exe").readlink().name.startswith("postgres"):
                found.append(int(entry.name))
    return found


def postmaster_pid(data: Path) -> int | None:
    """The process that the pid file names; None without a readable one."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int((data / "postmaster.pid").read_text().splitlines()[0])
    return None


def _signal_server(data: Path, number: signal.Signals) -> None:
    """A gentle signal to the first process only, which passes it on; a harder one to all, for those that lost it."""
    for pid in server_processes(data):
        if number != signal.SIGINT or pid == postmaster_pid(data):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


def _wait_until_gone(data: Path, patience: float) -> None:
    """A pause until the server's processes have ended, at most `patience` seconds."""
    deadline = time.monotonic() + patience
    while server_processes(data) and time.monotonic() < deadline:
        time.sleep(_PAUSE_S)
