"""/v1/loans: archive items lent to people (借阅)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from service.errors import (
    ApplicationByManager,
    ApproverIsParty,
    BorrowsForThemselves,
    DailyLimitReached,
    DutiesNotAcknowledged,
    ForbiddenLoan,
    IllegalTransition,
    LoanAlreadyOpen,
    LoanTooLong,
    NotAnApprover,
    NotFound,
    StateConflict,
)
from service.http.answers import created, listed
from service.http.conditional import respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import ArchiveEndpoint
from service.operations import loans as operations
from service.queries import loans as queries
from service.queries.listing import Asked
from service.schemas.loans import (
    LoanCreate,
    LoanDecision,
    LoanEnding,
    LoanFilter,
    LoanPage,
    LoanRemark,
    LoanReturn,
    LoanStart,
    LoanView,
    LossReport,
)

router = APIRouter(prefix="/v1/loans", tags=["archives"], route_class=ArchiveEndpoint)
MOVED = raises(NotFound, IllegalTransition)


@router.get("/{loan_id}", response_model=LoanView, responses=raises(NotFound))
async def get_loan(loan_id: UUID, context: Ctx) -> Response:
    """One loan, for its parties, whoever may decide on it, archivist and auditor.

    Its state is what the clock says, to the second.

    查看一笔借阅。
    """
    return await answer(context, loan_id)


@router.get("", response_model=LoanPage, responses=raises())
async def list_loans(query: Annotated[LoanFilter, Query()], context: Ctx) -> Response:
    """The loans that you may know of.

    `state=requested` shows what waits for a decision.

    您可以知晓的借阅列表。
    """
    return await listed(context, queries.LOANS, Asked.of(query))


@router.post(
    "",
    response_model=LoanView,
    status_code=status.HTTP_201_CREATED,
    responses=raises(
        NotFound,
        ForbiddenLoan,
        ApplicationByManager,
        BorrowsForThemselves,
        LoanTooLong,
        LoanAlreadyOpen,
        StateConflict,
    ),
)
async def request_loan(wanted: LoanCreate, context: Ctx) -> Response:
    """Ask for a loan.

    Leaders borrow unclassified items directly; for everybody else their department manager applies and the office
    director approves. A secret item is approved by the general manager or the deputy in charge of the borrower's
    department, for at most 4 hours. Confidential items are read in the reading room; top-secret ones never.

    申请借阅；非密档案由部门经理申请、总经理办公室主任批准，秘密档案由总经理或分管副总经理批准且不超过 4 小时。
    """
    loan = await operations.request_loan(context.session, context.actor, wanted, context.services.settings.timezone)
    return created(await answer(context, loan.id), f"/v1/loans/{loan.id}")


@router.post(
    "/{loan_id}/approve",
    response_model=LoanView,
    responses=raises(NotFound, IllegalTransition, ApproverIsParty, NotAnApprover),
)
async def approve_loan(loan_id: UUID, _decision: LoanDecision, context: Ctx) -> Response:
    """Approve a loan, in your own right or on a delegation.

    Nobody approves what they borrow, asked for or uploaded, nor as the delegate of whoever asks.

    批准借阅；当事人不得审批。
    """
    await operations.approve_loan(context.session, context.actor, loan_id, context.services.settings.timezone)
    return await answer(context, loan_id)


@router.post(
    "/{loan_id}/refuse",
    response_model=LoanView,
    responses=raises(NotFound, IllegalTransition, ApproverIsParty, NotAnApprover),
)
async def refuse_loan(loan_id: UUID, ending: LoanEnding, context: Ctx) -> Response:
    """Turn a request down, with a reason.

    Whoever may approve may refuse.

    拒绝借阅申请。
    """
    await operations.refuse_loan(context.session, context.actor, loan_id, ending.reason)
    return await answer(context, loan_id)


@router.post("/{loan_id}/cancel", response_model=LoanView, responses=MOVED)
async def cancel_loan(loan_id: UUID, remark: LoanRemark, context: Ctx) -> Response:
    """Take a request back before it is decided.

    The borrower may, and whoever applied.

    撤回借阅申请。
    """
    await operations.cancel_loan(context.session, context.actor, loan_id, remark.reason)
    return await answer(context, loan_id)


@router.post(
    "/{loan_id}/activate",
    response_model=LoanView,
    responses=raises(NotFound, IllegalTransition, StateConflict, DutiesNotAcknowledged, DailyLimitReached),
)
async def activate_loan(loan_id: UUID, start: LoanStart, context: Ctx) -> Response:
    """Begin an approved loan: acknowledge every duty, and the item is open to you until its end.

    Of a secret item 4 hours a working day are possible, in all.

    确认全部义务后开始借阅，计时随即开始。
    """
    timezone = context.services.settings.timezone
    await operations.activate_loan(context.session, context.actor, loan_id, start.acknowledged, timezone)
    return await answer(context, loan_id)


@router.post("/{loan_id}/return", response_model=LoanView, responses=MOVED)
async def return_loan(loan_id: UUID, _nothing: LoanReturn, context: Ctx) -> Response:
    """Give a loan back before its end.

    Paper goes back to the archivist apart from this.

    提前归还。
    """
    await operations.return_loan(context.session, context.actor, loan_id)
    return await answer(context, loan_id)


@router.post("/{loan_id}/revoke", response_model=LoanView, responses=MOVED)
async def revoke_loan(loan_id: UUID, ending: LoanEnding, context: Ctx) -> Response:
    """End an active loan at once; open streams are cut.

    For the general manager, the archivist and whoever approved it.

    立即终止借阅，正在进行的读取随即中断。
    """
    await operations.revoke_loan(context.session, context.actor, loan_id, ending.reason)
    return await answer(context, loan_id)


@router.post("/{loan_id}/report-lost", response_model=LoanView, responses=MOVED)
async def report_lost(loan_id: UUID, report: LossReport, context: Ctx) -> Response:
    """Report what was lent as lost: the loan ends, an incident opens.

    For the borrower and the archivist.

    报告遗失，随即立案。
    """
    await operations.report_lost(context.session, context.actor, loan_id, report.account)
    return await answer(context, loan_id)


async def answer(context: Context, loan_id: UUID) -> Response:
    """The loan as it is now; after a change it is read in the same transaction."""
    row = await queries.loan_json(await context.reader(), context.actor, loan_id)
    return respond(context, row.json, row.version, row.view)
