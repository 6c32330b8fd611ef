"""A company with an archive: its people by their places in it, and files that are what they seem."""

from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

import httpx
from sqlalchemy import update

from service.database import keep_archive
from service.models import Department
from tests.house import House, Person

PDF = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


@dataclass
class Archive:
    """The people around the archive, and the account that its items are about."""

    house: House
    department_id: UUID
    seller: Person
    colleague: Person
    stranger: Person
    archivist: Person
    manager: Person
    office_director: Person
    director: Person
    deputy: Person
    auditor: Person
    admin: Person
    account_id: UUID

    @classmethod
    async def of(cls, house: House) -> Self:
        """Everybody in place; the deputy is in charge of the seller's department, the stranger works elsewhere."""
        home, elsewhere, office = [await house.department() for _ in range(3)]
        seller = await house.person("sales_rep", department_id=home)
        deputy = await house.person("deputy_general_manager", department_id=office)
        async with house.services.database.transaction() as session:
            changed = update(Department).where(Department.id == home).values(deputy_in_charge_id=deputy.id)
            await session.execute(changed)
        return cls(
            house,
            home,
            seller,
            await house.person("customer_service", department_id=home),
            await house.person("sales_rep", department_id=elsewhere),
            await house.person("archivist", department_id=office),
            await house.person("general_manager", department_id=office),
            await house.person("office_director", department_id=office),
            await house.person("director", department_id=office),
            deputy,
            await house.person("auditor", department_id=office),
            await house.person("admin"),
            await house.account(seller),
        )

    async def deposit(self, confidentiality: str = "secret", by: Person | None = None, **fields: Any) -> str:
        """The id of an item that somebody deposited, the seller unless it is said."""
        body = {"title": "供货合同", "kind": "contract", "confidentiality": confidentiality} | fields
        async with self.house.client(by or self.seller) as client:
            made = await client.post("/v1/archives", json=body)
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    async def send(self, item_id: str, content: bytes = PDF, by: Person | None = None) -> httpx.Response:
        """A file sent as a form."""
        async with self.house.client(by or self.seller) as client:
            return await client.post(
                f"/v1/archives/{item_id}/versions", files={"file": ("合同.pdf", content, "application/pdf")}
            )

    async def accepted(self, confidentiality: str = "secret", by: Person | None = None, **fields: Any) -> str:
        """The id of an item with a file and its original, which the archivist has accepted."""
        item_id = await self.deposit(confidentiality, by, **fields)
        sent = await self.send(item_id, by=by)
        assert sent.status_code == 201, sent.text
        await self.ask(self.archivist, f"{item_id}/accept", {"original_held": True, "place": "二号库"})
        return item_id

    async def ask(self, person: Person, path: str, body: dict[str, Any], status: int = 200) -> Any:
        """The answer to a POST under /v1/archives, as JSON where there is any."""
        async with self.house.client(person) as client:
            answer = await client.post(f"/v1/archives/{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def get(self, person: Person, path: str, status: int = 200) -> Any:
        """The answer to a GET under /v1/archives."""
        async with self.house.client(person) as client:
            answer = await client.get(f"/v1/archives{path if path.startswith('?') else f'/{path}'}")
        assert answer.status_code == status, answer.text
        return answer.json()

    async def content(self, person: Person, item_id: str) -> httpx.Response:
        """The answer to opening an item."""
        async with self.house.client(person) as client:
            return await client.get(f"/v1/archives/{item_id}/content")

    async def meddle(self, statement: Any) -> None:
        """Somebody changes the database by hand, past the service."""
        async with self.house.services.database.transaction() as session:
            await keep_archive(session)
            await session.execute(statement)
