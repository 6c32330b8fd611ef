"""Reads that straddle the end of a right, over a real server: no connection outlives it by a second."""

import asyncio
import os
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import pytest
import uvicorn
from sqlalchemy import extract, func, select, update
from starlette.types import Receive, Scope, Send

from service.database import keep_archive
from service.http.bounded import BoundedHttp
from service.http.leases import LeasedResponse, lease_of
from service.models import AccountMembership, ArchiveItem, Delegation, Department, Loan, RoleGrant, Staff
from service.operations.archive_content import opens_without_loan
from service.operations.lending_ends import end_lending
from service.policy import Actor, allowed, system_actor
from service.queries.leases import FOR_EVER, Right, seconds_left
from tests.house import House
from tests.lending import Lending

READERS = int(os.environ.get("EVENHAND_TEST_READERS", "60"))
PIECE = b"\xa5" * (256 * 1024)
PIECES = 100_000  # 25 GiB, which nobody has read when the right ends
SOON = timedelta(seconds=2)
GRACE_S = 1.0


def right(actor: Actor) -> Right:
    """What somebody may open, and without a loan."""
    return Right(opens_without_loan(actor), allowed(actor, "open", ArchiveItem))


class Desk:
    """A server that hands an item out for as long as its borrower may have it."""

    def __init__(self, company: Lending, item_id: UUID) -> None:
        self.company, self.item_id = company, item_id
        self.left_open = 0
        self.server = uvicorn.Server(
            uvicorn.Config(
                self.app, http=BoundedHttp, interface="asgi3", lifespan="off", log_config=None, access_log=False
            )
        )

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def pieces() -> AsyncGenerator[bytes, None]:
            try:
                for _ in range(PIECES):
                    yield PIECE
            finally:
                self.left_open -= 1

        database, person = self.company.house.services.database, self.company.people["seller"].id
        lease = lease_of((id(self), person), lambda: seconds_left(database, person, self.item_id, right))
        self.left_open += 1
        response = LeasedResponse(pieces(), PIECES * len(PIECE), "application/octet-stream", {}, lease)
        await response(scope, receive, send)

    @property
    def open(self) -> int:
        """How many connections could still hand something to the kernel."""
        return sum(not protocol.transport.is_closing() for protocol in self.server.server_state.connections)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[int]:
        """The port."""
        listening = await asyncio.get_running_loop().create_server(
            lambda: BoundedHttp(self.server.config, self.server.server_state, {}), "127.0.0.1", 0
        )
        self.server.config.load()
        try:
            yield listening.sockets[0].getsockname()[1]
        finally:
            listening.close()


class Reader:
    """Somebody who reads, at once, slowly, or not at all after the first bytes."""

    def __init__(self, pause_s: float | None) -> None:
        self.pause_s = pause_s
        self.total = 0
        self.told = 0

    async def read(self, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**16)
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        self.told = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        try:
            while self.pause_s is not None and (some := await reader.read(2**16)):
                self.total += len(some)
                await asyncio.sleep(self.pause_s)
            await asyncio.sleep(0 if self.pause_s is not None else 30)
        except ConnectionError:
            pass
        finally:
            writer.transport.abort()


@pytest.fixture
async def company(committed_house: House) -> Lending:
    return await Lending.open(committed_house)


async def straddle(desk: Desk, ends_after: Callable[[], Awaitable[float]], pauses: list[float | None]) -> list[Reader]:
    """Readers on open streams while the right ends; `ends_after` brings the end about and tells when it was.

    A connection that is closed hands nothing more to the kernel; what the kernel holds by then is beyond any program.
    """
    readers = [Reader(pause) for pause in pauses]
    async with desk.serving() as port:
        tasks = [asyncio.create_task(one.read(port)) for one in readers]
        async with asyncio.timeout(60):
            while not all(one.told for one in readers):  # noqa: ASYNC110 - the server knows of no event for it
                await asyncio.sleep(0.02)
        assert desk.open == len(readers)
        ended = await ends_after()
        await asyncio.sleep(max(0.0, ended + GRACE_S - time.monotonic()))
        assert desk.open == 0
        stalled = [one for one in tasks if not one.done()]
        await asyncio.sleep(0.2)
        for one in stalled:
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert desk.left_open == 0
    for one in readers:
        assert one.total < one.told == PIECES * len(PIECE)
    return readers


async def test_nothing_goes_out_a_second_after_a_loans_end_whoever_reads_how(company: Lending) -> None:
    item = await company.item("secret")
    await company.lent(item, seconds=14400)
    database = company.house.services.database

    async def runs_out() -> float:
        async with database.transaction() as session:
            await keep_archive(session)
            moved = {
                "starts_at": func.now() - timedelta(hours=3),
                "expires_at": func.now() + SOON,
            }
            await session.execute(update(Loan).values(moved))
            seconds = await session.scalar(select(extract("epoch", Loan.expires_at - func.clock_timestamp())))
        return time.monotonic() + max(0.0, float(seconds or 0))

    pauses = [0.0 if at % 50 == 0 else (None, 0.1, 0.3, 1.0)[at % 4] for at in range(READERS)]
    readers = await straddle(Desk(company, item), runs_out, pauses)
    assert sum(one.total > 0 for one in readers) >= READERS // 3


async def change(company: Lending, what: str, item: UUID) -> None:
    """What ends a right before its time."""
    people = company.people
    if what == "revoked":
        async with company.house.services.database.transaction() as session:
            await keep_archive(session)
            loan = await session.scalar(select(Loan.id))
        assert (await company.post("archivist", f"/loans/{loan}/revoke", reason="安全检查")).status_code == 200
        return
    async with company.house.services.database.transaction() as session:
        await keep_archive(session)
        if what == "role":
            lost = update(RoleGrant).where(RoleGrant.staff_id == people["seller"].id).values(state="revoked")
            await session.execute(lost)
        elif what == "department":
            other = await session.scalar(select(Department.id).where(Department.id != company.department_id))
            await session.execute(update(Staff).where(Staff.id == people["seller"].id).values(department_id=other))
        elif what == "left":
            await session.execute(update(Staff).where(Staff.id == people["seller"].id).values(status="left"))
        elif what == "class":
            await end_lending(session, system_actor("archive"), item, "raised")
            raised = update(ArchiveItem).where(ArchiveItem.id == item).values(confidentiality="confidential")
            await session.execute(raised)
        else:
            now = {"state": "revoked", "revoked_at": Delegation.starts_at}
            await session.execute(update(Delegation).values(now))


@pytest.mark.parametrize("what", ["revoked", "role", "department", "left", "class", "delegation"])
async def test_whatever_ends_the_right_cuts_open_streams_within_a_second(company: Lending, what: str) -> None:
    item = await company.item("secret")
    if what == "delegation":
        await company.delegation("other_deputy")
        loan = (await company.ask("seller", item)).json()["id"]
        assert (await company.post("other_deputy", f"/loans/{loan}/approve")).status_code == 200
        assert (await company.begin("seller", loan)).status_code == 200
    else:
        await company.lent(item)

    async def ends() -> float:
        await change(company, what, item)
        return time.monotonic()

    await straddle(Desk(company, item), ends, [None, 0.0, 0.05, 0.2])


async def of_the_team(company: Lending) -> UUID:
    """An unclassified item of an account of the seller's."""
    account = await company.house.account(company.people["seller"])
    return await company.item("unclassified", account_id=account)


@pytest.mark.parametrize("what", ["setting", "team"])
async def test_who_reads_for_the_accounts_team_is_cut_when_the_team_may_no_more(company: Lending, what: str) -> None:
    item = await of_the_team(company)

    async def ends() -> float:
        if what == "setting":
            async with company.house.client(company.people["admin"]) as client:
                path, kind = "/v1/settings/archive_team_opens", "application/merge-patch+json"
                headers = {"If-Match": "*", "Content-Type": kind}
                assert (await client.patch(path, content='{"value": 0}', headers=headers)).status_code == 200
        else:
            async with company.house.services.database.transaction() as session:
                ended = update(AccountMembership).where(AccountMembership.ended_at.is_(None))
                await session.execute(ended.values(ended_at=func.now()))
        return time.monotonic()

    await straddle(Desk(company, item), ends, [None, 0.0, 0.05, 0.2])


async def test_a_loan_limits_nobody_who_reads_for_the_accounts_team(company: Lending) -> None:
    item = await of_the_team(company)
    loan = (await company.ask("manager", item, "seller", seconds=60)).json()["id"]
    assert (await company.post("office_director", f"/loans/{loan}/approve")).status_code == 200
    assert (await company.begin("seller", loan)).status_code == 200
    database, people = company.house.services.database, company.people
    assert await seconds_left(database, people["seller"].id, item, right) == FOR_EVER
    assert await seconds_left(database, people["stranger"].id, item, right) == 0


async def test_of_a_hundred_approvals_one_counts(company: Lending) -> None:
    loan = (await company.ask("seller", await company.item("secret"))).json()["id"]
    answers = await asyncio.gather(*(company.post("deputy", f"/loans/{loan}/approve") for _ in range(100)))
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(200) == 1
    assert set(statuses) <= {200, 409, 503}
    assert statuses.count(409) >= 1
    async with company.house.services.database.transaction() as session:
        await keep_archive(session)
        assert (await session.scalars(select(Loan.state))).one() == "approved"
