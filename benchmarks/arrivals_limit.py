"""The limit of routing: the locks and inserts that one arrival needs, in Starlette + asyncpg, and nothing decided."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import cycle
from uuid import UUID

import asyncpg
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from uuid_utils.compat import uuid7

TEAM, PARENT = (UUID(one) for one in os.environ["BENCH_LINE"].split(","))
LEADER, RULEBOOK = UUID(os.environ["BENCH_LEADER"]), UUID(os.environ["BENCH_RULEBOOK"])
LEDGER, SNAPSHOT = UUID(os.environ["BENCH_LEDGER"]), os.environ["BENCH_SNAPSHOT"]
BOOKING = json.dumps({"account": {"id": "x" * 36, "code": "ACC-000001", "products": ["产品A"]}, "loads": [1] * 5})
SETTINGS = {"plan_cache_mode": "force_generic_plan", "jit": "off", "timezone": "UTC"}
BEGIN = "SELECT set_config('app.user_id', $1, true), set_config('app.request_id', 'bench', true)"
LOCK = "SELECT pg_advisory_xact_lock_shared(1), pg_advisory_xact_lock_shared(2), pg_advisory_xact_lock(3)"
ENTRY = """INSERT INTO ledger_entries (ledger_id, place, seen, restated, booking)
    VALUES ($1, $2, '1:1:', '[]', $3)"""
DECISION = """INSERT INTO decisions (id, kind, account_id, snapshot_sha256, rulebook_id, engine_version, position,
    place, winner_id, runner_up_id, margin, reason)
    VALUES ($1, 'route', $2, $3, $4, '2', 1, $5, $6, $6, 1, 'lowest_score')"""
ASSIGNMENT = """INSERT INTO assignments (id, account_id, staff_id, team_role, started_at, origin,
    decision_id, assigned_by) VALUES ($1, $2, $3, 'owner', clock_timestamp(), 'routed', $4, $5)"""
MEMBER = """INSERT INTO account_memberships (id, account_id, holder_id, holder_kind, role) VALUES
    ($1, $4, $5, 'staff', 'owner'), ($2, $4, $6, 'department', 'line'), ($3, $4, $7, 'department', 'line')"""
AUDIT = """INSERT INTO audit_entries (id, at, actor, actor_id, action, subject_type, subject_id, account_id, request_id,
    data) VALUES ($1, now(), 'staff:bench', $2, 'assignment.started', 'assignment', $3, $4, 'bench', $5)"""
OUTBOX = """INSERT INTO outbox_messages (id, at, type, subject_type, subject_id)
    VALUES ($1, now(), 'assignment.started', 'assignment', $2)"""


async def route(request: Request) -> Response:
    """One arrival, given to whoever is next."""
    state, account = request.app.state, UUID(request.path_params["id"])
    await request.json()
    decision, assignment, entry = uuid7(), uuid7(), uuid7()
    data = json.dumps({"staff_id": str(LEADER), "origin": "routed", "plan_id": None, "reason": None})
    async with state.pool.acquire() as connection, connection.transaction():
        await connection.execute(BEGIN, str(LEADER))
        await connection.execute(LOCK)
        state.place += 1
        place, seller = state.place, next(state.sellers)
        await connection.execute(ENTRY, LEDGER, place, BOOKING)
        await connection.execute(DECISION, decision, account, SNAPSHOT, RULEBOOK, place, seller)
        await connection.execute(ASSIGNMENT, assignment, account, seller, decision, LEADER)
        await connection.execute(MEMBER, uuid7(), uuid7(), uuid7(), account, seller, TEAM, PARENT)
        await connection.execute(AUDIT, entry, LEADER, assignment, account, data)
        await connection.execute(OUTBOX, entry, assignment)
    return Response(json.dumps({"staff_id": str(seller)}), media_type="application/json")


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """The pool, and whose turn it is."""
    async with asyncpg.create_pool(os.environ["BENCH_DSN"], server_settings=SETTINGS, min_size=8, max_size=8) as pool:
        rows = await pool.fetch("SELECT id FROM staff WHERE department_id = $1 ORDER BY id", TEAM)
        app.state.pool, app.state.place, app.state.sellers = pool, 1_000_000, cycle([row["id"] for row in rows])
        yield


app = Starlette(routes=[Route("/v1/accounts/{id}/route", route, methods=["POST"])], lifespan=lifespan)
