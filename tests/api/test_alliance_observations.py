"""Evidence of where contacts stand on the alliance ladder, through HTTP."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from service.domain.alliance import RUNGS, Alliance
from service.models import AuditEntry
from service.schemas.alliance_observations import AllianceObservationView
from tests.house import House, Person

LINA = {"name": "李娜", "mobile": "13800138000"}
SEEN = {"rung": "supporter_1", "observed_on": "2026-03-02", "seen": "会后私下表示我方方案最好"}
PATH = "/v1/alliance-observations"


async def known(house: House, **seller: Any) -> tuple[Person, UUID, str]:
    """A seller, their account and a contact of it."""
    owner = await house.person("sales_rep", **seller)
    account = await house.account(owner)
    async with house.client(owner) as client:
        contact = (await client.post(f"/v1/accounts/{account}/contacts", json=LINA)).json()["id"]
    return owner, account, contact


async def observed(client: httpx.AsyncClient, contact: str, **fields: Any) -> httpx.Response:
    return await client.post(PATH, json=SEEN | {"contact_id": contact} | fields)


def test_every_rung_says_in_both_languages_what_is_seen_there() -> None:
    assert list(RUNGS) == list(Alliance)
    assert len({seen.en for seen in RUNGS.values()}) == len({seen.zh for seen in RUNGS.values()}) == 17


async def test_a_seller_keeps_what_they_saw_and_finds_it_by_rung_and_day(house: House) -> None:
    seller, account, contact = await known(house)
    async with house.client(seller) as client:
        made = await observed(client, contact, solution="年度采购")
        later = await observed(client, contact, rung="champion_5", observed_on="2026-04-01", seen="代我方介绍方案")
        read = await client.get(made.headers["Location"])
        history = (await client.get(PATH, params={"contact_id": contact, "sort": "-observed_on"})).json()["items"]
        rungs = (await client.get(PATH, params={"rung": ["champion_5", "neutral"]})).json()["items"]
        april = (await client.get(PATH, params={"account_id": str(account), "observed_from": "2026-04-01"})).json()
    assert made.status_code == 201, made.text
    assert read.json() == made.json()
    view = AllianceObservationView.model_validate(made.json())
    assert (view.contact_name, view.account_id, view.author_id) == ("李娜", account, seller.id)
    assert [item["rung"] for item in history] == ["champion_5", "supporter_1"]
    assert rungs == april["items"] == [later.json()]


async def test_evidence_is_for_those_who_see_sensitive_fields(house: House) -> None:
    department = await house.department()
    seller, account, contact = await known(house, department_id=department)
    async with house.client(seller) as client:
        path = (await observed(client, contact)).headers["Location"]
    shown: dict[str, tuple[int, int, int]] = {}
    for role in ("department_manager", "general_manager", "data_steward", "auditor", "marketing", "sales_rep"):
        reader = await house.person(role, department_id=department)
        async with house.client(reader) as client:
            read = await client.get(path)
            listed = (await client.get(PATH, params={"account_id": str(account)})).json()["items"]
            entered = await observed(client, contact)
        shown[role] = (read.status_code, len(listed), entered.status_code)
    assert shown == {
        "department_manager": (200, 1, 201),
        "general_manager": (404, 0, 403),
        "data_steward": (404, 0, 403),
        "auditor": (404, 0, 403),
        "marketing": (404, 0, 403),
        "sales_rep": (404, 0, 404),
    }


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"rung": "supporter_6"}, "/rung", "enum"),
        ({"observed_on": "2999-01-01"}, "/observed_on", "in_the_future"),
        ({"interaction_id": str(uuid4())}, "/interaction_id", "not_found"),
        ({"author_id": str(uuid4())}, "/author_id", "extra_forbidden"),
    ],
)
async def test_what_cannot_have_been_seen_is_refused(
    house: House, fields: dict[str, Any], pointer: str, code: str
) -> None:
    seller, _, contact = await known(house)
    async with house.client(seller) as client:
        refused = await observed(client, contact, **fields)
    assert (refused.status_code, [error["pointer"] for error in refused.json()["errors"]]) == (422, [pointer])
    assert [error["code"] for error in refused.json()["errors"]] == [code]


async def test_an_interaction_with_another_account_is_no_place_where_it_was_seen(house: House) -> None:
    seller, account, contact = await known(house)
    other = await house.account(seller)
    async with house.client(seller) as client:
        visits = [(await client.post("/v1/interactions", json=visit(place))).json()["id"] for place in (account, other)]
        here = await observed(client, contact, interaction_id=visits[0])
        elsewhere = await observed(client, contact, interaction_id=visits[1])
    assert (here.status_code, here.json()["interaction_id"]) == (201, visits[0])
    assert (elsewhere.status_code, elsewhere.json()["errors"][0]["pointer"]) == (422, "/interaction_id")


def visit(account: UUID) -> dict[str, Any]:
    outcome = {"happened_at": "2026-03-02T02:00:00Z", "summary": "客户同意试用"}
    return {"account_id": str(account), "kind": "visit", "subject": "季度拜访", "outcome": outcome}


async def test_only_its_author_takes_evidence_back_and_the_log_tells_nothing_of_it(house: House) -> None:
    department = await house.department()
    seller, account, contact = await known(house, department_id=department)
    manager = await house.person("department_manager", department_id=department)
    async with house.client(seller) as client:
        path = (await observed(client, contact)).headers["Location"]
        tag = {"If-Match": (await client.get(path)).headers["ETag"]}
    async with house.client(manager) as client:
        refused = await client.delete(path, headers=tag)
    async with house.client(seller) as client:
        gone = await client.delete(path, headers=tag)
        missing = await client.get(path)
    assert (refused.status_code, gone.status_code, missing.status_code) == (403, 204, 404)
    async with house.services.database.transaction() as session:
        entries = await session.scalars(
            select(AuditEntry).where(AuditEntry.subject_type == "alliance_observation").order_by(AuditEntry.position)
        )
        told = [(entry.action, entry.account_id, entry.data) for entry in entries]
    data = {"contact_id": contact, "sensitive": ["alliance"]}
    assert told == [
        ("alliance_observation.created", account, data),
        ("alliance_observation.deleted", account, data),
    ]


async def test_what_was_seen_of_a_contact_goes_with_them(house: House) -> None:
    seller, account, contact = await known(house)
    async with house.client(seller) as client:
        path = (await observed(client, contact)).headers["Location"]
        await client.delete(f"/v1/accounts/{account}/contacts/{contact}", headers={"If-Match": '"1-full"'})
        assert (await client.get(path)).status_code == 404
        assert (await observed(client, contact)).status_code == 404
