"""The OpenAPI document without a running service."""

from pathlib import Path
from typing import Any

from service.adapters.keys import Keys, new_keys
from service.database import Database
from service.errors import Problem
from service.http.services import Services
from service.main import create_app
from service.settings import Settings


def live_document() -> dict[str, Any]:
    """The document as the service would serve it; connects to nothing."""
    database = Database.connect("postgresql://nobody@localhost/none")
    services = Services.build(
        Settings(_env_file=None, embedded_issuer=True), database, Keys.read(new_keys()), Path(), schema_head=""
    )
    return create_app(services).openapi()


def problem_table() -> str:
    """Every problem that can reach a client, by status and code, as a Markdown table."""
    kinds = sorted((kind.status, kind.code(), kind.title()) for kind in Problem.catalogue())
    rows = (f"| {status} | `{code}` | {title.en} | {title.zh} |" for status, code, title in kinds)
    return "\n".join(["| status | code | meaning | 含义 |", "|---|---|---|---|", *rows])
