"""/v1/archives/{item_id}: links, receipts of the paper, proposals that take two people."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from service.errors import (
    ClassChangedSince,
    ClassNotLower,
    IllegalTransition,
    NotFound,
    NotUnderHold,
    PaperStays,
    SecondPersonNeeded,
    StillRetained,
    UnderLegalHold,
    WrongPair,
)
from service.http.answers import created, listed
from service.http.conditional import respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import ArchiveEndpoint
from service.models import ArchiveLink, ArchiveProposal, CustodyReceipt
from service.operations import archive_custody as custody
from service.operations import archive_proposals as proposals
from service.queries import archives as queries
from service.queries.listing import Asked
from service.routers.archives import today
from service.schemas.archive_keeping import (
    ArchiveLinkCreate,
    ArchiveLinkPage,
    ArchiveLinkView,
    ArchiveProposalCreate,
    ArchiveProposalFilter,
    ArchiveProposalPage,
    ArchiveProposalView,
    CustodyReceiptCreate,
    CustodyReceiptPage,
    CustodyReceiptView,
    ProposalDecision,
    TimedFilter,
)

router = APIRouter(prefix="/v1/archives/{item_id}", tags=["archives"], route_class=ArchiveEndpoint)
POSSIBLE = (ClassNotLower, IllegalTransition, NotUnderHold, StillRetained, UnderLegalHold)


@router.get("/links", response_model=ArchiveLinkPage, responses=raises(NotFound))
async def list_archive_links(item_id: UUID, query: Annotated[TimedFilter, Query()], context: Ctx) -> Response:
    """What an item refers to: other items, and documents elsewhere.

    Links to items that you may not know of are left out.

    档案的关联；指向您无权知悉档案的关联不显示。
    """
    await queries.find_item(await context.reader(), context.actor, "see", item_id)
    return await listed(context, queries.LINKS, Asked.of(query, item_id=item_id))


@router.post("/links", response_model=ArchiveLinkView, status_code=status.HTTP_201_CREATED, responses=raises(NotFound))
async def create_archive_link(item_id: UUID, wanted: ArchiveLinkCreate, context: Ctx) -> Response:
    """Link an item to another that you see, or to a document elsewhere.

    Warehouse, transport and other papers that are kept elsewhere are reached so.

    关联其他档案或外部文件。
    """
    link = await custody.create_link(context.session, context.actor, item_id, wanted)
    row = await queries.child_json(await context.reader(), ArchiveLink, queries.LINK_COLUMNS, item_id, link.id)
    return created(respond(context, row.json, 1), f"/v1/archives/{item_id}/links")


@router.delete("/links/{link_id}", status_code=status.HTTP_204_NO_CONTENT, responses=raises(NotFound))
async def delete_archive_link(item_id: UUID, link_id: UUID, context: Ctx) -> None:
    """Take a link away.

    The item that it led to stays as it is.

    移除关联。
    """
    await custody.remove_link(context.session, context.actor, item_id, link_id)


@router.get("/receipts", response_model=CustodyReceiptPage, responses=raises(NotFound))
async def list_custody_receipts(item_id: UUID, query: Annotated[TimedFilter, Query()], context: Ctx) -> Response:
    """What happened to the paper of an item: handed over, handed out, returned, counted, lost, found.

    Receipts are never changed.

    原件的交接、借出、归还与清点记录。
    """
    await queries.find_item(await context.reader(), context.actor, "see", item_id)
    return await listed(context, queries.RECEIPTS, Asked.of(query, item_id=item_id))


@router.post(
    "/receipts",
    response_model=CustodyReceiptView,
    status_code=status.HTTP_201_CREATED,
    responses=raises(NotFound, IllegalTransition, PaperStays),
)
async def create_custody_receipt(item_id: UUID, wanted: CustodyReceiptCreate, context: Ctx) -> Response:
    """Write down what happened to the paper, as the archivist.

    An electronic loan ends by itself; the paper stays out, or overdue, until it is received back. A secret item's paper
    goes to whoever has the item on an active loan; what ranks above stays.

    登记原件的交接；电子借阅到期不等于原件归还。
    """
    receipt = await custody.record_receipt(context.session, context.actor, item_id, wanted)
    columns = queries.RECEIPT_COLUMNS
    row = await queries.child_json(await context.reader(), CustodyReceipt, columns, item_id, receipt.id)
    return created(respond(context, row.json, 1), f"/v1/archives/{item_id}/receipts")


@router.get("/proposals", response_model=ArchiveProposalPage, responses=raises(NotFound))
async def list_archive_proposals(
    item_id: UUID, query: Annotated[ArchiveProposalFilter, Query()], context: Ctx
) -> Response:
    """What was proposed for an item and takes two people.

    Lowering its class, destroying it after retention, lifting a legal hold.

    须两人共同决定的事项。
    """
    await queries.find_item(await context.reader(), context.actor, "see", item_id)
    return await listed(context, queries.PROPOSALS, Asked.of(query, item_id=item_id))


@router.post(
    "/proposals",
    response_model=ArchiveProposalView,
    status_code=status.HTTP_201_CREATED,
    responses=raises(NotFound, SecondPersonNeeded, *POSSIBLE),
)
async def create_archive_proposal(item_id: UUID, wanted: ArchiveProposalCreate, context: Ctx) -> Response:
    """Propose to lower the class, to destroy after retention, or to lift a hold; a second person decides.

    Lowering: general manager or deputy in charge, with the archivist; of a top-secret item the general manager with a
    second leader, whom `second_id` names. With `effective_on` the class is lowered by itself on that day.

    提出降密、期满销毁或解除保全，须由第二人确认。
    """
    proposal = await proposals.propose(context.session, context.actor, item_id, wanted, today(context))
    return created(await answer(context, item_id, proposal.id), f"/v1/archives/{item_id}/proposals/{proposal.id}")


@router.get("/proposals/{proposal_id}", response_model=ArchiveProposalView, responses=raises(NotFound))
async def get_archive_proposal(item_id: UUID, proposal_id: UUID, context: Ctx) -> Response:
    """One proposal, for those who see the item, and for whoever was asked to decide it.

    Being asked shows the proposal, not the item.

    查看一项提议。
    """
    await queries.find_proposal(await context.reader(), context.actor, item_id, proposal_id)
    return await answer(context, item_id, proposal_id)


@router.post(
    "/proposals/{proposal_id}/confirm",
    response_model=ArchiveProposalView,
    responses=raises(NotFound, SecondPersonNeeded, WrongPair, ClassChangedSince, *POSSIBLE),
)
async def confirm_archive_proposal(
    item_id: UUID, proposal_id: UUID, wanted: ProposalDecision, context: Ctx
) -> Response:
    """Agree, as the second person: it is done at once, or on the day that was proposed.

    Both must still hold the roles that it takes, and the item its class.

    第二人确认，随即执行或按所定日期执行。
    """
    reason, day = wanted.reason, today(context)
    await proposals.confirm(context.session, context.actor, item_id, proposal_id, reason, day)
    return await answer(context, item_id, proposal_id)


@router.post(
    "/proposals/{proposal_id}/refuse",
    response_model=ArchiveProposalView,
    responses=raises(NotFound, SecondPersonNeeded, IllegalTransition),
)
async def refuse_archive_proposal(item_id: UUID, proposal_id: UUID, wanted: ProposalDecision, context: Ctx) -> Response:
    """Say no, as the second person.

    Nothing changes; another proposal may follow.

    第二人拒绝。
    """
    await proposals.refuse(context.session, context.actor, item_id, proposal_id, wanted.reason)
    return await answer(context, item_id, proposal_id)


@router.post(
    "/proposals/{proposal_id}/withdraw",
    response_model=ArchiveProposalView,
    responses=raises(NotFound, IllegalTransition),
)
async def withdraw_archive_proposal(
    item_id: UUID, proposal_id: UUID, wanted: ProposalDecision, context: Ctx
) -> Response:
    """Take back what you proposed, before anybody has decided it.

    Only whoever proposed it does.

    撤回自己提出的提议。
    """
    await proposals.withdraw(context.session, context.actor, item_id, proposal_id, wanted.reason)
    return await answer(context, item_id, proposal_id)


async def answer(context: Context, item_id: UUID, proposal_id: UUID) -> Response:
    """The proposal as it stands."""
    columns = queries.PROPOSAL_COLUMNS
    row = await queries.child_json(await context.reader(), ArchiveProposal, columns, item_id, proposal_id)
    return respond(context, row.json, row.version)
