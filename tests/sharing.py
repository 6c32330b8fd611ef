"""A team that shares accounts: a rulebook, a scheme, sellers, and plans made for real."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import insert

from service.domain.tier_templates import TEMPLATES
from service.jobs.schedule import KINDS
from service.jobs.worker import run_job
from service.models import AccountTier, TierScheme, new_id
from tests.house import LONG_AGO, House, Person

SCHEME = "five_tiers"
PLAN = {"name": "2026 年第三季度客户分配", "scheme_code": SCHEME}


@dataclass
class Sharing:
    """`author` leads the sellers' department, `leader` approves; `rulebook_id` is published, `scheme_id` too."""

    house: House
    department_id: UUID
    author: Person
    leader: Person
    sellers: list[Person]
    rulebook_id: UUID
    scheme_id: UUID

    @classmethod
    async def of(cls, house: House, sellers: int = 2, **rules: Any) -> "Sharing":
        department = await house.department()
        author = await house.person("department_manager", department_id=department)
        leader = await house.person("general_manager")
        team = [await house.person("sales_rep", department_id=department) for _ in range(sellers)]
        rulebook = await house.rulebook(**rules)
        return cls(house, department, author, leader, team, rulebook, await a_scheme(house, author, leader))

    async def account(self, owner: Person | None = None, tier: str | None = "silver", **fields: Any) -> UUID:
        account_id = await self.house.account(owner, **fields)
        if tier:
            await self.grade(account_id, tier)
        return account_id

    async def grade(self, account_id: UUID, tier: str) -> None:
        values = {"id": new_id(), "account_id": account_id, "scheme_code": SCHEME, "scheme_id": self.scheme_id}
        async with self.house.services.database.transaction() as session:
            await session.execute(insert(AccountTier).values(**values, tier=tier))

    async def ask(self, who: Person, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
        async with self.house.client(who) as client:
            return await client.request(method, path, json=body, params=query)

    async def asked(self, **fields: Any) -> httpx.Response:
        return await self.ask(self.author, "POST", "/v1/distribution-plans", PLAN | fields)

    async def ran(self, accepted: httpx.Response) -> dict[str, Any]:
        """The plan after the job that an answer names."""
        assert accepted.status_code == 202, accepted.text
        job_id = UUID(accepted.headers["Location"].removeprefix("/v1/jobs/"))
        return await self.ran_job(job_id, path_of(accepted.json()))

    async def ran_job(self, job_id: UUID, path: str) -> dict[str, Any]:
        """What an address answers after a job."""
        services = self.house.services
        await run_job(services.database, services.settings, KINDS, job_id)
        return (await self.ask(self.author, "GET", path)).json()

    async def planned(self, **fields: Any) -> dict[str, Any]:
        plan = await self.ran(await self.asked(**fields))
        assert plan["state"] == "proposed", plan
        return plan

    async def step(self, plan: dict[str, Any], verb: str, by: Person | None = None, **body: Any) -> httpx.Response:
        return await self.ask(by or self.leader, "POST", f"{path_of(plan)}/{verb}", body)

    async def approved(self, **fields: Any) -> dict[str, Any]:
        answer = await self.step(await self.planned(**fields), "approve")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def applied(self, **fields: Any) -> dict[str, Any]:
        plan = await self.ran(await self.step(await self.approved(**fields), "apply"))
        assert plan["state"] == "applied", plan
        return plan

    async def part(self, plan: dict[str, Any], name: str, **query: Any) -> list[dict[str, Any]]:
        answer = await self.ask(self.author, "GET", f"{path_of(plan)}/{name}", **query)
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    async def owners(self) -> dict[str, str]:
        """Account id → person id, as a leader reads it."""
        answer = await self.ask(self.leader, "GET", "/v1/assignments", current="true", limit=200)
        return {item["account_id"]: item["staff_id"] for item in answer.json()["items"]}


def path_of(plan: dict[str, Any]) -> str:
    return f"/v1/distribution-plans/{plan['id']}"


async def a_scheme(house: House, author: Person, publisher: Person) -> UUID:
    """The shipped five tiers, published."""
    definition = TEMPLATES[SCHEME]
    values = {
        "id": new_id(),
        "code": SCHEME,
        "number": 1,
        "method": definition["method"],
        "definition": definition,
        "state": "published",
        "created_by": author.id,
        "published_by": publisher.id,
        "published_at": LONG_AGO,
    }
    async with house.services.database.transaction() as session:
        await session.execute(insert(TierScheme).values(values))
    return values["id"]
