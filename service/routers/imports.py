"""/v1/imports: spreadsheets on their way in."""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Form, Query, Response, UploadFile, status
from pydantic import Field
from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from service.errors import (
    BodyTooLarge,
    IllegalTransition,
    MalformedForm,
    NotFound,
    UnsupportedMediaType,
)
from service.http.answers import FILE, PRIVATE, XLSX, listed
from service.http.conditional import respond
from service.http.context import Context, Ctx
from service.http.forms import FORM_TYPE
from service.http.responses import raises
from service.http.route import Endpoint
from service.http.uploads import ImportUpload
from service.models import Import
from service.operations import imports as operations
from service.operations.import_rejects import rejects_file
from service.queries import imports as queries
from service.queries.listing import Asked
from service.schemas.import_rows import ImportRowFilter, ImportRowPage, RejectedFilter
from service.schemas.imports import (
    ImportCancel,
    ImportConfirm,
    ImportCreate,
    ImportFilter,
    ImportPage,
    ImportView,
)

router = APIRouter(prefix="/v1/imports", tags=["imports"], route_class=Endpoint)
uploads = APIRouter(prefix="/v1/imports", tags=["imports"], route_class=ImportUpload)
FILE_TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": XLSX}


class ImportForm(ImportCreate):
    """A file to import, and how it is to be taken.

    要导入的文件及处理方式。
    """

    file: UploadFile = Field(description="CSV, XLSX, XLS, ODS or NDJSON, at most 50 MiB. 表格文件。")


@uploads.post(
    "",
    response_model=ImportView,
    status_code=status.HTTP_201_CREATED,
    responses={
        **raises(MalformedForm, BodyTooLarge, UnsupportedMediaType),
        202: {
            "model": ImportView,
            "description": "The import runs; Location names its job. 导入开始执行；Location 指明其作业。",
        },
    },
)
async def create_import(wanted: Annotated[ImportForm, Form(media_type=FORM_TYPE)], context: Ctx) -> Response:
    """Send a file: CSV, XLSX, XLS, ODS or NDJSON; its mapping waits to be confirmed unless `confirm` is true.

    Nothing is written before the mapping is confirmed. The same file twice changes nothing. People (`target=staff`) are
    entered by whoever may enter one, without roles. The owner whom an account's row names gets it, or the row tells why
    not. Sent again by the line or a steward, an unverified account that the row states in full is verified.

    上传表格；确认字段对应后才会写入。
    """
    currency = context.services.settings.base_currency
    import_ = await operations.create_import(context.session, context.actor, context.arrival, wanted, currency)
    return await started(context, import_, status.HTTP_201_CREATED)


@router.get("", response_model=ImportPage, responses=raises())
async def list_imports(query: Annotated[ImportFilter, Query()], context: Ctx) -> Response:
    """The imports that you may see.

    Your own; data stewards see all.

    导入列表。
    """
    return await listed(context, queries.IMPORTS, Asked.of(query))


@router.get("/{import_id}", response_model=ImportView, responses=raises(NotFound))
async def get_import(import_id: UUID, context: Ctx) -> Response:
    """One import: its suggested or confirmed mapping, how far it is, and how it ended.

    Columns that were not understood are kept and told in `notices`.

    查看导入的字段对应、进度与结果。
    """
    return await answer(context, import_id)


@router.post(
    "/{import_id}/confirm",
    response_model=ImportView,
    status_code=status.HTTP_202_ACCEPTED,
    responses=raises(NotFound, IllegalTransition),
)
async def confirm_import(import_id: UUID, wanted: ImportConfirm, context: Ctx) -> Response:
    """Confirm the mapping, as suggested or changed, and run the import; after a dry run, for real.

    Name only the columns whose suggestion is wrong. `Location` names the job.

    确认字段对应并开始导入。
    """
    import_ = await operations.confirm_import(context.session, context.actor, import_id, wanted)
    return await started(context, import_, status.HTTP_202_ACCEPTED)


@router.post("/{import_id}/cancel", response_model=ImportView, responses=raises(NotFound, IllegalTransition))
async def cancel_import(import_id: UUID, _wanted: ImportCancel, context: Ctx) -> Response:
    """Call an import off; rows that are in already stay.

    A job that runs stops at its next step.

    取消导入；已写入的行保留。
    """
    await operations.cancel_import(context.session, context.actor, import_id)
    return await answer(context, import_id)


@router.get("/{import_id}/rows", response_model=ImportRowPage, responses=raises(NotFound))
async def list_import_rows(import_id: UUID, query: Annotated[ImportRowFilter, Query()], context: Ctx) -> Response:
    """What became of each row in the last run, with every cell as it was typed.

    Filter by `outcome=rejected` to see what to mend.

    逐行查看导入结果。
    """
    import_ = await queries.find_import(context.connection, context.actor, import_id)
    asked = Asked.of(query, import_id=import_.id, run=import_.run)
    hide = queries.hiding(queries.hidden_columns(context.actor, import_))
    return await listed(context, queries.ROWS, asked, each=hide)


@router.get(
    "/{import_id}/rejected",
    response_class=Response,
    responses={
        **raises(NotFound),
        200: {
            "description": "The rejected rows, with reasons. 被拒绝的行及原因。",
            "content": dict.fromkeys(FILE_TYPES.values(), FILE),
        },
    },
)
async def get_rejected_rows(import_id: UUID, query: Annotated[RejectedFilter, Query()], context: Ctx) -> Response:
    """The rejected rows of the last run as a file, with a column that tells why: mend it and send it again.

    As CSV or XLSX; the last column is ignored when the file comes back.

    下载被拒绝的行，修改后可再次上传。
    """
    import_ = await queries.find_import(context.connection, context.actor, import_id)
    hidden = {column["column"] for column in queries.hidden_columns(context.actor, import_)}
    kind = query.format
    path = await rejects_file(context.connection, import_, kind, hidden)
    name = quote(f"rejected-{import_.filename.rpartition('.')[0] or import_.filename}.{kind}")
    headers = {**PRIVATE, "Content-Disposition": f"attachment; filename=\"rejected.{kind}\"; filename*=UTF-8''{name}"}
    return FileResponse(path, media_type=FILE_TYPES[kind], headers=headers, background=BackgroundTask(path.unlink))


async def started(context: Context, import_: Import, status_code: int) -> Response:
    """The import with its own address, or with that of the job that runs it."""
    response = await answer(context, import_.id)
    response.status_code = status.HTTP_202_ACCEPTED if import_.job_id else status_code
    response.headers["Location"] = f"/v1/jobs/{import_.job_id}" if import_.job_id else f"/v1/imports/{import_.id}"
    return response


async def answer(context: Context, import_id: UUID) -> Response:
    """The import as it stands; after a change it is read in the same transaction."""
    row = await queries.import_json(await context.reader(), context.actor, import_id)
    return respond(context, row.json, row.version)
