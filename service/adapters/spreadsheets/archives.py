"""Zip archives looked at before they are opened: what would unpack to too much, or is no workbook, is refused."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.domain.unreadable import refusal

MOST_BYTES = 100 * 1024 * 1024
"""Bytes that the archive declares its entries to unpack to; reading stops there whatever they hold."""
HIGHEST_RATIO = 100
MOST_ENTRIES = 1000

_ENCRYPTED = 0x1


def check_archive(path: Path) -> frozenset[str]:
    """The names of the entries of a harmless archive; raises `InvalidInput` otherwise."""
    with opened(path) as archive:
        entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise refusal("too_many_entries", limit=MOST_ENTRIES)
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise refusal("encrypted_file")
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if unpacked > MOST_BYTES or unpacked > HIGHEST_RATIO * max(packed, 1):
        raise refusal("archive_bomb")
    names = frozenset(entry.filename for entry in entries)
    if len(names) < len(entries):
        raise refusal("damaged_file")
    return names


_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError),
    *(KeyError, ValueError, RuntimeError, OverflowError, struct.error),
)
"""What zipfile raises where an archive contradicts itself."""


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The archive; whatever turns out to be broken in it is `damaged_file`."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except _BROKEN as error:
        raise refusal("damaged_file") from error
