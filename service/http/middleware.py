"""Pure ASGI, around everything: request id, authentication and size cap before the body is read, log, metrics."""

import re
import time
from collections.abc import Callable
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service import errors
from service.domain.login_throttle import network_of
from service.domain.rate_limits import Allowance
from service.domain.request_ids import request_id_of
from service.http import metrics
from service.http.context import KEY, NOBODY, Context
from service.http.database_errors import problem_of
from service.http.language import preferred
from service.http.problems import answer
from service.http.services import Services

log = structlog.get_logger("evenhand.request")

PUBLIC = frozenset({"/", "/livez", "/readyz", "/metrics", "/openapi.json", "/docs", "/favicon.ico", "/v1/auth/token"})
PASSWORD_PATH = "/v1/auth/password"  # noqa: S105 - strangers come here with a link, others with their token
PUBLIC_PREFIXES = ("/docs/",)
UNLIMITED = frozenset({"/livez", "/readyz", "/metrics"})  # whoever watches us must not be kept out by others
FILE_PATHS = re.compile(r"/v1/imports|/v1/archives/[^/]+/versions")
FORM_BYTES = 4096  # what a form adds to its file
ALWAYS = (
    (b"vary", b"Accept-Language"),  # a problem speaks the caller's language wherever it comes up
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)


class Gate:
    """Lets a request in only when it is known who asks and the body is not too large."""

    def __init__(self, app: ASGIApp, services: Callable[[], Services]) -> None:
        self.app = app
        self.services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request; other kinds of traffic pass untouched."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        services = self.services()
        headers = wanted(scope)
        context = Context(
            services=services,
            request_id=request_id_of(headers.get(b"x-request-id", b"")),
            tongue=preferred(headers.get(b"accept-language", b"").decode("latin-1"), services.settings.language),
            method=scope["method"],
            path=scope["path"],
            if_none_match=headers[b"if-none-match"].decode("latin-1") if b"if-none-match" in headers else None,
        )
        scope[KEY] = context
        answer_ = Answer(send, context, head=scope["method"] == "HEAD")
        if answer_.head:
            scope = {**scope, "method": "GET"}  # a copy: the server's own must tell it that no body follows
        try:
            refusal = await self.refuse(scope, context, headers)
            if refusal:
                await answer(refusal, context)(scope, receive, answer_.send)
            else:
                await self.app(scope, Capped(receive, cap(context)).receive, answer_.send)
        except Exception as error:  # noqa: BLE001 - the last resort: a problem goes out, the log tells why
            await self.failed(error, scope, receive, answer_)
        finally:
            finished(scope, context, answer_, time.perf_counter() - started)

    async def refuse(self, scope: Scope, context: Context, headers: dict[bytes, bytes]) -> errors.Problem | None:
        """401 for a stranger, 429 for who asks too often, 413 for too large a body; nothing of the body was read."""
        path = scope["path"]
        known_or_not = path == PASSWORD_PATH and b"authorization" not in headers
        is_open = path in PUBLIC or path.startswith(PUBLIC_PREFIXES) or known_or_not
        if not is_open:
            scheme, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
            actor = await context.services.identities.resolve(token) if scheme.lower() == "bearer" and token else None
            context.actor = actor or NOBODY
        if path not in UNLIMITED:
            context.allowance = allowance = await spend(scope, context)
            if not allowance.passes:
                return errors.TooManyRequests(headers={"Retry-After": str(allowance.seconds)})
        if not is_open and context.actor is NOBODY:
            return errors.NotAuthenticated(headers={"WWW-Authenticate": "Bearer"})
        length = headers.get(b"content-length", b"0")
        return errors.BodyTooLarge() if not length.isdigit() or int(length) > cap(context) else None

    async def failed(self, error: Exception, scope: Scope, receive: Receive, answer_: "Answer") -> None:
        """The answer to a database out of reach, and to what nobody foresaw: no details, which the log line has."""
        context: Context = scope[KEY]
        problem = error if isinstance(error, errors.Problem) else problem_of(error)
        if problem is None:
            problem = errors.InternalError()
            log.error("unhandled", request_id=context.request_id, error=type(error).__name__, exc_info=error)
        if not answer_.started:
            await answer(problem, context)(scope, receive, answer_.send)


class Answer:
    """Watches what goes out: adds the headers that every answer carries, and keeps status and size."""

    def __init__(self, send: Send, context: Context, *, head: bool) -> None:
        self._send = send
        self._context = context
        self.head = head
        self.status = 500
        self.started = False

    async def send(self, message: Message) -> None:
        """Passes a message on; the body of an answer to HEAD stays behind."""
        if message["type"] == "http.response.start":
            self.started, self.status = True, message["status"]
            headers = list(message["headers"])
            headers.append((b"x-request-id", self._context.request_id.encode()))
            headers.extend(ALWAYS)
            if self._context.spoke:
                headers.append((b"content-language", self._context.language.encode()))
            if allowance := self._context.allowance:
                headers.append((b"ratelimit-policy", allowance.policy.header.encode()))
                headers.append((b"ratelimit", allowance.header.encode()))
            message = {**message, "headers": headers}
        elif self.head and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)


class Capped:
    """Counts a body that did not say its length, and stops reading when it is too large."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._left = limit

    async def receive(self) -> Message:
        """The next piece; BodyTooLarge when the limit is passed."""
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise errors.BodyTooLarge
        return message


async def spend(scope: Scope, context: Context) -> Allowance:
    """Counts the request under its caller, a stranger's under their address."""
    rates = context.services.rates
    if context.actor is NOBODY:
        address = scope["client"][0] if scope.get("client") else ""
        return await rates.addresses.spend(network_of(address))
    return await rates.callers.spend(context.caller)


def wanted(scope: Scope) -> dict[bytes, bytes]:
    """The request's headers by name; one that comes twice is a list, which no token and no length is."""
    headers = dict(scope["headers"])
    if len(headers) < len(scope["headers"]):
        for name in headers:
            headers[name] = b", ".join(value for other, value in scope["headers"] if other == name)
    return headers


def cap(context: Context) -> int:
    """How many bytes this address takes."""
    settings = context.services.settings
    takes_file = FILE_PATHS.fullmatch(context.path)
    return settings.max_file_bytes + FORM_BYTES if takes_file else settings.max_body_bytes


def finished(scope: Scope, context: Context, answer_: Answer, seconds: float) -> None:
    """One log line and one observation a request; the route's template, never the address with its ids."""
    route: Any = scope.get("route")
    template = getattr(route, "path", "unmatched")
    metrics.observe(context.method, template, answer_.status, seconds)
    log.info(
        "request",
        request_id=context.request_id,
        method=context.method,
        route=template,
        status=answer_.status,
        ms=round(seconds * 1000, 2),
        actor=f"{context.actor.kind}:{context.actor.id}",
    )
