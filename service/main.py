"""create_app(): all wiring on one screen."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException

from service.errors import Problem
from service.http.literal_addresses import closed
from service.http.middleware import Gate
from service.http.openapi import document
from service.http.problems import on_http_exception, on_problem, on_validation
from service.http.services import Services
from service.routers import (
    absences,
    account_tiers,
    accounts,
    alliance_observations,
    api_keys,
    appeals,
    archive_files,
    archive_keeping,
    archives,
    assignments,
    audit,
    audit_entries,
    auth,
    contacts,
    delegations,
    departments,
    distribution_plans,
    divisions,
    documentation,
    dossiers,
    exchange_rates,
    fairness,
    handovers,
    health,
    history,
    holidays,
    identities,
    imports,
    incidents,
    interactions,
    jobs,
    landing,
    loans,
    me,
    notices,
    plan_evidence,
    plan_pictures,
    precedents,
    reading_sessions,
    reports,
    reviews,
    role_grants,
    rulebooks,
    settings,
    staff,
    tasks,
    team,
    tier_evaluations,
    tier_schemes,
    waiting,
)

# Hot ones first: the router tries them in this order.
ROUTERS = (
    accounts.router,
    contacts.router,
    assignments.router,
    assignments.account_router,
    fairness.own_router,
    fairness.router,
    reports.router,
    reviews.router,
    distribution_plans.router,
    waiting.router,
    plan_evidence.router,
    plan_pictures.router,
    rulebooks.router,
    team.router,
    divisions.router,
    alliance_observations.router,
    history.router,
    interactions.router,
    imports.router,
    imports.uploads,
    tasks.router,
    audit_entries.router,
    audit.router,
    jobs.router,
    appeals.router,
    precedents.router,
    archives.router,
    archive_files.router,
    archive_files.uploads,
    archive_keeping.router,
    dossiers.router,
    incidents.router,
    account_tiers.router,
    tier_schemes.router,
    tier_evaluations.router,
    loans.router,
    delegations.router,
    reading_sessions.router,
    reading_sessions.views,
    staff.router,
    handovers.router,
    departments.router,
    absences.router,
    role_grants.router,
    identities.router,
    api_keys.router,
    notices.router,
    me.router,
    auth.router,
    exchange_rates.router,
    holidays.router,
    settings.router,
    health.router,
    health.plain_router,
    documentation.router,
    landing.router,
)
# Requests have our own log line and metrics; FastAPI would ask on each of them whether anybody traces.
UNOBSERVED = TelemetryConfig(tracing=False, metrics=False, logs=False)
ROUTES = closed(route for router in ROUTERS for route in router.routes)


def create_app(services: Services) -> FastAPI:
    """The service as an ASGI application."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        listener = asyncio.create_task(services.identities.listen())
        gc.freeze()  # what was loaded lives for ever: the little garbage among it is not worth looking for
        gc.enable()
        yield
        listener.cancel()
        await asyncio.gather(listener, return_exceptions=True)
        await services.database.dispose()

    app = FastAPI(title="Evenhand", openapi_url=None, redirect_slashes=False, lifespan=lifespan, telemetry=UNOBSERVED)
    app.router.routes.extend(ROUTES)
    app.openapi = lambda: document(app)  # type: ignore[method-assign]
    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(HTTPException, on_http_exception)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_middleware(Gate, services=lambda: services)
    return app
