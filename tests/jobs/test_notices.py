"""The worker tells people in the order of the evidence, each once, and mails what it told, whatever dies meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from service.adapters.audit_signing import Notary
from service.adapters.keys import Keys
from service.domain import events
from service.domain.notices import MAIL_PAUSES
from service.jobs.notices import mail_notices, tell_people
from service.jobs.schedule import REPEATED
from service.journal import record
from service.models import Notice, Staff, new_id
from service.operations import audit_sealing, notice_mails, notices
from service.policy import system_actor
from service.queries import notice_events
from service.settings import Settings
from tests.dispute import Dispute, a_dispute
from tests.house import House, Person
from tests.mailing import MailServer, mail_settings
from tests.noticing import kinds


class Told:
    """A dispute in a database of its own, where what happens is sealed, told and mailed."""

    def __init__(self, house: House, keys: Keys, settings: Settings) -> None:
        self.house, self.notary, self.settings = house, Notary(keys.audit), settings
        self.database = house.services.database

    async def seal(self) -> None:
        async with self.database.transaction() as session:
            await audit_sealing.seal(session, self.notary)

    async def tell(self) -> int:
        return await tell_people(self.database, self.settings, datetime.now(UTC))

    async def mail(self, later: timedelta = timedelta()) -> int:
        return await mail_notices(self.database, self.settings, datetime.now(UTC) + later)

    async def reach(self, person: Person, email: str, language: str | None = None) -> None:
        async with self.database.transaction() as session:
            await session.execute(update(Staff).where(Staff.id == person.id).values(email=email, language=language))

    async def states(self) -> dict[str | None, int]:
        async with self.database.reading() as connection:
            counted = select(Notice.mail_state, func.count()).group_by(Notice.mail_state)
            return {row[0]: row[1] for row in await connection.execute(counted)}


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with MailServer() as running:
        yield running


@pytest.fixture
def told(committed_house: House, keys: Keys, server: MailServer) -> Told:
    return Told(committed_house, keys, mail_settings(server))


async def a_told_dispute(told: Told) -> Dispute:
    """Seller and owner can be mailed to; the appeal is filed and taken on."""
    dispute = await a_dispute(told.house)
    await told.reach(dispute.seller, "seller@example.com", "zh-CN")
    await told.reach(dispute.owner, "owner@example.com")
    await dispute.heard()
    await told.seal()
    return dispute


async def test_what_is_sealed_is_told_once_and_only_then(told: Told) -> None:
    dispute = await a_dispute(told.house)
    await dispute.heard()
    assert await told.tell() == 0
    await told.seal()
    assert await told.tell() == 4
    assert await told.tell() == 0
    assert await kinds(told.house, dispute.owner) == ["appeal_against_yours", "appeal_taken_on"]


async def test_a_crash_while_telling_leaves_nothing_out_and_nothing_twice(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_told_dispute(told)
    entered = notices.Teller.enter
    told_of: list[UUID] = []

    async def dies(self: Any, person: UUID, *rest: Any) -> int:
        told_of.append(person)
        if len(told_of) == 3:
            raise KeyboardInterrupt
        return await entered(self, person, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(notices.Teller, "enter", dies)
        with pytest.raises(KeyboardInterrupt):
            await told.tell()
    assert await told.states() == {}
    assert await told.tell() == 4


async def test_two_workers_tell_once(told: Told) -> None:
    await a_told_dispute(told)
    assert sum(await asyncio.gather(*(told.tell() for _ in range(4)))) == 4
    assert await told.states() == {"pending": 4}


class Stumbling:
    """What is told of a filed appeal, once: a statement that the database refuses, or an error of another kind."""

    def __init__(self, statement: str | None = None) -> None:
        self.statement, self.facts_of, self.asked = statement, notices.facts_of, 0

    async def __call__(self, connection: Any, entry: Any, timezone: str) -> Any:
        if entry.action == "appeal.filed":
            self.asked += 1
            if self.statement:
                await connection.execute(text(self.statement))
            raise KeyError(entry.action)
        return await self.facts_of(connection, entry, timezone)


@pytest.mark.parametrize("statement", [None, "SELECT CAST('none' AS uuid)"])
async def test_an_event_of_which_nothing_can_be_told_keeps_no_other_waiting(
    told: Told, monkeypatch: pytest.MonkeyPatch, statement: str | None
) -> None:
    dispute = await a_told_dispute(told)
    monkeypatch.setattr(notices, "facts_of", Stumbling(statement))
    assert await told.tell() == 2
    assert await kinds(told.house, dispute.owner) == ["appeal_taken_on"]


async def test_an_event_that_takes_too_long_is_tried_again_and_given_up(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_told_dispute(told)
    slow = Stumbling("SELECT pg_sleep(5)")
    monkeypatch.setattr(notices, "facts_of", slow)
    monkeypatch.setattr(notices, "PATIENCE_MS", 300)
    with capture_logs() as logs:
        assert await told.tell() == 2
    assert slow.asked == notices.TRIES
    assert [(one["event"], one["log_level"], one["action"]) for one in logs] == [("not told", "error", "appeal.filed")]
    assert await told.tell() == 0


async def test_an_event_during_which_the_database_is_in_trouble_is_told_later(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_told_dispute(told)
    with monkeypatch.context() as patched:
        patched.setattr(notices, "facts_of", Stumbling("DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$"))
        with pytest.raises(DBAPIError):
            await told.tell()
    assert await told.tell() == 4


async def test_what_tells_nobody_is_passed_over_in_passing(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notice_events, "AT_ONCE", 1)
    monkeypatch.setattr(notice_events, "LOOKED_AT", 8)
    data = {"staff_id": new_id(), "origin": "plan", "plan_id": new_id(), "reason": None}
    moved = [events.AssignmentStarted(new_id(), None, data) for _ in range(4)]
    async with told.database.transaction() as session:
        changed = [events.AccountChanged(new_id(), None) for _ in range(4)]
        await record(session, system_actor("plans"), *moved, *changed)
    await a_told_dispute(told)
    assert [await told.tell() for _ in range(3)] == [0, 2, 2]


async def test_each_notice_is_mailed_once_in_the_language_of_its_reader(told: Told, server: MailServer) -> None:
    await a_told_dispute(told)
    await told.tell()
    assert await told.mail() == 3
    assert await told.mail(timedelta(days=1)) == 0
    assert await told.states() == {"sent": 3, "failed": 1}
    mails = [
        (recipients[0], message_from_bytes(content, policy=policy.default))
        for _, recipients, content in server.received
    ]
    subjects = sorted((to, mail["Subject"]) for to, mail in mails)
    assert subjects == [
        ("owner@example.com", "An appeal concerns an account of yours"),
        ("owner@example.com", "The appeal is being heard"),
        ("seller@example.com", "申诉评审中"),
    ]
    assert len({mail["Message-ID"] for _, mail in mails}) == 3


async def test_a_worker_that_dies_after_sending_sends_the_same_letter_again(told: Told, server: MailServer) -> None:
    await a_told_dispute(told)
    await told.tell()

    settle = notice_mails.settle

    async def dies(session: Any, notice_id: UUID, outcome: str) -> None:
        if outcome == "sent":
            raise KeyboardInterrupt
        await settle(session, notice_id, outcome)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(notice_mails, "settle", dies)
        with pytest.raises(KeyboardInterrupt):
            await told.mail()
    assert len(server.received) == 1
    assert await told.mail(MAIL_PAUSES[0] + timedelta(seconds=1)) == 3
    ids = [message_from_bytes(content)["Message-ID"] for _, _, content in server.received]
    assert (len(ids), len(set(ids))) == (4, 3)


async def test_workers_at_a_slow_server_mail_each_notice_once(
    told: Told, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispute = await a_told_dispute(told)
    await told.reach(dispute.judge, "judge@example.com")
    await told.tell()
    server.slow_s = 0.6
    monkeypatch.setattr(notice_mails, "MAIL_PAUSES", (timedelta(seconds=2), *MAIL_PAUSES[1:]))

    async def late() -> int:
        await asyncio.sleep(2.1)
        return await told.mail()

    assert sum(await asyncio.gather(told.mail(), late())) == 4
    ids = [message_from_bytes(content)["Message-ID"] for _, _, content in server.received]
    assert (len(ids), len(set(ids))) == (4, 4)


async def test_a_server_that_is_away_gets_the_mail_later_and_is_given_up_in_the_end(
    told: Told, server: MailServer
) -> None:
    dispute = await a_told_dispute(told)
    await told.reach(dispute.judge, "judge@example.com")
    await told.tell()
    server.replies = dict.fromkeys(("seller@example.com", "owner@example.com"), "451 try again")
    assert await told.mail() == 1
    assert await told.mail() == 0
    assert await told.states() == {"pending": 3, "sent": 1}
    later = timedelta()
    for pause in MAIL_PAUSES[:2]:
        later += pause + timedelta(seconds=1)
        assert await told.mail(later) == 0
    server.replies = {"owner@example.com": "451 try again"}
    assert await told.mail(later + MAIL_PAUSES[2]) == 1
    for _ in MAIL_PAUSES:
        later += timedelta(days=2)
        await told.mail(later)
    assert await told.states() == {"sent": 2, "failed": 2}


async def test_whoever_may_no_longer_see_it_gets_no_mail(told: Told, server: MailServer) -> None:
    dispute = await a_told_dispute(told)
    await told.tell()
    async with told.database.transaction() as session:
        await session.execute(update(Staff).where(Staff.id == dispute.owner.id).values(status="left"))
    assert await told.mail() == 1
    assert [recipients for _, recipients, _ in server.received] == [["seller@example.com"]]


async def test_without_a_mail_server_nothing_waits_to_be_mailed(told: Told) -> None:
    told.settings = told.house.services.settings
    await a_told_dispute(told)
    assert await told.tell() == 4
    assert await told.states() == {None: 4}
    assert await told.mail() == 0


def test_the_worker_runs_both() -> None:
    assert {tell_people, mail_notices} <= {one.run for one in REPEATED.values()}
