"""Contacts through HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select

from service.models import ApiKey, AuditEntry, OutboxMessage, new_id
from tests.house import House

LINA = {"name": "李娜", "title": "采购总监", "mobile": "13800138000", "email": "lina@example.com"}
SENSITIVE = {
    "birth_on": "1980-05-01",
    "home_address": "深圳市福田区",
    "spouse": "王强",
    "personal_agenda": "想升任副总",
    "alliance": "supporter_2",
    "political_strategy": "先争取财务总监",
    "education": "清华大学，工学硕士",
    "background": "曾任某电器集团采购经理",
    "personality": "稳健，喜欢登山",
    "achievements": "主持更换核心系统",
    "responsibilities": ["压缩采购成本", "更换核心系统"],
    "product_criteria": "先看稳定性",
    "business_criteria": "总拥有成本",
}
PROFILE = {
    "fax": "0755-28780808",
    "employer": "华为投资控股有限公司",
    "secretary": "陈静，分机 8001",
    "reports_to": "采购副总裁",
}
PATCH = {"Content-Type": "application/merge-patch+json"}


async def sales_team(house: House) -> tuple[Any, UUID]:
    """A seller and an account that they are responsible for."""
    seller = await house.person("sales_rep")
    return seller, await house.account(seller, name="华为技术有限公司")


async def test_a_seller_enters_a_contact_and_reads_everything_back(house: House) -> None:
    seller, account = await sales_team(house)
    async with house.client(seller) as client:
        created = await client.post(f"/v1/accounts/{account}/contacts", json=LINA | PROFILE | SENSITIVE)
        assert created.status_code == 201, created.text
        read = await client.get(created.headers["Location"])
        listed = (await client.get(f"/v1/accounts/{account}/contacts")).json()
    assert read.json() == created.json() == listed["items"][0]
    assert read.headers["ETag"] == '"1-full"'
    assert read.json() | LINA | PROFILE | SENSITIVE == read.json()
    assert (read.json()["mobile_state"], read.json()["email_state"], read.json()["redacted"]) == ("valid", "valid", [])


@pytest.mark.parametrize(
    ("details", "code"),
    [
        ({}, "unreachable"),
        ({"mobile": "-"}, "unreachable"),
        ({"mobile": "无", "email": "无"}, "unreachable"),
        ({"mobile": "138xxxxxx88"}, "invalid_mobile"),
        ({"mobile": "12345"}, "invalid_mobile"),
        ({"mobile": "13800138000", "email": "lina@"}, "invalid_email"),
    ],
)
async def test_a_contact_needs_a_valid_number_or_address(house: House, details: dict[str, str], code: str) -> None:
    seller, account = await sales_team(house)
    async with house.client(seller) as client:
        refused = await client.post(f"/v1/accounts/{account}/contacts", json={"name": "李娜", **details})
    assert refused.status_code == 422
    assert [error["code"] for error in refused.json()["errors"]] == [code]


async def test_a_word_for_none_is_kept_as_none(house: House) -> None:
    seller, account = await sales_team(house)
    async with house.client(seller) as client:
        body = {"name": "李娜", "mobile": "无", "email": "lina@example.com"}
        created = (await client.post(f"/v1/accounts/{account}/contacts", json=body)).json()
    assert (created["mobile"], created["mobile_state"]) == (None, "absent")


async def test_an_imported_masked_number_stays_until_it_is_touched(house: House) -> None:
    from service.operations.contacts import create_contact
    from service.policy import system_actor
    from service.schemas.contacts import ContactCreate

    seller, account = await sales_team(house)
    masked = ContactCreate(name="李娜", mobile="138xxxxxx88", email="-")
    async with house.services.database.transaction() as session:
        contact = await create_contact(session, system_actor("import"), account, masked, as_written=True)
    async with house.client(seller, **PATCH) as client:
        path = f"/v1/accounts/{account}/contacts/{contact}"
        before = (await client.get(path)).json()
        renamed = await client.patch(path, json={"title": "经理"}, headers={"If-Match": '"1-full"'})
        mailed = await client.patch(path, json={"email": "lina@example.com"}, headers={"If-Match": '"2-full"'})
        emptied = await client.patch(path, json={"email": None}, headers={"If-Match": '"3-full"'})
    assert (before["mobile"], before["mobile_state"], before["email"]) == ("138xxxxxx88", "masked", "-")
    assert renamed.status_code == mailed.status_code == 200
    assert (mailed.json()["mobile"], mailed.json()["mobile_state"]) == ("138xxxxxx88", "masked")
    assert (mailed.json()["email"], mailed.json()["email_state"]) == ("lina@example.com", "valid")
    assert emptied.json()["errors"][0]["code"] == "unreachable"


async def test_sensitive_fields_are_for_the_teams_sales_people_and_the_line(house: House) -> None:
    department = await house.department()
    seller = await house.person("sales_rep", department_id=department)
    readers = {
        "line": await house.person("department_manager", department_id=department),
        "leader": await house.person("general_manager"),
        "steward": await house.person("data_steward"),
        "auditor": await house.person("auditor"),
        "marketing": await house.person("marketing"),
    }
    account = await house.account(seller)
    async with house.client(seller) as client:
        path = (await client.post(f"/v1/accounts/{account}/contacts", json=LINA | PROFILE | SENSITIVE)).headers[
            "Location"
        ]
    for name, reader in readers.items():
        async with house.client(reader) as client:
            read = await client.get(path)
            listed = (await client.get(path.rsplit("/", 1)[0])).json()["items"]
        assert listed == [read.json()]
        assert read.json()["name"] == "李娜"
        if name == "line":
            assert (read.json()["spouse"], read.json()["redacted"], read.headers["ETag"]) == ("王强", [], '"1-full"')
        else:
            assert {read.json()[field] for field in SENSITIVE} == {None}, name
            assert set(read.json()["redacted"]) == set(SENSITIVE)
            assert read.headers["ETag"] == '"1-basics"'


async def test_who_may_not_read_a_sensitive_field_does_not_write_it(house: House) -> None:
    seller, account = await sales_team(house)
    steward = await house.person("data_steward")
    async with house.client(seller) as client:
        path = (await client.post(f"/v1/accounts/{account}/contacts", json=LINA)).headers["Location"]
    async with house.client(steward) as client:
        headers = {**PATCH, "If-Match": '"1-basics"'}
        refused = await client.patch(path, json={"spouse": "无名", "title": "总监"}, headers=headers)
        emptied = await client.patch(path, json={"alliance": None}, headers=headers)
        new = await client.post(f"/v1/accounts/{account}/contacts", json=LINA | {"alliance": "neutral"})
        plain = await client.patch(path, json={"title": "总监"}, headers=headers)
    assert refused.status_code == emptied.status_code == new.status_code == 403
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/spouse"]
    assert new.json()["errors"][0]["pointer"] == "/alliance"
    assert (plain.status_code, plain.json()["title"]) == (200, "总监")


async def test_an_alliance_code_is_one_of_the_ladder(house: House) -> None:
    seller, account = await sales_team(house)
    async with house.client(seller) as client:
        refused = await client.post(f"/v1/accounts/{account}/contacts", json=LINA | {"alliance": "supporter_6"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/alliance")


async def test_an_account_is_found_by_its_contacts_and_stays_as_it_was(house: House) -> None:
    seller, account = await sales_team(house)
    async with house.client(seller) as client:
        before = await client.get(f"/v1/accounts/{account}")
        path = (await client.post(f"/v1/accounts/{account}/contacts", json=LINA)).headers["Location"]
        after = await client.get(f"/v1/accounts/{account}")
        for query in ("李娜", "ln", "13800138000", "lina@example"):
            found = (await client.get("/v1/accounts", params={"q": query})).json()["items"]
            assert [item["id"] for item in found] == [str(account)], query
        gone = await client.delete(path, headers={"If-Match": '"1-full"'})
        lost = (await client.get("/v1/accounts", params={"q": "李娜"})).json()["items"]
        missing = await client.get(path)
    assert (after.content, after.headers["ETag"]) == (before.content, before.headers["ETag"])
    assert (gone.status_code, missing.status_code, lost) == (204, 404, [])


async def test_a_contact_is_changed_only_on_its_current_version(house: House) -> None:
    seller, account = await sales_team(house)
    async with house.client(seller, **PATCH) as client:
        path = (
            await client.post(
                f"/v1/accounts/{account}/contacts", json=LINA, headers={"Content-Type": "application/json"}
            )
        ).headers["Location"]
        absent = await client.patch(path, json={"title": "a"})
        stale = await client.patch(path, json={"title": "a"}, headers={"If-Match": '"7-full"'})
        fresh = await client.patch(path, json={"title": "副总", "note": None}, headers={"If-Match": '"1-full"'})
        unnamed = await client.patch(path, json={"name": None}, headers={"If-Match": '"2-full"'})
        smuggled = await client.patch(path, json={"account_id": str(uuid4())}, headers={"If-Match": '"2-full"'})
        kept = await client.delete(path)
    assert [absent.status_code, stale.status_code, fresh.status_code] == [428, 412, 200]
    assert fresh.json()["version"] == 2
    assert [unnamed.status_code, smuggled.status_code, kept.status_code] == [422, 422, 428]


async def test_contacts_of_a_strangers_account_do_not_exist(house: House) -> None:
    seller, account = await sales_team(house)
    stranger = await house.person("sales_rep")
    own = await house.account(stranger)
    async with house.client(seller) as client:
        path = (await client.post(f"/v1/accounts/{account}/contacts", json=LINA)).headers["Location"]
    contact = path.rsplit("/", 1)[1]
    async with house.client(stranger) as client:
        headers = {**PATCH, "If-Match": '"1-full"'}
        answers = [
            await client.get(path),
            await client.get(f"/v1/accounts/{account}/contacts"),
            await client.post(f"/v1/accounts/{account}/contacts", json=LINA),
            await client.patch(path, json={"title": "x"}, headers=headers),
            await client.delete(path, headers=headers),
            await client.get(f"/v1/accounts/{own}/contacts/{contact}"),
            await client.patch(f"/v1/accounts/{own}/contacts/{contact}", json={"title": "x"}, headers=headers),
        ]
    assert {answer.status_code for answer in answers} == {404}


async def test_who_only_reads_basics_changes_no_contact(house: House) -> None:
    seller, account = await sales_team(house)
    finance = await house.person("finance")
    async with house.client(seller) as client:
        path = (await client.post(f"/v1/accounts/{account}/contacts", json=LINA)).headers["Location"]
    async with house.client(finance) as client:
        headers = {**PATCH, "If-Match": '"1-basics"'}
        answers = [
            await client.post(f"/v1/accounts/{account}/contacts", json=LINA),
            await client.patch(path, json={"title": "x"}, headers=headers),
            await client.delete(path, headers=headers),
        ]
    assert {answer.status_code for answer in answers} == {403}


async def test_evidence_names_sensitive_fields_and_never_holds_them(house: House) -> None:
    seller, account = await sales_team(house)
    async with house.client(seller, **PATCH) as client:
        json = {"Content-Type": "application/json"}
        path = (await client.post(f"/v1/accounts/{account}/contacts", json=LINA | SENSITIVE, headers=json)).headers[
            "Location"
        ]
        await client.patch(path, json={"spouse": "赵敏", "title": "总裁"}, headers={"If-Match": '"1-full"'})
    async with house.services.database.reading() as connection:
        contact = UUID(path.rsplit("/", 1)[1])
        about = select(AuditEntry.data).where(AuditEntry.subject_id == contact).order_by(AuditEntry.position)
        entries = (await connection.execute(about)).scalars()
        told = list(entries)
        types = select(OutboxMessage.type).where(OutboxMessage.subject_id == contact).order_by(OutboxMessage.position)
        sent = list((await connection.execute(types)).scalars())
    assert set(told[0]["sensitive"]) == set(SENSITIVE)
    assert told[1] == {"changes": {"title": {"from": "采购总监", "to": "总裁"}}, "sensitive": ["spouse"]}
    assert not any(secret in str(told) for secret in ("王强", "赵敏", "深圳", "副总", "supporter"))
    assert sent == ["contact.created", "contact.changed"]


async def integration(house: House, *scopes: str, departments: list[UUID] | None = None) -> Any:
    """A client that speaks for another system."""
    admin = await house.person("admin")
    row = {
        "id": new_id(),
        "name": "erp",
        "secret_hash": uuid4().bytes,
        "hint": "…",
        "scopes": list(scopes),
        "department_ids": departments,
        "expires_at": datetime.now(UTC) + timedelta(days=1),
        "created_by": admin.id,
    }
    async with house.services.database.transaction() as session:
        await session.execute(insert(ApiKey).values(row))
    assert house.services.issuer
    token = house.services.issuer.issue(row["id"], "integration")
    return house.client(Authorization=f"Bearer {token}")


async def test_an_integration_sees_what_its_scopes_and_departments_name(house: House) -> None:
    department = await house.department()
    seller = await house.person("sales_rep", department_id=department)
    account, elsewhere = await house.account(seller), await house.account(await house.person("sales_rep"))
    async with house.client(seller) as client:
        path = (await client.post(f"/v1/accounts/{account}/contacts", json=LINA | PROFILE | SENSITIVE)).headers[
            "Location"
        ]

    async def seen(*scopes: str, departments: list[UUID] | None) -> tuple[set[str], Any]:
        async with await integration(house, *scopes, departments=departments) as client:
            accounts = {item["id"] for item in (await client.get("/v1/accounts")).json()["items"]}
            contact = await client.get(path)
            return accounts, contact.json().get("spouse") if contact.status_code == 200 else contact.status_code

    everything = {str(account), str(elsewhere)}
    assert await seen("accounts:read", departments=None) == (everything, None)
    assert await seen("accounts:read", departments=[department]) == ({str(account)}, None)
    assert await seen("accounts:read", departments=[]) == (set(), 404)
    assert await seen("directory:read", departments=[department]) == (set(), 404)
    assert await seen("accounts:read", "contacts:sensitive", departments=[department]) == ({str(account)}, "王强")
    assert await seen("accounts:read", "contacts:sensitive", departments=None) == (everything, "王强")


async def test_an_integration_logs_no_interactions(house: House) -> None:
    account = await house.account()
    body = {"account_id": str(account), "kind": "call", "subject": "电话"}
    outcome = {"happened_at": "2024-01-01T00:00:00Z", "summary": "已联系"}
    async with await integration(house, "accounts:read", "accounts:write") as client:
        refused = await client.post("/v1/interactions", json=body | {"outcome": outcome})
        entered = await client.post(f"/v1/accounts/{account}/contacts", json=LINA)
        sensitive = await client.post(f"/v1/accounts/{account}/contacts", json=LINA | PROFILE | SENSITIVE)
    assert (refused.status_code, entered.status_code, sensitive.status_code) == (403, 201, 403)
