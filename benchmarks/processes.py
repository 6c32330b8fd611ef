"""CPU time of servers and their database, read from /proc (proc(5)), in microseconds."""

import os
from contextlib import suppress
from pathlib import Path

TICK_US = 1_000_000 / os.sysconf("SC_CLK_TCK")


def tree(pid: int) -> list[int]:
    """A process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            fields = stat(int(entry.name))
            if fields:
                children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += children.get(one, [])
    return found


def stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the command's name; empty when the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def running_us(pid: int) -> float:
    """How long a process's threads have run, counted by the scheduler in nanoseconds: ticks miss short runs."""
    total = 0
    for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            total += int(task.read_text().split()[0])
    return total / 1000


def cpu_us(*roots: int) -> float:
    """User and system time of process trees, ended and awaited children included."""
    total = 0.0
    for root in roots:
        for pid in tree(root):
            fields = stat(pid)
            if fields:
                total += running_us(pid) + sum(int(field) for field in fields[13:15]) * TICK_US
    return total
