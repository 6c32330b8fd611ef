"""Tests beside a rulebook: pairs that it must refuse or allow; a draft that fails one is not published."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.states import VersionState
from service.errors import FieldError, InvalidInput, RulebookTestsFailed, Sentence, StateConflict
from service.journal import record
from service.models import Account, Rulebook, RulebookTest, Staff, new_id
from service.operations.parts import part_of
from service.operations.rule_versions import FINAL
from service.policy import Actor, allowed, fetch
from service.queries.rulebook_tests import run_tests
from service.schemas.rulebooks import RulebookTestCreate

NOT_FOUND = Sentence("There is no such account or person.", "没有此客户或人员。")


async def create_test(
    session: AsyncSession, actor: Actor, rulebook_id: UUID, wanted: RulebookTestCreate
) -> RulebookTest:
    """Adds a test to the actor's own draft."""
    await fetch_draft(session, actor, rulebook_id)
    account = select(Account.id).where(Account.id == wanted.account_id, allowed(actor, "see", Account))
    staff = select(Staff.id).where(Staff.id == wanted.staff_id, Staff.deleted_at.is_(None))
    for pointer, statement in (("/account_id", account), ("/staff_id", staff)):
        if await session.scalar(statement) is None:
            raise InvalidInput(errors=[FieldError("not_found", NOT_FOUND, pointer=pointer)])
    test = RulebookTest(id=new_id(), rulebook_id=rulebook_id, created_by=actor.id, **wanted.model_dump(mode="python"))
    session.add(test)
    await session.flush()
    data = {"rulebook_id": rulebook_id, "staff_id": test.staff_id, "expected": str(test.expected)}
    await record(session, actor, events.RulebookTestCreated(test.id, test.account_id, data))
    return test


async def delete_test(session: AsyncSession, actor: Actor, rulebook_id: UUID, test_id: UUID) -> None:
    """Takes a test away from the actor's own draft."""
    await fetch_draft(session, actor, rulebook_id)
    test = await part_of(session, RulebookTest, test_id, rulebook_id=rulebook_id)
    await session.delete(test)
    data = {"rulebook_id": rulebook_id, "staff_id": test.staff_id, "expected": test.expected}
    await record(session, actor, events.RulebookTestDeleted(test_id, test.account_id, data))


async def fetch_draft(session: AsyncSession, actor: Actor, rulebook_id: UUID) -> Rulebook:
    """A rulebook that the actor may edit and that is not published."""
    rulebook = await fetch(session, actor, "edit", Rulebook, rulebook_id)
    if rulebook.state != VersionState.DRAFT:
        raise StateConflict(FINAL)
    return rulebook


async def take_over_tests(session: AsyncSession, rulebook: Rulebook) -> None:
    """The next version of a code begins with the tests of the version before."""
    before = select(Rulebook.id).where(Rulebook.code == rulebook.code, Rulebook.number == rulebook.number - 1)
    tests = await session.scalars(select(RulebookTest).where(RulebookTest.rulebook_id == before.scalar_subquery()))
    session.add_all(
        RulebookTest(
            id=new_id(),
            rulebook_id=rulebook.id,
            account_id=test.account_id,
            staff_id=test.staff_id,
            expected=test.expected,
            note=test.note,
            created_by=rulebook.author_id,
        )
        for test in tests.all()
    )
    await session.flush()


async def expect_tests_pass(session: AsyncSession, rulebook: Rulebook, timezone: str) -> None:
    """RulebookTestsFailed with a sentence for each test that fails."""
    results = await run_tests(await session.connection(), rulebook, timezone)
    failed = [(at, result) for at, result in enumerate(results) if not result.passed]
    if failed:
        raise RulebookTestsFailed(
            errors=[FieldError("test_failed", result.sentence(), pointer=f"/tests/{at}") for at, result in failed]
        )
