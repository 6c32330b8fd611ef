"""Where the paper is, and what an item refers to."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.archives import Confidentiality
from service.domain.invalid import invalid
from service.domain.states import PAPER_TRANSITIONS, ArchiveState, PaperState
from service.errors import IllegalTransition, PaperStays
from service.journal import record
from service.models import ArchiveItem, ArchiveLink, CustodyReceipt, Incident, Loan, Staff
from service.operations.archives import expect_state
from service.operations.incidents import open_incident
from service.operations.parts import part_of
from service.policy import Actor, fetch
from service.policy.archive_tables import open_now
from service.queries.archives import find_item
from service.schemas.archive_keeping import ArchiveLinkCreate, CustodyReceiptCreate, ReceiptKind
from service.schemas.incidents import IncidentCreate

# Where a receipt leaves the paper; counting leaves it where it is.
LEADS_TO = {
    ReceiptKind.RECEIVED: PaperState.IN_ARCHIVE,
    ReceiptKind.HANDED_OUT: PaperState.OUT,
    ReceiptKind.RETURNED: PaperState.IN_ARCHIVE,
    ReceiptKind.LOST: PaperState.LOST,
    ReceiptKind.FOUND: PaperState.IN_ARCHIVE,
}
COMES_FROM = {
    ReceiptKind.RECEIVED: (None,),
    ReceiptKind.HANDED_OUT: (PaperState.IN_ARCHIVE,),
    ReceiptKind.RETURNED: (PaperState.OUT, PaperState.OVERDUE),
    ReceiptKind.COUNTED: tuple(PaperState),
    ReceiptKind.LOST: (PaperState.IN_ARCHIVE, PaperState.OUT, PaperState.OVERDUE),
    ReceiptKind.FOUND: (PaperState.LOST,),
}


async def record_receipt(
    session: AsyncSession, actor: Actor, item_id: UUID, wanted: CustodyReceiptCreate
) -> CustodyReceipt:
    """Writes down what happened to the paper, and where it is from now on."""
    item = await fetch(session, actor, "keep", ArchiveItem, item_id)
    if wanted.person_id:
        await fetch(session, actor, "see", Staff, wanted.person_id)
    due_at = wanted.due_at
    if wanted.kind is ReceiptKind.HANDED_OUT:
        due_at = await due_back(session, item, wanted)
    receipt = await write_receipt(session, actor, item, wanted.model_copy(update={"due_at": due_at}))
    if wanted.kind is ReceiptKind.LOST:
        await open_incident(session, actor, item_id, wanted.note or "")
    return receipt


async def write_receipt(
    session: AsyncSession, actor: Actor, item: ArchiveItem, wanted: CustodyReceiptCreate
) -> CustodyReceipt:
    """The paper of a locked item goes where the receipt says; IllegalTransition where it cannot."""
    expect_state(item, ArchiveState.ACCEPTED)
    paper = PaperState(item.paper_state) if item.paper_state else None
    if paper not in COMES_FROM[wanted.kind]:
        raise IllegalTransition
    if target := LEADS_TO.get(wanted.kind):
        move(item, paper, target, wanted)
    item.place = wanted.place or item.place
    item.version += 1
    assert actor.id is not None
    told = dict(wanted) | {"kind": str(wanted.kind), "created_at": func.clock_timestamp()}  # after what its loan began
    receipt = CustodyReceipt(item_id=item.id, recorded_by=actor.id, **told)
    session.add(receipt)
    await session.flush()
    data = {"item_id": item.id, "kind": receipt.kind, "person_id": wanted.person_id}
    await record(session, actor, events.CustodyReceiptRecorded(receipt.id, data=data))
    return receipt


async def due_back(session: AsyncSession, item: ArchiveItem, wanted: CustodyReceiptCreate) -> datetime | None:
    """When the paper is due back: with the loan of whoever takes it, if not sooner.

    PaperStays for a secret one without such a loan, and for whatever ranks above secret.
    """
    if wanted.person_id is None:
        raise invalid("/person_id", "missing", "Who takes the paper is named here.", "须填写领取人。")
    lent = (Loan.item_id == item.id, Loan.borrower_id == wanted.person_id, Loan.class_as_lent == item.confidentiality)
    ends: datetime | None = await session.scalar(select(Loan.expires_at).where(*lent, open_now(Loan)))
    if ends is None and Confidentiality(item.confidentiality).is_classified:
        raise PaperStays
    return min((one for one in (ends, wanted.due_at) if one), default=None)


async def report_loss(session: AsyncSession, actor: Actor, wanted: IncidentCreate) -> Incident:
    """Whoever has the paper, or keeps it, reports that it is lost; an incident opens."""
    item = await fetch(session, actor, "report_loss", ArchiveItem, wanted.item_id)
    await write_receipt(session, actor, item, lost(item, wanted.account))
    incident = await open_incident(session, actor, item.id, wanted.account)
    session.info["made"] = incident
    return incident


async def lose_lent_paper(session: AsyncSession, actor: Actor, loan: Loan, account: str) -> None:
    """The paper is lost with the loan, if the borrower has it."""
    held = (ArchiveItem.id == loan.item_id, ArchiveItem.paper_holder_id == loan.borrower_id)
    item = (await session.scalars(select(ArchiveItem).where(*held).with_for_update(key_share=True))).one_or_none()
    if item is not None:
        await write_receipt(session, actor, item, lost(item, account))


def lost(item: ArchiveItem, account: str) -> CustodyReceiptCreate:
    """The receipt of a loss: who had the paper, and what happened."""
    return CustodyReceiptCreate(kind=ReceiptKind.LOST, person_id=item.paper_holder_id, note=account)


def move(item: ArchiveItem, paper: PaperState | None, target: PaperState, wanted: CustodyReceiptCreate) -> None:
    """The paper's new state, and who has it until when."""
    if paper is not None:
        PAPER_TRANSITIONS.check(paper, target)
    out = target is PaperState.OUT
    item.paper_state = target
    item.original_held = target is not PaperState.LOST
    item.paper_holder_id = wanted.person_id if out else None
    item.paper_due_at = wanted.due_at if out else None


async def note_overdue(session: AsyncSession, actor: Actor, now: datetime) -> int:
    """Marks paper that is not back in time; how many items it was."""
    late = (ArchiveItem.paper_state == PaperState.OUT, or_(ArchiveItem.paper_due_at < now, lent_no_more()))
    items = (await session.scalars(select(ArchiveItem).where(*late).with_for_update(skip_locked=True))).all()
    for item in items:
        item.paper_state = PaperState.OVERDUE
        item.version += 1
    told = {"changes": {"paper_state": {"from": PaperState.OUT, "to": PaperState.OVERDUE}}}
    await record(session, actor, *(events.ArchiveItemDescribed(item.id, data=told) for item in items))
    return len(items)


def lent_no_more() -> ColumnElement[bool]:
    """Paper that went out on a loan of its holder which has ended, before its time perhaps."""
    handed_out = (CustodyReceipt.item_id == ArchiveItem.id, CustodyReceipt.kind == str(ReceiptKind.HANDED_OUT))
    went_out = select(func.max(CustodyReceipt.created_at)).where(*handed_out).correlate_except(CustodyReceipt)
    theirs = (Loan.item_id == ArchiveItem.id, Loan.borrower_id == ArchiveItem.paper_holder_id)
    ended = exists().where(*theirs, went_out.scalar_subquery().between(Loan.starts_at, Loan.ended_at))
    going_on = exists().where(*theirs, open_now(Loan))
    return and_(ended.correlate_except(Loan), ~going_on.correlate_except(Loan))


async def create_link(session: AsyncSession, actor: Actor, item_id: UUID, wanted: ArchiveLinkCreate) -> ArchiveLink:
    """Links an item to another that the actor sees, or to a document elsewhere."""
    item = await fetch(session, actor, "describe", ArchiveItem, item_id)
    if (wanted.target_id is None) == (wanted.url is None):
        raise invalid("", "one_target", "Either target_id or url is expected.", "target_id 与 url 须且只能填一个。")
    if wanted.target_id:
        await find_item(await session.connection(), actor, "see", wanted.target_id)
    if wanted.target_id == item.id:
        raise invalid("/target_id", "not_itself", "An item does not refer to itself.", "档案不能关联自身。")
    assert actor.id is not None
    link = ArchiveLink(item_id=item_id, created_by=actor.id, **dict(wanted))
    session.add(link)
    await session.flush()
    await record(session, actor, events.ArchiveLinkCreated(link.id, data={"item_id": item_id}))
    return link


async def remove_link(session: AsyncSession, actor: Actor, item_id: UUID, link_id: UUID) -> None:
    """Takes a link away."""
    await fetch(session, actor, "describe", ArchiveItem, item_id)
    link = await part_of(session, ArchiveLink, link_id, item_id=item_id)
    await session.delete(link)
    await record(session, actor, events.ArchiveLinkRemoved(link_id, data={"item_id": item_id}))
