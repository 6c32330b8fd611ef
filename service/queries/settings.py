"""Settings: the number that counts now, and the whole table as JSON."""

from typing import Any

import orjson
from sqlalchemy import ColumnElement, Integer, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.company_settings import KNOWN_SETTINGS
from service.errors import NotFound
from service.models import Setting
from service.policy import Actor, require
from service.schemas.fields import utc


async def setting(connection: AsyncConnection, key: str) -> int:
    """The number that the company set, else its default; KeyError for a key that is not in the table."""
    default = KNOWN_SETTINGS[key].default
    changed = await connection.scalar(select(Setting.value).where(Setting.key == key))
    return default if changed is None else int(changed)


def switched_on(key: str) -> ColumnElement[bool]:
    """The same of a switch, to stand in a statement: whether it is on."""
    changed = select(cast(Setting.value, Integer)).where(Setting.key == key).scalar_subquery()
    return func.coalesce(changed, KNOWN_SETTINGS[key].default) == 1


async def settings_json(connection: AsyncConnection, actor: Actor, language: str) -> bytes:
    """Every setting, in the order of the table."""
    require(actor, "see", Setting)
    rows = {row.key: row for row in await connection.execute(select(Setting.__table__))}
    items = [view(key, rows.get(key), language) for key in KNOWN_SETTINGS]
    return orjson.dumps({"items": items, "next_cursor": None})


async def setting_json(connection: AsyncConnection, actor: Actor, key: str, language: str) -> tuple[bytes, int]:
    """One setting and its version, 0 while nobody has changed it."""
    require(actor, "see", Setting)
    if key not in KNOWN_SETTINGS:
        raise NotFound
    row = (await connection.execute(select(Setting.__table__).where(Setting.key == key))).one_or_none()
    return orjson.dumps(view(key, row, language)), row.version if row else 0


def view(key: str, row: Any, language: str) -> dict[str, Any]:
    """The members of SettingView."""
    known = KNOWN_SETTINGS[key]
    return {
        "key": key,
        "value": row.value if row else known.default,
        "default": known.default,
        "unit": known.unit,
        "minimum": known.minimum,
        "maximum": known.maximum,
        "description": known.description.in_language(language),
        "version": row.version if row else 0,
        "updated_at": utc(row.updated_at) if row else None,
    }
