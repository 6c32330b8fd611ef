"""A company that evaluates its tiers: who asks, who approves, and the jobs run for real."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import update

from service.jobs.schedule import KINDS
from service.jobs.worker import run_job
from service.models import Account, Job
from tests.house import House, Person

HUGE = {"custom": {"influence": "huge"}, "intent": "high"}


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@dataclass
class Company:
    """A house with somebody who asks for evaluations and a leader who approves them."""

    house: House
    author: Person
    leader: Person

    @classmethod
    async def of(cls, house: House) -> "Company":
        return cls(house, await house.person("director"), await house.person("general_manager"))

    async def scheme(self, **body: Any) -> str:
        async with self.house.client(self.author) as client:
            draft = await client.post("/v1/tier-schemes", json=body or {"template": "five_tiers"})
            assert draft.status_code == 201, draft.text
        async with self.house.client(self.leader) as client:
            tag = {"If-Match": draft.headers["ETag"]}
            final = await client.post(f"{draft.headers['Location']}/publish", json={}, headers=tag)
        return str(final.json()["id"])

    async def asked(self, scheme_id: str) -> httpx.Response:
        async with self.house.client(self.author) as client:
            return await client.post("/v1/tier-evaluations", json={"scheme_id": scheme_id})

    async def preview(self, scheme_id: str) -> dict[str, Any]:
        return await self.ran(await self.asked(scheme_id))

    async def ran(self, accepted: httpx.Response) -> dict[str, Any]:
        """The evaluation after the job that an answer names."""
        assert accepted.status_code == 202, accepted.text
        job_id = UUID(accepted.headers["Location"].removeprefix("/v1/jobs/"))
        await run_job(self.house.services.database, self.house.services.settings, KINDS, job_id)
        return await self.get(accepted.json()["id"])

    async def get(self, evaluation_id: str) -> dict[str, Any]:
        async with self.house.client(self.author) as client:
            return dict((await client.get(f"/v1/tier-evaluations/{evaluation_id}")).json())

    async def approve(self, evaluation_id: str) -> httpx.Response:
        async with self.house.client(self.leader) as client:
            return await client.post(f"/v1/tier-evaluations/{evaluation_id}/approve", json={"reason": "已核对"})

    async def apply(self, evaluation_id: str) -> httpx.Response:
        async with self.house.client(self.author) as client:
            return await client.post(f"/v1/tier-evaluations/{evaluation_id}/apply", json={})

    async def applied(self, scheme_id: str) -> dict[str, Any]:
        evaluation = await self.preview(scheme_id)
        assert (await self.approve(evaluation["id"])).status_code == 200
        return await self.ran(await self.apply(evaluation["id"]))

    async def sheets(self, evaluation_id: str, reader: Person | None = None, **query: Any) -> list[dict[str, Any]]:
        async with self.house.client(reader or self.author) as client:
            answer = await client.get(f"/v1/tier-evaluations/{evaluation_id}/sheets", params=query)
        return list(answer.json()["items"])

    async def grades(self, account: UUID, **query: Any) -> list[dict[str, Any]]:
        async with self.house.client(self.leader) as client:
            return list((await client.get(f"/v1/accounts/{account}/tiers", params=query)).json()["items"])

    async def owed(self, account: UUID, **query: Any) -> list[dict[str, Any]]:
        async with self.house.client(self.leader) as client:
            answer = await client.get(f"/v1/accounts/{account}/entitlements", params={"limit": 200, **query})
        return list(answer.json()["items"])

    async def set(self, account: UUID, **fields: Any) -> None:
        async with self.house.services.database.transaction() as session:
            await session.execute(update(Account).where(Account.id == account).values(fields))

    async def value(self, statement: Any) -> Any:
        async with self.house.services.database.transaction() as session:
            return await session.scalar(statement)

    async def job(self, evaluation: dict[str, Any], which: str) -> Job:
        async with self.house.services.database.transaction() as session:
            return await session.get_one(Job, UUID(evaluation[which]))
