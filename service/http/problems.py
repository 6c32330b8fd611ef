"""Problem answers (RFC 9457) in the caller's language; the input is never echoed."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Route

from service import errors
from service.errors import FieldError, Problem
from service.http.context import KEY, Context
from service.http.validation import field_error

MOST_ERRORS = 100  # nobody mends more at once; a body of 1 MiB may hold 100,000
MEDIA_TYPE = "application/problem+json"
BY_STATUS: dict[int, type[Problem]] = {
    400: errors.MalformedJson,
    401: errors.NotAuthenticated,
    403: errors.Forbidden,
    404: errors.NotFound,
    405: errors.MethodNotAllowed,
    413: errors.BodyTooLarge,
    415: errors.UnsupportedMediaType,
    422: errors.InvalidInput,
}


def answer(problem: Problem, context: Context) -> Response:
    """The problem as an HTTP answer."""
    return Response(
        orjson.dumps(body(problem, context)),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store", **problem.headers},
    )


def body(problem: Problem, context: Context) -> dict[str, Any]:
    """The members of RFC 9457 and ours: code, request_id, errors; OAuth 2.0's own at the token address."""
    kind = type(problem)
    language = context.language
    title = kind.title().in_language(language)
    detail = problem.detail.in_language(language) if problem.detail else title
    members = {
        "type": f"urn:evenhand:problem:{kind.code().replace('_', '-')}",
        "title": title,
        "status": problem.status,
        "detail": detail,
        "instance": context.path,
        "code": kind.code(),
        "request_id": context.request_id,
        "errors": [member(error, language) for error in problem.errors],
    }
    if context.path == "/v1/auth/token":
        members |= {"error": getattr(problem, "oauth_error", "invalid_request"), "error_description": detail}
    return members


def member(error: FieldError, language: str) -> dict[str, str]:
    """One field's error with exactly one of pointer, parameter and header."""
    places = {"pointer": error.pointer, "parameter": error.parameter, "header": error.header}
    place = {name: value for name, value in places.items() if value is not None}
    return {**place, "code": error.code, "detail": error.detail.in_language(language)}


async def on_problem(request: Request, problem: Exception) -> Response:
    """The handler for our own problems."""
    assert isinstance(problem, Problem)
    return answer(problem, request.scope[KEY])


async def on_http_exception(request: Request, error: Exception) -> Response:
    """Starlette's own refusals (unknown address, wrong method, unreadable form) as problems."""
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, Problem):  # what we raised while the framework read the body
        return answer(error.__cause__, request.scope[KEY])
    kind = BY_STATUS.get(error.status_code, errors.InternalError)
    headers = {"Allow": allow(request)} if error.status_code == errors.MethodNotAllowed.status else None
    return answer(kind(headers=headers), request.scope[KEY])


def allow(request: Request) -> str:
    """Every method that the address answers; Starlette names only the first route's."""
    path = request.scope["path"]
    routes = [route for route in request.app.router.routes if isinstance(route, Route) and route.path_regex.match(path)]
    parameters = min((len(route.param_convertors) for route in routes), default=0)  # /tests/run is no /tests/{test_id}
    methods: set[str] = set()
    for route in routes:
        if len(route.param_convertors) == parameters:
            methods |= route.methods or set()
    if "GET" in methods:
        methods.add("HEAD")
    return ", ".join(sorted(methods))


async def on_validation(request: Request, error: Exception) -> Response:
    """What pydantic found, told by place, code and sentence."""
    assert isinstance(error, RequestValidationError)
    return answer(validation_problem(error.errors()), request.scope[KEY])


def validation_problem(found: Iterable[Any]) -> Problem:
    """400 for a query parameter nobody knows, 422 for everything else."""
    details = list(islice(found, MOST_ERRORS))
    told = [field_error(detail) for detail in details]
    unknown = [one for one, detail in zip(told, details, strict=True) if is_unknown_parameter(detail)]
    return errors.UnknownParameter(errors=unknown) if unknown else errors.InvalidInput(errors=told)


def is_unknown_parameter(detail: Any) -> bool:
    """True for a query parameter that the address does not have."""
    return bool(detail["type"] == "extra_forbidden" and detail["loc"][0] == "query")
