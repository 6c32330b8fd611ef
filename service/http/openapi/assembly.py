"""The document as a whole: about, tags, security, and everything else rewritten."""

from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from service.http.openapi.operations import rewrite_operation
from service.http.openapi.schemas import rewrite_schemas
from service.http.openapi.shared import SECURITY_SCHEMES, headers, parameters, responses
from service.http.openapi.webhooks import WEBHOOKS
from service.http.responses import ProblemView
from service.schemas.archive_files import ArchiveFileForm
from service.schemas.webhooks import WebhookMessage

DESCRIPTION = """\
Evenhand shares key accounts fairly, shows everyone why, and hears appeals.

**Log in:** press *Authorize*, give user name and password of the embedded issuer.

**大客户公平分配、解释与申诉服务。** 点击 *Authorize*，输入用户名和密码即可登录。

**Guides 指南:** [sharing accounts 分配](/docs/distribution.md) · [appeals 申诉](/docs/appeals.md) ·
[the archive 档案](/docs/archives.md) · [tiers 分级](/docs/tiers.md) · [all others 其他](/) ·
[中文指南](/docs/guide.zh-CN.md). They call operations by the name at the right of each; the filter finds names,
addresses and tags.

Answers speak English or Chinese, as `Accept-Language` asks (`en`, `zh-CN`). Every answer carries `X-Request-Id`; a
problem repeats it as `request_id`. Text values that are listed as such may become more within v1.

响应的语言依 `Accept-Language`（`en`、`zh-CN`）。每个响应都带有 `X-Request-Id`，出错时另见
`request_id`。文本取值在 v1 内可能增加。
"""
TAGS = {
    "identity": "Who you are, and how you prove it. 身份与登录。",
    "people": "Departments, staff, roles, absences. 部门、人员、角色与缺勤。",
    "settings": "Calendar, exchange rates and other settings. 日历、汇率与其他设置。",
    "accounts": "Accounts and their contacts. 客户与联系人。",
    "imports": "Spreadsheets on their way in. 表格导入。",
    "tiers": "Grades of accounts: schemes and their evaluations. 客户分级。",
    "distribution": "Rulebooks, plans, assignments and why. 规则、分配方案、归属与解释。",
    "appeals": "Appeals against assignments. 申诉。",
    "daily work": "Interactions and tasks. 拜访与任务。",
    "archives": "The archive: items, files, loans, reading sessions, delegations. 档案、借阅、阅览与委托。",
    "evidence": "Jobs and audit entries. 后台作业与审计记录。",
    "service": "Whether the service lives and may be used. 服务状态。",
}


@cache
def document(app: FastAPI) -> dict[str, Any]:
    """The contract, made once a process."""
    spec = get_openapi(
        title="Evenhand",
        version="1.0.0",
        openapi_version="3.1.0",
        summary="Fair, explained, appealable distribution of key accounts.",
        description=DESCRIPTION,
        routes=app.router.routes,
        tags=[{"name": name, "description": text} for name, text in TAGS.items()],
        servers=[{"url": "/", "description": "The service that this document comes from. 提供此文档的服务。"}],
        contact={"name": "The people who run this service"},
        license_info={"name": "Apache License 2.0", "identifier": "Apache-2.0"},
        separate_input_output_schemas=False,
    )
    add_models(spec["components"]["schemas"])
    rewrite_schemas(spec["components"]["schemas"])
    names = {(route.path, method): route.name for route in routes_of(app) for method in route.methods or ()}
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            operation["operationId"] = names[path, method.upper()]
            rewrite_operation(path, method, operation, spec["components"]["schemas"])
    spec["components"] |= {
        "responses": responses(),
        "parameters": parameters(),
        "headers": headers(),
        "securitySchemes": SECURITY_SCHEMES,
    }
    spec["webhooks"] = WEBHOOKS
    return spec


def routes_of(app: FastAPI) -> list[APIRoute]:
    """The addresses of the contract; an operation is named as its function."""
    return [route for route in app.router.routes if isinstance(route, APIRoute)]


def add_models(schemas: dict[str, Any]) -> None:
    """The models that no address names by itself join the others; FastAPI's own of failed validation go."""
    for model in (ProblemView, WebhookMessage, ArchiveFileForm):
        schema = model.model_json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
        schemas.update(schema.pop("$defs", {}))
        schemas[model.__name__] = schema
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
