import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from service.adapters.state_folder import Holder, StateFolder, StateFolderTaken, default_path, lock_file

ADDRESS = "http://127.0.0.1:8000"
HOLDING = """
import sys, time
from pathlib import Path
from service.adapters.state_folder import StateFolder
StateFolder(Path(sys.argv[1])).hold(sys.argv[2])
print("held", flush=True)
time.sleep(60)
"""


def a_holder(path: Path, address: str = ADDRESS) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLDING, path, address], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_a_new_folder_is_private(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path / "deep" / "state")
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700


def test_a_second_holder_learns_who_the_first_is(tmp_path: Path) -> None:
    first = a_holder(tmp_path)
    with pytest.raises(StateFolderTaken) as refused:
        StateFolder(tmp_path).hold("http://127.0.0.1:9000")
    assert (refused.value.pid, refused.value.address) == (first.pid, ADDRESS)
    assert ADDRESS in str(refused.value)
    assert str(first.pid) in str(refused.value)
    end(first)


def test_a_reader_learns_who_holds_the_folder(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path)
    assert folder.holder() is None
    first = a_holder(tmp_path)
    assert folder.holder() == Holder(first.pid, ADDRESS)
    end(first)


def test_kill_9_gives_the_folder_back(tmp_path: Path) -> None:
    first = a_holder(tmp_path, "http://a-longer-address-than-the-next.example:8000")
    first.send_signal(signal.SIGKILL)
    first.communicate()
    folder = StateFolder(tmp_path)
    assert folder.holder() is None
    with folder:
        folder.hold(ADDRESS)
        assert StateFolder(tmp_path).holder() == Holder(os.getpid(), ADDRESS)
    assert folder.holder() is None


def test_a_child_of_the_holder_does_not_inherit_the_lock(tmp_path: Path) -> None:
    with StateFolder(tmp_path) as folder:
        folder.hold(ADDRESS)
        with subprocess.Popen(["sleep", "60"], close_fds=False) as child:
            folder.release()
            assert folder.holder() is None
            child.kill()


def test_a_reader_at_the_same_moment_does_not_keep_a_service_from_starting(tmp_path: Path) -> None:
    looking = lock_file(tmp_path / "service.lock")
    assert looking is not None
    threading.Timer(0.1, os.close, (looking,)).start()
    with StateFolder(tmp_path) as folder:
        folder.hold(ADDRESS)
        assert folder.holder() == Holder(os.getpid(), ADDRESS)


def test_a_holder_that_has_not_written_its_name_yet_is_waited_for(tmp_path: Path) -> None:
    starting = lock_file(tmp_path / "service.lock")
    assert starting is not None
    threading.Timer(0.1, os.pwrite, (starting, b'{"pid": 7, "address": "http://a"}', 0)).start()
    assert StateFolder(tmp_path).holder() == Holder(7, "http://a")
    os.close(starting)


def test_a_secret_is_made_once_and_private(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path)
    assert folder.secret_file("password", lambda: "天下为公") == "天下为公"
    assert folder.secret_file("password", lambda: "another") == "天下为公"
    assert stat.S_IMODE((tmp_path / "password").stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["password"]


def test_of_two_makers_of_a_secret_both_read_the_same(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path)

    def overtaken() -> str:
        assert StateFolder(tmp_path).secret_file("key", lambda: "first") == "first"
        return "second"

    assert folder.secret_file("key", overtaken) == "first"


def test_state_has_its_place_for_root_and_for_a_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert default_path() == Path("/var/lib/evenhand")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_STATE_HOME", "/somewhere/state")
    assert default_path() == Path("/somewhere/state/evenhand")
    for invalid in ("", "relative"):
        monkeypatch.setenv("XDG_STATE_HOME", invalid)
        assert default_path() == Path.home() / ".local/state/evenhand"
