"""The one route class: strict input, one transaction committed before the answer, idempotency, retries."""

from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any, ClassVar

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from service import errors
from service.database import sqlstate
from service.domain.events import AccessRefused
from service.errors import FieldError, Sentence
from service.http import idempotency
from service.http.context import KEY, Context
from service.http.database_errors import RETRYABLE, problem_of
from service.http.strict_json import StrictRequest
from service.journal import record

Serve = Callable[[StrictRequest], Awaitable[Response]]
Handler = Callable[[Request], Coroutine[Any, Any, Response]]
TRIES = 3
JSON_TYPE = "application/json"
PATCH_TYPE = "application/merge-patch+json"


class SteppedEndpoint(APIRoute):
    """An address whose operation commits step by step: a failed log-in stays counted although it is refused.

    It takes no idempotency key: the record would keep a fast hash of a body that holds a password.
    """

    def get_route_handler(self) -> Handler:
        """The handler on a strictly read request, without a transaction around it."""
        handler = super().get_route_handler()

        async def serve(request: Request) -> Response:
            strict = StrictRequest(request.scope, request.receive)
            refuse_other_types(strict)
            return await handler(strict)

        return translated(query_names(self.dependant), serve)


class Endpoint(APIRoute):
    """What every address of the service does before and after its handler.

    `noted`: the refusals that leave evidence. `acts_in_reading`: reads run in a transaction as the actor too.
    """

    noted: ClassVar[tuple[type[errors.Problem], ...]] = (errors.Denied,)
    acts_in_reading: ClassVar[bool] = False

    def get_route_handler(self) -> Handler:
        """The handler inside its transaction, or on a reading connection for GET."""
        handler = super().get_route_handler()
        known = query_names(self.dependant)
        if "GET" in (self.methods or ()) and not self.acts_in_reading:
            return translated(known, lambda request: read(handler, request))
        return translated(
            known, lambda request: self.served(StrictRequest(request.scope, request.receive), partial(write, handler))
        )

    async def served(self, request: StrictRequest, serve: Serve) -> Response:
        """The answer; what was refused is noted after its own transaction has rolled back."""
        try:
            return await self.around(request, serve)
        except self.noted:
            await note_refusal(request.scope[KEY])
            raise

    async def around(self, request: StrictRequest, serve: Serve) -> Response:
        """Serves a writing request; an address may do before and after what no transaction should wait for."""
        return await serve(request)


class ActingEndpoint(Endpoint):
    """An address whose reads, too, run as the actor: they look at what row-level security hides from others."""

    acts_in_reading = True


class ArchiveEndpoint(ActingEndpoint):
    """An address of the archive: every hidden look-up leaves the same entry.

    Whether there is such an item or not: 404 is the same answer, after the same work. Nothing of it is kept on the way.
    """

    noted = (errors.Denied, errors.Missing)

    async def served(self, request: StrictRequest, serve: Serve) -> Response:
        """The answer, which no cache may keep."""
        response = await super().served(request, serve)
        response.headers["Cache-Control"] = "no-store"
        return response


def translated(known: frozenset[str], serve: Callable[[Request], Awaitable[Response]]) -> Handler:
    """Refuses unknown query parameters, and turns the database's refusals into problems."""

    async def handle(request: Request) -> Response:
        if "\x00" in request.scope["path"]:
            raise errors.NotFound
        if request.scope["query_string"]:
            refuse_unknown(request, known)
        try:
            return await serve(request)
        except errors.Problem:
            raise
        except Exception as error:
            problem = problem_of(error)
            if problem is None:
                raise
            raise problem from error

    return handle


async def read(handler: Handler, request: Request) -> Response:
    """One connection, each statement for itself."""
    context: Context = request.scope[KEY]

    async def serve(connection: AsyncConnection) -> Response:
        context._connection = connection  # noqa: SLF001 - the route fills the context, nobody else
        return await handler(request)

    return await context.services.database.ask(serve)


async def write(handler: Handler, request: StrictRequest) -> Response:
    """One transaction, committed before the answer leaves; repeated when it lost a race for locks."""
    context: Context = request.scope[KEY]
    refuse_other_types(request)
    for attempt in range(1, TRIES + 1):
        try:
            return await once(handler, request, context)
        except DBAPIError as error:
            if attempt == TRIES or sqlstate(error) not in RETRYABLE:
                raise
    raise AssertionError


async def once(handler: Handler, request: StrictRequest, context: Context) -> Response:
    """The handler's work, its idempotency record and its evidence, in one transaction."""
    async with context.services.database.transaction(context.actor.id, context.request_id) as session:
        context._session = session  # noqa: SLF001 - the route fills the context, nobody else
        response = await answered_once(handler, request, context, session)
    if session.info.get("standing_changed"):
        context.services.identities.forget()  # other processes hear of it from the database
    return response


async def answered_once(handler: Handler, request: StrictRequest, context: Context, session: AsyncSession) -> Response:
    """The answer that an idempotency key has already, else the handler's, which the key has from now on."""
    key = idempotency.key_of(request) if request.method == "POST" else None
    if key is None:
        return await handler(request)
    print_ = await idempotency.fingerprint(request)
    if stored := await idempotency.replay(session, context, key, print_):
        return stored
    response = await handler(request)
    if response.status_code < 300:
        await idempotency.keep(session, context, key, print_, response)
    return response


async def note_refusal(context: Context) -> None:
    """The refused attempt, after its own transaction has rolled back."""
    event = AccessRefused(None, data={"method": context.method, "path": context.path})
    async with context.services.database.transaction(context.actor.id, context.request_id) as session:
        await record(session, context.actor, event)


def query_names(dependant: Dependant) -> frozenset[str]:
    """Every query parameter that an address and its dependencies declare, models' fields among them."""
    names: set[str] = set()
    for parameter in dependant.query_params:
        fields = getattr(parameter.field_info.annotation, "model_fields", None)
        names |= {field.alias or name for name, field in fields.items()} if fields else {parameter.alias}
    for inner in dependant.dependencies:
        names |= query_names(inner)
    return frozenset(names)


def refuse_unknown(request: Request, known: frozenset[str]) -> None:
    """400 for a query parameter that the address does not have, or that holds what no text can."""
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        sentence = Sentence("This parameter is not known here.", "此处没有该参数。")
        raise errors.UnknownParameter(
            errors=[FieldError("unknown_parameter", sentence, parameter=name[:100]) for name in unknown]
        )
    broken = [name for name, value in request.query_params.multi_items() if "\x00" in value]
    if broken:
        sentence = errors.NullCharacter.title()
        raise errors.NullCharacter(errors=[FieldError("null_character", sentence, parameter=name) for name in broken])


def refuse_other_types(request: StrictRequest) -> None:
    """415 for a body of another type than the address takes; a PATCH is a merge patch (RFC 7396)."""
    if request.method == "PATCH":
        taken, header = PATCH_TYPE, "Accept-Patch"
    elif takes_json(request.scope["route"]) and has_body(request):
        taken, header = JSON_TYPE, "Accept-Post"
    else:
        return
    if request.media_type != taken:
        sentence = Sentence(f"This address takes {taken}.", f"此地址仅接受 {taken}。")
        raise errors.UnsupportedMediaType(sentence, headers={header: taken})


def takes_json(route: APIRoute) -> bool:
    """True when the address takes a JSON body, and no form or file."""
    return route.body_field is not None and getattr(route.body_field.field_info, "media_type", None) == JSON_TYPE


def has_body(request: Request) -> bool:
    """True when the request brings a body, of whatever length."""
    return "transfer-encoding" in request.headers or request.headers.get("content-length", "0") != "0"
