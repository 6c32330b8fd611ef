"""Fairness kept over time: each measurement with its drift since the last plan, and an alert when that is too much."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.journal import record
from service.models import DistributionPlan, FairnessReport, Ledger, new_id
from service.operations.ledgers import store_ledger
from service.policy import system_actor
from service.queries.fairness import Measured
from service.queries.ledgers import FAIRNESS, Opened
from service.queries.settings import setting
from service.schemas.fields import utc

MEASURING = system_actor("fairness")
SHOWN = ("max", "min", "cv", "gini", "jain")


async def store_report(session: AsyncSession, opened: Opened, measured: Measured) -> bool:
    """Keeps a measurement and the ledger behind it, which takes the place of the one before; whether it is an alert."""
    await session.execute(delete(Ledger).where(Ledger.purpose == FAIRNESS, Ledger.department_id.is_(None)))
    await store_ledger(session, opened, FAIRNESS)
    summary = summarised(measured.report)
    drift = await drifted(session, measured.as_of, summary)
    alerted = await session.scalar(select(FairnessReport.drift["alert"].astext).order_by(NEWEST).limit(1)) == "true"
    report = FairnessReport(
        id=new_id(),
        as_of=measured.as_of,
        snapshot_sha256=measured.snapshot_sha256,
        rulebook_id=opened.basis.rulebook_id,
        report={**measured.report, "summary": summary},
        drift=drift,
    )
    session.add(report)
    await session.flush()
    if drift and drift["alert"] and not alerted:
        await record(session, MEASURING, events.FairnessDrifted(report.id, data=drift))
    return bool(drift and drift["alert"])


def summarised(report: Mapping[str, Any]) -> dict[str, Any]:
    """A report in a few numbers, without anybody's name."""
    return {
        "dimensions": [
            {"name": part["name"], **{name: part["after"][name] for name in SHOWN}} for part in report["dimensions"]
        ],
        "claims": report["claims"]["after"]["counts"],
        "waiting": report["waiting"],
    }


async def drifted(session: AsyncSession, as_of: datetime, summary: Mapping[str, Any]) -> dict[str, Any] | None:
    """How far each load's variation has risen since the first measurement after the last plan; None without a plan."""
    applied: datetime | None = await session.scalar(select(func.max(DistributionPlan.applied_at)))
    if applied is None:
        return None
    first = select(FairnessReport.as_of, FairnessReport.report["summary"].label("summary"))
    row = (
        await session.execute(first.where(FairnessReport.as_of >= applied).order_by(FairnessReport.as_of).limit(1))
    ).one_or_none()
    since, then = (row.as_of, row.summary) if row else (as_of, summary)
    limit = await setting(await session.connection(), "fairness_drift_percent")
    rises = rise(then, summary)
    return {
        "since": utc(since),
        "limit_percent": limit,
        "rise_percent": {name: str(points) for name, points in rises.items()},
        "alert": any(points > limit for points in rises.values()),
    }


def rise(then: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Decimal]:
    """By how many percentage points the variation of each load has risen; negative where it fell."""
    before = {part["name"]: Decimal(part["cv"]) for part in then["dimensions"]}
    return {
        part["name"]: (Decimal(part["cv"]) - before[part["name"]]) * 100
        for part in now["dimensions"]
        if part["name"] in before
    }


NEWEST = FairnessReport.as_of.desc()
