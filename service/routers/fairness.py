"""/v1/fairness and /v1/me/decisions: what everybody may know of how accounts are shared."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from service.errors import LedgerNotKept, NoPublishedRulebook
from service.http.answers import listed, private
from service.http.context import Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.queries.decisions import own_page
from service.queries.fairness import HISTORY, fairness_json
from service.queries.listing import Asked
from service.schemas.decisions import OwnDecisionFilter, OwnDecisionPage
from service.schemas.fairness import FairnessHistoryFilter, FairnessHistoryPage, FairnessView

router = APIRouter(prefix="/v1/fairness", tags=["distribution"], route_class=Endpoint)
own_router = APIRouter(prefix="/v1/me", tags=["distribution"], route_class=Endpoint)


@router.get("", response_model=FairnessView, responses=raises(NoPublishedRulebook, LedgerNotKept))
async def get_fairness(context: Ctx) -> Response:
    """How evenly each load lies; you are named, your line to you if you lead one, everybody to leaders.

    1 is a full-time person's fair part of a load. A company of up to 5,000 accounts is measured as you ask, a larger
    one by the clock: `as_of` tells when.

    当前的负荷公平性。
    """
    timezone = context.services.settings.timezone
    content = await fairness_json(context.connection, context.actor, timezone)
    return private(content)


@router.get("/history", response_model=FairnessHistoryPage, responses=raises())
async def list_fairness_history(query: Annotated[FairnessHistoryFilter, Query()], context: Ctx) -> Response:
    """Fairness as it was measured over time, and how far it has drifted since the last plan; nobody is named.

    公平性的历史与偏移预警。
    """
    return await listed(context, HISTORY, Asked.of(query))


@own_router.get("/decisions", response_model=OwnDecisionPage, responses=raises())
async def list_own_decisions(query: Annotated[OwnDecisionFilter, Query()], context: Ctx) -> Response:
    """Each decision of an applied plan or a routing in which you were considered, eligible or excluded.

    From here you come to the explanation of each, and to an appeal.

    与您有关的分配决定，可据此查看解释或申诉。
    """
    keys = context.services.keys.cursor
    content = await own_page(context.connection, keys, context.actor, Asked.of(query))
    return private(content)
