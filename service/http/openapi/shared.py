"""What many operations share: problems, headers, parameters and ways to prove who asks."""

from collections.abc import Iterable
from typing import Any

from service import errors
from service.domain.api_keys import Scope
from service.errors import Problem
from service.http.conditional import LONGEST as LONGEST_TAGS
from service.http.idempotency import LONGEST
from service.http.responses import told

PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemView"}}}
# The problems of each status that more than one kind of operation may answer, by the name of their shared response.
SHARED: dict[str, tuple[type[Problem], ...]] = {
    "BadQuery": (errors.UnknownParameter, errors.NullCharacter),
    "BadListQuery": (errors.UnknownParameter, errors.NullCharacter, errors.InvalidCursor),
    "BadRequest": (errors.UnknownParameter, errors.NullCharacter, errors.MalformedJson),
    "NotAuthenticated": (errors.NotAuthenticated,),
    "Forbidden": (errors.Forbidden,),
    "NotFound": (errors.NotFound,),
    "SameKey": (errors.IdempotencyInProgress,),
    "PreconditionFailed": (errors.PreconditionFailed,),
    "BodyTooLarge": (errors.BodyTooLarge,),
    "UnsupportedMediaType": (errors.UnsupportedMediaType,),
    "InvalidInput": (errors.InvalidInput,),
    "InvalidPost": (errors.InvalidInput, errors.IdempotencyKeyReused),
    "PreconditionRequired": (errors.PreconditionRequired,),
    "TooManyRequests": (errors.TooManyRequests,),
    "InternalError": (errors.InternalError,),
    "Unavailable": (errors.DatabaseUnavailable, errors.Overloaded),
}
HEADERS: dict[str, tuple[str, dict[str, Any]]] = {
    "X-Request-Id": (
        "Names this request in our logs and audit entries. 此请求在日志与审计记录中的标识。",
        {"type": "string", "maxLength": 128},
    ),
    "ETag": (
        "The version of the record; goes into `If-Match`. 记录的版本；填入 `If-Match`。",
        {"type": "string", "maxLength": 60},
    ),
    "Location": (
        "Where the new record, or the job, is found. 新记录或作业的地址。",
        {"type": "string", "maxLength": 200},
    ),
    "Idempotent-Replayed": (
        "`true` when this is the stored answer. 表示这是已存储的响应。",
        {"type": "string", "maxLength": 5},
    ),
    "Retry-After": (
        "Seconds to wait before the next attempt. 再次尝试之前等待的秒数。",
        {"type": "string", "maxLength": 10},
    ),
    "WWW-Authenticate": ("How to prove who asks. 证明身份的方式。", {"type": "string", "maxLength": 200}),
    "RateLimit": ("What is left of the limits. 剩余的限额。", {"type": "string", "maxLength": 200}),
    "RateLimit-Policy": ("The limits. 限额。", {"type": "string", "maxLength": 200}),
}
PARAMETERS: dict[str, tuple[str, dict[str, Any]]] = {
    "Idempotency-Key": (
        "A new unguessable text for each act; sent again, its answer comes again. 每个新操作使用新的随机值。",
        {"type": "string", "minLength": 1, "maxLength": LONGEST},
    ),
    "If-None-Match": (
        "An ETag that you have: 304 when nothing has changed. 已有的 ETag；未变化时返回 304。",
        {"type": "string", "maxLength": LONGEST_TAGS},
    ),
}
SCOPES = {
    Scope.DIRECTORY_READ: "Read departments and people. 读取部门与人员。",
    Scope.ACCOUNTS_READ: "Read accounts. 读取客户。",
    Scope.ACCOUNTS_WRITE: "Enter, import and change accounts. 录入、导入与修改客户。",
    Scope.CONTACTS_SENSITIVE: "See sensitive fields of contacts. 查看联系人的敏感字段。",
}
RFC = "Tokens are JWTs and follow RFC8725."
SECURITY_SCHEMES = {
    "login": {
        "type": "oauth2",
        "description": f"The embedded issuer: user name and password of a person. {RFC} 用户名与密码登录。",
        "flows": {"password": {"tokenUrl": "/v1/auth/token", "refreshUrl": "/v1/auth/token", "scopes": {}}},
    },
    "integration": {
        "type": "oauth2",
        "description": f"The embedded issuer: id and secret of an API key. {RFC} 系统集成：API 密钥。",
        "flows": {
            "clientCredentials": {
                "tokenUrl": "/v1/auth/token",
                "refreshUrl": "/v1/auth/token",
                "scopes": {str(scope): text for scope, text in SCOPES.items()},
            }
        },
    },
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": f"An access token of your identity provider, or an API key. {RFC} 访问令牌或 API 密钥。",
    },
}


def responses() -> dict[str, Any]:
    """The shared problem answers."""
    return {name: problem_answer(kinds[0].status, told(kinds)) for name, kinds in SHARED.items()}


def headers() -> dict[str, Any]:
    """The headers that answers carry."""
    return {name: {"description": text, "schema": schema} for name, (text, schema) in HEADERS.items()}


def parameters() -> dict[str, Any]:
    """The headers that many requests take."""
    return {
        name: {"name": name, "in": "header", "required": False, "description": text, "schema": schema}
        for name, (text, schema) in PARAMETERS.items()
    }


def problem_answer(status: int, description: str) -> dict[str, Any]:
    """One problem answer with its headers."""
    names = ["X-Request-Id", "RateLimit", "RateLimit-Policy"]
    names += {401: ["WWW-Authenticate"], 429: ["Retry-After"], 503: ["Retry-After"]}.get(status, [])
    return {"description": description, "headers": header_refs(names), "content": PROBLEM}


def header_refs(names: Iterable[str]) -> dict[str, Any]:
    """Headers by reference."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
