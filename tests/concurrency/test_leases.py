"""Reads that straddle the end of a right, over a real server: no connection outlives it by a second."""

import asyncio
import json
import logging
import os
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
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

log = logging.getLogger(__name__)
READERS = int(os.environ.get("EVENHAND_TEST_READERS", "60"))
PIECE = b"\xa5" * (256 * 1024)
PIECES = 100_000  # 25 GiB, which nobody has read when the right ends
SOON = timedelta(seconds=2)
GRACE_S = 1.0
PACES = ["stalled", "0", "0.05", "0.2"]


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


class Crowd:
    """Readers in another process, each with its pause (tests/concurrency/crowd.py)."""

    def __init__(self, child: asyncio.subprocess.Process) -> None:
        self.child = child

    @classmethod
    @asynccontextmanager
    async def reading(cls, port: int, pauses: list[str]) -> AsyncIterator["Crowd"]:
        """Every one of them has the head of an answer."""
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.concurrency.crowd", str(port), *pauses,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**20,
        )  # fmt: skip
        try:
            assert child.stdout is not None
            async with asyncio.timeout(60):
                assert await child.stdout.readline() == b"reading\n"
            yield cls(child)
        finally:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()

    async def told(self) -> list[tuple[int, int, float]]:
        """For each how many bytes it was told of, how many it got, and when the last came; they stop."""
        output, _ = await self.child.communicate(b"")
        return [(told, got, at) for told, got, at in json.loads(output)]


@pytest.fixture
async def company(committed_house: House) -> Lending:
    return await Lending.open(committed_house)


async def straddle(
    desk: Desk, ends_after: Callable[[], Awaitable[float]], pauses: list[str]
) -> list[tuple[int, int, float]]:
    """What readers on open streams got when the right ended; `ends_after` brings the end about and tells when it was.

    A connection that is closed hands nothing more to the kernel; what the kernel holds by then is beyond any program.
    """
    async with desk.serving() as port, Crowd.reading(port, pauses) as crowd:
        assert desk.open == len(pauses)
        ended = await ends_after()
        while desk.open and time.monotonic() < ended + 2 * GRACE_S:  # noqa: ASYNC110 - the server knows of no event
            await asyncio.sleep(0.01)
        late = time.monotonic() - ended
        log.info("%d readers: the last connection was closed %.3f s after the end", len(pauses), late)
        assert late < GRACE_S
        readers = await crowd.told()
        async with asyncio.timeout(GRACE_S):
            while desk.left_open:  # noqa: ASYNC110 - nor of this
                await asyncio.sleep(0.01)
    for told, got, _ in readers:
        assert got < told == PIECES * len(PIECE)
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

    pauses = ["0" if at % 50 == 0 else ("stalled", "0.1", "0.3", "1")[at % 4] for at in range(READERS)]
    readers = await straddle(Desk(company, item), runs_out, pauses)
    assert sum(got > 0 for _, got, _ in readers) >= READERS // 3


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

    await straddle(Desk(company, item), ends, PACES)


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

    await straddle(Desk(company, item), ends, PACES)


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
