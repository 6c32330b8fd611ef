"""What an address may answer, for the contract: problems by status."""

from collections.abc import Iterable
from typing import Any

from pydantic import Field

from service import errors
from service.errors import Problem
from service.schemas.fields import View

ALWAYS: tuple[type[Problem], ...] = (
    errors.NotAuthenticated,
    errors.Forbidden,
    errors.InvalidInput,
    errors.TooManyRequests,
)


class FieldProblem(View):
    """What is wrong with one field; exactly one of pointer, parameter and header is there."""

    pointer: str = Field(default="", description="JSON Pointer into the body.")
    parameter: str = Field(default="", description="Name of a query or path parameter.")
    header: str = Field(default="", description="Name of a header.")
    code: str = Field(description="Stable snake_case code.")
    detail: str = Field(description="A sentence in the caller's language.")


class ProblemView(View):
    """A problem (RFC 9457)."""

    type: str = Field(description="Stable URN of the kind of problem.")
    title: str = Field(description="What kind of problem this is.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What went wrong this time.")
    instance: str = Field(description="The path that was asked for.")
    code: str = Field(description="Stable snake_case code.")
    request_id: str = Field(description="Names this request in our logs.")
    errors: list[FieldProblem]


def raises(*problems: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route: the problems that it may answer besides those that every address may.

    Their form is the document's to tell: a model here would be built anew for each status of each route.
    """
    by_status: dict[int | str, list[type[Problem]]] = {}
    for problem in (*ALWAYS, *problems):
        by_status.setdefault(problem.status, []).append(problem)
    return {
        status: {"description": told(kinds)}
        for status, kinds in sorted(by_status.items(), key=lambda pair: int(pair[0]))
    }


def told(problems: Iterable[type[Problem]]) -> str:
    """Each problem by its code, in both languages, one paragraph each."""
    return "\n\n".join(f"`{kind.code()}`: {kind.title().en} {kind.title().zh}" for kind in dict.fromkeys(problems))
