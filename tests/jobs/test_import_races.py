"""Imports that are killed, called off, overtaken: nothing doubled, nothing half."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from service.jobs.schedule import KINDS
from service.jobs.worker import Workplace, run_job
from service.models import Account, AuditEntry, Import, ImportRow, OutboxMessage
from tests.house import House
from tests.sending import Sender, counts, csv_of

ROWS = 3500
HEADINGS = ("客户编号", "客户名称", "所属行业")
FILE = csv_of(HEADINGS, *((f"C-{number}", f"客户{number}有限公司", "制造") for number in range(ROWS)))


class Stopped(BaseException):
    """The end of a process, as far as one process can play it: no clean-up of ours runs."""


def stopping_after(monkeypatch: pytest.MonkeyPatch, chunks: int) -> None:
    """The worker dies at the so many-th time that it tells its progress."""
    told = 0
    progress = Workplace.progress

    async def die(work: Workplace, percent: int) -> bool:
        nonlocal told
        told += 1
        if told == chunks:
            raise Stopped
        return await progress(work, percent)

    monkeypatch.setattr(Workplace, "progress", die)


async def killed(sender: Sender, accepted: Any, monkeypatch: pytest.MonkeyPatch, chunks: int) -> None:
    """The job of an answer, run until its worker dies."""
    job_id = UUID(accepted.headers["Location"].removeprefix("/v1/jobs/"))
    with monkeypatch.context() as patched:
        stopping_after(patched, chunks)
        with pytest.raises(Stopped):
            await run_job(sender.house.services.database, sender.settings, KINDS, job_id)


async def number_of(house: House, *conditions: Any, model: type[Any] = Account) -> int:
    async with house.services.database.reading() as connection:
        return int(await connection.scalar(select(func.count()).select_from(model).where(*conditions)) or 0)


async def expect_whole(sender: Sender, import_: dict[str, Any]) -> None:
    """Each row is there once: reported, entered, evidenced."""
    house = sender.house
    assert (import_["state"], counts(import_)) == ("completed", {"created": ROWS})
    assert await number_of(house) == ROWS
    entered = AuditEntry.action == "account.created"
    assert await number_of(house, entered, model=AuditEntry) == ROWS
    assert await number_of(house, OutboxMessage.type == "account.created", model=OutboxMessage) == ROWS
    assert await number_of(house, ImportRow.run == 1, model=ImportRow) in (0, ROWS)


@pytest.mark.parametrize("chunks", [1, 3])
async def test_a_killed_worker_goes_on_where_it_was(
    committed_house: House, monkeypatch: pytest.MonkeyPatch, chunks: int
) -> None:
    sender = await Sender.of(committed_house)
    accepted = await sender.send(FILE, confirm=True)
    await killed(sender, accepted, monkeypatch, chunks)
    assert await number_of(committed_house) == chunks * 1000
    await expect_whole(sender, await sender.run(accepted))


async def test_a_file_that_goes_in_whole_or_not_at_all_begins_again(
    committed_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = await Sender.of(committed_house)
    accepted = await sender.send(FILE, confirm=True, mode="atomic")
    await killed(sender, accepted, monkeypatch, 6)  # four chunks judged, two of four written
    assert await number_of(committed_house) == 0
    await expect_whole(sender, await sender.run(accepted))


async def test_a_finished_import_that_is_run_again_changes_nothing(committed_house: House) -> None:
    sender = await Sender.of(committed_house)
    accepted = await sender.send(FILE, confirm=True)
    await expect_whole(sender, await sender.run(accepted))
    await expect_whole(sender, await sender.run(accepted))


async def test_two_workers_on_one_import_double_nothing(committed_house: House) -> None:
    sender = await Sender.of(committed_house)
    accepted = await sender.send(FILE, confirm=True)
    await asyncio.gather(sender.run(accepted), sender.run(accepted))
    await expect_whole(sender, await sender.found(accepted.json()["id"]))


async def test_two_imports_of_one_file_at_once_enter_each_account_once(committed_house: House) -> None:
    first, second = await Sender.of(committed_house, "data_steward"), await Sender.of(committed_house, "data_steward")
    accepted = [await sender.send(FILE, confirm=True) for sender in (first, second)]
    imports = await asyncio.gather(first.run(accepted[0]), second.run(accepted[1]))
    assert await number_of(committed_house) == ROWS
    assert [import_["state"] for import_ in imports] == ["completed"] * 2
    assert sum(counts(import_).get("created", 0) for import_ in imports) == ROWS
    assert sum(counts(import_).get("unchanged", 0) for import_ in imports) == ROWS


async def test_an_import_that_is_called_off_stops_before_its_next_rows(
    committed_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = await Sender.of(committed_house)
    accepted = await sender.send(FILE, confirm=True)
    path = f"/v1/imports/{accepted.json()['id']}"
    progress = Workplace.progress

    async def call_off(work: Workplace, percent: int) -> bool:
        if percent > 50:
            assert (await sender.post(f"{path}/cancel", {})).status_code in (200, 409)
        return await progress(work, percent)

    monkeypatch.setattr(Workplace, "progress", call_off)
    import_ = await sender.run(accepted)
    assert (import_["state"], counts(import_)) == ("cancelled", {"created": 2000})
    assert await number_of(committed_house) == 2000


async def test_an_atomic_import_that_is_called_off_leaves_nothing(
    committed_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = await Sender.of(committed_house)
    accepted = await sender.send(FILE, confirm=True, mode="atomic")
    progress = Workplace.progress

    async def call_off(work: Workplace, percent: int) -> bool:
        if percent >= 98:
            cancelled = await sender.post(f"/v1/imports/{accepted.json()['id']}/cancel", {})
            assert cancelled.status_code == 200
        return await progress(work, percent)

    monkeypatch.setattr(Workplace, "progress", call_off)
    assert (await sender.run(accepted))["state"] == "cancelled"
    assert await number_of(committed_house) == 0


async def test_what_changes_between_judging_and_writing_is_told(
    committed_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = await Sender.of(committed_house)
    stranger = await committed_house.person("sales_rep")
    accepted = await sender.send(FILE, confirm=True, mode="atomic")
    progress, met = Workplace.progress, False

    async def overtake(work: Workplace, percent: int) -> bool:
        nonlocal met
        if not met:
            met = True
            await committed_house.account(stranger, code="C-3333", name="先到的客户")
        return await progress(work, percent)

    monkeypatch.setattr(Workplace, "progress", overtake)
    import_ = await sender.run(accepted)
    assert (import_["state"], import_["problem"]["code"]) == ("failed", "rows_rejected")
    assert counts(import_) == {"created": ROWS - 1, "rejected": 1}
    assert await number_of(committed_house) == 1


async def test_a_file_that_is_gone_fails_the_import(committed_house: House) -> None:
    sender = await Sender.of(committed_house)
    accepted = await sender.send(FILE, confirm=True)
    async with committed_house.services.database.transaction() as session:
        await session.execute(update(Import).values(object_key="imports/gone"))
    with pytest.raises(FileNotFoundError):
        await sender.run(accepted)
    import_ = await sender.found(accepted.json()["id"])
    assert (import_["state"], import_["problem"]["code"]) == ("failed", "internal_error")
