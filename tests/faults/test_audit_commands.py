"""The `evenhand audit` commands beside a running service, and after it."""

import time

import httpx

from tests.faults.running import PATIENCE_S, RunningService


def sealed(service: RunningService) -> str:
    """The newest checkpoint, once there is one."""
    started = time.monotonic()
    while (told := service.command("audit", "checkpoint")).returncode != 0:
        assert time.monotonic() - started < PATIENCE_S, told.stderr
        time.sleep(0.5)
    return told.stdout


def test_the_log_is_verified_beside_a_running_service_and_after_it(service: RunningService) -> None:
    service.start()
    with service.client(service.token()) as admin:
        assert admin.post("/v1/staff", json={"code": "DS001", "name": "张伟"}).status_code == 201
    held = service.state / "held.txt"
    held.write_text(sealed(service), encoding="utf-8")
    (key,) = service.command("audit", "keys").stdout.splitlines()
    assert key.startswith(held.read_text(encoding="utf-8").split("\n")[0] + "+")
    told = service.command("audit", "verify", "--checkpoint", str(held))
    assert (told.returncode, told.stdout.splitlines()[-1]) == (0, "The log is whole."), told.stdout + told.stderr
    assert httpx.get(f"{service.address}/livez").status_code == 200
    service.stop()
    service.wait_until_gone()
    held.write_text(held.read_text(encoding="utf-8").replace("\nnumber ", "\nnumber 9"), encoding="utf-8")
    told = service.command("audit", "verify", "--checkpoint", str(held))
    assert told.returncode == 1
    assert "none of our keys signed it" in told.stdout
    assert service.command("audit", "verify", "--checkpoint", "/nonexistent").returncode == 1
