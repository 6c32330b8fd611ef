"""The folder that holds what one service keeps: database, files, keys; locked as long as the service lives."""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

_LOCK_NAME = "service.lock"
# A reader that asks who holds the lock takes it for a moment; whoever wants to hold it outwaits that.
_PATIENCE_S = 0.5
_PAUSE_S = 0.01


class Holder(NamedTuple):
    """The process that holds a state folder, and the address that it serves."""

    pid: int
    address: str


_UNNAMED = Holder(0, "an unknown address")


class StateFolderTaken(Exception):  # noqa: N818 - what happened, like the service's other failures
    """Another service already runs on this state folder."""

    def __init__(self, path: Path, holder: Holder) -> None:
        self.path = path
        self.pid = holder.pid
        self.address = holder.address
        super().__init__(
            f"The state folder {path} is in use by process {holder.pid}, which serves {holder.address}. "
            "Stop it, choose another EVENHAND_STATE, or share one database through EVENHAND_DATABASE_URL."
        )


class StateFolder:
    """One service's state on disk, private to the account that runs it.

    A context manager: leaving it gives the lock back. The kernel gives it back too, when the holder is killed.
    """

    def __init__(self, path: Path | None = None) -> None:
        """The folder at `path`, made where it is missing (mode 0700); by default the system's place for state."""
        self.path = (path or default_path()).absolute()
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock: int | None = None

    def hold(self, address: str) -> None:
        """The lock for the life of this process, telling others that it serves `address`; StateFolderTaken if taken."""
        lock = lock_file(self.path / _LOCK_NAME, patience=_PATIENCE_S)
        if lock is None:
            raise StateFolderTaken(self.path, self.holder() or _UNNAMED)
        content = json.dumps({"pid": os.getpid(), "address": address}).encode()
        os.pwrite(lock, content, 0)
        os.ftruncate(lock, len(content))
        self._lock = lock

    def release(self) -> None:
        """The lock given back; nothing where it is not held."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def holder(self) -> Holder | None:
        """Who holds the folder now, or None."""
        path = self.path / _LOCK_NAME
        if not path.exists():
            return None
        deadline = time.monotonic() + _PATIENCE_S
        while (probe := lock_file(path)) is None:
            # Unreadable for an instant: a new holder has locked the file and is about to write its name.
            with contextlib.suppress(ValueError, TypeError):
                return Holder(**json.loads(path.read_bytes()))
            if time.monotonic() > deadline:
                return _UNNAMED
            time.sleep(_PAUSE_S)
        os.close(probe)
        return None

    def secret_file(self, name: str, make: Callable[[], str]) -> str:
        """The text of the file `name` (mode 0600), written from `make()` where it is missing.

        Atomic and durable: of two first readers one writes, and both read the same.
        """
        path = self.path / name
        if not path.exists():
            _create_whole(path, make())
        return path.read_text(encoding="utf-8")

    def replace_secret(self, name: str, text: str) -> None:
        """Another text for the file `name` (mode 0600); whoever reads meanwhile reads the old one or the new one."""
        draft = _drafted(self.path / name, text)
        draft.rename(self.path / name)
        _make_durable(self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()


def default_path() -> Path:
    """/var/lib/evenhand for root, else evenhand under $XDG_STATE_HOME or ~/.local/state (XDG Base Directory 0.8)."""
    if os.geteuid() == 0:
        return Path("/var/lib/evenhand")
    base = Path(os.environ.get("XDG_STATE_HOME", ""))
    if not base.is_absolute():  # the specification: a relative path is invalid and ignored
        base = Path.home() / ".local" / "state"
    return base / "evenhand"


def lock_file(path: Path, patience: float = 0.0) -> int | None:
    """A descriptor that holds an exclusive flock(2) on `path` until it is closed; None if taken after `patience` s."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                os.close(descriptor)
                return None
            time.sleep(_PAUSE_S)
        else:
            return descriptor


def _create_whole(path: Path, text: str) -> None:
    """The file with its whole text, or the one that somebody else created first."""
    draft = _drafted(path, text)
    with contextlib.suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
    _make_durable(path.parent)


def _drafted(path: Path, text: str) -> Path:
    """A private file beside `path` with the whole text, on disk."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600, exist_ok=False)
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _make_durable(path: Path) -> None:
    """What was created or renamed in a folder is on disk."""
    folder = os.open(path, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
