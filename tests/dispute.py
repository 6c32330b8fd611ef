"""One account, the seller who got it, the seller who did not, and those around them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import insert

from service.models import DistributionPlan, new_id
from tests.house import House, Person

STATEMENT = "该客户三年来一直由我拜访维护，请重新考虑。"
REASONS = {
    "reason_en": "Records of visits prove three years of business.",
    "reason_zh": "拜访记录证明了三年的业务关系。",
}


@dataclass(frozen=True)
class Dispute:
    """`boss` leads the sellers' department and assigned by hand; `judge` is the only independent reviewer."""

    house: House
    department_id: UUID
    boss: Person
    owner: Person
    seller: Person
    judge: Person
    account_id: UUID
    assignment_id: UUID

    def body(self, **fields: Any) -> dict[str, Any]:
        """An appeal as the seller writes it."""
        return {
            "assignment_id": str(self.assignment_id),
            "grounds": ["existing_relationship"],
            "statement": STATEMENT,
        } | fields

    async def file(self, by: Person | None = None, **fields: Any) -> httpx.Response:
        """The answer to filing, by the seller unless somebody else is named."""
        async with self.house.client(by or self.seller) as client:
            return await client.post("/v1/appeals", json=self.body(**fields))

    async def filed(self) -> str:
        """The path of a freshly filed appeal."""
        response = await self.file()
        assert response.status_code == 201, response.text
        return response.headers["Location"]

    async def heard(self) -> str:
        """The path of an appeal that the judge has taken on."""
        path = await self.filed()
        taken = await self.ask(self.judge, "POST", f"{path}/review", {})
        assert taken.status_code == 200, taken.text
        return path

    async def ask(self, who: Person, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        """One request by one person."""
        async with self.house.client(who) as client:
            return await client.request(method, path, json=body)

    async def decide(self, path: str, outcome: str, by: Person | None = None, **fields: Any) -> httpx.Response:
        """The answer to a verdict, by the judge unless somebody else is named."""
        verdict = REASONS | {"outcome": outcome, **fields}
        return await self.ask(by or self.judge, "POST", f"{path}/decide", verdict)


async def a_dispute(house: House, **assignment: Any) -> Dispute:
    """A fresh dispute under a published rulebook, the assignment made by the boss's hand unless told otherwise."""
    await house.rulebook()
    department = await house.department(parent_id=await house.department())
    boss = await house.person("department_manager", department_id=department)
    owner, seller = [await house.person("sales_rep", department_id=department) for _ in range(2)]
    judge = await house.person("director")
    account = await house.account()
    made = await house.assign(account, owner, **{"assigned_by": boss.id} | assignment)
    return Dispute(house, department, boss, owner, seller, judge, account, made)


async def a_plan(house: House, approver: Person) -> UUID:
    """An applied plan that somebody approved."""
    author = await house.person()
    values = {
        "id": new_id(),
        "name": "一季度分配",
        "rulebook_id": await house.rulebook(),
        "scheme_code": "five",
        "seed": "2026-Q1",
        "state": "applied",
        "counts": {},
        "author_id": author.id,
        "approver_id": approver.id,
    }
    async with house.services.database.transaction() as session:
        await session.execute(insert(DistributionPlan).values(values))
    return values["id"]
