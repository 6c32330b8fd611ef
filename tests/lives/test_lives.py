"""The whole life of plans, assignments and appeals against the API: invariants hold after each step of any sequence.

EVENHAND_LIVES tells how many sequences hypothesis makes.
"""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as running
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from service.adapters.keys import Keys
from service.http.services import Services
from service.jobs.appeals import end_overdue_mediations, escalate_overdue_appeals, keep_promises, remind_of_appeals
from service.jobs.waiting import retry_waiting
from service.main import create_app
from service.migrations import schema_head
from service.models import Appeal, AppealVerdict, Assignment, AuditEntry, Mediation, Review, Staff
from service.settings import Settings
from tests.conftest import CHEAP_PASSWORDS
from tests.dispute import REASONS
from tests.house import House, Person, RolledBack
from tests.sharing import SCHEME, Sharing

LIVES = int(os.environ.get("EVENHAND_LIVES", "10"))
WITHOUT_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)  # a sequence is short, and shrinking it takes minutes
ACCOUNTS, OWNED, SELLERS = 4, 3, 3
OPEN = ("submitted", "under_review", "mediation")
# What each entry of the evidence makes of an appeal; the others leave it as it is.
BECOMES = {
    "appeal.filed": "submitted",
    "appeal.reviewed": "under_review",
    "appeal.escalated": "under_review",
    "appeal.mediated": "mediation",
    "appeal.resumed": "under_review",
    "appeal.withdrawn": "withdrawn",
    "appeal.upheld": "upheld",
    "appeal.settled": "partially_upheld",
    "appeal.rejected": "rejected",
}
AGE = "make_interval(days => :days)"
AGEING = (
    f"UPDATE appeals SET received_at = received_at - {AGE}, decide_by = decide_by - {AGE}",
    f"UPDATE appeals SET escalate_by = escalate_by - {AGE}",
    f"UPDATE mediations SET started_at = started_at - {AGE}, answer_by = answer_by - {AGE}",
    f"UPDATE appeal_promises SET due_on = (due_on - {AGE})::date",
    f"UPDATE assignments SET started_at = started_at - {AGE}, ended_at = ended_at - {AGE}",
)
account = st.integers(0, ACCOUNTS - 1)
seller = st.integers(0, SELLERS - 1)
appeal = st.integers(0, 5)
remedy = st.one_of(
    st.just({"kind": "compensate"}),
    st.integers(1, 99).map(lambda percent: {"kind": "share", "percent": percent}),
    st.integers(1, 60).map(lambda days: {"kind": "later", "due_on": str((datetime.now(UTC) + timedelta(days)).date())}),
    account.map(lambda number: {"kind": "swap", "account": number}),
)
verdict = st.one_of(
    st.sampled_from(["upheld", "rejected"]).map(lambda outcome: {"outcome": outcome}),
    remedy.map(lambda one: {"outcome": "partially_upheld", "remedy": one}),
)
step = st.one_of(
    st.tuples(st.just("file"), account, seller),
    st.tuples(st.just("file"), account, seller),
    st.tuples(st.just("review"), appeal),
    st.tuples(st.just("decide"), appeal, verdict),
    st.tuples(st.just("decide"), appeal, verdict),
    st.tuples(st.just("recuse"), appeal),
    st.tuples(st.just("mediate"), appeal),
    st.tuples(st.just("propose"), appeal, verdict),
    st.tuples(st.just("answer"), appeal, st.booleans(), st.sampled_from(["accept", "refuse"])),
    st.tuples(st.just("withdraw"), appeal),
    st.tuples(st.just("escalate"), appeal),
    st.tuples(st.just("assign"), account, seller),
    st.tuples(st.just("route"), account),
    st.tuples(st.just("plan")),
    st.tuples(st.just("retry")),
    st.tuples(st.just("look_back"), st.booleans()),
    st.tuples(st.just("clock"), st.integers(1, 30)),
)


@given(steps=st.lists(step, min_size=5, max_size=15))
@running(max_examples=LIVES, deadline=None, suppress_health_check=list(HealthCheck), phases=WITHOUT_SHRINKING)
async def test_invariants_hold_whatever_people_and_the_clock_do(
    shared: AsyncEngine, keys: Keys, settings: Settings, steps: list[tuple[Any, ...]]
) -> None:
    """Each sequence in a company of its own, which is rolled back."""
    async with shared.connect() as connection:
        await connection.begin()
        services = Services.build(settings, RolledBack(connection), keys, Path("/nowhere"), schema_head())
        services = replace(services, passwords=CHEAP_PASSWORDS)
        life = await Life.of(House(services, create_app(services)))
        for name, *arguments in steps:
            await getattr(life, name)(*arguments)
            await life.check()


class Life:
    """A company of three sellers and four accounts of two regions, and three people who may hear appeals."""

    def __init__(self, sharing: Sharing, judges: list[Person], accounts: list[UUID]) -> None:
        self.sharing, self.house = sharing, sharing.house
        self.judges, self.accounts = judges, accounts
        self.filed: list[str] = []

    @classmethod
    async def of(cls, house: House) -> "Life":
        sharing = await Sharing.of(house, sellers=SELLERS - 1)
        afar = await house.person("sales_rep", department_id=sharing.department_id, regions=["西北"], max_accounts=2)
        sharing.sellers.append(afar)
        judges = [await house.person(role) for role in ("mediator", "mediator", "director")]
        owners = [sharing.sellers[0], sharing.sellers[0], sharing.sellers[1], None]
        accounts = [await sharing.account(owner) for owner in owners]
        return cls(sharing, judges, accounts)

    async def ask(self, who: Person, method: str, path: str, body: Any = None) -> httpx.Response:
        """An answer, which is never a failure of the service."""
        answer = await self.sharing.ask(who, method, path, body)
        assert answer.status_code in {200, 201, 202, 204, 403, 404, 409, 422}, answer.text
        return answer

    async def row(self, number: int) -> Any:
        """An appeal as it stands; None where so many were not filed."""
        if not self.filed:
            return None
        id_ = self.filed[number % len(self.filed)]
        return (await self.rows(select(Appeal.__table__).where(Appeal.id == id_)))[0]

    async def rows(self, statement: Any) -> list[Any]:
        """What the database holds."""
        async with self.house.services.database.reading() as connection:
            return list(await connection.execute(statement))

    def person(self, id_: UUID | None) -> Person:
        """Somebody by id; the leader where nobody is named."""
        people = [*self.sharing.sellers, *self.judges, self.sharing.author, self.sharing.leader]
        return next((one for one in people if one.id == id_), self.sharing.leader)

    async def act(self, number: int, verb: str, body: Any, role: str) -> None:
        """A request about an appeal by whom one of its columns names."""
        if found := await self.row(number):
            await self.ask(self.person(getattr(found, role)), "POST", f"/v1/appeals/{found.id}/{verb}", body)

    async def current(self, number: int) -> Any:
        """The present owner's assignment of an account; None without one."""
        now = select(Assignment.id, Assignment.staff_id).where(
            Assignment.account_id == self.accounts[number],
            Assignment.team_role == "owner",
            Assignment.ended_at.is_(None),
        )
        return next(iter(await self.rows(now)), None)

    async def file(self, number: int, seller: int) -> None:
        if assignment := await self.current(number):
            body = {"assignment_id": str(assignment.id), "grounds": ["other"], "statement": "请复核。"}
            answer = await self.ask(self.sharing.sellers[seller], "POST", "/v1/appeals", body)
            if answer.status_code == 201:
                self.filed.append(answer.json()["id"])

    async def review(self, number: int) -> None:
        await self.act(number, "review", {}, "reviewer_id")

    async def decide(self, number: int, verdict: dict[str, Any]) -> None:
        await self.act(number, "decide", REASONS | self.concrete(verdict), "reviewer_id")

    def concrete(self, verdict: dict[str, Any]) -> dict[str, Any]:
        """A verdict with its account's id."""
        remedy = verdict.get("remedy", {})
        if remedy.get("kind") != "swap":
            return verdict
        return verdict | {"remedy": {"kind": "swap", "account_id": str(self.accounts[remedy["account"]])}}

    async def recuse(self, number: int) -> None:
        await self.act(number, "recuse", {"reason": "回避"}, "reviewer_id")

    async def mediate(self, number: int) -> None:
        await self.act(number, "mediate", {}, "reviewer_id")

    async def propose(self, number: int, verdict: dict[str, Any]) -> None:
        await self.act(number, "propose", self.concrete(verdict) | {"minutes": "双方到场。"}, "mediator_id")

    async def answer(self, number: int, appellant: bool, answer: str) -> None:
        await self.act(number, "answer", {"answer": answer}, "appellant_id" if appellant else "respondent_id")

    async def withdraw(self, number: int) -> None:
        await self.act(number, "withdraw", {}, "appellant_id")

    async def escalate(self, number: int) -> None:
        await self.act(number, "escalate", {"reason": "不服"}, "appellant_id")

    async def assign(self, number: int, seller: int) -> None:
        present = await self.current(number)
        body = {
            "account_id": str(self.accounts[number]),
            "staff_id": str(self.sharing.sellers[seller].id),
            "reason": "人工调整",
            "replaces_id": str(present.id) if present else None,
        }
        await self.ask(self.sharing.leader, "POST", "/v1/assignments", body)

    async def route(self, number: int) -> None:
        before = await self.contested()
        await self.ask(self.sharing.leader, "POST", f"/v1/accounts/{self.accounts[number]}/route", {})
        assert await self.contested() == before

    async def plan(self) -> None:
        before = await self.contested()
        await self.sharing.applied()
        assert await self.contested() == before

    async def retry(self) -> None:
        """Accounts without an owner are asked about again; one that is under appeal stays where it is."""
        before, services = await self.contested(), self.house.services
        await retry_waiting(services.database, services.settings, datetime.now(UTC))
        assert await self.contested() == before

    async def look_back(self, decides: bool) -> None:
        """The team's review is opened if none is, and closed if something is decided."""
        body = {"department_id": str(self.sharing.department_id), "scheme_code": SCHEME}
        await self.ask(self.sharing.leader, "POST", "/v1/reviews", body)
        [open_one] = await self.rows(select(Review.id).where(Review.state == "open"))
        path = f"/v1/reviews/{open_one.id}"
        if decides:
            decided = await self.ask(self.sharing.leader, "POST", f"{path}/decide", {"kind": "keep", "text": "维持"})
            assert decided.status_code == 200, decided.text
        [decisions] = await self.rows(select(Review.decisions).where(Review.id == open_one.id))
        closed = await self.ask(self.sharing.leader, "POST", f"{path}/close", {"summary": "完成"})
        assert closed.status_code == (200 if decisions.decisions else 409), closed.text

    async def clock(self, days: int) -> None:
        """Time passes: everything dated lies so much further back, and the worker's clock does what it does."""
        services = self.house.services
        async with services.database.transaction() as session:
            for statement in AGEING:
                await session.execute(text(statement), {"days": days})
        for job in (remind_of_appeals, end_overdue_mediations, escalate_overdue_appeals, keep_promises):
            await job(services.database, services.settings, datetime.now(UTC))

    async def contested(self) -> list[Any]:
        """Who has the accounts under appeal."""
        under = select(Appeal.account_id).where(Appeal.state.in_(OPEN))
        holding = select(Assignment.account_id, Assignment.id).where(
            Assignment.account_id.in_(under), Assignment.ended_at.is_(None)
        )
        return sorted(await self.rows(holding))

    async def check(self) -> None:
        """What is true of every company at every moment."""
        appeals = await self.rows(select(Appeal.__table__))
        assert {str(one.id) for one in appeals} == set(self.filed)
        trail = await self.rows(
            select(AuditEntry.subject_id, AuditEntry.action)
            .where(AuditEntry.subject_type == "appeal")
            .order_by(AuditEntry.position)
        )
        told = {one.id: "nothing" for one in appeals}
        for subject, action in trail:
            told[subject] = BECOMES.get(action, told[subject])
        assert told == {one.id: one.state for one in appeals}
        for one in appeals:
            await self.check_appeal(one)
        await self.check_assignments()

    async def check_appeal(self, one: Any) -> None:
        """Independence, deadlines, a verdict for each decision, a mediation while there is one."""
        parties = {one.appellant_id, one.filed_by_id, one.respondent_id, one.beneficiary_id}
        mediations = await self.rows(select(Mediation.__table__).where(Mediation.appeal_id == one.id))
        strangers = {person.id for person in (*self.judges, self.sharing.leader)}
        if one.reviewer_id:
            assert one.reviewer_id in strangers - parties
            assert one.reviewer_id not in {*one.recused_ids, one.first_decider_id}
            assert one.reviewer_id not in {mediation.mediator_id for mediation in mediations}
        assert (one.state == "mediation") == any(mediation.ended_at is None for mediation in mediations)
        assert one.decide_by > one.received_at
        assert one.instance in {1, 2}
        verdicts = await self.rows(select(AppealVerdict.__table__).where(AppealVerdict.appeal_id == one.id))
        decided = {verdict.instance: verdict.outcome for verdict in verdicts}
        assert decided.get(one.instance) == (one.state if one.state not in {*OPEN, "withdrawn"} else None)

    async def check_assignments(self) -> None:
        """One owner, one co-owner at most, hard rules and caps, nobody inactive, all in the evidence."""
        held = await self.rows(
            select(Assignment.account_id, Assignment.team_role, Staff.regions)
            .join(Staff, Staff.id == Assignment.staff_id)
            .where(Assignment.ended_at.is_(None), Staff.status == "active")
        )
        every = await self.rows(text("SELECT 1 FROM assignments WHERE ended_at IS NULL"))
        assert len(every) == len(held) == len({(one.account_id, one.team_role) for one in held})
        assert all("华东" in one.regions for one in held)
        untold = await self.rows(
            text("""
                SELECT s.id FROM assignments s WHERE NOT EXISTS (
                    SELECT FROM audit_entries e WHERE e.subject_id = s.id AND e.action = 'assignment.started'
                )
            """)
        )
        assert len(untold) == OWNED  # those of the house itself
