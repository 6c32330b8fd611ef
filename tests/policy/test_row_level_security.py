"""Row-level security, the second lock of the archive: alone, without our own policy, it shows what that would."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database import keep_archive
from service.models import ArchiveItem, ArchiveVersion
from tests.policy.expectation import expectations, expected
from tests.policy.society import Society
from tests.policy.standings import Cell, variants_of

ACT = text("SELECT set_config('app.user_id', :user_id, true), set_config('app.keeper', '', true)")


async def seen(connection: AsyncConnection, user_id: UUID | None, item_id: Any) -> bool:
    """Whether the database shows an item to somebody, nothing else being asked."""
    await connection.execute(ACT, {"user_id": str(user_id or "")})
    return bool(await connection.scalar(select(func.count()).where(ArchiveItem.id == item_id)))


async def test_without_our_policy_the_database_shows_what_access_says(society: Society) -> None:
    rules, wrong = expectations(), []
    async with society.house.services.database.reading() as connection:
        for (who, standing), person in society.people.items():
            for here in [here for model, here in society.staff_questions(standing) if model is ArchiveItem]:
                for resource, variant in variants_of(ArchiveItem).items():
                    society.variant[ArchiveItem] = variant
                    (item_id,) = await society.subject(ArchiveItem, here, person)
                    cell = Cell(resource, "see", who, here)
                    if await seen(connection, person.id, item_id) != expected(rules, cell):
                        wrong.append(cell)
    assert not wrong


async def test_nobody_sees_anything_where_nobody_acts(society: Society) -> None:
    async with society.house.services.database.reading() as connection:
        (item_id,) = await society.row(ArchiveItem, confidentiality="unclassified")
        (version_id,) = await society.row(ArchiveVersion, item_id=item_id)
        admin = society.people["admin", "none"].id
        for user_id in (None, admin, society.integrations["scope accounts:read", "everywhere"]):
            assert not await seen(connection, user_id, item_id)
            assert not await connection.scalar(select(func.count()).select_from(ArchiveVersion))
        await keep_archive(connection)
        assert await connection.scalar(select(func.count()).where(ArchiveVersion.id == version_id)) == 1


async def test_whoever_left_sees_nothing_at_once(society: Society) -> None:
    (item_id,) = await society.row(ArchiveItem, confidentiality="top_secret")
    manager = await society.house.person("general_manager")
    async with society.house.services.database.reading() as connection:
        assert await seen(connection, manager.id, item_id)
        await connection.execute(text("UPDATE staff SET status = 'left' WHERE id = :id"), {"id": manager.id})
        assert not await seen(connection, manager.id, item_id)
