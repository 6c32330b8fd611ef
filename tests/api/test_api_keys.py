"""API keys through HTTP: made, used, revoked."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from service.domain.api_keys import new_key
from service.models import ApiKey
from tests.house import House


def wanted(*scopes: str, **fields: Any) -> dict[str, Any]:
    expires = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    return {"name": "ERP 订单同步", "scopes": list(scopes), "expires_at": expires} | fields


async def make(house: House, *scopes: str, **fields: Any) -> httpx.Response:
    async with house.client(await house.person("admin")) as client:
        made = await client.post("/v1/api-keys", json=wanted(*scopes, **fields))
    assert made.status_code == 201, made.text
    return made


def with_key(house: House, key: str) -> httpx.AsyncClient:
    return house.client(None, Authorization=f"Bearer {key}")


async def test_a_key_is_shown_once_and_works_at_once(house: House) -> None:
    admin = await house.person("admin")
    async with house.client(admin, **{"Idempotency-Key": "k"}) as client:
        body = wanted("accounts:read")
        made = await client.post("/v1/api-keys", json=body)
        again = await client.post("/v1/api-keys", json=body)
        listed = (await client.get("/v1/api-keys")).json()["items"]
        read = (await client.get(made.headers["Location"])).json()
    key = made.json()["key"]
    assert (again.status_code, again.json()["code"]) == (409, "secret_already_shown")
    assert listed == [read]
    assert (read["hint"], read["scopes"]) == (key[-4:], ["accounts:read"])
    assert key not in str(listed)
    await house.account()
    async with with_key(house, key) as client:
        me = (await client.get("/v1/me")).json()
        assert (me["kind"], me["id"], me["scopes"]) == ("integration", made.json()["id"], ["accounts:read"])
        assert len((await client.get("/v1/accounts")).json()["items"]) == 1
        assert (await client.post("/v1/accounts", json={"name": "新客户"})).status_code == 403


async def test_a_key_of_some_departments_sees_their_accounts_only(house: House) -> None:
    department = await house.department()
    seller = await house.person("sales_rep", department_id=department)
    seen, hidden = await house.account(seller), await house.account()
    made = await make(house, "accounts:read", department_ids=[str(department)])
    async with with_key(house, made.json()["key"]) as client:
        assert [item["id"] for item in (await client.get("/v1/accounts")).json()["items"]] == [str(seen)]
        assert (await client.get(f"/v1/accounts/{hidden}")).status_code == 404


async def test_a_key_is_a_client_by_form_and_by_http_basic(house: House) -> None:
    made = (await make(house, "accounts:read")).json()
    grant = {"grant_type": "client_credentials"}
    async with house.client() as client:
        form = await client.post("/v1/auth/token", data=grant | {"client_id": made["id"], "client_secret": made["key"]})
        basic = await client.post("/v1/auth/token", data=grant, auth=(made["id"], made["key"]))
        other = await client.post("/v1/auth/token", data=grant, auth=(made["id"], new_key()))
        mixed = (await make(house, "accounts:read")).json()
        swapped = await client.post("/v1/auth/token", data=grant, auth=(mixed["id"], made["key"]))
        me = await client.get("/v1/me", headers={"Authorization": f"Bearer {form.json()['access_token']}"})
    assert (form.status_code, basic.status_code) == (200, 200), form.text
    assert form.json()["refresh_token"] is None
    assert me.json()["scopes"] == ["accounts:read"]
    for refused in (other, swapped):
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
        assert refused.headers["WWW-Authenticate"] == "Basic"


async def test_a_revoked_key_and_its_tokens_end_at_once(house: House) -> None:
    made = await make(house, "accounts:read")
    credentials = (made.json()["id"], made.json()["key"])
    async with house.client() as client:
        token = await client.post("/v1/auth/token", data={"grant_type": "client_credentials"}, auth=credentials)
    bearers = [{"Authorization": f"Bearer {secret}"} for secret in (credentials[1], token.json()["access_token"])]
    async with house.client() as client:
        assert [(await client.get("/v1/me", headers=one)).status_code for one in bearers] == [200, 200]
        async with house.client(await house.person("admin")) as admin:
            path = made.headers["Location"]
            revoked = await admin.post(f"{path}/revoke", json={"reason": "密钥泄露"})
            twice = await admin.post(f"{path}/revoke", json={})
            assert (await admin.get("/v1/api-keys", params={"revoked": "false"})).json()["items"] == []
        assert [(await client.get("/v1/me", headers=one)).status_code for one in bearers] == [401, 401]
    assert (revoked.status_code, revoked.json()["revoked_at"] is not None) == (200, True)
    assert (twice.status_code, twice.json()["code"]) == (409, "state_conflict")


async def test_an_expired_or_mistyped_key_opens_nothing(house: House) -> None:
    key = (await make(house, "accounts:read")).json()["key"]
    past = datetime.now(UTC) - timedelta(seconds=1)
    async with house.services.database.transaction() as session:
        await session.execute(update(ApiKey).values(expires_at=past))
    house.services.identities.forget()
    for wrong in (key, key[:-1], new_key(), "evh_live_", key.upper()):
        async with with_key(house, wrong) as client:
            assert (await client.get("/v1/me")).status_code == 401


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"scopes": ["everything"]}, "/scopes/0"),
        ({"scopes": []}, "/scopes"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "/expires_at"),
        ({"expires_at": "2999-01-01T00:00:00Z"}, "/expires_at"),
        ({"expires_at": "2026-12-31T00:00:00"}, "/expires_at"),
        ({"department_ids": ["01890000-0000-7000-8000-000000000000"]}, "/department_ids/0"),
        ({"roles": ["admin"]}, "/roles"),
    ],
)
async def test_a_key_that_makes_no_sense_is_refused_where(house: House, change: dict[str, Any], pointer: str) -> None:
    async with house.client(await house.person("admin")) as client:
        refused = await client.post("/v1/api-keys", json=wanted("accounts:read") | change)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_only_admins_make_keys_and_keys_make_none(house: House) -> None:
    made = await make(house, "accounts:read", "accounts:write", "contacts:sensitive", "directory:read")
    leader = await house.person("general_manager")
    async with house.client(leader) as client:
        assert (await client.post("/v1/api-keys", json=wanted("accounts:read"))).status_code == 403
        assert (await client.get(made.headers["Location"])).status_code == 404
    async with with_key(house, made.json()["key"]) as client:
        for path in ("/v1/api-keys", "/v1/staff", "/v1/role-grants", "/v1/departments"):
            assert (await client.post(path, json={})).status_code in {403, 422}
        assert (await client.post("/v1/api-keys", json=wanted("accounts:read"))).status_code == 403
        assert (await client.get("/v1/api-keys")).json()["items"] == []
        change = {"Content-Type": "application/merge-patch+json", "If-Match": '"0-en"'}
        setting = await client.patch("/v1/settings/card_check_months", json={"value": 3}, headers=change)
        assert setting.status_code == 403
