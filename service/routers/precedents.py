"""/v1/precedents and /v1/appeal-statistics: what verdicts on appeals teach everybody."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from service.errors import NotFound
from service.http.answers import listed, private
from service.http.context import Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.queries import precedents as queries
from service.queries.listing import Asked
from service.schemas.precedents import (
    AppealStatistics,
    PrecedentFilter,
    PrecedentPage,
    PrecedentView,
    StatisticsQuery,
)

router = APIRouter(prefix="/v1", tags=["appeals"], route_class=Endpoint)


@router.get("/precedents/{precedent_id}", response_model=PrecedentView, responses=raises(NotFound))
async def get_precedent(precedent_id: UUID, context: Ctx) -> Response:
    """One verdict on an appeal, without names.

    `amendment_id` is the rulebook that was drafted because of it.

    查看一则申诉判例（不含姓名）。
    """
    row = await queries.precedent_json(context.connection, context.actor, precedent_id)
    return private(row.json)


@router.get("/precedents", response_model=PrecedentPage, responses=raises())
async def list_precedents(query: Annotated[PrecedentFilter, Query()], context: Ctx) -> Response:
    """How appeals were decided before, by ground, rule and outcome, without names.

    Look here before you appeal, and before you decide.

    按理由、规则与结果检索申诉判例（不含姓名）。
    """
    return await listed(context, queries.PRECEDENTS, Asked.of(query))


@router.get("/appeal-statistics", response_model=AppealStatistics, responses=raises())
async def get_appeal_statistics(query: Annotated[StatisticsQuery, Query()], context: Ctx) -> Response:
    """Verdicts counted by rule, region, tier or reviewer, with the time that they took.

    For leaders and the auditor.

    按规则、区域、级别或评审人统计申诉裁决及用时。
    """
    timezone = context.services.settings.timezone
    return private(await queries.statistics_json(context.connection, context.actor, query, timezone))
