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
    """What is wrong with one field; exactly one of pointer, parameter and header is there.

    一个字段的问题；pointer、parameter 与 header 恰有其一。
    """

    pointer: str = Field(default="", description="JSON Pointer into the body. 指向请求体的 JSON Pointer。")
    parameter: str = Field(default="", description="Name of a query or path parameter. 查询参数或路径参数的名称。")
    header: str = Field(default="", description="Name of a header. 请求头的名称。")
    code: str = Field(description="Stable snake_case code. 固定的 snake_case 代码。")
    detail: str = Field(description="A sentence in the caller's language. 以调用者的语言说明。")


class ProblemView(View):
    """A problem (RFC 9457).

    问题说明（RFC 9457）。
    """

    type: str = Field(description="Stable URN of the kind of problem. 问题类型的固定 URN。")
    title: str = Field(description="What kind of problem this is. 问题的类型。")
    status: int = Field(description="The HTTP status. HTTP 状态码。")
    detail: str = Field(description="What went wrong this time. 本次出错的具体情况。")
    instance: str = Field(description="The path that was asked for. 所请求的路径。")
    code: str = Field(description="Stable snake_case code. 固定的 snake_case 代码。")
    request_id: str = Field(description="Names this request in our logs. 此请求在系统日志中的标识。")
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
