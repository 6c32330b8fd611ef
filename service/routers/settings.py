"""/v1/settings: the numbers that a company sets for itself."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from service.errors import NotFound, PreconditionFailed, PreconditionRequired
from service.http.answers import private
from service.http.conditional import ExpectedVersion, respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.operations import settings as operations
from service.queries import settings as queries
from service.schemas.settings import SettingPage, SettingUpdate, SettingView

router = APIRouter(prefix="/v1/settings", tags=["settings"], route_class=Endpoint)
Key = Annotated[str, Path(max_length=50, pattern="^[a-z_]+$", description="The setting's name. 设置项的名称。")]


@router.get("", response_model=SettingPage, responses=raises())
async def list_settings(context: Ctx) -> Response:
    """Every number that may be set, with its default.

    With unit, limits and what each decides.

    可设置的数值列表。
    """
    content = await queries.settings_json(context.connection, context.actor, context.language)
    return private(content)


@router.get("/{key}", response_model=SettingView, responses=raises(NotFound))
async def get_setting(key: Key, context: Ctx) -> Response:
    """One setting.

    Keep the ETag: a change needs it.

    查看一项设置。
    """
    return await answer(context, key)


@router.patch(
    "/{key}", response_model=SettingView, responses=raises(NotFound, PreconditionFailed, PreconditionRequired)
)
async def update_setting(key: Key, patch: SettingUpdate, version: ExpectedVersion, context: Ctx) -> Response:
    """Set a number, or with null take it back to its default.

    Deadlines that were set already stay.

    修改设置，或以 null 恢复默认值。
    """
    await operations.update_setting(context.session, context.actor, key, version, patch.value)
    return await answer(context, key)


async def answer(context: Context, key: str) -> Response:
    """The setting with its description in the caller's language, which is part of its ETag."""
    content, version = await queries.setting_json(await context.reader(), context.actor, key, context.language)
    return respond(context, content, version, context.language.lower())
