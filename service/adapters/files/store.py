"""Files that people send: staged on disk while they are looked at, then kept in the object store by generated names."""

import hashlib
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Self

import obstore
from obstore.store import LocalStore, ObjectStore, S3Store

from service.adapters.state_folder import default_path
from service.settings import Settings

CHUNK = 1 << 20
PART = 5 << 20  # bytes of one part of a write, the least that S3 takes
PARTS_AT_ONCE = 2


class TooLarge(Exception):  # noqa: N818 - the file is
    """A file is larger than the cap."""


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A file on disk that nobody has accepted yet: SHA-256 in hexadecimal, size in bytes."""

    path: Path
    sha256: str
    size: int


@contextmanager
def staged(source: IO[bytes], most: int) -> Iterator[StagedFile]:
    """A stream written to disk and hashed on the way, gone at the end of the block; TooLarge beyond `most` bytes."""
    digest, size = hashlib.sha256(), 0
    with NamedTemporaryFile() as target:
        while chunk := source.read(CHUNK):
            size += len(chunk)
            if size > most:
                raise TooLarge
            digest.update(chunk)
            target.write(chunk)
        target.flush()
        yield StagedFile(Path(target.name), digest.hexdigest(), size)


class FileStore:
    """The object store, a folder or an S3 bucket; keys are generated, never what the sender called a file."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    @classmethod
    def in_state(cls, state: Path) -> Self:
        """The store in a service's state folder, made where it is missing."""
        folder = state / "files"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return cls(LocalStore(folder))

    @classmethod
    def of(cls, settings: Settings, state: Path | None = None) -> Self:
        """The store that the settings name (`s3://bucket/prefix`, the rest from AWS_* variables), else the state's."""
        if settings.files is not None:
            return cls(S3Store.from_url(settings.files))
        return cls.in_state(state or settings.state or default_path())

    async def keep(self, file: StagedFile, kind: str) -> str:
        """The key under which the file lies in the store from now on; `kind` begins it."""
        key = new_key(kind)
        await obstore.put_async(self._store, key, file.path)
        return key

    async def write(self, key: str, pieces: AsyncIterator[bytes]) -> None:
        """What the pieces make up, as one object; what they raise is raised, and nothing is kept."""
        await obstore.put_async(
            self._store, key, pieces, use_multipart=True, chunk_size=PART, max_concurrency=PARTS_AT_ONCE
        )

    async def read(self, key: str) -> AsyncGenerator[bytes, None]:
        """An object's bytes in pieces; FileNotFoundError before the first where there is no such object."""
        found = await obstore.get_async(self._store, key)
        async for piece in found.stream(CHUNK):
            yield bytes(piece)

    @asynccontextmanager
    async def copy(self, key: str) -> AsyncIterator[Path]:
        """A copy on disk, gone at the end of the block; FileNotFoundError where there is no such file."""
        with NamedTemporaryFile() as target:
            found = await obstore.get_async(self._store, key)
            async for chunk in found.stream(CHUNK):
                target.write(chunk)
            target.flush()
            yield Path(target.name)

    async def discard(self, key: str) -> None:
        """The file gone, if it was there."""
        with suppress(FileNotFoundError):
            await obstore.delete_async(self._store, key)

    async def kept_before(self, kind: str, instant: datetime) -> AsyncIterator[list[str]]:
        """The keys of a kind that were last written before an instant (with a time zone), some at a time."""
        async for found in obstore.list(self._store, kind):
            yield [entry["path"] for entry in found if entry["last_modified"] < instant]


def new_key(kind: str) -> str:
    """A key that nothing has; `kind` begins it."""
    return f"{kind}/{secrets.token_hex(16)}"
