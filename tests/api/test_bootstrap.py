"""The first people: made by the service itself and by the command line."""

import asyncio

import pytest
from sqlalchemy import func, select

from service.errors import GeneralManagerExists
from service.models import AuditEntry, RoleGrant, Staff
from service.operations.bootstrap import appoint_general_manager, ensure_admin
from tests.house import House

PASSWORD = "first password of all"


async def log_in(house: House, username: str, password: str = PASSWORD) -> int:
    async with house.client() as client:
        form = {"grant_type": "password", "username": username, "password": password}
        return (await client.post("/v1/auth/token", data=form)).status_code


async def test_the_first_start_makes_an_administrator_who_can_log_in(house: House) -> None:
    async with house.services.database.transaction() as session:
        assert await ensure_admin(session, PASSWORD) is True
    assert await log_in(house, "admin") == 200
    async with house.services.database.reading() as connection:
        found = await connection.execute(select(AuditEntry.action, AuditEntry.actor).order_by(AuditEntry.position))
    rows = [tuple(row) for row in found]
    assert rows[:2] == [("staff.created", "system:first start"), ("role_grant.activated", "system:first start")]


async def test_a_later_start_changes_nothing(house: House) -> None:
    async with house.services.database.transaction() as session:
        assert await ensure_admin(session, PASSWORD) is True
    async with house.services.database.transaction() as session:
        assert await ensure_admin(session, "another password") is False
    assert await log_in(house, "admin") == 200
    assert await log_in(house, "admin", "another password") == 400


async def test_two_first_starts_at_once_make_one_administrator(committed_house: House) -> None:
    house = committed_house

    async def start() -> bool:
        async with house.services.database.transaction() as session:
            return await ensure_admin(session, PASSWORD)

    assert sorted(await asyncio.gather(start(), start(), start())) == [False, False, True]
    async with house.services.database.reading() as connection:
        assert await connection.scalar(select(func.count()).select_from(Staff)) == 1


async def test_the_command_line_appoints_one_general_manager(house: House) -> None:
    async with house.services.database.transaction() as session:
        id_ = await appoint_general_manager(session, "GM-01", "王建国", PASSWORD)
    assert await log_in(house, "GM-01") == 200
    async with house.services.database.transaction() as session:
        with pytest.raises(GeneralManagerExists):
            await appoint_general_manager(session, "GM-02", "李强", PASSWORD)
    async with house.services.database.reading() as connection:
        grants = await connection.execute(select(RoleGrant.staff_id, RoleGrant.role, RoleGrant.granted_by))
        actors = set(await connection.scalars(select(AuditEntry.actor).where(AuditEntry.subject_type == "role_grant")))
    assert [tuple(row) for row in grants] == [(id_, "general_manager", None)]
    assert actors == {"system:command line"}


async def test_somebody_known_is_appointed_and_gets_a_new_password(house: House) -> None:
    known = await house.person("director", status="on_leave")
    before = house.client(known)
    async with house.services.database.transaction() as session:
        assert await appoint_general_manager(session, known.code, "改名", PASSWORD) == known.id
    house.services.identities.forget()
    async with before:
        assert (await before.get("/v1/me")).status_code == 401
    assert await log_in(house, known.code) == 200
    async with house.services.database.reading() as connection:
        row = (await connection.execute(select(Staff.name, Staff.status).where(Staff.id == known.id))).one()
    assert (row.name, row.status) == ("员工 " + known.code, "active")
