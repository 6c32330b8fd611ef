"""A company that lends: leaders, a department with its deputy in charge, and items of every class."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import insert, update

from service.adapters.files import Place
from service.database import keep_archive
from service.domain.lending import Duty
from service.models import ArchiveItem, ArchiveVersion, Department
from tests.house import LONG_AGO, House, Person

DUTIES = [str(duty) for duty in Duty]


@dataclass
class Lending:
    """People by what they are, and their company."""

    house: House
    people: dict[str, Person]
    department_id: UUID

    @classmethod
    async def open(cls, house: House) -> "Lending":
        """A general manager, two deputies (one in charge of sales), an office director, an archivist and sellers."""
        sales, other = await house.department(), await house.department()
        people = {
            "general_manager": await house.person("general_manager"),
            "deputy": await house.person("deputy_general_manager"),
            "other_deputy": await house.person("deputy_general_manager"),
            "office_director": await house.person("office_director"),
            "director": await house.person("director"),
            "archivist": await house.person("archivist"),
            "auditor": await house.person("auditor"),
            "admin": await house.person("admin"),
            "manager": await house.person("department_manager", department_id=sales),
            "seller": await house.person("sales_rep", department_id=sales, name="张伟"),
            "colleague": await house.person("sales_rep", department_id=sales),
            "stranger": await house.person("sales_rep", department_id=other),
        }
        async with house.services.database.transaction() as session:
            charge = update(Department).where(Department.id == sales).values(deputy_in_charge_id=people["deputy"].id)
            await session.execute(charge)
        return cls(house, people, sales)

    async def item(self, confidentiality: str, **fields: Any) -> UUID:
        """An accepted item of the sales department, uploaded by somebody who has no part in anything else."""
        id_ = uuid4()
        uploader = fields.pop("uploader", None) or await self.house.person("office_assistant")
        values = {
            "id": id_, "code": f"DA-{id_.hex[:8]}", "title": "年度框架合同", "kind": "contract", "state": "accepted",
            "accepted_at": LONG_AGO, "department_id": self.department_id, "confidentiality": confidentiality,
            "depositor_id": uploader.id, "retention": "permanent",
        }  # fmt: skip
        async with self.house.services.database.transaction() as session:
            await keep_archive(session)
            await session.execute(insert(ArchiveItem).values(values | fields))
        return id_

    async def version(
        self, item_id: UUID, uploader: Person, content: bytes = b"%PDF-", media_type: str = "application/pdf"
    ) -> None:
        """An accepted file of an item, sealed in the vault."""
        id_ = uuid4()

        async def pieces() -> AsyncIterator[bytes]:
            yield content

        sealed = await self.house.services.vault.seal(Place(item_id, id_, "confidential"), pieces(), len(content))
        values = {
            "id": id_, "item_id": item_id, "number": 1, "filename": "合同.pdf", "media_type": media_type,
            "sha256": sealed.sha256, "size": sealed.size, "object_key": sealed.object_key,
            "sealed_as": "confidential", "wrapped_as": sealed.wrapped_as, "key_id": sealed.wrapped.key_id,
            "wrapped_key": sealed.wrapped.key, "uploader_id": uploader.id, "state": "accepted",
            "accepted_at": LONG_AGO,
        }  # fmt: skip
        async with self.house.services.database.transaction() as session:
            await keep_archive(session)
            await session.execute(insert(ArchiveVersion).values(values))

    async def post(self, who: str, path: str, **body: Any) -> httpx.Response:
        """What the service answers to somebody."""
        async with self.house.client(self.people[who]) as client:
            return await client.post(f"/v1{path}", json=body)

    async def get(self, who: str, path: str) -> httpx.Response:
        """The same for a GET."""
        async with self.house.client(self.people[who]) as client:
            return await client.get(f"/v1{path}")

    async def ask(self, who: str, item_id: UUID, borrower: str | None = None, seconds: int = 3600) -> httpx.Response:
        """Somebody asks for a loan."""
        named = {"borrower_id": str(self.people[borrower].id)} if borrower else {}
        return await self.post(
            who, "/loans", item_id=str(item_id), purpose="核对付款条款", duration_seconds=seconds, **named
        )

    async def begin(self, who: str, loan_id: str) -> httpx.Response:
        """The borrower acknowledges every duty."""
        return await self.post(who, f"/loans/{loan_id}/activate", acknowledged=DUTIES)

    async def lent(self, item_id: UUID, who: str = "seller", seconds: int = 3600) -> str:
        """The id of an active loan of a secret item."""
        loan_id = (await self.ask(who, item_id, seconds=seconds)).json()["id"]
        assert (await self.post("deputy", f"/loans/{loan_id}/approve")).status_code == 200
        assert (await self.begin(who, loan_id)).status_code == 200
        return str(loan_id)

    async def delegation(self, holder: str = "other_deputy", **fields: Any) -> httpx.Response:
        """The general manager goes on a journey."""
        now = datetime.now(UTC)
        body = {
            "holder_id": str(self.people[holder].id), "actions": ["approve"], "classes": ["secret", "confidential"],
            "starts_at": (now - timedelta(hours=1)).isoformat(), "ends_at": (now + timedelta(days=2)).isoformat(),
            "letter": "委托书〔2026〕3 号",
        }  # fmt: skip
        return await self.post("general_manager", "/delegations", **(body | fields))


def code(answer: httpx.Response) -> tuple[int, str]:
    """Status and problem code of a refusal."""
    return answer.status_code, answer.json().get("code", "")
