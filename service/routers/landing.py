"""The page at `/`: how the service does, and where to go from here; no script, nothing from elsewhere."""

from html import escape
from importlib.metadata import version
from string import Template

from fastapi import APIRouter, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from service.errors import Sentence
from service.http.context import Ctx
from service.http.database_errors import problem_of
from service.http.services import Services
from service.routers.documentation import PAGE_HEADERS, STATIC
from service.routers.health import SCHEMA_HEAD

router = APIRouter(include_in_schema=False)
PAGES = {
    language: Template((STATIC / f"landing.{language}.html").read_text(encoding="utf-8"))
    for language in ("en", "zh-CN")
}
VERSION = version("evenhand")
READY = Sentence("ready", "就绪")
STOPPING = Sentence("stopping", "正在停止")
SILENT = Sentence("the database does not answer", "数据库没有响应")
OUTDATED = Sentence("the database waits for its migration", "数据库等待迁移")


@router.get("/")
async def landing(context: Ctx) -> Response:
    """The page, in the caller's language."""
    services = context.services
    schema = await schema_of(services)
    state = state_of(services, schema)
    page = PAGES[context.language].substitute(
        readiness="ready" if state is READY else "unready",
        state=escape(state.in_language(context.language)),
        version=escape(VERSION),
        schema=escape(schema or "–"),
    )
    return Response(page, media_type="text/html", headers=PAGE_HEADERS)


async def schema_of(services: Services) -> str | None:
    """The revision that the database has, or None where it does not answer."""

    async def ask(connection: AsyncConnection) -> str | None:
        found: str | None = await connection.scalar(SCHEMA_HEAD)
        return found

    try:
        return await services.database.ask(ask)
    except Exception as error:
        if problem_of(error) is None:
            raise
        return None


def state_of(services: Services, schema: str | None) -> Sentence:
    """The same as `/readyz` says, in words."""
    if services.draining.is_set():
        return STOPPING
    if schema is None:
        return SILENT
    return READY if schema == services.schema_head else OUTDATED
