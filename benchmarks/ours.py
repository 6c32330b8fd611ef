"""Our service as `make run` serves it, for uvicorn's --factory."""

import sys
from pathlib import Path

from fastapi import FastAPI

from service.adapters.keys import Keys
from service.database import Database
from service.http.services import Services
from service.logs import configure
from service.main import create_app
from service.migrations import schema_head
from service.settings import settings


def create_bench_app() -> FastAPI:
    """Authentication, policy, ETag, request id, log line and metrics are on; log lines go to standard error."""
    assert sys.stderr
    configured = settings()
    configure(configured.log_level)
    assert configured.database_url
    assert configured.keys
    database = Database.connect(configured.database_url.get_secret_value())
    keys = Keys.read(configured.keys.get_secret_value())
    return create_app(Services.build(configured, database, keys, configured.state or Path(), schema_head()))
