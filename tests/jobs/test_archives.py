from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from service.adapters.keys import rotate_archive
from service.database import keep_archive
from service.jobs.archives import lower_classes, note_late_paper, rewrap_keys, sweep_sealed_files
from service.jobs.schedule import KINDS
from service.jobs.worker import run_job
from service.models import ArchiveItem, ArchiveVersion, Job
from service.settings import Settings
from tests.archive import PDF, Archive
from tests.house import House

NOW = datetime.now(UTC)


@pytest.fixture
async def archive(house: House) -> Archive:
    return await Archive.of(house)


@pytest.fixture
def here(archive: Archive) -> Settings:
    """The settings of a worker on the house's own state folder."""
    return archive.house.services.settings.model_copy(update={"state": archive.house.services.state})


async def rows(archive: Archive, *columns: Any) -> list[Any]:
    async with archive.house.services.database.transaction() as session:
        await keep_archive(session)
        return list((await session.execute(select(*columns))).all())


def stored(archive: Archive) -> list[Path]:
    return [path for path in (archive.house.services.state / "files").rglob("*") if path.is_file()]


async def test_a_raised_class_has_the_keys_of_its_files_wrapped_anew(archive: Archive, here: Settings) -> None:
    item_id = await archive.deposit("secret")
    await archive.send(item_id)
    database = archive.house.services.database
    assert await rewrap_keys(database, here, NOW) == 0
    await archive.ask(archive.archivist, f"{item_id}/raise", {"confidentiality": "confidential", "reason": "报价"})
    before = [path.read_bytes() for path in stored(archive)]
    assert await rewrap_keys(database, here, NOW) == 1
    ((wrapped_as, key_id, sealed_as),) = await rows(
        archive, ArchiveVersion.wrapped_as, ArchiveVersion.key_id, ArchiveVersion.sealed_as
    )
    assert (wrapped_as, key_id.split("/")[0], sealed_as) == ("confidential", "confidential", "secret")
    assert [path.read_bytes() for path in stored(archive)] == before
    assert (await archive.content(archive.seller, item_id)).content == PDF


async def test_rotated_keys_wrap_everything_anew_and_a_running_service_reads_on(
    archive: Archive, here: Settings
) -> None:
    item_id = await archive.deposit("secret")
    await archive.send(item_id)
    assert (await archive.content(archive.seller, item_id)).content == PDF
    rotate_archive(here)
    assert await rewrap_keys(archive.house.services.database, here, NOW) == 1
    assert await rewrap_keys(archive.house.services.database, here, NOW) == 0
    assert (await archive.content(archive.seller, item_id)).content == PDF


async def test_a_class_is_lowered_on_the_day_that_two_people_set(archive: Archive, here: Settings) -> None:
    item_id = await archive.accepted("secret")
    day = (NOW + timedelta(days=10)).date()
    body = {"action": "lower", "to_confidentiality": "unclassified", "effective_on": str(day), "reason": "届时公示"}
    made = await archive.ask(archive.manager, f"{item_id}/proposals", body, 201)
    await archive.ask(archive.archivist, f"{item_id}/proposals/{made['id']}/confirm", {})
    told = await archive.get(archive.manager, item_id)
    assert (told["rank"], told["downgrade_on"], told["downgrade_to"]) == (1, str(day), "unclassified")
    database = archive.house.services.database
    assert await lower_classes(database, here, NOW + timedelta(days=8)) == 0
    assert await lower_classes(database, here, NOW + timedelta(days=11)) == 1
    told = await archive.get(archive.stranger, item_id)
    assert (told["rank"], told["downgrade_on"]) == (0, None)


async def test_raising_a_class_calls_its_lowering_off(archive: Archive, here: Settings) -> None:
    item_id = await archive.accepted("secret")
    values = {"downgrade_on": NOW.date(), "downgrade_to": "unclassified"}
    await archive.meddle(update(ArchiveItem).values(**values))
    await archive.ask(archive.archivist, f"{item_id}/raise", {"confidentiality": "confidential", "reason": "报价"})
    assert await lower_classes(archive.house.services.database, here, NOW + timedelta(days=5)) == 0


async def test_paper_that_is_not_back_in_time_is_overdue_until_it_is(archive: Archive, here: Settings) -> None:
    item_id = await archive.accepted("unclassified")
    due = (NOW + timedelta(hours=1)).isoformat()
    out = {"kind": "handed_out", "person_id": str(archive.seller.id), "due_at": due}
    await archive.ask(archive.archivist, f"{item_id}/receipts", out, 201)
    database = archive.house.services.database
    assert await note_late_paper(database, here, NOW) == 0
    assert await note_late_paper(database, here, NOW + timedelta(hours=2)) == 1
    assert (await archive.get(archive.archivist, item_id))["paper_state"] == "overdue"
    await archive.ask(archive.archivist, f"{item_id}/receipts", {"kind": "returned"}, 201)
    told = await archive.get(archive.archivist, item_id)
    assert (told["paper_state"], told["paper_holder_id"]) == ("in_archive", None)


async def test_what_no_key_opens_is_swept_after_a_day_and_nothing_else(archive: Archive, here: Settings) -> None:
    kept, gone = await archive.deposit("secret"), await archive.deposit("secret")
    for item_id in (kept, gone):
        await archive.send(item_id)
    orphan = stored(archive)[0].parent / "0123456789abcdef"
    orphan.write_bytes(b"cut off")
    await archive.ask(archive.seller, f"{gone}/withdraw", {"reason": "交错"}, 204)
    database = archive.house.services.database
    assert await sweep_sealed_files(database, here, NOW + timedelta(hours=1)) == 0
    assert await sweep_sealed_files(database, here, NOW + timedelta(days=2)) == 2
    assert len(stored(archive)) == 1
    assert (await archive.content(archive.seller, kept)).content == PDF


@pytest.mark.parametrize("intact", [True, False])
async def test_stored_bytes_are_compared_without_anybodys_seeing_them(
    archive: Archive, here: Settings, *, intact: bool
) -> None:
    item_id = await archive.accepted("secret")
    ((version_id,),) = await rows(archive, ArchiveVersion.id)
    job = await archive.ask(archive.archivist, f"{item_id}/versions/{version_id}/verify", {}, 202)
    if not intact:
        (path,) = stored(archive)
        path.write_bytes(path.read_bytes()[:-1])
    await run_job(archive.house.services.database, here, KINDS, job["id"])
    ((state, result),) = await rows(archive, Job.state, Job.result)
    assert (state, result) == ("succeeded", {"intact": intact})
    await archive.ask(archive.seller, f"{item_id}/versions/{version_id}/verify", {}, 403)
