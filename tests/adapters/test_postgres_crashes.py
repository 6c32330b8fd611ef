import os
import pwd
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from service.adapters.child import spawn_child
from service.adapters.postgres import EmbeddedPostgres
from service.adapters.postgres.leftovers import postmaster_pid, server_processes

PARENT = Path(__file__).with_name("postgres_parent.py")
REPOSITORY = Path(__file__).parents[2]
COUNT = "SELECT count(*) FROM kept"


def data_of(state: Path) -> Path:
    return state / "postgres" / "data"


def a_parent(state: Path, *statements: str) -> subprocess.Popen[str]:
    """A service in a process of its own, which may be killed; its answers are read up to "serving"."""
    process = subprocess.Popen(
        [sys.executable, PARENT, state, *statements],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
    )
    assert process.stdout is not None
    assert "serving\n" in iter(process.stdout.readline, "")
    return process


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def assert_gone_within(seconds: float, state: Path) -> None:
    deadline = time.monotonic() + seconds
    while server_processes(data_of(state)):
        assert time.monotonic() < deadline, "the server outlived the service"
        time.sleep(0.01)


def test_kill_9_of_the_service_leaves_no_server_and_loses_nothing(begun: Path, bindir: Path | None) -> None:
    statements = ["CREATE TABLE kept AS SELECT generate_series(1, 100000) AS id", "INSERT INTO kept VALUES (0)"]
    parent = a_parent(begun, *statements)
    assert len(server_processes(data_of(begun))) > 1
    kill(parent)
    assert_gone_within(5, begun)
    with EmbeddedPostgres(begun, bindir=bindir) as server:
        assert server.execute(COUNT) == "100001"


def test_kill_9_of_service_and_server_loses_nothing(begun: Path, bindir: Path | None) -> None:
    parent = a_parent(begun, "CREATE TABLE kept AS SELECT generate_series(1, 100000) AS id")
    postmaster = postmaster_pid(data_of(begun))
    assert postmaster is not None
    os.kill(postmaster, signal.SIGKILL)
    kill(parent)
    with EmbeddedPostgres(begun, bindir=bindir) as server:
        assert server.execute(COUNT) == "100000"


def test_a_server_that_crashed_under_the_service_is_started_again(begun: Path, bindir: Path | None) -> None:
    server = EmbeddedPostgres(begun, bindir=bindir)
    server.start()
    server.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS id")
    for number in (signal.SIGQUIT, signal.SIGKILL):
        postmaster = postmaster_pid(data_of(begun))
        assert postmaster is not None
        os.kill(postmaster, number)
        deadline = time.monotonic() + 5
        while server.running():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        server.start()
        assert server.execute(COUNT) == "1000"
    server.stop()


def test_the_server_of_a_killed_service_is_waited_for(begun: Path, bindir: Path | None) -> None:
    parent = a_parent(begun, "CREATE TABLE kept AS SELECT 1 AS id")
    orphan = postmaster_pid(data_of(begun))
    assert orphan is not None
    os.kill(orphan, signal.SIGSTOP)
    kill(parent)
    awakening = threading.Timer(1, os.kill, (orphan, signal.SIGCONT))
    begin = time.monotonic()
    awakening.start()
    with EmbeddedPostgres(begun, bindir=bindir) as server:
        assert time.monotonic() - begin > 0.9
        assert server.execute(COUNT) == "1"
        assert postmaster_pid(data_of(begun)) != orphan


def test_pid_files_that_name_a_stranger_are_removed(begun: Path, bindir: Path | None) -> None:
    server = EmbeddedPostgres(begun, bindir=bindir, durable=False)
    server.start()
    lines = (data_of(begun) / "postmaster.pid").read_text().splitlines()
    owner = pwd.getpwuid(data_of(begun).stat().st_uid).pw_name
    server.stop()
    stranger = spawn_child(["sleep", "60"], user=owner if os.geteuid() == 0 else None)
    for lie in (data_of(begun) / "postmaster.pid", begun / "postgres" / "run" / ".s.PGSQL.5432.lock"):
        lie.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        os.chown(lie, data_of(begun).stat().st_uid, data_of(begun).stat().st_gid)
    server.start()
    assert server.execute("SELECT 1") == "1"
    server.stop()
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_what_a_broken_off_start_left_is_replaced(state: Path, bindir: Path | None) -> None:
    rubbish = state / "postgres" / "data.new" / "base"
    rubbish.mkdir(parents=True)
    with EmbeddedPostgres(state, bindir=bindir, durable=False) as server:
        assert server.execute("SELECT 1") == "1"
        assert not rubbish.parent.exists()


@pytest.mark.parametrize("name", ["n" * 120, "客户 状态, @home:1"])
def test_a_path_that_no_socket_can_have_gets_a_short_private_one(state: Path, bindir: Path | None, name: str) -> None:
    place = state / name
    place.mkdir(mode=0o700)
    if os.geteuid() == 0:
        state.chmod(0o711)
    server = EmbeddedPostgres(place, bindir=bindir, durable=False)
    used = set()
    for _ in range(2):
        parent = a_parent(place)
        used.add((place / "postgres" / "run").resolve())
        kill(parent)
        assert_gone_within(5, place)
    server.start()
    short = Path(server.execute("SHOW unix_socket_directories"))
    assert used == {short}, "a killed service's folder is used again"
    assert stat.S_IMODE(short.stat().st_mode) == 0o700
    server.stop()
    assert not short.exists()
