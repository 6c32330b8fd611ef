"""/v1/distribution-plans/{id}/fairness as pictures and as a workbook, labelled in the caller's language."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from service.errors import NotFound, Sentence, StateConflict
from service.http.answers import FILE, PRIVATE, SVG, XLSX
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.queries.distribution_plans import plan_fairness
from service.queries.fairness import anonymous, known_people
from service.queries.fairness_pictures import picture
from service.queries.fairness_workbook import fairness_workbook
from service.schemas.fairness import ChartQuery, FairnessChart

router = APIRouter(prefix="/v1/distribution-plans", tags=["distribution"], route_class=Endpoint)
Answers = dict[int | str, dict[str, Any]]
PICTURE: Answers = {200: {"description": "The picture. 图。", "content": {SVG: {"schema": {"type": "string"}}}}}
WORKBOOK: Answers = {200: {"description": "The workbook. 工作簿。", "content": {XLSX: FILE}}}
PASSIVE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'", **PRIVATE}


@router.get(
    "/{plan_id}/fairness/charts/{chart}",
    response_class=Response,
    responses=raises(NotFound, StateConflict) | PICTURE,
)
async def draw_distribution_plan_fairness(
    plan_id: UUID, chart: FairnessChart, query: Annotated[ChartQuery, Query()], context: Ctx
) -> Response:
    """One load of a plan drawn as SVG: per person before and after, as Lorenz curve, or beside what was attainable.

    Whom you may not know is a rank. The words are in your language (`Accept-Language`).

    方案公平性图：各人负荷、洛伦兹曲线、可达份额。
    """
    report = await seen_report(context, plan_id)
    return drawing(picture(report, chart, query.load, partial(in_language, context=context)))


@router.get(
    "/{plan_id}/fairness/workbook",
    response_class=Response,
    responses=raises(NotFound, StateConflict) | WORKBOOK,
)
async def export_distribution_plan_fairness(plan_id: UUID, context: Ctx) -> Response:
    """The fairness of a plan as an XLSX workbook with native charts.

    One sheet a load, people named as far as you may know them, headings in your language.

    导出公平性工作簿（含图表）。
    """
    report = await seen_report(context, plan_id)
    content = fairness_workbook(report, partial(in_language, context=context))
    return workbook(content, f"fairness-{plan_id}")


def drawing(picture: str) -> Response:
    """A picture that can do nothing but be looked at."""
    return Response(picture, media_type=SVG, headers=PASSIVE)


def workbook(content: bytes, name: str) -> Response:
    """A workbook under a name of ours."""
    named = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return Response(content, media_type=XLSX, headers=PRIVATE | named)


async def seen_report(context: Context, plan_id: UUID) -> dict[str, Any]:
    """The fairness report of a plan, people named as far as the caller may know them."""
    row = await plan_fairness(context.connection, context.actor, plan_id)
    return anonymous(row.fairness, await known_people(context.connection, context.actor))


def in_language(sentence: Sentence, context: Context) -> str:
    """A sentence in the caller's language."""
    return sentence.in_language(context.language)
