"""What the contract declares of scopes is what integrations get: no operation opens without the scope it names."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import insert

from service.domain.api_keys import Scope, new_key
from service.domain.digests import digest
from service.http.openapi.scopes import SCOPES_OF
from service.models import ApiKey, new_id
from tests.house import House
from tests.policy.requests import operations
from tests.policy.test_every_route_has_a_case import PUBLIC, send

# What an integration reaches without a scope: who it is, what it made itself, and what the service ships with.
OWN = frozenset(
    {
        "get_me",
        "list_tier_templates",
        "get_job",
        "list_jobs",
        "cancel_job",
        "get_import",
        "list_imports",
        "list_import_rows",
    }
)


async def key_with(house: House, *scopes: Scope) -> httpx.AsyncClient:
    """A client with an API key of these scopes, for the whole company."""
    admin, key = await house.person("admin"), new_key()
    values = {"id": new_id(), "name": "ERP", "secret_hash": digest(key), "hint": key[-4:], "created_by": admin.id}
    ends = datetime.now(UTC) + timedelta(days=1)
    async with house.services.database.transaction() as session:
        await session.execute(insert(ApiKey).values(**values, scopes=sorted(scopes), expires_at=ends))
    return house.client(None, Authorization=f"Bearer {key}")


def nothing(answer: httpx.Response) -> bool:
    """Whether an answer gives nothing away and did nothing."""
    empty = answer.status_code == 200 and answer.json().get("items") == []
    return empty or answer.status_code in {403, 404, 409, 422}


async def known(house: House) -> dict[str, Any]:
    owner = await house.person("sales_rep", department_id=await house.department())
    return {"account_id": str(await house.account(owner)), "staff_id": str(owner.id)}


async def test_no_operation_opens_without_the_scope_that_it_declares(house: House) -> None:
    ids, opened = await known(house), []
    for scope in Scope:
        async with await key_with(house, *(other for other in Scope if other is not scope)) as client:
            for operation in operations():
                if scope in SCOPES_OF.get(operation.name, ()):
                    answer = await send(client, operation, ids)
                    if not nothing(answer):
                        opened.append((scope, operation.name, answer.status_code))
    assert not opened


async def test_what_declares_no_scope_opens_to_no_integration(house: House) -> None:
    ids, opened = await known(house), []
    async with await key_with(house, *Scope) as client:
        for operation in operations():
            if operation.name not in {*SCOPES_OF, *PUBLIC, *OWN}:
                answer = await send(client, operation, ids)
                if not nothing(answer):
                    opened.append((operation.name, answer.status_code, answer.text[:100]))
    assert not opened


async def test_a_declared_scope_is_enough(house: House) -> None:
    ids, refused = await known(house), []
    for scope in {scope for scopes in SCOPES_OF.values() for scope in scopes}:
        async with await key_with(house, scope) as client:
            for operation in operations():
                if SCOPES_OF.get(operation.name) == (scope,):
                    answer = await send(client, operation, ids)
                    if answer.status_code in {401, 403}:
                        refused.append((scope, operation.name, answer.status_code))
    assert not refused


async def test_sensitive_fields_need_the_scope_that_names_them(house: House) -> None:
    ids = await known(house)
    path = f"/v1/accounts/{ids['account_id']}/contacts"
    async with house.client(await house.person("data_steward")) as client:
        made = await client.post(path, json={"name": "李娜", "mobile": "13800138000"})
    assert made.status_code == 201, made.text
    seen = {}
    for scopes in ((Scope.ACCOUNTS_READ,), (Scope.ACCOUNTS_READ, Scope.ACCOUNTS_WRITE), tuple(Scope)):
        async with await key_with(house, *scopes) as client:
            seen[len(scopes)] = (await client.get(made.headers["Location"])).json()["redacted"]
    assert seen[1]
    assert seen[1] == seen[2]
    assert seen[len(Scope)] == []
