"""Files staged, kept and swept."""

import hashlib
import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.adapters.files import FileStore, StagedFile, TooLarge, staged

CONTENT = os.urandom(3 * (1 << 20) + 17)


async def kept(store: FileStore, content: bytes) -> str:
    with staged(io.BytesIO(content), len(content)) as file:
        return await store.keep(file, "imports")


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_staged_file_is_hashed_on_the_way_and_gone_afterwards() -> None:
    with staged(io.BytesIO(CONTENT), len(CONTENT)) as file:
        assert file == StagedFile(file.path, hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))
        assert file.path.read_bytes() == CONTENT
    assert not file.path.exists()


def test_a_file_beyond_the_cap_is_refused_before_it_is_whole() -> None:
    source = io.BytesIO(CONTENT)
    with pytest.raises(TooLarge), staged(source, 1 << 20):
        pass
    assert source.tell() == 2 << 20


async def test_what_is_kept_comes_back_until_it_is_discarded(tmp_path: Path) -> None:
    store = FileStore.in_state(tmp_path)
    key = await kept(store, CONTENT)
    async with store.copy(key) as path:
        assert path.read_bytes() == CONTENT
    assert not path.exists()
    await store.discard(key)
    await store.discard(key)
    with pytest.raises(FileNotFoundError):
        async with store.copy(key):
            pass


async def test_names_are_generated_and_the_folder_is_private(tmp_path: Path) -> None:
    store = FileStore.in_state(tmp_path)
    first, second = await kept(store, b"a,b"), await kept(store, b"a,b")
    assert first != second
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "files",)} == {0}
    assert files_below(tmp_path / "files") == {first, second}


async def test_only_files_from_before_an_instant_are_listed(tmp_path: Path) -> None:
    store = FileStore.in_state(tmp_path)
    assert [keys async for keys in store.kept_before("imports", datetime.now(UTC))] == []
    key = await kept(store, b"a,b")
    later = datetime.now(UTC) + timedelta(seconds=5)
    assert [keys async for keys in store.kept_before("imports", later)] == [[key]]
    assert [found async for keys in store.kept_before("imports", later - timedelta(hours=1)) for found in keys] == []
