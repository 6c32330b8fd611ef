"""Whatever the owner of the database does to the sealed log is found, against a checkpoint held outside."""

import os

from sqlalchemy import text

from service.adapters.audit_signing import Notary
from service.adapters.keys import Keys, new_keys
from service.adapters.postgres import EmbeddedPostgres
from service.database import Database
from service.queries.audit_verification import verify
from tests.house import House
from tests.manipulations import Owner
from tests.sealing import Log

MANIPULATIONS = 1000 if os.environ.get("EVENHAND_DRILL") == "long" else 60


async def test_every_manipulation_of_the_sealed_log_is_found(
    committed_house: House, postgres: EmbeddedPostgres, keys: Keys
) -> None:
    log = Log(committed_house.services.database, keys)
    for size in (1, 2, 3, 1, 7, 1, 12, 4):
        await log.write(size)
        await log.seal()
    held = await log.note()
    await log.write(3)
    owner = Database.connect(postgres.urls(log.database.write.url.database or "").migration, for_worker=True)
    assert (await log.verify(held)).findings == []
    missed = []
    for seed in range(MANIPULATIONS):
        async with owner.frozen() as connection:
            done = await Owner(connection, seed, 31, Notary(Keys.read(new_keys()).audit)).manipulate()
            findings = (await verify(connection, log.notary, held)).findings
            await connection.rollback()
        if not findings:
            missed.append(f"{seed}: {done}")
    await owner.dispose()
    assert (await log.verify(held)).findings == []
    assert missed == []


async def test_an_altered_entry_is_named(committed_house: House, postgres: EmbeddedPostgres, keys: Keys) -> None:
    log = Log(committed_house.services.database, keys)
    await log.write(20)
    await log.seal()
    owner = Database.connect(postgres.urls(log.database.write.url.database or "").migration, for_worker=True)
    async with owner.frozen() as connection:
        await connection.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER USER"))
        await connection.execute(text("UPDATE audit_entries SET request_id = 'other' WHERE position IN (7, 11)"))
        report = await verify(connection, log.notary)
        await connection.rollback()
    await owner.dispose()
    assert report.findings == ["Entry at position 7 (leaf 6): it is not what was sealed."]


async def test_an_entry_put_in_among_sealed_ones_is_named(
    committed_house: House, postgres: EmbeddedPostgres, keys: Keys
) -> None:
    log = Log(committed_house.services.database, keys)
    await log.write(5)
    await log.seal()
    owner = Database.connect(postgres.urls(log.database.write.url.database or "").migration, for_worker=True)
    async with owner.frozen() as connection:
        names = "xid, at, actor, actor_id, on_behalf_of, action, subject_type, subject_id, account_id, request_id, data"
        copied = f"INSERT INTO audit_entries (id, {names}) SELECT gen_random_uuid(), {names} FROM audit_entries LIMIT 1"
        await connection.execute(text(copied))
        report = await verify(connection, log.notary)
        await connection.rollback()
    await owner.dispose()
    assert report.findings == ["Entry at position 6: it was put in after its transaction was sealed."]
