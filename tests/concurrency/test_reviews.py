"""Reviews under races: closed once, with every decision that was accepted, and one rebalancing at a time."""

from collections import Counter
from functools import partial
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import func, select

from service.models import AuditEntry, DistributionPlan
from tests.concurrency.test_appeals import raced
from tests.house import House
from tests.sharing import SCHEME, Sharing

KEEP = {"kind": "keep", "text": "负荷均衡，维持现状。"}


class Reviewed:
    """A team with an open review."""

    def __init__(self, sharing: Sharing, path: str) -> None:
        self.sharing, self.path = sharing, path

    @classmethod
    async def of(cls, house: House) -> "Reviewed":
        sharing = await Sharing.of(house)
        for _ in range(4):
            await sharing.account(sharing.sellers[0])
        body = {"department_id": str(sharing.department_id), "scheme_code": SCHEME}
        answer = await sharing.ask(sharing.author, "POST", "/v1/reviews", body)
        return cls(sharing, answer.headers["Location"])

    async def post(self, verb: str, body: Any) -> httpx.Response:
        return await self.sharing.ask(self.sharing.author, "POST", f"{self.path}/{verb}", body)

    async def read(self) -> dict[str, Any]:
        return dict((await self.sharing.ask(self.sharing.author, "GET", self.path)).json())

    async def happened(self) -> Counter[str]:
        """How often each thing happened to it, by the evidence."""
        told = select(AuditEntry.action, func.count()).group_by(AuditEntry.action)
        mine = AuditEntry.subject_id == UUID(self.path.split("/")[-1])
        async with self.sharing.house.services.database.reading() as connection:
            return Counter(dict((await connection.execute(told.where(mine))).all()))


async def test_of_many_closings_one_closes(committed_house: House) -> None:
    review = await Reviewed.of(committed_house)
    assert (await review.post("decide", KEEP)).status_code == 200
    answers = await raced(*(partial(review.post, "close", {"summary": f"第 {at} 次"}) for at in range(10)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 9}
    won = next(answer.json() for answer in answers if answer.status_code == 200)
    assert (await review.read())["summary"] == won["summary"]
    assert (await review.happened())["review.closed"] == 1


async def test_a_decision_against_a_closing_is_in_the_review_or_came_too_late(committed_house: House) -> None:
    review = await Reviewed.of(committed_house)
    deciding, closing = partial(review.post, "decide", KEEP), partial(review.post, "close", {"summary": "完成"})
    answers = await raced(*[deciding, closing] * 6)
    decided = sum(answer.status_code == 200 for answer in answers[::2])
    closed = [answer for answer in answers[1::2] if answer.status_code == 200]
    refusals = {answer.json()["code"] for answer in answers if answer.status_code != 200}
    assert refusals <= {"state_conflict", "review_without_decisions"}
    after = await review.read()
    assert (len(after["decisions"]), after["state"]) == (decided, "closed" if closed else "open")
    assert len(closed) <= 1
    assert decided >= 1
    happened = await review.happened()
    assert (happened["review.decided"], happened["review.closed"]) == (decided, len(closed))


async def test_of_many_rebalancings_one_is_computed_and_the_next_waits_for_its_end(committed_house: House) -> None:
    review = await Reviewed.of(committed_house)
    answers = await raced(*[partial(review.post, "rebalance", {"most_moves": 1})] * 6)
    assert Counter(answer.status_code for answer in answers) == {202: 1, 409: 5}
    async with committed_house.services.database.reading() as connection:
        [plan_id] = await connection.scalars(select(DistributionPlan.id))
    assert (await review.read())["plan_id"] == str(plan_id)
    sharing = review.sharing
    cancelled = await sharing.ask(sharing.author, "POST", f"/v1/distribution-plans/{plan_id}/cancel", {})
    assert cancelled.status_code == 200, cancelled.text
    assert (await review.post("rebalance", {"most_moves": 1})).status_code == 202
