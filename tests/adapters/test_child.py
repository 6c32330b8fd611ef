import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from service.adapters.child import spawn_child

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can change the user")
PARENT = """
import signal, sys, time
from service.adapters.child import spawn_child
waiting = "trap 'echo asked to stop; exit' TERM; echo ready; for i in $(seq 500); do sleep 0.01; done"
child = spawn_child(["sh", "-c", waiting], user=sys.argv[1] or None)
time.sleep(60)
"""


@pytest.mark.parametrize("user", ["", pytest.param("nobody", marks=AS_ROOT)])
def test_a_child_is_asked_to_stop_when_its_parent_is_killed(user: str) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT, user], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "ready\n"
        parent.kill()
        assert parent.stdout.readline() == "asked to stop\n"


def test_a_child_whose_parent_ended_first_never_begins(tmp_path: Path) -> None:
    sentinel = tmp_path / "began"
    launcher = spawn_child.__code__.co_filename
    stranger = "1" if os.getpid() != 1 else "2"
    command = [sys.executable, "-I", "-S", launcher, stranger, "15", "", "touch", str(sentinel)]
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    assert result.returncode == 1
    assert "the parent ended" in result.stderr
    assert not sentinel.exists()


@AS_ROOT
def test_a_child_gives_up_every_right_of_root() -> None:
    script = "from service.adapters.child import spawn_child; spawn_child(['id'], user='nobody').wait()"
    # The parent is in a group of its own choice, which must not reach the child.
    answer = subprocess.check_output([sys.executable, "-c", script], text=True, extra_groups=[0, 4])
    assert answer == subprocess.check_output(["id", "nobody"], text=True)


def test_a_child_is_out_of_reach_of_the_terminal() -> None:
    child = spawn_child(["sleep", "60"])
    assert os.getsid(child.pid) == child.pid
    child.terminate()
    assert child.wait() == -signal.SIGTERM


def test_a_child_handles_a_broken_pipe_as_programs_do() -> None:
    child = spawn_child(["grep", "SigIgn", "/proc/self/status"], stdout=subprocess.PIPE)
    ignored = int(child.communicate()[0].split()[1], 16)
    assert not ignored & 1 << (signal.SIGPIPE - 1)


def test_a_missing_program_is_named() -> None:
    child = spawn_child(["no-such-program"], stderr=subprocess.PIPE)
    assert b"no-such-program: No such file" in child.communicate()[1]
    assert child.returncode == 127


def test_a_child_is_not_spawned_from_a_thread_that_may_end() -> None:
    refusals: list[RuntimeError] = []

    def spawn() -> None:
        try:
            spawn_child(["true"])
        except RuntimeError as error:
            refusals.append(error)

    thread = threading.Thread(target=spawn)
    thread.start()
    thread.join()
    assert len(refusals) == 1
