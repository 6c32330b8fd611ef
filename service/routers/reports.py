"""/v1/reports: what the company looks at, as JSON, as a workbook with native charts, and as pictures."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response

from service.errors import LedgerNotKept, NoPublishedRulebook, NotFound
from service.http.answers import private
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.queries.fairness import fairness_json, fairness_now
from service.queries.fairness_pictures import Report, now_drawn, picture
from service.queries.fairness_workbook import fairness_workbook
from service.routers.plan_pictures import PICTURE, WORKBOOK, drawing, in_language, workbook
from service.schemas.fairness import ChartQuery, FairnessNowChart, FairnessView

router = APIRouter(prefix="/v1/reports", tags=["distribution"], route_class=Endpoint)
UNMEASURED = (NoPublishedRulebook, LedgerNotKept)


@router.get("/fairness", response_model=FairnessView, responses=raises(*UNMEASURED))
async def get_fairness_report(context: Ctx) -> Response:
    """The fairness report: the same as `GET /v1/fairness`, of which there are pictures and a workbook here.

    You are named, your line to you if you lead one, everybody to leaders and auditors.

    公平性报告，另有图与工作簿。
    """
    return private(await fairness_json(context.connection, context.actor, context.services.settings.timezone))


@router.get(
    "/fairness/charts/{chart}",
    response_class=Response,
    responses=raises(NotFound, *UNMEASURED) | PICTURE,
)
async def draw_fairness_report(
    chart: FairnessNowChart, query: Annotated[ChartQuery, Query()], context: Ctx
) -> Response:
    """One load as it lies now drawn as SVG: per person, or as Lorenz curve.

    Whom you may not know is a rank. The words are in your language (`Accept-Language`).

    当前公平性图：各人负荷、洛伦兹曲线。
    """
    report = await present(context)
    return drawing(picture(report, chart, query.load, partial(in_language, context=context)))


@router.get(
    "/fairness/workbook",
    response_class=Response,
    responses=raises(*UNMEASURED) | WORKBOOK,
)
async def export_fairness_report(context: Ctx) -> Response:
    """Fairness as it is now as an XLSX workbook with native charts.

    One sheet a load and one of the teams, people named as far as you may know them, headings in your language.

    导出当前公平性工作簿（含图表）。
    """
    content = fairness_workbook(await present(context), partial(in_language, context=context))
    return workbook(content, "fairness")


async def present(context: Context) -> Report:
    """Fairness as it is now, as far as the caller may know it."""
    timezone = context.services.settings.timezone
    return now_drawn(await fairness_now(context.connection, context.actor, timezone))
