"""The tests of a rulebook as JSON, and what comes of them on the accounts and people as they are now."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.distribution.eligibility import LEAST_WEIGHT, Failed, Rule, failed_rules
from service.domain.distribution.rulebook import Rulebook as Rules
from service.domain.distribution.snapshot import Account as AccountEntry
from service.domain.distribution.snapshot import Person as PersonEntry
from service.domain.distribution.wording import failed_mapping, failed_sentence, filled, joined
from service.errors import NotFound, Sentence
from service.models import Account, Rulebook, RulebookTest, Staff
from service.policy import Actor, allowed
from service.queries.json_view import json_object, page_bytes
from service.queries.snapshots import Scope, accounts_of, basis_by, people_of, tier_minutes

MUST_REFUSE = Sentence(
    "{account} must be refused to {person}, but is allowed.", "{account} 应拒绝分给 {person}，但实际允许。"
)
MUST_ALLOW = Sentence(
    "{account} must be allowed to {person}, but is refused: {reasons}",
    "{account} 应允许分给 {person}，但实际拒绝：{reasons}",
)
GONE = Sentence("{account} no longer exists.", "{account} 已不存在。")
AS_EXPECTED = {
    "refused": Sentence("{account} is refused to {person}, as it must be.", "{account} 不分给 {person}，符合要求。"),
    "allowed": Sentence("{account} is allowed to {person}, as it must be.", "{account} 可分给 {person}，符合要求。"),
}


@dataclass(frozen=True)
class TestResult:
    """What comes of one test; `failed`: the hard rules that refuse the pair, None when the account is gone."""

    __test__ = False  # no test of pytest's

    id: UUID
    account_id: UUID
    account_code: str
    staff_id: UUID
    staff_code: str
    expected: str
    failed: tuple[Failed, ...] | None

    @property
    def passed(self) -> bool:
        """Whether the rulebook does what the test expects."""
        return self.failed is not None and bool(self.failed) == (self.expected == "refused")

    def sentence(self) -> Sentence:
        """The outcome in words."""
        named: dict[str, Any] = {"account": self.account_code, "person": self.staff_code}
        if self.failed is None:
            return filled(GONE, **named)
        if self.passed:
            return filled(AS_EXPECTED[self.expected], **named)
        if self.expected == "refused":
            return filled(MUST_REFUSE, **named)
        return filled(MUST_ALLOW, **named, reasons=joined(failed_sentence(one) for one in self.failed))

    def to_mapping(self) -> dict[str, Any]:
        """The members of RulebookTestResult."""
        return {
            "test_id": str(self.id),
            "account_id": str(self.account_id),
            "account_code": self.account_code,
            "staff_id": str(self.staff_id),
            "staff_code": self.staff_code,
            "expected": self.expected,
            "passed": self.passed,
            "failed": [failed_mapping(one) for one in self.failed or ()],
            "text": self.sentence()._asdict(),
        }


async def tests_json(connection: AsyncConnection, actor: Actor, rulebook_id: UUID) -> bytes:
    """The members of RulebookTestPage."""
    await tested(connection, actor, rulebook_id)
    rows = await connection.execute(TESTS.where(RulebookTest.rulebook_id == rulebook_id))
    return page_bytes([row.json for row in rows], None, {})


async def test_json(connection: AsyncConnection, test_id: UUID) -> str:
    """The members of RulebookTestView for whoever has just made it."""
    text: str = (await connection.execute(TESTS.where(RulebookTest.id == test_id))).one().json
    return text


async def results_json(connection: AsyncConnection, actor: Actor, rulebook_id: UUID, timezone: str) -> bytes:
    """The members of RulebookTestRun."""
    results = await run_tests(connection, await tested(connection, actor, rulebook_id), timezone)
    return orjson.dumps(
        {"passed": all(one.passed for one in results), "results": [one.to_mapping() for one in results]}
    )


async def tested(connection: AsyncConnection, actor: Actor, rulebook_id: UUID) -> Any:
    """Id, number and definition of a rulebook whose tests the actor may see; NotFound else."""
    statement = select(Rulebook.id, Rulebook.number, Rulebook.definition).where(
        Rulebook.id == rulebook_id, allowed(actor, "see_tests", Rulebook)
    )
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return row


async def run_tests(connection: AsyncConnection, rulebook: Any, timezone: str) -> list[TestResult]:
    """Every test of a rulebook in the order of their making, hard rules alone: what anybody carries does not matter."""
    tests = (await connection.execute(TESTS.where(RulebookTest.rulebook_id == rulebook.id))).all()
    basis = await basis_by(connection, rulebook, timezone, "tests", Scope())
    asked = accounts_of(basis, await tier_minutes(connection, basis.scheme_code))
    asked = asked.where(Account.id.in_({test.account_id for test in tests}))
    selling = people_of(basis).where(Staff.id.in_({test.staff_id for test in tests}))
    accounts = {entry.id: entry for entry in (AccountEntry(*row) for row in await connection.execute(asked))}
    people = {entry.id: entry for entry in (PersonEntry(*row) for row in await connection.execute(selling))}
    return [result(basis.rules, test, accounts, people) for test in tests]


def result(rules: Rules, test: Any, accounts: dict[str, AccountEntry], people: dict[str, PersonEntry]) -> TestResult:
    """What comes of one test; whoever sells nothing, or left, counts as absent."""
    account, person = accounts.get(str(test.account_id)), people.get(str(test.staff_id))
    absent = (Failed(Rule.AVAILABILITY, LEAST_WEIGHT, 0),)
    failed = None if account is None else failed_rules(rules, account, person) if person else absent
    told = (test.account_id, test.account_code, test.staff_id, test.staff_code, test.expected)
    return TestResult(test.id, *told, failed)


COLUMNS: dict[str, Any] = {
    "id": RulebookTest.id,
    "rulebook_id": RulebookTest.rulebook_id,
    "account_id": RulebookTest.account_id,
    "account_code": Account.code,
    "staff_id": RulebookTest.staff_id,
    "staff_code": Staff.code,
    "expected": RulebookTest.expected,
    "note": RulebookTest.note,
    "created_by": RulebookTest.created_by,
    "created_at": RulebookTest.created_at,
}
TESTS = (
    select(*(column.label(name) for name, column in COLUMNS.items()), json_object(COLUMNS).label("json"))
    .join(Account, Account.id == RulebookTest.account_id)
    .join(Staff, Staff.id == RulebookTest.staff_id)
    .order_by(RulebookTest.id)
)
