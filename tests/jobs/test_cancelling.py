"""Jobs that are called off or dropped: what they were working on does not stay half-way for ever."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update

from service.domain.progress import silence
from service.errors import StateConflict
from service.jobs import distribution_plans, worker
from service.jobs.recovery import take_up_dropped_jobs
from service.jobs.schedule import KINDS
from service.jobs.watching import Watch
from service.jobs.worker import Workplace, run_job
from service.models import Account, Decision, DistributionPlan, Import, Job, TierEvaluation, new_id
from service.operations.plan_computing import begin, draw, judge, propose, read_task, store
from service.policy import system_actor
from tests.house import LONG_AGO, House
from tests.sharing import Sharing, path_of


async def state_of(house: House, model: type[DistributionPlan | Import | TierEvaluation], id_: UUID) -> str:
    async with house.services.database.reading() as connection:
        return str(await connection.scalar(select(model.state).where(model.id == id_)))


async def test_a_plan_whose_job_is_called_off_while_it_computes_is_cancelled(house: House) -> None:
    sharing = await Sharing.of(house)
    await sharing.account()
    plan = (await sharing.asked()).json()
    async with house.services.database.transaction() as session:
        await begin(session, UUID(plan["id"]), house.services.settings.timezone)
        await session.execute(update(Job).where(Job.id == UUID(plan["job_id"])).values(state="running"))
    assert await state_of(house, DistributionPlan, UUID(plan["id"])) == "computing"
    answer = await sharing.ask(sharing.author, "POST", f"/v1/jobs/{plan['job_id']}/cancel", {"reason": "数据有误"})
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert await state_of(house, DistributionPlan, UUID(plan["id"])) == "cancelled"
    entries = await sharing.ask(await house.person("auditor"), "GET", "/v1/audit-entries", subject_id=plan["id"])
    assert "distribution_plan.cancelled" in {item["action"] for item in entries.json()["items"]}


async def test_a_job_that_hears_too_late_for_its_plan_cancels_it_itself(house: House) -> None:
    sharing = await Sharing.of(house)
    await sharing.account()
    plan = (await sharing.asked()).json()
    job_id = UUID(plan["job_id"])
    services = house.services

    async def called_off_meanwhile(work: Workplace) -> object:
        async with services.database.transaction() as session:
            await session.execute(update(Job).where(Job.id == job_id).values(state="cancelled"))
        return await distribution_plans.compute_plan(work)

    await run_job(services.database, services.settings, KINDS | {"compute_plan": called_off_meanwhile}, job_id)
    assert await state_of(house, DistributionPlan, UUID(plan["id"])) == "cancelled"


async def test_a_plan_that_is_called_off_while_it_is_judged_leaves_no_decision(house: House) -> None:
    sharing = await Sharing.of(house)
    await sharing.account()
    plan = (await sharing.asked()).json()
    plan_id, database, timezone = UUID(plan["id"]), house.services.database, house.services.settings.timezone
    async with database.transaction() as session:
        await begin(session, plan_id, timezone)
    async with database.frozen() as connection:
        drawn = draw(await read_task(connection, plan_id, timezone), silence)
    answer = await sharing.ask(sharing.author, "POST", f"/v1/distribution-plans/{plan_id}/cancel", {})
    assert answer.status_code == 200, answer.text

    async def proposed() -> None:
        async with database.transaction() as session:
            await store(session, plan_id, drawn)
            assert await session.scalar(select(func.count()).select_from(Decision)) == 1
            await propose(session, system_actor("distribution plans"), plan_id, drawn, judge(drawn, silence))

    with pytest.raises(StateConflict):
        await proposed()
    async with database.reading() as connection:
        assert await connection.scalar(select(func.count()).select_from(Decision)) == 0
    assert await state_of(house, DistributionPlan, plan_id) == "cancelled"


async def test_a_plan_that_cannot_be_judged_is_taken_back_whole(house: House) -> None:
    sharing = await Sharing.of(house)
    await sharing.account()
    plan = (await sharing.asked()).json()
    plan_id, services = UUID(plan["id"]), house.services
    async with services.database.transaction() as session:
        await begin(session, plan_id, services.settings.timezone)
        work = Workplace(services.database, services.settings, await session.get_one(Job, UUID(plan["job_id"])))
    async with services.database.frozen() as connection:
        drawn = draw(await read_task(connection, plan_id, services.settings.timezone), silence)
    known = asyncio.all_tasks()
    drawn.after.owner = drawn.after.owner[:0]  # of which no judgement can be made
    with pytest.raises(IndexError):
        async with services.database.transaction() as session:
            await distribution_plans.proposed(session, Watch(work), drawn)
    assert asyncio.all_tasks() == known
    async with services.database.reading() as connection:
        assert await connection.scalar(select(func.count()).select_from(Decision)) == 0


@pytest.mark.parametrize(
    ("what", "state", "code"), [("apply", "superseded", "plan_stale"), ("compute", "failed", "state_conflict")]
)
async def test_a_worker_that_dies_after_a_plan_has_ended_leaves_a_job_that_says_how(
    house: House, monkeypatch: pytest.MonkeyPatch, what: str, state: str, code: str
) -> None:
    sharing = await Sharing.of(house)
    account = await sharing.account()
    if what == "apply":
        plan = (await sharing.step(await sharing.approved(), "apply")).json()
        async with house.services.database.transaction() as session:
            await session.execute(update(Account).where(Account.id == account).values(potential_value_base=7))
    else:
        nobody = await house.person("finance")
        plan = (await sharing.asked(mode="newcomer", staff_id=str(nobody.id))).json()

    async def died(*_: Any, **__: Any) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as patch:
        patch.setattr(worker, "close", died)
        with pytest.raises(ConnectionResetError):
            await sharing.ran_job(UUID(plan["job_id"]), path_of(plan))
    again = await sharing.ran_job(UUID(plan["job_id"]), path_of(plan))
    assert (again["state"], again["problem"]["code"]) == (state, code)
    async with house.services.database.transaction() as session:
        job = await session.get_one(Job, UUID(plan["job_id"]))
    assert (job.state, (job.problem or {})["code"]) == ("failed", code)


async def test_an_evaluation_whose_job_is_called_off_stays_without_a_result_and_cannot_be_approved(
    house: House,
) -> None:
    sharing = await Sharing.of(house)
    await sharing.account()
    made = await sharing.ask(sharing.author, "POST", "/v1/tier-evaluations", {"scheme_id": str(sharing.scheme_id)})
    assert made.status_code == 202, made.text
    body = made.json()
    cancelled = await sharing.ask(sharing.author, "POST", f"/v1/jobs/{body['job_id']}/cancel", {})
    assert cancelled.status_code == 200, cancelled.text
    assert await state_of(house, TierEvaluation, UUID(body["id"])) == "preview"
    refused = await sharing.ask(sharing.leader, "POST", f"/v1/tier-evaluations/{body['id']}/approve", {})
    assert refused.status_code == 409, refused.text


async def test_what_a_failed_job_left_running_is_ended(house: House) -> None:
    sharing = await Sharing.of(house)
    await sharing.account()
    plan = (await sharing.asked()).json()
    import_id, database = await a_running_import(house, sharing), house.services.database
    async with database.transaction() as session:
        await session.execute(update(DistributionPlan).values(state="computing", computed_at=LONG_AGO))
        await session.execute(update(Job).values(state="failed"))
    assert await take_up_dropped_jobs(database, house.services.settings, LONG_AGO) == 2
    assert await state_of(house, DistributionPlan, UUID(plan["id"])) == "failed"
    assert await state_of(house, Import, import_id) == "failed"
    assert await take_up_dropped_jobs(database, house.services.settings, LONG_AGO) == 0


@pytest.mark.parametrize(("state", "again"), [("queued", 1), ("running", 1), ("succeeded", 0), ("cancelled", 0)])
async def test_a_job_that_could_not_be_begun_or_closed_is_queued_again(house: House, state: str, again: int) -> None:
    sharing = await Sharing.of(house)
    plan = (await sharing.asked()).json()
    database, held = house.services.database, text("UPDATE pgqueuer SET status = 'failed'")
    async with database.transaction() as session:
        await session.execute(held)
        await session.execute(update(Job).where(Job.id == UUID(plan["job_id"])).values(state=state))
    assert await take_up_dropped_jobs(database, house.services.settings, LONG_AGO) == again
    async with database.reading() as connection:
        assert await connection.scalar(text("SELECT status::text FROM pgqueuer")) == ("queued" if again else "failed")


async def a_running_import(house: House, sharing: Sharing) -> UUID:
    """An import whose job is about to fail without saying so."""
    import_id, job_id = new_id(), new_id()
    job = Job(
        id=job_id, kind="run_import", subject_id=import_id, state="running", created_by=sharing.author.id, request_id=""
    )
    import_ = Import(
        id=import_id, target="accounts", filename="客户.csv", file_sha256="0" * 64, file_size=1, object_key="none",
        format="csv", currency="CNY", decimal_mark=".", mode="partial", match_on="code", mapping=[], notices=[],
        state="running", run=1, job_id=job_id, created_by=sharing.author.id, day_first=False, validate_only=False,
    )  # fmt: skip
    async with house.services.database.transaction() as session:
        session.add(job)
        await session.flush()
        session.add(import_)
    return import_id
