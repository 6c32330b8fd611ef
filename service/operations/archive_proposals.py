"""What takes two people: one proposes, another confirms, and only then it is done."""

from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.database import keep_archive
from service.domain import events
from service.domain.archives import DEPUTY_IN_CHARGE, TOP_SECRET, Confidentiality, TwoPeople, may_act_together
from service.domain.invalid import invalid
from service.domain.states import ARCHIVE_TRANSITIONS, PROPOSAL_TRANSITIONS, ArchiveState, ProposalState
from service.errors import (
    ClassChangedSince,
    ClassNotLower,
    Forbidden,
    NotFound,
    NotUnderHold,
    SecondPersonNeeded,
    StillRetained,
    UnderLegalHold,
    WrongPair,
)
from service.journal import record
from service.models import ArchiveItem, ArchiveProposal, Department
from service.operations.archives import destroy_content, expect_state
from service.operations.lending_ends import end_lending
from service.policy import Actor, allowed, fetch
from service.queries.actors import staff_actor
from service.queries.archives import knows_proposal
from service.schemas.archive_keeping import ArchiveProposalCreate

POLICY = {TwoPeople.LOWER: "lower", TwoPeople.DESTROY: "destroy", TwoPeople.LIFT_HOLD: "hold"}


async def propose(
    session: AsyncSession, actor: Actor, item_id: UUID, wanted: ArchiveProposalCreate, today: date
) -> ArchiveProposal:
    """Proposes what takes two people; it waits for the second."""
    item = await fetch(session, actor, POLICY[wanted.action], ArchiveItem, item_id)
    check_wanted(wanted, Confidentiality(item.confidentiality), actor)
    target = Confidentiality(wanted.to_confidentiality) if wanted.to_confidentiality else None
    expect_possible(item, wanted.action, target, today)
    assert actor.id is not None
    proposal = ArchiveProposal(
        item_id=item_id,
        action=str(wanted.action),
        class_as_proposed=item.confidentiality,
        to_confidentiality=target and str(target),
        effective_on=wanted.effective_on,
        second_id=wanted.second_id,
        reason=wanted.reason,
        state=ProposalState.PROPOSED,
        proposed_by=actor.id,
    )
    session.add(proposal)
    await session.flush()
    data = {
        "item_id": item_id,
        "action": proposal.action,
        "to": proposal.to_confidentiality,
        "reason": wanted.reason,
    }
    await record(session, actor, events.ArchiveProposalMade(proposal.id, data=data))
    return proposal


def check_wanted(wanted: ArchiveProposalCreate, present: Confidentiality, actor: Actor) -> None:
    """Refuses a proposal whose fields do not fit its action."""
    lowering = wanted.action is TwoPeople.LOWER
    if lowering != (wanted.to_confidentiality is not None):
        raise invalid("/to_confidentiality", "lower_only", "It belongs to `lower`.", "仅且必须用于 lower。")
    if wanted.effective_on and not lowering:
        raise invalid("/effective_on", "lower_only", "It belongs to `lower`.", "仅用于 lower。")
    if lowering and present.rank == TOP_SECRET and wanted.second_id is None:
        raise invalid("/second_id", "missing", "The second leader is named here.", "须指定第二位领导。")
    if wanted.second_id is not None and wanted.second_id == actor.id:
        raise SecondPersonNeeded


def expect_possible(item: ArchiveItem, action: TwoPeople, target: Confidentiality | None, today: date) -> None:
    """Refuses what the item's state does not allow, whoever wants it."""
    expect_state(item, ArchiveState.DEPOSITED, ArchiveState.ACCEPTED)
    if action is TwoPeople.LOWER and (target is None or target.rank >= Confidentiality(item.confidentiality).rank):
        raise ClassNotLower
    if action is TwoPeople.LIFT_HOLD and not item.legal_hold:
        raise NotUnderHold
    if action is TwoPeople.DESTROY:
        ARCHIVE_TRANSITIONS.check(ArchiveState(item.state), ArchiveState.DESTROYED)
        if item.legal_hold:
            raise UnderLegalHold
        if item.retain_until is None or item.retain_until > today:
            raise StillRetained


async def confirm(
    session: AsyncSession, actor: Actor, item_id: UUID, proposal_id: UUID, reason: str | None, today: date
) -> ArchiveProposal:
    """The second person agrees, and it is done."""
    proposal = await known_proposal(session, actor, item_id, proposal_id)
    PROPOSAL_TRANSITIONS.check(ProposalState(proposal.state), ProposalState.CONFIRMED)
    await keep_archive(session)  # a second leader who was asked does not see a top-secret item, nor its title
    item = (await session.scalars(select(ArchiveItem).where(ArchiveItem.id == item_id).with_for_update())).one()
    await expect_pair(session, actor, item, proposal)
    if item.confidentiality != proposal.class_as_proposed:
        raise ClassChangedSince
    action = TwoPeople(proposal.action)
    target = Confidentiality(proposal.to_confidentiality) if proposal.to_confidentiality else None
    expect_possible(item, action, target, today)
    close(proposal, actor, ProposalState.CONFIRMED, reason)
    data = {
        "item_id": item_id,
        "action": proposal.action,
        "proposed_by": proposal.proposed_by,
        "reason": reason,
    }
    await record(session, actor, events.ArchiveProposalConfirmed(proposal.id, data=data))
    if action is TwoPeople.DESTROY:
        await destroy(session, actor, item)
    elif action is TwoPeople.LIFT_HOLD:
        await release(session, actor, item)
    elif proposal.effective_on and proposal.effective_on > today:
        item.downgrade_on, item.downgrade_to = proposal.effective_on, proposal.to_confidentiality
        item.version += 1
    else:
        assert target is not None
        await lower(session, actor, item, target)
    return proposal


async def expect_pair(session: AsyncSession, actor: Actor, item: ArchiveItem, proposal: ArchiveProposal) -> None:
    """Refuses the same person, one who was not asked, and two who may not do this together by their roles of today."""
    if actor.id == proposal.proposed_by:
        raise SecondPersonNeeded
    if proposal.second_id and proposal.second_id != actor.id:
        raise Forbidden
    first = await staff_actor(await session.connection(), proposal.proposed_by)
    if first is None:
        raise WrongPair
    rank = Confidentiality(item.confidentiality).rank
    places = [await capacities(session, one, item.department_id) for one in (first, actor)]
    if not may_act_together(TwoPeople(proposal.action), rank, *places):
        raise WrongPair


async def capacities(session: AsyncSession, person: Actor, department_id: UUID) -> frozenset[str]:
    """What somebody counts as: their roles, and whether they are the deputy in charge of the department."""
    in_charge = await session.scalar(select(Department.deputy_in_charge_id).where(Department.id == department_id))
    return person.roles | ({DEPUTY_IN_CHARGE} if in_charge == person.id else frozenset())


async def refuse(
    session: AsyncSession, actor: Actor, item_id: UUID, proposal_id: UUID, reason: str | None
) -> ArchiveProposal:
    """The second person says no."""
    proposal = await known_proposal(session, actor, item_id, proposal_id)
    if actor.id == proposal.proposed_by:
        raise SecondPersonNeeded
    if proposal.second_id and proposal.second_id != actor.id:
        raise Forbidden
    close(proposal, actor, ProposalState.REFUSED, reason)
    await record(
        session, actor, events.ArchiveProposalRefused(proposal.id, data={"item_id": item_id, "reason": reason})
    )
    return proposal


async def withdraw(
    session: AsyncSession, actor: Actor, item_id: UUID, proposal_id: UUID, reason: str | None
) -> ArchiveProposal:
    """Whoever proposed takes it back."""
    proposal = await known_proposal(session, actor, item_id, proposal_id)
    if actor.id != proposal.proposed_by:
        raise Forbidden
    close(proposal, actor, ProposalState.WITHDRAWN, reason)
    data = {"item_id": item_id, "reason": reason}
    await record(session, actor, events.ArchiveProposalWithdrawn(proposal.id, data=data))
    return proposal


async def known_proposal(session: AsyncSession, actor: Actor, item_id: UUID, proposal_id: UUID) -> ArchiveProposal:
    """The proposal, locked: 404 for whoever neither sees the item nor was asked, 403 for who may not take part."""
    statement = (
        select(ArchiveProposal)
        .where(ArchiveProposal.id == proposal_id, ArchiveProposal.item_id == item_id, knows_proposal(actor))
        .with_for_update()
    )
    proposal = (await session.scalars(statement)).one_or_none()
    if proposal is None:
        raise NotFound
    session.info["made"] = proposal
    if proposal.second_id == actor.id:
        return proposal
    may = allowed(actor, POLICY[TwoPeople(proposal.action)], ArchiveItem).label("may")
    if not await session.scalar(select(may).where(ArchiveItem.id == item_id)):
        raise Forbidden
    return proposal


def close(proposal: ArchiveProposal, actor: Actor, state: ProposalState, reason: str | None) -> None:
    """The proposal's end."""
    PROPOSAL_TRANSITIONS.check(ProposalState(proposal.state), state)
    proposal.state, proposal.decided_by, proposal.decided_at = state, actor.id, datetime.now(UTC)
    proposal.decision_reason = reason
    proposal.version += 1


async def destroy(session: AsyncSession, actor: Actor, item: ArchiveItem) -> None:
    """Ends an item after its retention: no key opens its content any more, what is known of it stays."""
    await end_lending(session, actor, item.id, "the item was destroyed")
    item.state, item.destroyed_at = ArchiveState.DESTROYED, datetime.now(UTC)
    item.original_held, item.paper_state, item.place = False, None, None
    item.version += 1
    await destroy_content(session, item.id)
    await record(session, actor, events.ArchiveItemDestroyed(item.id))


async def release(session: AsyncSession, actor: Actor, item: ArchiveItem) -> None:
    """Lifts a legal hold."""
    item.legal_hold, item.hold_reason = False, None
    item.version += 1
    await record(session, actor, events.ArchiveItemReleased(item.id))


async def lower(session: AsyncSession, actor: Actor, item: ArchiveItem, target: Confidentiality) -> None:
    """Gives an item a lower class."""
    await end_lending(session, actor, item.id, "the class was lowered")
    before, item.confidentiality = item.confidentiality, str(target)
    item.downgrade_on = item.downgrade_to = None
    item.version += 1
    await record(session, actor, events.ArchiveItemLowered(item.id, data={"from": before, "to": str(target)}))
