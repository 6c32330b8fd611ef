"""/v1/rulebooks: the published rules of distribution, version by version."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from service.errors import (
    AlreadyExists,
    AuthorIsApprover,
    CandidateIsApprover,
    IllegalTransition,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    RulebookTestsFailed,
    StateConflict,
)
from service.http.answers import created, listed, private
from service.http.conditional import ExpectedVersion, respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.operations import rulebook_tests as changes
from service.operations import rulebooks as operations
from service.queries import rulebook_tests as tests
from service.queries import rulebooks as queries
from service.queries.listing import Asked
from service.schemas.rulebooks import (
    AcknowledgementFilter,
    AcknowledgementPage,
    RulebookCreate,
    RulebookDiffQuery,
    RulebookDiffView,
    RulebookFilter,
    RulebookPage,
    RulebookTestCreate,
    RulebookTestPage,
    RulebookTestRun,
    RulebookTestView,
    RulebookUpdate,
    RulebookVerdict,
    RulebookView,
)

router = APIRouter(prefix="/v1/rulebooks", tags=["distribution"], route_class=Endpoint)
CONDITIONAL = (NotFound, PreconditionFailed, PreconditionRequired)


@router.get("/{rulebook_id}", response_model=RulebookView, responses=raises(NotFound))
async def get_rulebook(rulebook_id: UUID, context: Ctx) -> Response:
    """One version of a rulebook, as data and as text in both languages.

    `text_en` and `text_zh` say in words what `definition` says as data.

    查看规则手册的一个版本。
    """
    return await answer(context, rulebook_id)


@router.get("", response_model=RulebookPage, responses=raises())
async def list_rulebooks(query: Annotated[RulebookFilter, Query()], context: Ctx) -> Response:
    """Published and retired rulebooks, and drafts for those who draft and publish.

    One code has many versions, at most one of which is published.

    规则手册列表。
    """
    return await listed(context, queries.RULEBOOKS, Asked.of(query))


@router.post("", response_model=RulebookView, status_code=status.HTTP_201_CREATED, responses=raises())
async def create_rulebook(wanted: RulebookCreate, context: Ctx) -> Response:
    """Draft a rulebook from the default rules or from your own.

    What you leave out has its default; published versions stay as they are.

    起草规则手册。
    """
    made = await operations.create_rulebook(context.session, context.actor, wanted.code, wanted.definition)
    return created(await answer(context, made.id), f"/v1/rulebooks/{made.id}")


@router.patch("/{rulebook_id}", response_model=RulebookView, responses=raises(*CONDITIONAL, StateConflict))
async def update_rulebook(rulebook_id: UUID, patch: RulebookUpdate, version: ExpectedVersion, context: Ctx) -> Response:
    """Change your draft.

    Only drafts change, and only by their author.

    修改草稿。
    """
    change = patch.definition if "definition" in patch.model_fields_set else {}
    await operations.update_rulebook(context.session, context.actor, rulebook_id, version, change)
    return await answer(context, rulebook_id)


@router.post(
    "/{rulebook_id}/publish",
    response_model=RulebookView,
    responses=raises(*CONDITIONAL, IllegalTransition, AuthorIsApprover, CandidateIsApprover, RulebookTestsFailed),
)
async def publish_rulebook(
    rulebook_id: UUID, verdict: RulebookVerdict, version: ExpectedVersion, context: Ctx
) -> Response:
    """Make a draft count; the version of its code that counted before is retired.

    Somebody else than the author publishes; send the ETag of what you have read. The tests beside the draft run first:
    if one fails, nothing is published and the problem names it.

    发布规则手册；起草人本人不得发布。
    """
    timezone = context.services.settings.timezone
    await operations.publish_rulebook(context.session, context.actor, rulebook_id, version, verdict.reason, timezone)
    return await answer(context, rulebook_id)


@router.post("/{rulebook_id}/retire", response_model=RulebookView, responses=raises(*CONDITIONAL, IllegalTransition))
async def retire_rulebook(
    rulebook_id: UUID, verdict: RulebookVerdict, version: ExpectedVersion, context: Ctx
) -> Response:
    """End the use of a published version.

    Plans that were computed by it stay explained.

    停用已发布的规则手册。
    """
    await operations.retire_rulebook(context.session, context.actor, rulebook_id, version, verdict.reason)
    return await answer(context, rulebook_id)


@router.get("/{rulebook_id}/diff", response_model=RulebookDiffView, responses=raises(NotFound))
async def get_rulebook_diff(rulebook_id: UUID, query: Annotated[RulebookDiffQuery, Query()], context: Ctx) -> Response:
    """What a rulebook says otherwise than another, field by field.

    `against` counts as before. Each difference has its place, both values, and a sentence in both languages.

    与另一版本逐项比较规则手册。
    """
    content = await queries.rulebook_diff(context.connection, context.actor, rulebook_id, query.against)
    return private(content)


@router.get("/{rulebook_id}/tests", response_model=RulebookTestPage, responses=raises(NotFound))
async def list_rulebook_tests(rulebook_id: UUID, context: Ctx) -> Response:
    """The tests stored beside a rulebook.

    Each names an account and a person, and whether the hard rules must refuse or allow the pair.

    规则手册附带的测试列表。
    """
    content = await tests.tests_json(context.connection, context.actor, rulebook_id)
    return private(content)


@router.post(
    "/{rulebook_id}/tests",
    response_model=RulebookTestView,
    status_code=status.HTTP_201_CREATED,
    responses=raises(NotFound, StateConflict, AlreadyExists),
)
async def create_rulebook_test(rulebook_id: UUID, wanted: RulebookTestCreate, context: Ctx) -> Response:
    """Add a test to your draft: this account must be refused, or allowed, to that person.

    The next version of the same code begins with the tests of this one.

    为草稿添加测试：某客户必须拒绝（或允许）分给某人。
    """
    made = await changes.create_test(context.session, context.actor, rulebook_id, wanted)
    content = await tests.test_json(await context.reader(), made.id)
    return created(private(content), f"/v1/rulebooks/{rulebook_id}/tests")


@router.delete(
    "/{rulebook_id}/tests/{test_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=raises(NotFound, StateConflict),
)
async def delete_rulebook_test(rulebook_id: UUID, test_id: UUID, context: Ctx) -> Response:
    """Take a test away from your draft.

    A published version keeps its tests.

    删除草稿的一项测试。
    """
    await changes.delete_test(context.session, context.actor, rulebook_id, test_id)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.post("/{rulebook_id}/tests/run", response_model=RulebookTestRun, responses=raises(NotFound))
async def run_rulebook_tests(rulebook_id: UUID, context: Ctx) -> Response:
    """Run the tests of a rulebook on the accounts and people as they are now.

    Nothing is kept. Only hard rules are asked: what anybody carries does not matter.

    立即运行规则手册的测试。
    """
    timezone = context.services.settings.timezone
    content = await tests.results_json(await context.reader(), context.actor, rulebook_id, timezone)
    return Response(content, media_type="application/json")


@router.get("/{rulebook_id}/acknowledgements", response_model=AcknowledgementPage, responses=raises(NotFound))
async def list_rulebook_acknowledgements(
    rulebook_id: UUID, query: Annotated[AcknowledgementFilter, Query()], context: Ctx
) -> Response:
    """Which salespeople have read a rulebook, and which have not.

    Leaders and the auditor see everybody, managers their line, everybody else themselves.

    查看业务员对规则手册的确认情况。
    """
    await queries.rulebook_json(context.connection, context.actor, rulebook_id)
    asked = Asked.of(query, rulebook_id=rulebook_id)
    return await listed(context, queries.ACKNOWLEDGEMENTS, asked)


@router.post(
    "/{rulebook_id}/acknowledgements",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=raises(NotFound, StateConflict),
)
async def acknowledge_rulebook(rulebook_id: UUID, context: Ctx) -> Response:
    """Confirm that you have read the published rulebook.

    All staff may; doing it again changes nothing.

    确认已阅读并理解规则手册。
    """
    await operations.acknowledge_rulebook(context.session, context.actor, rulebook_id)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


async def answer(context: Context, rulebook_id: UUID) -> Response:
    """The rulebook; after a change it is read in the same transaction."""
    row = await queries.rulebook_json(await context.reader(), context.actor, rulebook_id)
    return respond(context, row.json, row.version)
