"""Sealing: everything once, in a defined order, late committers too; one sealer at a time; nothing upon damage."""

import asyncio
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from service.adapters.keys import KeyRing, Keys, new_keys
from service.adapters.postgres import EmbeddedPostgres
from service.database import Database
from service.domain.audit_checkpoints import AuditDamaged, Checkpoint
from service.jobs.audit_sealing import seal_audit
from service.jobs.schedule import REPEATED
from service.migrations import migrate
from service.operations import audit_sealing
from service.settings import Settings
from tests.house import House
from tests.sealing import Log

TABLES = {
    "audit_entries": "position, id, xid, at, actor, actor_id, on_behalf_of, action, subject_type, subject_id, "
    "account_id, request_id, data",
    "audit_leaves": "index, position, hashes",
    "audit_checkpoints": "number, epoch, size, root, at, verifier_key, note",
}
SEQUENCE = (
    "SELECT setval(pg_get_serial_sequence('audit_entries', 'position'), (SELECT max(position) FROM audit_entries))"
)


@pytest.fixture
def log(committed_house: House, keys: Keys) -> Log:
    return Log(committed_house.services.database, keys)


async def test_what_was_written_is_sealed_once_and_verifies(log: Log) -> None:
    await log.write(3)
    assert await log.seal() == 3
    first = await log.note()
    await log.write()
    await log.write()
    assert await log.seal() == 2
    assert await log.seal() == 0
    report = await log.verify(held=first)
    assert (report.findings, report.entries, report.unsealed, len(report.roots)) == ([], 5, 0, 2)
    assert report.lines()[-1] == "The log is whole."
    assert [position for position, _ in await log.order()] == [1, 2, 3, 4, 5]
    assert (await log.last()).number == 2


async def test_an_empty_log_verifies_and_tells_what_is_not_sealed(log: Log) -> None:
    assert (await log.verify()).findings == []
    assert await log.seal() == 0
    await log.write(2)
    report = await log.verify()
    assert (report.findings, report.unsealed, report.last) == ([], 2, None)
    assert report.unsealed_since is not None


async def test_a_transaction_that_commits_late_is_sealed_later_and_nothing_is_lost(log: Log) -> None:
    await log.write()
    async with log.database.transaction(request_id="late") as late:
        await log.enter(late, 2)
        await log.write()
        assert await log.seal() == 1
        await log.write()
        assert await log.seal() == 0
        assert (await log.verify()).unsealed == 2
    assert await log.seal() == 4
    order = await log.order()
    assert [position for position, _ in order] == [1, 2, 3, 4, 5]
    assert order == sorted(order, key=lambda row: (row[1], row[0]))
    assert (await log.verify()).findings == []


async def test_a_transaction_that_began_first_and_wrote_last_stands_by_its_number(log: Log) -> None:
    async with log.database.transaction(request_id="late") as late:
        await late.execute(text("SELECT pg_current_xact_id()"))
        await log.write()
        assert await log.seal() == 0
        await log.enter(late)
    assert await log.seal() == 2
    assert [position for position, _ in await log.order()] == [2, 1]
    assert (await log.verify()).findings == []


async def test_more_entries_than_are_read_at_once_are_sealed_in_order(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_sealing, "AT_ONCE", 3)
    await log.write(8)
    assert await log.seal() == 8
    await log.write(7)
    await log.write(4)
    assert await log.seal() == 11
    report = await log.verify()
    assert (report.findings, report.entries, report.unsealed) == ([], 19, 0)
    assert [position for position, _ in await log.order()] == list(range(1, 20))


async def test_sealers_at_the_same_time_do_not_meet(log: Log) -> None:
    for _ in range(5):
        await log.write(4)
        await asyncio.gather(*(log.seal() for _ in range(4)))
    await log.seal()
    report = await log.verify()
    assert (report.findings, report.entries) == ([], 20)


async def test_nothing_is_sealed_upon_an_altered_tree(log: Log, postgres: EmbeddedPostgres) -> None:
    await log.write(3)
    await log.seal()
    name = log.database.write.url.database or ""
    postgres.execute(
        "ALTER TABLE audit_leaves DISABLE TRIGGER USER; "
        "UPDATE audit_leaves SET hashes = set_byte(hashes, 0, get_byte(hashes, 0) # 1) WHERE index = 2",
        name,
    )
    await log.write()
    with pytest.raises(AuditDamaged):
        await log.seal()
    report = await log.verify()
    assert report.findings == ["Entry at position 3 (leaf 2): it is not what was sealed."]
    assert report.unsealed == 1


async def test_another_key_signs_from_now_on_and_the_old_one_still_verifies(log: Log, keys: Keys) -> None:
    await log.write()
    await log.seal()
    ring = KeyRing("new", {**keys.audit.keys, "new": b"\x07" * 32})
    rotated = Log(log.database, replace(keys, audit=ring))
    await log.write()
    await rotated.seal()
    assert (await rotated.verify()).findings == []
    assert (await log.verify()).findings != []
    checkpoints = await log.checkpoints()
    assert len({row.verifier_key for row in checkpoints}) == 2


async def test_the_worker_seals_every_second_with_the_keys_of_the_settings(log: Log) -> None:
    settings = Settings(_env_file=None, keys=SecretStr(new_keys()))
    await log.write(2)
    assert REPEATED["seal_audit"].run is seal_audit
    assert REPEATED["seal_audit"].pause_s <= 1
    assert await seal_audit(log.database, settings, (await log.verify()).unsealed_since) == 2
    assert (await log.verify()).findings == ["Checkpoint 1: its key is none of ours."]


async def test_a_logical_restore_begins_another_epoch(log: Log, keys: Keys) -> None:
    """Onto another server, whose transactions are counted anew: what was not sealed is, and nothing twice."""
    for _ in range(60):
        await log.write()
    await log.seal()
    held = await log.note()
    await log.write(2)
    with TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder), durable=False) as elsewhere:
        urls = elsewhere.urls()
        await asyncio.to_thread(migrate, urls.service, urls.migration)
        restored = Log(Database.connect(urls.service), keys)
        await restore(log, restored)
        elsewhere.execute(SEQUENCE, "evenhand")
        assert (await restored.verify(held)).findings == []
        await restored.write(3)
        report = await restored.verify(held)
        assert (report.findings, report.unsealed) == ([], 5)
        assert await restored.seal() == 5
        for _ in range(3):
            await restored.write()
            assert await restored.seal() == 1
        report = await restored.verify(held)
        assert (report.findings, report.entries, report.unsealed) == ([], 68, 0)
        last = await restored.last()
        assert (last.epoch, Checkpoint.read(held).epoch) == (2, 1)
        assert last.cluster != Checkpoint.read(held).cluster
        await restored.database.dispose()


async def restore(source: Log, target: Log) -> None:
    """Every row of the log as a dump carries it."""
    for table, columns in TABLES.items():
        async with source.database.reading() as connection:
            read = await raw(connection)
            rows: list[bytes] = []

            async def keep(piece: bytes, rows: list[bytes] = rows) -> None:
                rows.append(piece)

            await read.copy_from_query(f"SELECT {columns} FROM {table}", output=keep)
        async with target.database.write.begin() as connection:
            write = await raw(connection)

            async def pieces(rows: list[bytes] = rows) -> object:
                for piece in rows:
                    yield piece

            await write.copy_to_table(table, source=pieces(), columns=columns.split(", "))


async def raw(connection: object) -> object:
    return (await connection.get_raw_connection()).driver_connection


async def test_an_older_restore_is_reported(log: Log, postgres: EmbeddedPostgres, keys: Keys) -> None:
    await log.write(3)
    await log.seal()
    name = log.database.write.url.database or ""
    await log.database.dispose()
    copy = f"{name}_restored"
    await asyncio.to_thread(postgres.create_database, copy, name)
    await log.write(2)
    await log.seal()
    held = await log.note()
    older = Log(Database.connect(postgres.urls(copy).service), keys)
    report = await older.verify()
    assert report.findings == []
    report = await older.verify(held)
    assert len(report.findings) == 1
    assert report.findings[0].startswith("The log is older than the checkpoint held")
    await older.write(2)
    await older.seal()
    report = await older.verify(held)
    assert report.findings == ["Checkpoint 2: it is another one than the checkpoint held."]
    await older.database.dispose()
    await asyncio.to_thread(postgres.drop_database, copy)


@pytest.mark.parametrize("held", ["", "nonsense", "a\n1\nAA==\n"])
async def test_what_is_no_checkpoint_is_told(log: Log, held: str) -> None:
    await log.write()
    await log.seal()
    assert (await log.verify(held)).findings == ["The checkpoint held: this is no checkpoint of an audit log."]
