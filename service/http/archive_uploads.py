"""Files on their way into the archive: sealed while they arrive, before the transaction that enters them."""

import hashlib
from collections.abc import AsyncIterator
from functools import partial
from typing import NamedTuple
from unicodedata import normalize
from uuid import UUID, uuid4

from fastapi import Response

from service.adapters.files import Place
from service.domain.file_types import FileFlaw, check_name, type_of
from service.errors import FieldError, InvalidInput, Sentence, UnsupportedMediaType
from service.http.context import KEY, Context
from service.http.forms import FORM_TYPE, FileOfForm
from service.http.route import ArchiveEndpoint, Serve
from service.http.strict_json import StrictRequest
from service.http.uploads import kept_if_named
from service.operations.archive_versions import NewFile, seal_file
from service.queries.archives import find_item

OF_THE_TYPE = frozenset({"unknown_file_type", "type_mismatch", "polyglot"})


class Incoming(NamedTuple):
    """A file that is about to arrive."""

    filename: str
    declared: str
    pieces: AsyncIterator[bytes]


class ArchiveUpload(ArchiveEndpoint):
    """The address that takes a file for the archive: as a form with its `file`, or as the body itself.

    Whoever may not send it is turned away before anything is read. A file whose request was refused, or answered
    before, is not kept; what a crash leaves behind is swept later.
    """

    async def around(self, request: StrictRequest, serve: Serve) -> Response:
        """Seals the file, serves the request, and discards the file when it is certain that nothing names it."""
        context: Context = request.scope[KEY]
        if request.method != "POST":
            return await serve(request)
        item_id = item_of(request)
        place = Place(item_id, uuid4(), await class_of(context, item_id))
        context.new_file = file = await take_in(request, context, place)
        request.digest = hashlib.sha256(f"{file.filename}\n{file.sealed.sha256}".encode()).digest()
        return await kept_if_named(request, serve, partial(context.services.vault.discard, file.sealed.object_key))


def item_of(request: StrictRequest) -> UUID:
    """The item that the address names."""
    try:
        return UUID(request.path_params["item_id"])
    except ValueError:
        sentence = Sentence("An id is expected.", "应为 UUID。")
        raise InvalidInput(errors=[FieldError("uuid_parsing", sentence, parameter="item_id")]) from None


async def class_of(context: Context, item_id: UUID) -> str:
    """The class of an item to which the caller may add a file, asked in a short transaction of its own."""
    actor = context.actor
    async with context.services.database.transaction(actor.id, context.request_id) as session:
        item = await find_item(await session.connection(), actor, "version", item_id)
    return str(item.confidentiality)


async def take_in(request: StrictRequest, context: Context, place: Place) -> NewFile:
    """The file in the vault; what is wrong with it is told by code and sentence."""
    services = context.services
    try:
        incoming = await incoming_file(request)
        check_name(incoming.filename)
        kind = type_of(incoming.filename, incoming.declared)
        most = services.settings.max_file_bytes
        return await seal_file(services.vault, place, incoming.filename, kind, incoming.pieces, most)
    except FileFlaw as flaw:
        refused = UnsupportedMediaType if flaw.code in OF_THE_TYPE else InvalidInput
        raise refused(flaw.sentence, errors=[FieldError(flaw.code, flaw.sentence, pointer="/file")]) from None


async def incoming_file(request: StrictRequest) -> Incoming:
    """The file of a form, or the body itself with the name that the query gives it."""
    if request.media_type == FORM_TYPE:
        form = FileOfForm(request)
        await form.begin()
        return Incoming(normalize("NFC", form.filename), form.declared, form.pieces())
    filename = normalize("NFC", request.query_params.get("filename", ""))
    return Incoming(filename, request.media_type, request.stream())
