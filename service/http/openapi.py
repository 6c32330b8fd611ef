"""The OpenAPI document: FastAPI's own, rewritten in one place to what we promise."""

from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

DESCRIPTION = """\
Evenhand shares key accounts fairly, shows everyone why, and hears appeals.

**Log in:** press *Authorize*, give user name and password of the embedded issuer.
**大客户公平分配、解释与申诉服务。** 点击 *Authorize*，输入用户名和密码即可登录。
"""
TAGS = {
    "service": "Whether the service lives and may be used.",
    "identity": "Who you are, and how you prove it.",
    "people": "Departments, staff, roles, absences.",
    "settings": "Calendar, exchange rates and other settings.",
    "accounts": "Accounts and their contacts.",
    "imports": "Spreadsheets on their way in.",
    "tiers": "Grades of accounts: schemes and their evaluations.",
    "distribution": "Rulebooks, plans, assignments and why.",
    "appeals": "Appeals against assignments.",
    "daily work": "Interactions and tasks.",
    "evidence": "Jobs and audit entries.",
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
    )
    names = {(route.path, method): route.name for route in routes_of(app) for method in route.methods or ()}
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            operation["operationId"] = names[path, method.upper()]
            rewrite_operation(path, method, operation)
    schemas = spec["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for schema in schemas.values():
        rewrite_schema(schema)
    spec["components"]["securitySchemes"] = {
        "login": {
            "type": "oauth2",
            "description": "The embedded issuer.",
            "flows": {"password": {"tokenUrl": "/v1/auth/token", "scopes": {}}},
        },
        "bearer": {"type": "http", "scheme": "bearer", "description": "An access token or an API key."},
    }
    spec["security"] = [{"login": []}, {"bearer": []}]
    return spec


def routes_of(app: FastAPI) -> list[APIRoute]:
    """The addresses of the contract; an operation is named as its function."""
    return [route for route in app.router.routes if isinstance(route, APIRoute)]


def rewrite_operation(path: str, method: str, operation: dict[str, Any]) -> None:
    """Problems have their own media type; open addresses need no token."""
    operation.setdefault("description", operation["summary"])
    operation["summary"] = operation["description"].split("\n")[0].rstrip(".")
    for status, answer in operation["responses"].items():
        content = answer.get("content", {})
        if int(status) >= 400 and "application/json" in content:
            answer["content"] = {"application/problem+json": content["application/json"]}
    if method == "patch":
        body = operation["requestBody"]["content"]
        body["application/merge-patch+json"] = body.pop("application/json")
    if path == "/v1/auth/password":
        operation["security"] = [{}, {"login": []}, {"bearer": []}]
    if not path.startswith("/v1/") or path == "/v1/auth/token":
        operation["security"] = []


def rewrite_schema(schema: dict[str, Any]) -> None:
    """Views promise every field; titles that repeat names go."""
    for field in schema.get("properties", {}).values():
        field.pop("title", None)
        if field.get("default", 0) is None:
            field.pop("default")
