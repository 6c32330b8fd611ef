"""Jobs of plans while something else happens: the same job again, a calling off, a plan that is being stored."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import pytest
from pgqueuer.errors import RetryRequested
from sqlalchemy import func, select, text, update

from service.database import Database
from service.errors import PlanStale
from service.jobs import watching
from service.jobs.schedule import KINDS
from service.jobs.worker import Workplace, run_alone
from service.models import Account, Decision, DistributionPlan, Job, new_id
from service.operations import plan_applying
from service.operations.distribution_plans import APPLY, COMPUTE
from tests.concurrency.waiting import until_somebody_waits
from tests.house import House
from tests.sharing import Sharing, path_of

CONFIRMED_FROM = watching.COURSES[APPLY].phases["confirming"][0]
JUDGED_FROM = watching.COURSES[COMPUTE].phases["judging"][0]


@pytest.fixture
async def database(committed_house: House) -> AsyncIterator[Database]:
    """The database as a worker has it, with its patience."""
    url = committed_house.services.database.write.url.render_as_string(hide_password=False)
    found = Database.connect(url, for_worker=True)
    yield found
    await found.dispose()


async def run(house: House, database: Database, asked: dict[str, Any], places: asyncio.Semaphore | None = None) -> None:
    free = places or asyncio.Semaphore()
    await run_alone(database, house.services.settings, KINDS, free, UUID(asked["job_id"]))


@asynccontextmanager
async def at_work(
    house: House, database: Database, asked: dict[str, Any], table: str = "decisions"
) -> AsyncIterator[asyncio.Task[None]]:
    """A job that waits for a table that it writes to until the block ends."""
    async with asyncio.timeout(330), database.transaction() as session:
        await session.execute(text(f"LOCK TABLE {table} IN SHARE MODE"))
        running = asyncio.create_task(run(house, database, asked))
        await until_somebody_waits(house, 300)  # the first plan of a process is compiled
        yield running


async def told(house: House, asked: dict[str, Any]) -> tuple[str, str, int, int]:
    """States of plan and job, the job's progress, and how many decisions the plan has."""
    decisions = select(func.count()).where(Decision.plan_id == DistributionPlan.id).scalar_subquery()
    statement = (
        select(DistributionPlan.state, Job.state.label("of_job"), Job.progress, decisions)
        .join(Job, Job.id == UUID(asked["job_id"]))
        .where(DistributionPlan.id == UUID(asked["id"]))
    )
    async with house.services.database.reading() as connection:
        state, of_job, progress, number = (await connection.execute(statement)).one()
    return state, of_job, progress, number


async def test_a_job_that_is_taken_up_twice_runs_once_and_spoils_nothing(
    committed_house: House, database: Database
) -> None:
    sharing = await Sharing.of(committed_house)
    await sharing.account()
    asked = (await sharing.asked()).json()
    async with at_work(committed_house, database, asked) as running:
        with pytest.raises(RetryRequested):
            await run(committed_house, database, asked)
        assert (await told(committed_house, asked))[:2] == ("computing", "running")
    await running
    assert await told(committed_house, asked) == ("proposed", "succeeded", 100, 1)
    await run(committed_house, database, asked)  # the lock went with the job
    assert await told(committed_house, asked) == ("proposed", "succeeded", 100, 1)


async def test_a_job_waits_for_a_place_in_its_worker_whatever_the_queue_says(
    committed_house: House, database: Database
) -> None:
    sharing = await Sharing.of(committed_house)
    await sharing.account()
    asked, other = (await sharing.asked()).json(), (await sharing.asked()).json()
    places = asyncio.Semaphore(0)
    waiting = asyncio.create_task(run(committed_house, database, asked, places))
    await run(committed_house, database, other)
    assert [(await told(committed_house, one))[1] for one in (asked, other)] == ["queued", "succeeded"]
    places.release()
    await waiting
    assert (await told(committed_house, asked))[1] == "succeeded"


async def test_a_worker_holds_its_job_while_it_lives_and_no_longer_when_it_hangs(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.database.SILENT_S", 0.6)

    async def free() -> bool:
        async with database.holding("a job") as held:
            return held

    async def another_worker_gets_it() -> None:
        other = Database.connect(database.write.url.render_as_string(hide_password=False), for_worker=True)
        async with other.holding("a job") as held:
            assert not held
        async with asyncio.timeout(30):
            while not held:
                await asyncio.sleep(0.05)
                async with other.holding("a job") as held:
                    pass
        await other.dispose()

    async def lives_and_hangs() -> None:
        async with database.holding("a job") as mine:
            await asyncio.sleep(0.9)
            assert mine
            assert not await free()
            with ThreadPoolExecutor() as elsewhere:
                elsewhere.submit(asyncio.run, another_worker_gets_it()).result()  # this loop stands still meanwhile
            await asyncio.sleep(30)

    with pytest.raises(TimeoutError):
        await lives_and_hangs()
    assert await free()


@asynccontextmanager
async def on_a_line(database: Database) -> AsyncIterator[tuple[Database, asyncio.Event]]:
    """The database behind a line on which nothing comes through, and nobody hangs up, while the event is not set."""
    server, passable = database.write.url, asyncio.Event()
    socket = f".s.PGSQL.{server.query['port']}"
    passable.set()

    async def pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while part := await source.read(65536):
            await passable.wait()
            target.write(part)
        target.close()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, questions = await asyncio.open_unix_connection(f"{server.query['host']}/{socket}")
        await asyncio.gather(pass_on(reader, questions), pass_on(answers, writer))

    with TemporaryDirectory(dir="/tmp") as folder:
        async with await asyncio.start_unix_server(connected, f"{folder}/{socket}"):
            url = server.update_query_dict({"host": folder})
            found = Database.connect(url.render_as_string(hide_password=False), for_worker=True)
            yield found, passable
            await found.dispose()


async def test_a_worker_that_no_longer_reaches_the_database_stops_its_job(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.database.SILENT_S", 0.8)
    stopped = asyncio.Event()

    async def loses_its_line() -> None:
        async with on_a_line(database) as (far_away, passable), far_away.holding("a job") as mine:
            assert mine
            passable.clear()
            try:
                await asyncio.sleep(20)
            except asyncio.CancelledError:
                stopped.set()
                raise
            finally:
                passable.set()

    with pytest.raises(TimeoutError):
        await loses_its_line()
    assert stopped.is_set()


async def test_a_plan_that_is_being_stored_tells_its_progress_and_hears_that_it_is_called_off(
    committed_house: House, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LOOK_EVERY_S", 0.02)
    sharing = await Sharing.of(committed_house)
    for _ in range(3):
        await sharing.account()
    asked = (await sharing.asked()).json()
    async with at_work(committed_house, database, asked) as running:
        while (await told(committed_house, asked))[2] <= JUDGED_FROM:  # noqa: ASYNC110 - a row knows of no event
            await asyncio.sleep(0.02)
        answer = await sharing.ask(sharing.author, "POST", f"{path_of(asked)}/cancel", {})
        assert answer.status_code == 200, answer.text
        assert not running.done()
    await running
    state, of_job, _, decisions = await told(committed_house, asked)
    assert (state, of_job, decisions) == ("cancelled", "cancelled", 0)


async def test_judging_hears_that_its_job_was_called_off_while_the_plan_is_stored(
    committed_house: House, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LOOK_EVERY_S", 0.02)
    sharing = await Sharing.of(committed_house)
    for _ in range(3):
        await sharing.account()
    asked, steps = (await sharing.asked()).json(), []
    tell = watching.Watch.tell

    def slowly(watch: watching.Watch, phase: str, done: int, total: int) -> None:
        if phase == "judging":
            steps.append(done)
            watch.called_off.wait(60)
        tell(watch, phase, done, total)

    monkeypatch.setattr(watching.Watch, "tell", slowly)
    async with at_work(committed_house, database, asked) as running:
        assert (await sharing.ask(sharing.author, "POST", f"/v1/jobs/{asked['job_id']}/cancel", {})).status_code == 200
    await running
    assert steps == [0]
    assert (await told(committed_house, asked))[:2] == ("cancelled", "cancelled")


async def test_an_application_tells_how_far_it_is_and_one_that_is_called_off_leaves_the_plan_as_it_was(
    committed_house: House, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LOOK_EVERY_S", 0.02)
    sharing = await Sharing.of(committed_house)
    await sharing.account()
    asked = (await sharing.step(await sharing.approved(), "apply")).json()
    async with at_work(committed_house, database, asked, "assignments") as running:
        while (await told(committed_house, asked))[2] < CONFIRMED_FROM:  # noqa: ASYNC110 - a row knows of no event
            await asyncio.sleep(0.02)
        assert await sharing.owners() == {}
        answer = await sharing.ask(sharing.leader, "POST", f"/v1/jobs/{asked['job_id']}/cancel", {})
        assert answer.status_code == 200, answer.text
    await running
    assert (await told(committed_house, asked))[:2] == ("approved", "cancelled")
    assert await sharing.owners() == {}
    again = (await sharing.step(asked, "apply")).json()
    await run(committed_house, database, again)
    assert (await told(committed_house, again))[:3] == ("applied", "succeeded", 100)


async def test_a_plan_that_is_called_off_while_its_data_are_found_changed_stays_called_off(
    committed_house: House, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sharing = await Sharing.of(committed_house)
    account = await sharing.account()
    asked = (await sharing.step(await sharing.approved(), "apply")).json()
    async with database.transaction() as session:
        await session.execute(update(Account).where(Account.id == account).values(potential_value_base=7))
    supersede = plan_applying.supersede

    async def overtaken(*given: Any) -> PlanStale:
        assert (await sharing.step(asked, "cancel")).status_code == 200
        return await supersede(*given)

    monkeypatch.setattr(plan_applying, "supersede", overtaken)
    await run(committed_house, database, asked)
    assert (await told(committed_house, asked))[:2] == ("cancelled", "cancelled")


async def test_a_look_that_finds_no_connection_free_calls_nothing_off(
    committed_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.database.POOL_WAIT_S", 0.01)
    services = committed_house.services
    url = services.database.write.url.render_as_string(hide_password=False)
    busy = Database.connect(url, for_worker=True, pool_size=1)
    work = Workplace(busy, services.settings, Job(id=new_id()))
    async with busy.holding("the only connection"):
        assert await work.progress(50)
    assert not await work.progress(50)  # there is no such job
    await busy.dispose()
