"""Child processes that never outlive their parent (Linux: prctl(2), PR_SET_PDEATHSIG).

Run as a script, this file is the launcher between parent and child: it drops the user, asks the kernel for the death
signal and becomes the child by exec. A `preexec_fn` would run Python between fork and exec of a process with threads.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import IO

_PR_SET_PDEATHSIG = 1


def spawn_child(
    args: Sequence[str | os.PathLike[str]],
    *,
    death_signal: signal.Signals = signal.SIGTERM,
    user: str | None = None,
    cwd: str | os.PathLike[str] | None = None,
    env: Mapping[str, str] | None = None,
    stdout: int | IO[bytes] | None = None,
    stderr: int | IO[bytes] | None = None,
) -> subprocess.Popen[bytes]:
    """A child in a session of its own that gets `death_signal` when this process ends, however it ends.

    `user` names the account that a root parent runs the child as. The session keeps a terminal's Ctrl-C from the
    child: the parent decides when it stops. The program is searched for on PATH; where it cannot be run the child
    exits with code 127 and a sentence on stderr.
    """
    if threading.current_thread() is not threading.main_thread():
        # The kernel ties the death signal to the spawning *thread*: a pool thread's end would stop the child.
        raise RuntimeError("a child is spawned from the main thread only")
    launcher = [sys.executable, "-I", "-S", __file__, str(os.getpid()), str(int(death_signal)), user or ""]
    command = [*launcher, *(os.fspath(arg) for arg in args)]
    return subprocess.Popen(  # noqa: S603 - the caller's own command, no shell
        command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, start_new_session=True
    )


def _become(parent: int, death_signal: int, user: str, args: list[str]) -> None:
    """The launcher turned into the child; never returns."""
    if user:
        _drop_to(user)
    # After the drop: a change of user clears the death signal.
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the parent ended before its child began")
    for ignored_by_python in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(ignored_by_python, signal.SIG_DFL)
    try:
        os.execvp(args[0], args)  # noqa: S606 - the purpose of this script
    except OSError as error:
        print(f"{args[0]}: {error.strerror}", file=sys.stderr)  # noqa: T201 - read by the parent from stderr
        sys.exit(127)


def _drop_to(user: str) -> None:
    """The rights of `user` and nothing of root's."""
    import pwd  # noqa: PLC0415 - most children keep their user, and the launcher's start-up time counts

    account = pwd.getpwnam(user)
    os.initgroups(user, account.pw_gid)
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)


if __name__ == "__main__":
    _become(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:])
