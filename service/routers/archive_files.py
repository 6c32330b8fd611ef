"""/v1/archives/{item_id}/versions and /content: the files of an item."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from service.errors import (
    BodyTooLarge,
    ClassChangedMeanwhile,
    ContentGone,
    DepositorAccepts,
    IllegalTransition,
    MalformedForm,
    NotFound,
    StoredContentDamaged,
    UnderLegalHold,
    UnsupportedMediaType,
)
from service.http.answers import FILE, accepted, created, listed, private
from service.http.archive_uploads import ArchiveUpload
from service.http.conditional import digest, respond
from service.http.content import ContentResponse, still_open
from service.http.context import Context, Ctx
from service.http.forms import FORM_TYPE
from service.http.responses import raises
from service.http.route import ArchiveEndpoint
from service.models import ArchiveVersion
from service.operations import archive_versions as operations
from service.operations.archive_content import open_content
from service.operations.archives import note_reading
from service.queries import archives as queries
from service.queries.jobs import job_json
from service.queries.listing import Asked
from service.schemas.archive_files import (
    ArchiveFileForm,
    ArchiveVersionFilter,
    ArchiveVersionPage,
    ArchiveVersionView,
    ContentFilter,
    VersionRefusal,
    VersionUpload,
)
from service.schemas.jobs import JobView

PREFIX = "/v1/archives/{item_id}"
router = APIRouter(prefix=PREFIX, tags=["archives"], route_class=ArchiveEndpoint)
uploads = APIRouter(prefix=PREFIX, tags=["archives"], route_class=ArchiveUpload)
FORM = {"schema": {"$ref": f"#/components/schemas/{ArchiveFileForm.__name__}"}}
FILE_BODY: dict[str, Any] = {"requestBody": {"required": True, "content": {FORM_TYPE: FORM}}}


@uploads.post(
    "/versions",
    response_model=ArchiveVersionView,
    status_code=status.HTTP_201_CREATED,
    openapi_extra=FILE_BODY,
    responses=raises(
        NotFound, MalformedForm, BodyTooLarge, UnsupportedMediaType, ClassChangedMeanwhile, IllegalTransition
    ),
)
async def create_archive_version(item_id: UUID, _query: Annotated[VersionUpload, Query()], context: Ctx) -> Response:
    """Send a file of an item, as a form or as the body itself with `filename`; it is sealed while it arrives.

    PDF, JPEG, PNG, TIFF, plain text, DOCX, XLSX, MP3, WAV or MP4: name, declared type and content must agree.

    上传档案文件，边接收边加密；文件名、声明类型与内容须一致。
    """
    assert context.new_file is not None
    version = await operations.create_version(context.session, context.actor, item_id, context.new_file)
    return created(await answer(context, item_id, version.id), f"/v1/archives/{item_id}/versions/{version.id}")


@router.get("/versions", response_model=ArchiveVersionPage, responses=raises(NotFound))
async def list_archive_versions(
    item_id: UUID, query: Annotated[ArchiveVersionFilter, Query()], context: Ctx
) -> Response:
    """The files of an item, the latest first: names, sizes and hashes, not their content.

    A file never changes; a new one is a new version, which waits for the archivist.

    档案的文件版本列表。
    """
    item = await queries.find_item(await context.reader(), context.actor, "see", item_id)
    response = await listed(context, queries.VERSIONS, Asked.of(query, item_id=item_id))
    await note_reading(context.session, context.actor, item_id, item.rank)
    return response


@router.get("/versions/{version_id}", response_model=ArchiveVersionView, responses=raises(NotFound))
async def get_archive_version(item_id: UUID, version_id: UUID, context: Ctx) -> Response:
    """One file of an item: its name, size and hash, not its content.

    Compare the SHA-256 with the file that you sent.

    查看一个文件版本的登记信息。
    """
    item = await queries.find_item(await context.reader(), context.actor, "see", item_id)
    await note_reading(context.session, context.actor, item_id, item.rank)
    return await answer(context, item_id, version_id)


@router.post(
    "/versions/{version_id}/accept",
    response_model=ArchiveVersionView,
    responses=raises(NotFound, DepositorAccepts, IllegalTransition),
)
async def accept_archive_version(item_id: UUID, version_id: UUID, context: Ctx) -> Response:
    """Accept a further file of an accepted item, as the archivist.

    Nobody accepts what they sent themselves, if it is classified.

    接收新的文件版本。
    """
    await operations.accept_version(context.session, context.actor, item_id, version_id)
    return await answer(context, item_id, version_id)


@router.post(
    "/versions/{version_id}/refuse",
    response_model=ArchiveVersionView,
    responses=raises(NotFound, IllegalTransition, UnderLegalHold),
)
async def refuse_archive_version(item_id: UUID, version_id: UUID, wanted: VersionRefusal, context: Ctx) -> Response:
    """Turn a file down, as the archivist; its content is destroyed.

    The record of it stays, with its hash.

    退回文件版本，其内容随即销毁。
    """
    await operations.refuse_version(context.session, context.actor, item_id, version_id, wanted.reason)
    return await answer(context, item_id, version_id)


@router.post(
    "/versions/{version_id}/verify",
    response_model=JobView,
    status_code=status.HTTP_202_ACCEPTED,
    responses=raises(NotFound, ContentGone),
)
async def verify_archive_version(item_id: UUID, version_id: UUID, context: Ctx) -> Response:
    """Have the stored bytes compared with the record, as the archivist, without seeing them.

    The job's result tells whether they are `intact`.

    核对存储内容与登记是否一致，不显示内容。
    """
    job = await operations.request_check(context.session, context.actor, item_id, version_id)
    told = await job_json(await context.reader(), context.actor, job.id, context.language)
    return accepted(private(told), job.id)


@router.get(
    "/content",
    response_class=Response,
    responses={
        **raises(NotFound, ContentGone, StoredContentDamaged),
        200: {"description": "The file. 文件内容。", "content": {"application/octet-stream": FILE}},
    },
)
async def get_archive_content(item_id: UUID, query: Annotated[ContentFilter, Query()], context: Ctx) -> Response:
    """Open a file of an item: the latest that you may open, or the one with this number.

    Without a loan: an unclassified item by its account's team, a deposit by its depositor until it is accepted. A 403
    tells whoever may ask for it how to.

    打开档案文件；未经借阅仅限客户团队（非密）及接收前的交存人；可申请者在 403 中得知途径。
    """
    content = await open_content(context.session, context.actor, context.services.vault, item_id, query.number)
    return ContentResponse(content, still_open(context, content))


async def answer(context: Context, item_id: UUID, version_id: UUID) -> Response:
    """The file's record as it stands."""
    row = await queries.child_json(await context.reader(), ArchiveVersion, queries.VERSION_COLUMNS, item_id, version_id)
    return respond(context, row.json, row.version, digest(row.json))
