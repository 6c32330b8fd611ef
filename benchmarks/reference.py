"""The limit: a hand-written Starlette + asyncpg handler with the same columns and visibility, no authentication.

Its create writes the account, an audit row and an outbox row in one statement, as ours does.
"""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import uuid_utils.compat
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from service.operations.account_search import derived

SELLER = UUID(os.environ["BENCH_SELLER"])
COLUMNS = """json_build_object(
    'id', a.id, 'code', a.code, 'external_ref', a.external_ref, 'parent_id', a.parent_id, 'name', a.name,
    'kind', a.kind, 'industry', a.industry, 'region', a.region, 'potential_value_on', a.potential_value_on,
    'intent', a.intent, 'products', a.products, 'lifecycle', a.lifecycle, 'source', a.source,
    'verified_at', to_char(a.verified_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'verified_by', a.verified_by, 'proposed', a.proposed, 'watch', a.watch, 'watch_reason', a.watch_reason,
    'custom', a.custom, 'version', a.version,
    'created_at', to_char(a.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'updated_at', to_char(a.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'potential_value', CASE WHEN a.potential_value IS NULL THEN NULL
        ELSE json_build_object('amount', a.potential_value::text, 'currency', a.potential_currency) END,
    'potential_value_base', CASE WHEN a.potential_value_base IS NULL THEN NULL
        ELSE json_build_object('amount', a.potential_value_base::text, 'currency', 'CNY') END,
    'owner_id', (SELECT s.staff_id FROM assignments s
        WHERE s.account_id = a.id AND s.team_role = 'owner' AND s.ended_at IS NULL),
    'redacted', '{}'::text[])::text"""
GET = f"""SELECT {COLUMNS} FROM accounts a WHERE a.id = $1 AND a.deleted_at IS NULL AND a.id IN (
    SELECT account_id FROM account_memberships WHERE holder_id = $2 AND ended_at IS NULL)"""
LIST = f"""SELECT {COLUMNS} FROM accounts a JOIN (
    SELECT DISTINCT account_id FROM account_memberships WHERE holder_id = $1 AND ended_at IS NULL
    ORDER BY account_id LIMIT $2) seen ON seen.account_id = a.id
    WHERE a.deleted_at IS NULL ORDER BY a.id LIMIT $2"""
CREATE = """WITH made AS (
    INSERT INTO accounts (id, code, name, name_sort, name_match, search, grams, industry, region, potential_value,
        potential_currency, potential_value_base, intent, products, lifecycle)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'CNY', $10, $11, $12, 'prospect')
    RETURNING id),
audit AS (
    INSERT INTO audit_entries (id, at, actor, actor_id, action, subject_type, subject_id, account_id, request_id,
        data)
    VALUES ($13, now(), 'staff:bench', $14, 'account.created', 'account', $1, $1, 'bench', $15) RETURNING id),
outbox AS (
    INSERT INTO outbox_messages (id, at, type, subject_type, subject_id)
    VALUES ($13, now(), 'account.created', 'account', $1) RETURNING id)
SELECT id FROM made"""
SETTINGS = {"plan_cache_mode": "force_generic_plan", "jit": "off", "timezone": "UTC"}


def json_answer(content: str, status: int = 200) -> Response:
    return Response(content, status, media_type="application/json")


async def get_account(request: Request) -> Response:
    async with request.app.state.pool.acquire() as connection:
        found = await connection.fetchval(GET, UUID(request.path_params["id"]), SELLER)
    return json_answer(found) if found else json_answer("{}", 404)


async def list_accounts(request: Request) -> Response:
    limit = int(request.query_params.get("limit", "50"))
    async with request.app.state.pool.acquire() as connection:
        rows = await connection.fetch(LIST, SELLER, limit + 1)
    items = ",".join(row[0] for row in rows[:limit])
    return json_answer(f'{{"items":[{items}],"next_cursor":null}}')


async def create_account(request: Request) -> Response:
    body = await request.json()
    id_, name, amount = uuid_utils.compat.uuid7(), body["name"], body["potential_value"]["amount"]
    code, data = f"A-{id_.hex[-10:]}", json.dumps(body, ensure_ascii=False)
    forms = derived({"name": name, "code": code})  # the columns that search and sorting need, whoever writes them
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        await connection.execute(
            CREATE, id_, code, name, *(forms[column] for column in ("name_sort", "name_match", "search", "grams")),
            body["industry"], body["region"],
            amount, body["intent"], body["products"], uuid_utils.compat.uuid7(), SELLER, data,
        )  # fmt: skip
    return json_answer(json.dumps({"id": str(id_), **body}, ensure_ascii=False), 201)


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["BENCH_DSN"], server_settings=SETTINGS, min_size=2, max_size=8) as pool:
        app.state.pool = pool
        yield


app = Starlette(
    routes=[
        Route("/v1/accounts/{id}", get_account),
        Route("/v1/accounts", list_accounts),
        Route("/v1/accounts", create_account, methods=["POST"]),
    ],
    lifespan=lifespan,
)
