"""Whether the service lives, may be used, and how it does."""

from fastapi import APIRouter, Response
from sqlalchemy import text

from service.errors import DatabaseUnavailable, Overloaded
from service.http import metrics
from service.http.context import Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.schemas.health import Health

router = APIRouter(tags=["service"], route_class=Endpoint)
plain_router = APIRouter(tags=["service"])
SCHEMA_HEAD = text("SELECT version_num FROM alembic_version")


@plain_router.get("/livez", response_model=Health)
async def live() -> Health:
    """The process answers; nothing else is touched.

    For supervisors that start the process again.

    进程存活检查。
    """
    return Health(status="ok")


@router.get("/readyz", response_model=Health, responses=raises(DatabaseUnavailable))
async def ready(context: Ctx) -> Health:
    """The service may be used: the database answers, its schema is ours, and no shutdown has begun.

    For load balancers: 503 while it starts, stops, or misses its database.

    服务就绪检查。
    """
    if context.services.draining.is_set():
        raise Overloaded(headers={"Retry-After": "5"})
    version = await context.connection.scalar(SCHEMA_HEAD)
    if version != context.services.schema_head:
        raise DatabaseUnavailable
    return Health(status="ok")


@plain_router.get("/metrics", include_in_schema=False)
async def metrics_text() -> Response:
    """Counters in Prometheus' text format."""
    return Response(metrics.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")
