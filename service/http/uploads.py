"""Files on their way in: on disk, hashed, looked into and stored before the transaction begins."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from functools import partial
from unicodedata import normalize

import orjson
from fastapi import Response
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from service.adapters.files import StagedFile, TooLarge, staged
from service.domain.import_fields import TARGETS
from service.domain.tables import visible
from service.errors import BodyTooLarge, MalformedForm, Problem, UnsupportedMediaType
from service.http.context import KEY, Context
from service.http.forms import FORM_TYPE
from service.http.route import Endpoint, Serve
from service.http.strict_json import StrictRequest
from service.models import Import
from service.operations.import_arrival import Arrival, look_into
from service.operations.imports import FILES
from service.policy import holds

LONGEST_NAME = 200


class ImportUpload(Endpoint):
    """The address that takes a file to import.

    The handler finds it in the context. A file whose request was refused, or answered before, is not kept; what a crash
    leaves behind is swept later.
    """

    async def around(self, request: StrictRequest, serve: Serve) -> Response:
        """Stages, looks into and stores the file of those who may import; everybody else the handler refuses."""
        context: Context = request.scope[KEY]
        form = await form_of(request)
        try:
            file = form.get("file")
            request.digest = digest(form)
            if not isinstance(file, UploadFile) or not holds(context.actor, "create", Import):
                return await serve(request)
            await take_in(request, context, form, file)
            assert context.arrival is not None
            return await kept_if_named(request, serve, partial(context.services.files.discard, context.arrival.key))
        finally:
            await form.close()


async def take_in(request: StrictRequest, context: Context, form: FormData, file: UploadFile) -> None:
    """Stages the file, looks into it, and stores it."""
    try:
        with ExitStack() as stack:
            staging = staged(file.file, context.services.settings.max_file_bytes)
            found = await asyncio.to_thread(stack.enter_context, staging)
            request.digest = digest(form, found.sha256)
            context.arrival = await arrived(context, form, found, file.filename or "")
    except TooLarge:
        raise BodyTooLarge from None


async def kept_if_named(request: StrictRequest, serve: Serve, discard: Callable[[], Awaitable[None]]) -> Response:
    """The answer; the file goes again when it is certain that nothing names it."""
    try:
        response = await serve(request)
    except (Problem, RequestValidationError):
        await discard()
        raise
    if "Idempotent-Replayed" in response.headers:
        await discard()
    return response


async def form_of(request: StrictRequest) -> FormData:
    """The form, its files on disk; whoever reads it later gets the same."""
    if request.media_type != FORM_TYPE:
        raise UnsupportedMediaType
    try:
        return await request.form()
    except HTTPException:
        raise MalformedForm from None


async def arrived(context: Context, form: FormData, file: StagedFile, sent_as: str) -> Arrival:
    """The file in the store, and what was seen in it; fields that are wrong are refused by the handler's schema."""
    name = visible(normalize("NFC", sent_as))[-LONGEST_NAME:]
    target, encoding, sheet = (text(form, field) for field in ("target", "encoding", "sheet"))
    look = await asyncio.to_thread(
        look_into,
        file.path,
        name=name,
        target=target if target and target in TARGETS else "accounts",
        encoding=encoding,
        sheet=sheet,
    )
    return Arrival(await context.services.files.keep(file, FILES), name, file.sha256, file.size, look)


def text(form: FormData, field: str) -> str | None:
    """A text field of a form; None where it is left out."""
    value = form.get(field)
    return value if isinstance(value, str) and value else None


def digest(form: FormData, sha256: str = "") -> bytes:
    """What makes two such forms the same: their fields, the file's name and content, not how they were packed."""
    fields = [[name, value if isinstance(value, str) else value.filename] for name, value in form.multi_items()]
    return hashlib.sha256(orjson.dumps([sorted(fields, key=str), sha256])).digest()
