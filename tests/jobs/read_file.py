"""A process of its own for test_import_memory.py: tells by how much a second file makes it grow."""

import sys
from pathlib import Path

from service.models import Import
from service.operations.import_arrival import look_into, mapping_of
from service.operations.import_file import ImportFile


def peak_mib() -> float:
    """The most memory that this process has had (proc(5))."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def rows_of(path: Path) -> int:
    """How many rows a file has, read as an import does."""
    look = look_into(path, name=path.name, target="accounts", encoding=None, sheet=None)
    import_ = Import(
        target="accounts",
        filename=path.name,
        format=look.format,
        encoding=look.encoding,
        sheet=look.sheet,
        currency="CNY",
        match_on="name_region",
        mapping=mapping_of(look.columns, look.samples),
    )
    return sum(len(chunk) for chunk in ImportFile(path, import_).chunks())


few = rows_of(Path(sys.argv[1]))
before = peak_mib()
many = rows_of(Path(sys.argv[2]))
print(few, many, round(peak_mib() - before, 1))  # noqa: T201 - read by the test
