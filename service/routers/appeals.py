"""/v1/appeals: appeals against assignments (申诉)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from service.errors import (
    AccountUnderAppeal,
    AlreadyExists,
    AlreadyHeard,
    AppealAlreadyOpen,
    AssignmentEnded,
    EscalationWindowClosed,
    FilingWindowClosed,
    HardRuleBroken,
    IllegalTransition,
    NoFurtherInstance,
    NoIndependentReviewer,
    NoPublishedRulebook,
    NotFound,
    NotYoursToAppeal,
    ReviewerNotIndependent,
    StateConflict,
)
from service.http.answers import created, listed
from service.http.conditional import respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import ActingEndpoint
from service.operations import appeal_amendments, appeal_decisions, appeal_mediations, appeal_previews, appeal_reviews
from service.operations import appeals as operations
from service.queries import appeals as queries
from service.queries import rulebooks
from service.queries.listing import Asked
from service.schemas.appeal_views import AppealFilter, AppealPage, AppealView, EffectQuery, EffectView
from service.schemas.appeals import (
    AppealCreate,
    AppealDecision,
    Escalation,
    MediationProposal,
    MediationRequest,
    ProposalAnswer,
    Recusal,
    ReviewRequest,
    Withdrawal,
)
from service.schemas.precedents import AmendmentRequest
from service.schemas.rulebooks import RulebookView

router = APIRouter(prefix="/v1/appeals", tags=["appeals"], route_class=ActingEndpoint)


@router.get("/{appeal_id}", response_model=AppealView, responses=raises(NotFound))
async def get_appeal(appeal_id: UUID, context: Ctx) -> Response:
    """One appeal; managers of the parties see its state only.

    Statement and evidence are for the parties and whoever hears it; archive items among it for those who see them.

    查看一项申诉；陈述与证据仅当事人与评审人可见。
    """
    return await answer(context, appeal_id)


@router.get("", response_model=AppealPage, responses=raises())
async def list_appeals(query: Annotated[AppealFilter, Query()], context: Ctx) -> Response:
    """The appeals that you may know of.

    `state` and `decide_by_to` show what is urgent.

    您可以知晓的申诉列表，可按状态与期限筛选。
    """
    return await listed(context, queries.APPEALS, Asked.of(query))


@router.post(
    "",
    response_model=AppealView,
    status_code=status.HTTP_201_CREATED,
    responses=raises(NotFound, NotYoursToAppeal, AssignmentEnded, FilingWindowClosed, AppealAlreadyOpen),
)
async def file_appeal(wanted: AppealCreate, context: Ctx) -> Response:
    """Appeal against an assignment, for yourself or for somebody whom you lead.

    Say which assignment, on what grounds, and what happened. Somebody independent is drawn to hear it.

    对客户归属提出申诉；系统抽取独立评审人。
    """
    timezone = context.services.settings.timezone
    appeal = await operations.file_appeal(context.session, context.actor, wanted, timezone)
    return created(await answer(context, appeal.id), f"/v1/appeals/{appeal.id}")


@router.post(
    "/{appeal_id}/review",
    response_model=AppealView,
    responses=raises(NotFound, ReviewerNotIndependent, NoIndependentReviewer, AlreadyHeard, StateConflict),
)
async def review_appeal(appeal_id: UUID, wanted: ReviewRequest, context: Ctx) -> Response:
    """Take an appeal on; the general manager may appoint somebody where nobody independent was drawn.

    With an empty object you take it on yourself; the general manager may name somebody.

    受理申诉，或由总经理指定评审人。
    """
    await appeal_reviews.review_appeal(context.session, context.actor, appeal_id, wanted.reviewer_id)
    return await answer(context, appeal_id)


@router.get(
    "/{appeal_id}/effect",
    response_model=EffectView,
    responses=raises(NotFound, StateConflict, AccountUnderAppeal, NoPublishedRulebook),
)
async def get_appeal_effect(appeal_id: UUID, query: Annotated[EffectQuery, Query()], context: Ctx) -> EffectView:
    """What would follow if an open appeal were upheld now: the new owner, hard rules, further moves, fairness.

    Or upheld in part, by a `remedy`. Nothing changes: this is for whoever hears the appeal, before they decide.

    预览申诉成立或部分成立后的归属与公平性影响，不做任何更改。
    """
    appeal = await queries.open_appeal(await context.reader(), context.actor, "see_effect", appeal_id)
    effect = await appeal_previews.effect_if(await context.reader(), appeal, query, context.services.settings.timezone)
    return EffectView.model_validate(effect)


@router.post(
    "/{appeal_id}/decide",
    response_model=AppealView,
    responses=raises(
        NotFound,
        ReviewerNotIndependent,
        IllegalTransition,
        AssignmentEnded,
        HardRuleBroken,
        AccountUnderAppeal,
        StateConflict,
        NoPublishedRulebook,
    ),
)
async def decide_appeal(appeal_id: UUID, verdict: AppealDecision, context: Ctx) -> Response:
    """Decide an appeal that you hear; upholding reassigns the account at once.

    A partial outcome shares the account, swaps it, hands it over later, or promises the next one that is worth as
    much. Both parties may read your reasons; without names they become a precedent.

    对申诉作出裁决；成立则立即改变归属，部分成立可共享、互换、延后移交或补偿。
    """
    timezone = context.services.settings.timezone
    await appeal_decisions.decide_appeal(context.session, context.actor, appeal_id, verdict, timezone)
    return await answer(context, appeal_id)


@router.post("/{appeal_id}/recuse", status_code=status.HTTP_204_NO_CONTENT, responses=raises(NotFound, StateConflict))
async def recuse_appeal(appeal_id: UUID, wanted: Recusal, context: Ctx) -> None:
    """Step back from an appeal that you hear; the next of the independent is drawn.

    With nobody left it waits for the general manager, who appoints an outside mediator. You do not see it any more.

    评审人回避；系统另行抽取独立评审人。
    """
    timezone = context.services.settings.timezone
    await appeal_reviews.recuse_appeal(context.session, context.actor, appeal_id, wanted.reason, timezone)


@router.post(
    "/{appeal_id}/escalate",
    response_model=AppealView,
    responses=raises(
        NotFound, IllegalTransition, NoFurtherInstance, EscalationWindowClosed, AssignmentEnded, StateConflict
    ),
)
async def escalate_appeal(appeal_id: UUID, wanted: Escalation, context: Ctx) -> Response:
    """Take a verdict that did not find for you in full to the second instance.

    Another independent person hears it, until `escalate_by` at the latest.

    将裁决提交二审。
    """
    timezone = context.services.settings.timezone
    await appeal_reviews.escalate_appeal(context.session, context.actor, appeal_id, wanted.reason, timezone)
    return await answer(context, appeal_id)


@router.post(
    "/{appeal_id}/mediate",
    response_model=AppealView,
    responses=raises(NotFound, IllegalTransition, NoIndependentReviewer, ReviewerNotIndependent, StateConflict),
)
async def mediate_appeal(appeal_id: UUID, wanted: MediationRequest, context: Ctx) -> Response:
    """Put a third party between the two sides; your clock stands still meanwhile.

    With an empty object the mediator is drawn among the independent.

    将申诉交由第三方协调者调解，评审期限暂停计算。
    """
    timezone = context.services.settings.timezone
    await appeal_mediations.mediate_appeal(context.session, context.actor, appeal_id, wanted.mediator_id, timezone)
    return await answer(context, appeal_id)


@router.post("/{appeal_id}/propose", response_model=AppealView, responses=raises(NotFound, StateConflict))
async def propose_settlement(appeal_id: UUID, wanted: MediationProposal, context: Ctx) -> Response:
    """Put your minutes and a proposal to both sides of an appeal that you mediate.

    A new proposal asks both sides anew.

    调解人提交纪要与调解方案。
    """
    await appeal_mediations.propose(context.session, context.actor, appeal_id, wanted)
    return await answer(context, appeal_id)


@router.post("/{appeal_id}/answer", response_model=AppealView, responses=raises(NotFound, StateConflict))
async def answer_settlement(appeal_id: UUID, wanted: ProposalAnswer, context: Ctx) -> Response:
    """Accept or refuse the mediator's proposal, as one of the two sides.

    A refusal, or both acceptances, return the appeal to its reviewer; silence is no acceptance.

    当事一方接受或拒绝调解方案；沉默不视为接受。
    """
    timezone = context.services.settings.timezone
    said = (wanted.answer, wanted.reason)
    await appeal_mediations.answer_proposal(context.session, context.actor, appeal_id, *said, timezone)
    return await answer(context, appeal_id)


@router.post(
    "/{appeal_id}/amend",
    response_model=RulebookView,
    status_code=status.HTTP_201_CREATED,
    responses=raises(NotFound, StateConflict, AlreadyExists, NoPublishedRulebook),
)
async def amend_rulebook(appeal_id: UUID, wanted: AmendmentRequest, context: Ctx) -> Response:
    """Draft the rulebook's next version from a verdict of yours; the draft names the precedent.

    `definition` is a merge patch of the published rules. Somebody else publishes it.

    依据裁决起草规则手册修订稿，修订稿注明所依据的判例。
    """
    drafted = await appeal_amendments.draft_amendment(
        context.session, context.actor, appeal_id, wanted.definition or {}
    )
    row = await rulebooks.rulebook_json(await context.reader(), context.actor, drafted.id)
    return created(respond(context, row.json, row.version), f"/v1/rulebooks/{drafted.id}")


@router.post("/{appeal_id}/withdraw", response_model=AppealView, responses=raises(NotFound, IllegalTransition))
async def withdraw_appeal(appeal_id: UUID, wanted: Withdrawal, context: Ctx) -> Response:
    """Withdraw an appeal that you filed or that was filed for you.

    The assignment stays as it is.

    撤回申诉，归属不变。
    """
    await operations.withdraw_appeal(context.session, context.actor, appeal_id, wanted.reason)
    return await answer(context, appeal_id)


async def answer(context: Context, appeal_id: UUID) -> Response:
    """The appeal as this caller sees it; after a change it is read in the same transaction."""
    row = await queries.appeal_json(await context.reader(), context.actor, appeal_id)
    return respond(context, row.json, row.version, row.view)
