"""The OpenAPI document without a running service."""

from pathlib import Path
from typing import Any

from service.adapters.keys import Keys, new_keys
from service.database import Database
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
