"""People who send files: upload, confirmation, the job run for real, and what became of it."""

import csv
import io
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx

from service.jobs.schedule import KINDS
from service.jobs.worker import run_job
from service.settings import Settings
from tests.house import House, Person


def csv_of(*rows: tuple[object, ...], encoding: str = "utf-8") -> bytes:
    """A CSV file: the first row its headings."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(encoding)


@dataclass
class Sender:
    """Somebody who imports."""

    house: House
    person: Person

    @classmethod
    async def of(cls, house: House, *roles: str, **fields: Any) -> "Sender":
        """A new person of the given roles, by default a manager with a department of their own."""
        department = fields.pop("department_id", None) or await house.department()
        return cls(house, await house.person(*(roles or ("key_account_manager",)), department_id=department, **fields))

    @property
    def settings(self) -> Settings:
        """Those of the house's worker, which shares its state folder."""
        return self.house.services.settings.model_copy(update={"state": self.house.services.state})

    async def send(self, content: bytes, name: str = "客户.csv", **fields: Any) -> httpx.Response:
        """The answer to an upload."""
        texts = {key: str(value).lower() if isinstance(value, bool) else value for key, value in fields.items()}
        async with self.house.client(self.person) as client:
            return await client.post("/v1/imports", files={"file": (name, content)}, data=texts)

    async def confirm(self, import_id: str, **body: Any) -> httpx.Response:
        """The answer to a confirmation."""
        return await self.post(f"/v1/imports/{import_id}/confirm", body)

    async def post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        async with self.house.client(self.person) as client:
            return await client.post(path, json=body)

    async def get(self, path: str, **query: Any) -> httpx.Response:
        async with self.house.client(self.person) as client:
            return await client.get(path, params=query)

    async def run(self, accepted: httpx.Response) -> dict[str, Any]:
        """The import after the job that an answer names."""
        assert accepted.status_code == 202, accepted.text
        job_id = UUID(accepted.headers["Location"].removeprefix("/v1/jobs/"))
        await run_job(self.house.services.database, self.settings, KINDS, job_id)
        return await self.found(accepted.json()["id"])

    async def taken(self, content: bytes, name: str = "客户.csv", **fields: Any) -> dict[str, Any]:
        """An import from upload to end, its mapping as suggested."""
        return await self.run(await self.send(content, name, confirm=True, **fields))

    async def found(self, import_id: str) -> dict[str, Any]:
        """An import as it stands."""
        answer = await self.get(f"/v1/imports/{import_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def rows(self, import_: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
        """What became of the rows of an import."""
        answer = await self.get(f"/v1/imports/{import_['id']}/rows", **query)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    async def codes(self, import_: dict[str, Any]) -> list[list[str]]:
        """What was wrong with each row."""
        return [[error["code"] for error in row["errors"]] for row in await self.rows(import_)]

    async def items(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """A list's first page."""
        answer = await self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])


def counts(import_: dict[str, Any]) -> dict[str, int]:
    """How many rows became what, without what did not happen."""
    assert import_["counts"], import_["problem"]
    return {name: number for name, number in import_["counts"].items() if number and name != "rows"}
