"""Appeals whose deadline has passed go to another reviewer."""

import asyncio
import os
import signal
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text, update

from service.errors import AssignmentEnded
from service.jobs.appeals import each, escalate_overdue_appeals
from service.jobs.schedule import SCHEDULE
from service.jobs.worker import Scheduled, work
from service.models import Appeal, AuditEntry, Setting, new_id
from tests.dispute import Dispute, a_dispute
from tests.house import House

LATER = timedelta(days=60)


async def run(house: House, now: datetime) -> int:
    """One run of the job at an instant."""
    return await escalate_overdue_appeals(house.services.database, house.services.settings, now)


async def shown(dispute: Dispute, path: str) -> dict[str, Any]:
    """The appeal as its appellant reads it."""
    return dict((await dispute.ask(dispute.seller, "GET", path)).json())


async def test_a_missed_deadline_hands_the_appeal_to_another_reviewer(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    mediator = await house.person("mediator")
    before = await shown(dispute, path)
    now = datetime.fromisoformat(before["decide_by"]) + timedelta(seconds=1)
    assert await run(house, now - timedelta(seconds=2)) == 0
    assert await run(house, now) == 1
    after = await shown(dispute, path)
    assert (after["state"], after["instance"], after["reviewer_id"]) == ("under_review", 2, str(mediator.id))
    assert datetime.fromisoformat(after["decide_by"]) > now
    assert (await dispute.decide(path, "rejected")).status_code == 403
    assert (await dispute.decide(path, "upheld", by=mediator)).status_code == 200


async def test_running_it_again_changes_nothing_more(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    await house.person("mediator")
    now = datetime.now(UTC) + LATER
    assert [await run(house, now), await run(house, now)] == [1, 0]
    once = await shown(dispute, path)
    assert await run(house, now + LATER) == 0
    assert await shown(dispute, path) == once


async def test_what_stands_in_the_way_of_one_does_not_stop_the_others(house: House) -> None:
    refused, *others = [new_id() for _ in range(3)]

    async def act(_session: Any, id_: UUID) -> bool:
        if id_ == refused:
            raise AssignmentEnded
        return True

    assert await each(house.services.database, [refused, *others], act) == 2


async def test_an_appeal_that_nobody_took_on_is_handed_on_too(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.filed()
    mediator = await house.person("mediator")
    assert await run(house, datetime.now(UTC) + LATER) == 1
    after = await shown(dispute, path)
    assert (after["state"], after["instance"], after["reviewer_id"]) == ("under_review", 2, str(mediator.id))


async def test_with_nobody_left_it_waits_for_the_general_manager_and_is_not_lost(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    assert await run(house, datetime.now(UTC) + LATER) == 1
    after = await shown(dispute, path)
    assert (after["state"], after["instance"], after["reviewer_id"]) == ("under_review", 2, None)
    leader, outside = await house.person("general_manager"), await house.person("mediator")
    same = await dispute.ask(leader, "POST", f"{path}/review", {"reviewer_id": str(dispute.judge.id)})
    assert (same.status_code, same.json()["code"]) == (403, "reviewer_decided_first_instance")
    named = await dispute.ask(leader, "POST", f"{path}/review", {"reviewer_id": str(outside.id)})
    assert (named.status_code, named.json()["reviewer_id"]) == (200, str(outside.id))


async def test_what_is_decided_or_withdrawn_has_no_deadline(house: House) -> None:
    for verdict in ("upheld", "rejected"):
        dispute = await a_dispute(house)
        await dispute.decide(await dispute.heard(), verdict)
        async with house.services.database.transaction() as session:
            await session.execute(text("UPDATE staff SET status = 'left' WHERE id = :id"), {"id": dispute.judge.id})
    gone = await a_dispute(house)
    await gone.ask(gone.seller, "POST", f"{await gone.filed()}/withdraw", {})
    assert await run(house, datetime.now(UTC) + LATER) == 0


async def test_without_escalations_the_appeal_stays_with_its_reviewer(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    async with house.services.database.transaction() as session:
        await session.execute(insert(Setting).values(key="appeal_escalations", value=0))
    assert await run(house, datetime.now(UTC) + LATER) == 0
    assert (await shown(dispute, path))["instance"] == 1


async def test_the_evidence_says_why(house: House) -> None:
    dispute = await a_dispute(house)
    await dispute.heard()
    await run(house, datetime.now(UTC) + LATER)
    entry = select(AuditEntry.actor, AuditEntry.account_id, AuditEntry.data).where(
        AuditEntry.action == "appeal.escalated"
    )
    async with house.services.database.reading() as connection:
        kept = tuple((await connection.execute(entry)).one())
    data = {"instance": 2, "cause": "missed_deadline", "reviewer_id": None}
    assert kept == ("system:deadlines", dispute.account_id, data)


async def test_the_worker_runs_it_by_the_clock(committed_house: House) -> None:
    house = committed_house
    dispute = await a_dispute(house)
    path = await dispute.heard()
    async with house.services.database.transaction() as session:
        await session.execute(update(Appeal).values(decide_by=datetime.now(UTC) - timedelta(days=1)))
    url = house.services.database.write.url.render_as_string(hide_password=False)
    schedule = {name: Scheduled("* * * * * *", one.run) for name, one in SCHEDULE.items()}
    worker = asyncio.create_task(work(url, house.services.settings, {}, schedule, {}))
    async with asyncio.timeout(20):
        while (await shown(dispute, path))["instance"] == 1:
            assert not worker.done(), worker.result()
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(worker, 20)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().remove_signal_handler(number)
