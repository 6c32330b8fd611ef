"""One account at a time: the one rule on the present ledger, evidence kept."""

import asyncio
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.distribution.decisions import Decision as Decided
from service.domain.distribution.decisions import Waiting
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.routing import route
from service.domain.distribution.snapshot import Snapshot
from service.domain.distribution.waiting import WAITS_FOR_PLAN, waiting_for
from service.domain.distribution.wording import reason_sentence, remedy_sentence
from service.errors import Sentence
from service.models import Account, Decision
from service.operations.assignments import Handover, confirm, current_holdings, hand_over
from service.operations.hard_rules import hold_ledger
from service.operations.organisation import expect_department
from service.operations.snapshots import store_decisions, store_snapshot
from service.policy import Actor, fetch
from service.queries.snapshots import Scope, present_basis, read_snapshot
from service.schemas.assignments import RoutingView
from service.schemas.wording import Wording

CYCLE = "route"


async def route_account(
    session: AsyncSession, actor: Actor, account_id: UUID, department_id: UUID | None, timezone: str
) -> RoutingView:
    """Gives an account to whom the rule names; an account for which it names nobody stays as it is.

    The team's ledger is held from before it is read until the transaction ends, so that parallel requests see each
    other's outcome.
    """
    await expect_department(session, department_id, "/department_id")
    await hold_ledger(session, department_id)
    account = await fetch(session, actor, "route", Account, account_id)
    scope = Scope(department_id=department_id, account_id=account_id if department_id else None)
    connection = await session.connection()
    snapshot = await read_snapshot(connection, await present_basis(connection, timezone, CYCLE, scope))
    decided, remedy = await asyncio.to_thread(decided_on, snapshot, str(account_id))
    await store_snapshot(session, snapshot)
    [decision_id] = await store_decisions(session, snapshot, [decided])
    session.info["made"] = await session.get_one(Decision, decision_id)
    if decided.winner:
        await hand_over(session, actor, [Handover(account_id, UUID(decided.winner), decision_id)], "routed")
        await confirm(session, Decision.id == decision_id)
    holding = (await current_holdings(session, [account_id])).get(account_id)
    return RoutingView(
        decision_id=decision_id,
        account_id=account_id,
        account_code=account.code,
        staff_id=holding.staff_id if holding else None,
        assignment_id=holding.id if holding else None,
        reason=decided.reason,
        reason_text=Wording.model_validate(reason_sentence(decided.reason)),
        remedy=decided.remedy,
        remedy_text=Wording.model_validate(remedy) if remedy else None,
    )


def decided_on(snapshot: Snapshot, account_id: str) -> tuple[Decided, Sentence | None]:
    """The rule's decision on the ledger of a snapshot, and what would help an account that waits."""
    ledger = Ledger.of(snapshot)
    decided = route(ledger, account_id)
    if not decided.remedy:
        return decided, None
    found = waiting_for(ledger, ledger.instance.account_numbers[account_id])
    detail = {} if decided.reason == WAITS_FOR_PLAN else found.detail
    return decided, remedy_sentence(Waiting(account_id, decided.reason, decided.remedy, detail))
