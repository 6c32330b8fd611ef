"""Plans judged again: verified from what was stored, replayed by the solver."""

from typing import Any

from service.domain.distribution.evidence import Evidence
from service.domain.distribution.planning import plan
from service.domain.distribution.snapshot import Snapshot
from service.domain.distribution.verification import verify
from service.domain.progress import Progress, silence
from service.jobs.watching import Watch
from service.jobs.worker import Workplace
from service.queries.plan_evidence import stored_plan


async def verify_plan(work: Workplace) -> dict[str, Any]:
    """Every check of a stored plan, without the solver."""
    watch = Watch(work)
    (evidence,) = await watch.results(evidence_of(work))
    (checks,) = await watch.results(watch.threaded(verify, evidence))
    return {"passed": all(one.passed for one in checks), "checks": [one.to_mapping() for one in checks]}


async def replay_plan(work: Workplace) -> dict[str, Any]:
    """The hash of a plan that is computed anew from its stored snapshot, and whether it is the stored one."""
    watch = Watch(work)
    (evidence,) = await watch.results(evidence_of(work))
    (result,) = await watch.results(watch.threaded(replayed, evidence))
    return dict(result)


def replayed(evidence: Evidence, tell: Progress = silence) -> dict[str, Any]:
    """Both hashes of a plan, stored and computed again, and by which engines: each may search in its own way."""
    again = plan(Snapshot.from_bytes(evidence.content), tell)
    return {
        "same": again.sha256 == evidence.plan_sha256,
        "plan_sha256": evidence.plan_sha256,
        "replayed_sha256": again.sha256,
        "engine_version": evidence.engine_version,
        "replayed_by": again.engine_version,
    }


async def evidence_of(work: Workplace) -> Evidence:
    """What was stored of the job's plan, read in one state of the database."""
    async with work.database.frozen() as connection:
        return await stored_plan(connection, work.job.subject_id)
