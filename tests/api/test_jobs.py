"""Jobs through HTTP."""

from uuid import UUID, uuid4

from service.errors import PlanStale
from service.jobs.worker import Work, Workplace, run_job
from service.operations.jobs import start_job
from service.policy import Actor
from tests.house import House, Person


async def a_job(house: House, creator: Person, kind: str = "measure") -> UUID:
    """Work that a person asked for."""
    actor = Actor("staff", creator.id, creator.code)
    async with house.services.database.transaction() as session:
        return (await start_job(session, actor, kind, uuid4())).id


async def run(house: House, job: UUID, work: Work) -> None:
    await run_job(house.services.database, house.services.settings, {"measure": work}, job)


async def measured(work: Workplace) -> dict[str, int]:
    """Work that tells how far it is."""
    assert await work.progress(50)
    return {"found": 7}


async def stale(work: Workplace) -> None:
    """Work that finds that it is too late."""
    raise PlanStale


async def test_a_job_is_watched_from_queue_to_result(house: House) -> None:
    creator = await house.person("director")
    job = await a_job(house, creator)
    async with house.client(creator) as client:
        queued = await client.get(f"/v1/jobs/{job}")
        same = await client.get(f"/v1/jobs/{job}", headers={"If-None-Match": queued.headers["ETag"]})
        await run(house, job, measured)
        done = await client.get(f"/v1/jobs/{job}", headers={"If-None-Match": queued.headers["ETag"]})
        listed = (await client.get("/v1/jobs", params={"state": "succeeded"})).json()["items"]
    assert (queued.json()["state"], queued.json()["progress"], queued.json()["result"]) == ("queued", 0, None)
    assert same.status_code == 304
    assert (done.status_code, done.json()["state"], done.json()["progress"]) == (200, "succeeded", 100)
    assert done.json()["result"] == {"found": 7}
    assert listed == [done.json()]


async def test_a_failed_job_says_why_in_the_callers_language(house: House) -> None:
    creator = await house.person("director")
    job = await a_job(house, creator)
    await run(house, job, stale)
    async with house.client(creator) as client:
        english = (await client.get(f"/v1/jobs/{job}", headers={"Accept-Language": "en"})).json()
        chinese = (await client.get(f"/v1/jobs/{job}", headers={"Accept-Language": "zh-CN"})).json()
    assert english["state"] == "failed"
    assert english["problem"] == {"code": "plan_stale", "detail": PlanStale.title().en}
    assert chinese["problem"] == {"code": "plan_stale", "detail": PlanStale.title().zh}


async def test_everybody_lists_their_own_jobs_and_the_auditor_all(house: House) -> None:
    one, two, auditor = await house.person("director"), await house.person("director"), await house.person("auditor")
    jobs = {str(await a_job(house, one)), str(await a_job(house, two))}
    seen = []
    for person in (one, two, auditor):
        async with house.client(person) as client:
            seen.append({job["id"] for job in (await client.get("/v1/jobs")).json()["items"]})
    assert seen[0] | seen[1] == seen[2] == jobs
    assert (len(seen[0]), len(seen[1])) == (1, 1)


async def test_a_job_is_called_off_once_by_whoever_started_it(house: House) -> None:
    creator, other, auditor = [await house.person(role) for role in ("director", "director", "auditor")]
    job = await a_job(house, creator)
    async with house.client(other) as client:
        hidden = [await client.get(f"/v1/jobs/{job}"), await client.post(f"/v1/jobs/{job}/cancel", json={})]
    async with house.client(auditor) as client:
        refused = await client.post(f"/v1/jobs/{job}/cancel", json={})
    async with house.client(creator) as client:
        cancelled = await client.post(f"/v1/jobs/{job}/cancel", json={"reason": "不再需要"})
        again = await client.post(f"/v1/jobs/{job}/cancel", json={})
        await run(house, job, measured)
        kept = await client.get(f"/v1/jobs/{job}")
    assert {answer.status_code for answer in hidden} == {404}
    assert (refused.status_code, cancelled.status_code, again.status_code) == (403, 200, 409)
    assert cancelled.json()["state"] == kept.json()["state"] == "cancelled"
