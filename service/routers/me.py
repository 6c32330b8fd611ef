"""/v1/me: who you are."""

from fastapi import APIRouter, Response

from service.http.context import Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.queries import me as queries
from service.schemas.me import MeView

router = APIRouter(prefix="/v1/me", tags=["identity"], route_class=Endpoint)


@router.get("", response_model=MeView, responses=raises())
async def get_me(context: Ctx, response: Response) -> MeView:
    """Who you are, your roles, and what you may do.

    What a page needs to show only what works.

    当前登录者、角色与权限。
    """
    response.headers["Cache-Control"] = "private, no-cache"
    return await queries.me(context.connection, context.actor, context.language)
