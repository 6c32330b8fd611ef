"""How tests log in."""

from typing import Any

import httpx
from sqlalchemy import select, update

from service.models import AuditEntry, Login
from tests.house import House, Person

PASSWORD = "马到成功 2026 correct horse"
OTHER = "another long password"


async def token(client: httpx.AsyncClient, **form: str) -> httpx.Response:
    return await client.post("/v1/auth/token", data=form)


async def log_in(client: httpx.AsyncClient, username: str, password: str = PASSWORD) -> httpx.Response:
    return await token(client, grant_type="password", username=username, password=password)


def bearer(answer: httpx.Response) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def member(house: House, *roles: str, **fields: Any) -> Person:
    """Somebody with a password."""
    person = await house.person(*roles, **fields)
    hashed = await house.services.passwords.hash(PASSWORD)
    async with house.services.database.transaction() as session:
        await session.execute(update(Login).where(Login.staff_id == person.id).values(password_hash=hashed))
    return person


async def invitation(house: House, person: Person) -> str:
    admin = await house.person("admin")
    async with house.client(admin) as client:
        made = await client.post(f"/v1/staff/{person.id}/invitation")
    assert made.status_code == 201, made.text
    return str(made.json()["token"])


async def actions(house: House) -> list[str]:
    async with house.services.database.reading() as connection:
        return list(await connection.scalars(select(AuditEntry.action).order_by(AuditEntry.position)))
