"""What ends with a person's work here, whoever gets their accounts: their part in appeals, loans, letters, promises."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.database import keep_archive
from service.domain.states import OPEN_APPEALS, AppealState
from service.models import Appeal, AppealPromise, Delegation, Loan
from service.operations.appeal_mediations import resume, running
from service.operations.appeal_promises import settle
from service.operations.appeal_reviews import step_back
from service.operations.appeals import withdraw
from service.operations.delegations import revoke_all
from service.operations.lending_ends import stop
from service.policy import Actor

LEAVES = "The person leaves / 人员离开"


async def hold_appeals(session: AsyncSession, staff_id: UUID) -> Sequence[Appeal]:
    """The appeals in which a person has a part that ends, or that promised or may promise them something, locked.

    In the order of their ids, and before any promise, ledger or person: everybody who needs several of these takes them
    in this order.
    """
    parts = (Appeal.appellant_id, Appeal.reviewer_id, Appeal.mediator_id, Appeal.beneficiary_id)
    concerned = and_(or_(*(one == staff_id for one in parts)), Appeal.state.in_(OPEN_APPEALS))
    promised = select(AppealPromise.appeal_id).where(AppealPromise.staff_id == staff_id, AppealPromise.state == "open")
    statement = select(Appeal).where(or_(concerned, Appeal.id.in_(promised)))
    held = statement.order_by(Appeal.id).with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(held)).all()


async def leave_appeals(
    session: AsyncSession, actor: Actor, staff_id: UUID, appeals: Sequence[Appeal], timezone: str
) -> None:
    """What they appealed is withdrawn; what they hear or mediate goes on with somebody else."""
    for appeal in appeals:
        if appeal.state not in OPEN_APPEALS:
            continue
        if appeal.appellant_id == staff_id:
            await withdraw(session, actor, appeal, LEAVES)
        elif appeal.reviewer_id == staff_id:
            await step_back(session, actor, appeal, LEAVES, timezone)
        elif appeal.mediator_id == staff_id and appeal.state == AppealState.MEDIATION:
            mediation = await running(session, appeal)
            await resume(session, actor, appeal, mediation, "lapsed", datetime.now(UTC), timezone)


async def end_standing(session: AsyncSession, actor: Actor, staff_id: UUID) -> None:
    """Loans and reading sessions end, letters are revoked, and what verdicts promised them lapses."""
    await keep_archive(session)
    await stop(
        session, actor, lambda model: (model.borrower_id if model is Loan else model.reader_id) == staff_id, LEAVES
    )
    letters = or_(Delegation.grantor_id == staff_id, Delegation.holder_id == staff_id)
    await revoke_all(session, actor, letters, LEAVES)
    for promise in await hold_promises(session, staff_id):
        await settle(session, actor, promise, await session.get_one(Appeal, promise.appeal_id), None)


async def hold_promises(session: AsyncSession, staff_id: UUID) -> Sequence[AppealPromise]:
    """What verdicts promised a person and is still open, locked; the appeals behind it are held already."""
    promised = select(AppealPromise).where(AppealPromise.staff_id == staff_id, AppealPromise.state == "open")
    held = promised.order_by(AppealPromise.id).with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(held)).all()
