"""Verdicts for everybody to look up without names, and counted for those who lead."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import ColumnElement, Integer, Select, Text, bindparam, cast, extract, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.appeals import Outcome
from service.domain.states import OPEN_APPEALS, AppealState
from service.models import Appeal, AppealVerdict, Rulebook
from service.models.appeals import OPEN_STATES
from service.policy import Actor, require
from service.queries.listing import Filter, Listing, equals
from service.queries.single import single
from service.schemas.precedents import StatisticsBy, StatisticsQuery

AMENDMENT = select(Rulebook.id).where(Rulebook.precedent_id == AppealVerdict.id).scalar_subquery()
COLUMNS: dict[str, Any] = {
    **{name: getattr(AppealVerdict, name) for name in (
        "id", "outcome", "grounds", "rule", "region", "tier", "instance", "rulebook_id", "decided_at",
    )},
    "remedy_kind": AppealVerdict.remedy["kind"].astext,
    "reason_en": AppealVerdict.precedent_en,
    "reason_zh": AppealVerdict.precedent_zh,
    "amendment_id": AMENDMENT,
}  # fmt: skip
KEYS: Mapping[StatisticsBy, Any] = {
    StatisticsBy.RULE: AppealVerdict.rule,
    StatisticsBy.REGION: AppealVerdict.region,
    StatisticsBy.TIER: AppealVerdict.tier,
    StatisticsBy.REVIEWER: cast(AppealVerdict.reviewer_id, Text),
}


def precedent_columns(_actor: Actor) -> Mapping[str, Any]:
    """The members of PrecedentView; whoever sees one sees all of it."""
    return COLUMNS


def on_ground(name: str) -> ColumnElement[bool]:
    """Verdicts on appeals that rest on a ground, among others."""
    contains: ColumnElement[bool] = AppealVerdict.grounds.contains(bindparam(name, type_=AppealVerdict.grounds.type))
    return contains


PRECEDENTS = Listing(
    model=AppealVerdict,
    columns=precedent_columns,
    filters={
        "ground": Filter(on_ground, lambda name, value: {name: [value]}),
        "rule": equals(AppealVerdict.rule),
        "outcome": equals(AppealVerdict.outcome),
    },
    sorts={"decided_at": AppealVerdict.id},
)


async def precedent_json(connection: AsyncConnection, actor: Actor, verdict_id: UUID) -> Any:
    """One precedent's JSON text."""
    return await single(connection, actor, AppealVerdict, COLUMNS, verdict_id)


async def statistics_json(connection: AsyncConnection, actor: Actor, wanted: StatisticsQuery, timezone: str) -> bytes:
    """The members of AppealStatistics."""
    require(actor, "see_statistics", Appeal)
    rows = (await connection.execute(counted(wanted, timezone))).mappings()
    totals = select(
        func.count().filter(text(OPEN_STATES)).label("open"),
        func.count().filter(Appeal.state == AppealState.WITHDRAWN).label("withdrawn"),
    ).where(Appeal.state.in_([*OPEN_APPEALS, AppealState.WITHDRAWN]))
    found = (await connection.execute(totals)).mappings().one()
    return orjson.dumps({"by": wanted.by, **found, "counts": [dict(row) for row in rows]})


def counted(wanted: StatisticsQuery, timezone: str) -> Select[Any]:
    """Verdicts of a time counted by something, the most frequent first."""
    taken = extract("epoch", AppealVerdict.decided_at - AppealVerdict.received_at)
    outcomes = {str(one): func.count().filter(AppealVerdict.outcome == one).label(str(one)) for one in Outcome}
    key = KEYS[wanted.by]
    statement = select(
        key.label("key"),
        func.count().label("decided"),
        *outcomes.values(),
        func.count().filter(AppealVerdict.instance > 1).label("second_instance"),
        cast(func.percentile_cont(0.5).within_group(taken), Integer).label("median_seconds"),
        cast(func.max(taken), Integer).label("longest_seconds"),
    )
    for day, condition in (
        (wanted.decided_from, AppealVerdict.decided_at.__ge__),
        (wanted.decided_to, AppealVerdict.decided_at.__lt__),
    ):
        if day:
            statement = statement.where(condition(datetime.combine(day, time.min, tzinfo=ZoneInfo(timezone))))
    return statement.group_by(key).order_by(func.count().desc(), key).limit(1000)
