"""One account at a time: the one rule on the kept ledger, evidence kept."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.distribution.balance import Booking
from service.domain.distribution.decisions import Decision as Decided
from service.domain.distribution.decisions import Waiting
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.routing import route
from service.domain.distribution.scale import TooLarge
from service.domain.distribution.snapshot import Account as AccountEntry
from service.domain.distribution.waiting import WAITS_FOR_PLAN, waiting_for
from service.domain.distribution.wording import reason_sentence, remedy_sentence
from service.errors import Sentence
from service.models import Account, Assignment, Decision
from service.operations.accounts import Made
from service.operations.appeal_promises import compensated
from service.operations.arrivals import ROUTED, Given, arrive
from service.operations.assignments import Handover, confirm, current_holdings, hand_over, owner_of
from service.operations.hard_rules import hold_ledger
from service.operations.ledgers import enter, ledger_to_book_in, opened_anew
from service.operations.organisation import expect_department
from service.operations.snapshots import decision_row
from service.policy import Actor, fetch
from service.queries.ledgers import Running
from service.queries.snapshots import Scope, read_accounts
from service.schemas.assignments import RoutingView
from service.schemas.wording import Wording

PROMISED = "appeal_upheld"


async def route_account(
    session: AsyncSession, actor: Actor, account_id: UUID, department_id: UUID | None, timezone: str
) -> RoutingView:
    """Gives an account to whom the rule names; an account for which it names nobody stays as it is.

    An account without an owner goes first to whom an appeal promised one like it.

    The team's ledger is held from before it is read until the transaction ends, so that parallel requests see each
    other's outcome. LedgerNotKept while the ledger of a large team is being opened.
    """
    await expect_department(session, department_id, "/department_id")
    await hold_ledger(session, department_id)
    account = await fetch(session, actor, "route", Account, account_id)
    if await compensated(session, account_id, department_id, timezone):
        return await promised(session, account)
    running = await ledger_to_book_in(session, department_id, account_id, timezone)
    running, ledger = await ledger_for(session, running, department_id, account_id, timezone)
    entry = ledger.instance.snapshot.accounts[0]
    decided = route(ledger, entry.id)
    winner = decided.winner if decided.winner != entry.owner else None
    booking = Booking(entry, tuple(ledger.instance.loads[0].tolist()), winner)
    arrives = winner is not None and entry.owner is None
    given = await (arrive if arrives else carried_out)(session, actor, running, booking, decided)
    session.info["made"] = Made("decisions", given.decision_id)
    remedy = told_remedy(ledger, decided) if decided.remedy else None
    return RoutingView(
        decision_id=given.decision_id,
        account_id=account_id,
        account_code=account.code,
        staff_id=given.staff_id,
        assignment_id=given.assignment_id,
        reason=decided.reason,
        reason_text=Wording.model_validate(reason_sentence(decided.reason)),
        remedy=decided.remedy,
        remedy_text=Wording.model_validate(remedy) if remedy else None,
    )


async def promised(session: AsyncSession, account: Account) -> RoutingView:
    """What became of an account that somebody was promised: the rule was not asked."""
    holding = (await current_holdings(session, [account.id]))[account.id]
    assignment = await session.get_one(Assignment, holding.id)
    assert assignment.decision_id
    session.info["made"] = await session.get_one(Decision, assignment.decision_id)
    return RoutingView(
        decision_id=assignment.decision_id,
        account_id=account.id,
        account_code=account.code,
        staff_id=holding.staff_id,
        assignment_id=holding.id,
        reason=PROMISED,
        reason_text=Wording.model_validate(reason_sentence(PROMISED)),
        remedy=None,
        remedy_text=None,
    )


async def carried_out(
    session: AsyncSession, actor: Actor, running: Running, booking: Booking, decided: Decided
) -> Given:
    """Carries out a decision about an account that has an owner, or for which there is nobody."""
    place = await enter(session, running, booking)
    decision = await store_decision(session, decided, booking.account, place)
    account_id, winner = decision.account_id, decision.winner_id
    if winner:
        handover = Handover(account_id, winner, decision.id)
        made = await hand_over(session, actor, [handover], ROUTED, booked_in=running.id)
        if made:
            return Given(decision.id, winner, made[account_id])
        await confirm(session, Decision.id == decision.id)
    holding = (await current_holdings(session, [account_id])).get(account_id)
    return Given(decision.id, owner_of(holding), holding.id if holding else None)


async def ledger_for(
    session: AsyncSession, running: Running, department_id: UUID | None, account_id: UUID, timezone: str
) -> tuple[Running, Ledger]:
    """The ledger of one account as the rules see it now; one that outgrows the kept shares has them measured anew."""
    [entry] = await read_accounts(
        await session.connection(), replace(running.basis, scope=Scope(account_id=account_id))
    )
    try:
        return running, running.balance.ledger([entry])
    except TooLarge:
        fresh = await opened_anew(session, department_id, account_id, timezone)
        return fresh, fresh.balance.ledger([entry])


def told_remedy(ledger: Ledger, decided: Decided) -> Sentence:
    """What would help an account that waits."""
    assert decided.remedy
    detail = {} if decided.reason == WAITS_FOR_PLAN else waiting_for(ledger, 0).detail
    return remedy_sentence(Waiting(decided.account_id, decided.reason, decided.remedy, detail))


async def store_decision(session: AsyncSession, decided: Decided, entry: AccountEntry, place: int) -> Decision:
    """Keeps the decision, which its ledger and place explain."""
    decision = Decision(**decision_row(decided, entry.owner), place=place)
    session.add(decision)
    await session.flush()
    return decision
