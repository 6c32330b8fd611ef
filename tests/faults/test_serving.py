"""`evenhand run`: one service a state folder, nothing left behind, whatever ends it."""

import json
import signal
import socket
import stat
import subprocess
import sys

import httpx

from tests.faults.running import ROOT, RunningService, free_port


def test_a_start_waits_for_no_library_that_few_requests_need() -> None:
    asked = "import sys, service.cli, service.serving; print({'numba', 'pgqueuer', 'pypinyin'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, check=True, capture_output=True, text=True)
    assert told.stdout == "set()\n"


def test_a_first_start_makes_the_administrator_and_swagger_ui(standing: RunningService) -> None:
    with standing.client(standing.token()) as admin:
        me = admin.get("/v1/me")
    assert (me.status_code, me.json()["roles"]) == (200, ["admin"])
    page = httpx.get(f"{standing.address}/docs")
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert httpx.get(f"{standing.address}/docs/swagger-ui-bundle.js").status_code == 200
    assert httpx.get(f"{standing.address}/openapi.json").json()["openapi"].startswith("3.1")


def test_a_made_up_password_is_kept_private(service: RunningService) -> None:
    del service.environment["EVENHAND_ADMIN_PASSWORD"]
    service.start()
    kept = service.state / "admin-password"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert service.token(password=kept.read_text())


def test_a_second_service_on_the_same_folder_is_told_whose_it_is(standing: RunningService) -> None:
    second = RunningService(standing.state)
    told = second.command("run")
    assert told.returncode == 2
    assert standing.process
    assert str(standing.process.pid) in told.stderr
    assert standing.address in told.stderr.replace("\n", "")


def test_a_port_that_is_taken_is_told_in_a_sentence_and_nobody_is_greeted(service: RunningService) -> None:
    with socket.create_server(("127.0.0.1", service.port)):
        told = service.command("run")
    assert told.returncode == 3
    assert f"127.0.0.1:{service.port} cannot be served: Address already in use" in told.stderr
    assert "Swagger UI" not in told.stderr


def test_a_database_that_does_not_answer_is_told_in_a_sentence(service: RunningService) -> None:
    service.environment["EVENHAND_DATABASE_URL"] = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    told = service.command("run")
    assert told.returncode == 1
    assert len(told.stderr.splitlines()) == 1
    assert "Connect call failed" in told.stderr


def test_it_stops_cleanly_when_asked(service: RunningService) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        service.start()
        assert service.stop(number) == 0
        assert service.wait_until_gone() < 5


def test_kill_9_leaves_no_server_and_a_second_start_finds_everything(service: RunningService) -> None:
    service.start()
    user = service.steward()
    with service.client(service.token(*user)) as client:
        account = client.post("/v1/accounts", json={"name": "华为技术有限公司"})
        assert account.status_code == 201, account.text
    service.kill()
    assert service.wait_until_gone() < 10
    service.start()
    with service.client(service.token(*user)) as client:
        again = client.get(account.headers["Location"])
    assert json.loads(again.content) == json.loads(account.content)


def test_head_is_answered_like_get_without_a_body(standing: RunningService) -> None:
    with standing.client(standing.token()) as admin:
        whole, head = admin.get("/v1/me"), admin.head("/v1/me")
        hidden = admin.head("/v1/nothing")
    assert (head.status_code, head.content, hidden.status_code) == (200, b"", 404)
    assert head.headers["Content-Length"] == str(len(whole.content))


def answer(service: RunningService, *pieces: bytes) -> bytes:
    """What comes back until the service closes or falls silent."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as wire:
        try:
            for piece in pieces:
                wire.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass  # closed on us
        try:
            return wire.recv(65536)
        except ConnectionResetError:
            return b"reset"


def test_a_head_without_end_is_cut_off(standing: RunningService) -> None:
    start = b"GET /livez HTTP/1.1\r\nHost: x\r\n"
    long_header = [start + b"X-A: ", *(b"a" * 65536 for _ in range(64)), b"\r\n\r\n"]
    many_headers = [start, *(b"".join(b"X-%d: a\r\n" % n for n in range(5000)) for _ in range(64)), b"\r\n"]
    long_path = [b"GET /", *(b"a" * 65536 for _ in range(64)), b" HTTP/1.1\r\n\r\n"]
    for pieces in (long_header, many_headers, long_path):
        assert answer(standing, *pieces)[:12] in {b"HTTP/1.1 431", b"reset"}
    allowed = start + b"X-A: " + b"a" * 30_000 + b"\r\nConnection: close\r\n\r\n"
    assert answer(standing, allowed).startswith(b"HTTP/1.1 200")
    body = b"a" * 900_000
    stranger = (
        b"POST /v1/accounts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900000\r\n\r\n"
    )
    assert answer(standing, stranger + body).startswith(b"HTTP/1.1 401")
