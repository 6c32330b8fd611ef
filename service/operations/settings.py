"""What a user can do with settings: set a number, or take it back to its default."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.company_settings import KNOWN_SETTINGS
from service.errors import NotFound
from service.journal import record
from service.models import Setting
from service.operations.versions import Versions, expect
from service.policy import Actor, require


async def update_setting(session: AsyncSession, actor: Actor, key: str, version: Versions, value: int | None) -> None:
    """Sets a number; None is its default. The version is 0 while nobody has changed it."""
    require(actor, "see", Setting)
    if key not in KNOWN_SETTINGS:
        raise NotFound
    require(actor, "edit", Setting)
    known = KNOWN_SETTINGS[key]
    wanted = known.default if value is None else value
    known.check(wanted)
    await session.execute(insert(Setting).values(key=key, value=known.default, version=0).on_conflict_do_nothing())
    row = await session.get_one(Setting, key, with_for_update=True)
    expect(row, version)
    data = {"key": key, "changes": {"value": {"from": row.value, "to": wanted}}}
    row.value = wanted
    row.version += 1
    await record(session, actor, events.SettingChanged(None, data=data))
