"""Assignments through HTTP: by hand, pinned, listed."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select

from service.models import Assignment, new_id
from service.schemas.assignments import AssignmentView
from tests.house import House, Person
from tests.sharing import Sharing

REASON = "与客户总部同城，且已服务其子公司三年"


def in_days(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


async def by_hand(sharing: Sharing, who: Person, account_id: UUID, person: Person, **fields: Any) -> httpx.Response:
    body = {"account_id": str(account_id), "staff_id": str(person.id), "reason": REASON} | fields
    return await sharing.ask(who, "POST", "/v1/assignments", body)


async def test_a_manager_of_the_line_assigns_by_hand_with_a_reason_and_a_pin(house: House) -> None:
    sharing = await Sharing.of(house)
    owner, other = sharing.sellers
    account = await sharing.account(owner)
    [present] = (await sharing.ask(sharing.author, "GET", "/v1/assignments")).json()["items"]
    until = in_days(30)
    answer = await by_hand(sharing, sharing.author, account, other, replaces_id=present["id"], pinned_until=until)
    assert answer.status_code == 201, answer.text
    made = AssignmentView.model_validate(answer.json())
    assert (made.staff_id, made.origin, made.reason, made.pin_reason) == (other.id, "manual", REASON, REASON)
    assert (made.assigned_by, made.staff_code) == (sharing.author.id, other.code)
    read = await sharing.ask(sharing.author, "GET", answer.headers["Location"])
    assert read.json() == answer.json()
    assert await sharing.owners() == {str(account): str(other.id)}
    ended = await sharing.ask(sharing.author, "GET", f"/v1/assignments/{present['id']}")
    assert ended.json()["ended_at"] == answer.json()["started_at"]


async def test_an_account_that_changes_hands_has_another_etag_and_the_same_version(house: House) -> None:
    sharing = await Sharing.of(house)
    owner, other = sharing.sellers
    account = await sharing.account(owner)
    [present] = (await sharing.ask(sharing.author, "GET", "/v1/assignments")).json()["items"]
    before = await sharing.ask(sharing.author, "GET", f"/v1/accounts/{account}")
    answer = await by_hand(sharing, sharing.author, account, other, replaces_id=present["id"])
    assert answer.status_code == 201, answer.text
    async with house.client(sharing.author) as client:
        known = {"If-None-Match": before.headers["ETag"]}
        after = await client.get(f"/v1/accounts/{account}", headers=known)
        assert (after.status_code, after.json()["owner_id"]) == (200, str(other.id))
        assert after.json()["version"] == before.json()["version"]
        again = await client.get(f"/v1/accounts/{account}", headers={"If-None-Match": after.headers["ETag"]})
        assert again.status_code == 304
        changed = {"Content-Type": "application/merge-patch+json", "If-Match": after.headers["ETag"]}
        patched = await client.patch(f"/v1/accounts/{account}", json={"kind": "工业"}, headers=changed)
        assert patched.status_code == 200, patched.text


async def test_the_present_assignment_must_be_named(house: House) -> None:
    sharing = await Sharing.of(house)
    owner, other = sharing.sellers
    account = await sharing.account(owner)
    unnamed = await by_hand(sharing, sharing.leader, account, other)
    wrong = await by_hand(sharing, sharing.leader, account, other, replaces_id=str(new_id()))
    free = await by_hand(sharing, sharing.leader, await sharing.account(), other, replaces_id=str(new_id()))
    for answer in (unnamed, wrong, free):
        assert (answer.status_code, answer.json()["code"]) == (409, "already_owned")
    [present] = (await sharing.ask(sharing.leader, "GET", "/v1/assignments", account_id=str(account))).json()["items"]
    same = await by_hand(sharing, sharing.leader, account, owner, replaces_id=present["id"])
    assert (same.status_code, same.json()["code"]) == (409, "state_conflict")


@pytest.mark.parametrize(
    ("rule", "account", "person", "rules"),
    [
        ("region", {"region": "西北"}, {}, {}),
        ("industry", {"industry": "金融"}, {}, {}),
        ("experience", {"tier": "gold"}, {"experience_level": 1}, {}),
        ("count_cap", {}, {"max_accounts": 0}, {}),
        ("workload_cap", {"tier": "gold"}, {"experience_level": 5, "max_workload_hours": 15}, {}),
        ("product", {"products": ["产品B"]}, {}, {"hard_rules": {"product": True}}),
    ],
)
async def test_no_hand_breaks_a_hard_rule(
    house: House, rule: str, account: dict[str, Any], person: dict[str, Any], rules: dict[str, Any]
) -> None:
    sharing = await Sharing.of(house, **rules)
    seller = await house.person("sales_rep", department_id=sharing.department_id, **person)
    answer = await by_hand(sharing, sharing.leader, await sharing.account(**account), seller)
    assert (answer.status_code, answer.json()["code"]) == (409, "hard_rule_broken")
    assert [(error["code"], error["pointer"]) for error in answer.json()["errors"]] == [(rule, "/staff_id")]
    assert await sharing.owners() == {}


async def test_a_blocked_pair_and_whoever_sells_nothing_get_no_account(house: House) -> None:
    sharing = await Sharing.of(house)
    account, clerk = await sharing.account(), await house.person("finance")
    pair = {"account_id": str(account), "person_id": str(sharing.sellers[0].id)}
    await house.rulebook(hard_rules={"blocked_pairs": [pair]})
    blocked = await by_hand(sharing, sharing.leader, account, sharing.sellers[0])
    assert [error["code"] for error in blocked.json()["errors"]] == ["blocked_pair"]
    idle = await by_hand(sharing, sharing.leader, account, clerk)
    assert [error["code"] for error in idle.json()["errors"]] == ["availability"]
    stranger = await by_hand(sharing, sharing.leader, account, Person(new_id(), "x", None))
    assert (stranger.status_code, stranger.json()["errors"][0]["pointer"]) == (422, "/staff_id")


async def test_without_a_rulebook_nobody_assigns_by_hand(house: House) -> None:
    leader, seller = await house.person("general_manager"), await house.person("sales_rep")
    account = await house.account()
    async with house.client(leader) as client:
        body = {"account_id": str(account), "staff_id": str(seller.id), "reason": REASON}
        answer = await client.post("/v1/assignments", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "no_published_rulebook")


async def test_only_managers_of_the_line_and_leaders_assign_and_pin(house: House) -> None:
    sharing = await Sharing.of(house)
    owner, other = sharing.sellers
    account = await sharing.account(owner)
    stranger = await house.person("department_manager", department_id=await house.department())
    supervisor = await house.person("key_account_supervisor", department_id=sharing.department_id)
    [present] = (await sharing.ask(owner, "GET", "/v1/assignments")).json()["items"]
    path = f"/v1/assignments/{present['id']}"
    pin = {"pinned_until": in_days(1), "reason": "投标期间"}
    for who, status in ((owner, 403), (supervisor, 403), (other, 404), (stranger, 404)):
        assert (await by_hand(sharing, who, account, other, replaces_id=present["id"])).status_code == status
        assert (await sharing.ask(who, "POST", f"{path}/pin", pin)).status_code == status
    assert (await sharing.ask(other, "GET", path)).status_code == 404


async def test_a_pin_is_set_once_ahead_and_taken_off_again(house: House) -> None:
    sharing = await Sharing.of(house)
    account = await sharing.account(sharing.sellers[0])
    [present] = (await sharing.ask(sharing.author, "GET", "/v1/assignments", current="true")).json()["items"]
    path = f"/v1/assignments/{present['id']}"
    past = await sharing.ask(sharing.author, "POST", f"{path}/pin", {"pinned_until": in_days(-1), "reason": "x"})
    assert (past.status_code, past.json()["errors"][0]["pointer"]) == (422, "/pinned_until")
    pinned = await sharing.ask(sharing.author, "POST", f"{path}/pin", {"pinned_until": in_days(9), "reason": "投标"})
    assert (pinned.json()["pin_reason"], pinned.json()["version"]) == ("投标", 2)
    listed = (await sharing.ask(sharing.author, "GET", "/v1/assignments", pinned="true")).json()["items"]
    assert [item["account_id"] for item in listed] == [str(account)]
    free = await sharing.ask(sharing.author, "POST", f"{path}/unpin", {"reason": "项目已结束"})
    assert (free.json()["pinned_until"], free.json()["pin_reason"]) == (None, None)
    again = await sharing.ask(sharing.author, "POST", f"{path}/unpin", {"reason": "项目已结束"})
    assert (again.status_code, again.json()["code"]) == (409, "state_conflict")


async def test_an_ended_assignment_is_neither_pinned_nor_current(house: House) -> None:
    sharing = await Sharing.of(house)
    account = await sharing.account(sharing.sellers[0])
    [old] = (await sharing.ask(sharing.leader, "GET", "/v1/assignments")).json()["items"]
    assert (await by_hand(sharing, sharing.leader, account, sharing.sellers[1], replaces_id=old["id"])).is_success
    pin = await sharing.ask(
        sharing.leader, "POST", f"/v1/assignments/{old['id']}/pin", {"pinned_until": in_days(1), "reason": "x"}
    )
    assert (pin.status_code, pin.json()["code"]) == (409, "state_conflict")
    query = {"account_id": str(account), "current": "false"}
    listed = (await sharing.ask(sharing.leader, "GET", "/v1/assignments", **query)).json()["items"]
    assert [item["id"] for item in listed] == [old["id"]]
    manual = (await sharing.ask(sharing.leader, "GET", "/v1/assignments", origin="plan")).json()["items"]
    assert manual == []


async def test_an_unchanged_assignment_is_not_sent_again(house: House) -> None:
    sharing = await Sharing.of(house)
    await sharing.account(sharing.sellers[0])
    [one] = (await sharing.ask(sharing.leader, "GET", "/v1/assignments")).json()["items"]
    async with house.client(sharing.leader) as client:
        etag = (await client.get(f"/v1/assignments/{one['id']}")).headers["ETag"]
        again = await client.get(f"/v1/assignments/{one['id']}", headers={"If-None-Match": etag})
    assert again.status_code == 304


async def test_twenty_managers_at_once_leave_one_owner(committed_house: House) -> None:
    house = committed_house
    sharing = await Sharing.of(house, sellers=4)
    account = await sharing.account()
    async with house.client(sharing.leader) as client:
        bodies = [
            {"account_id": str(account), "staff_id": str(sharing.sellers[number % 4].id), "reason": REASON}
            for number in range(20)
        ]
        answers = await asyncio.gather(*(client.post("/v1/assignments", json=body) for body in bodies))
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(201) == 1
    lost = [answer for answer in answers if answer.status_code != 201]
    assert {answer.json()["code"] for answer in lost if answer.status_code == 409} == {"already_owned"}
    assert {answer.status_code for answer in lost} == {409}
    async with house.services.database.transaction() as session:
        owners = await session.scalar(select(func.count()).where(Assignment.ended_at.is_(None)))
    assert owners == 1


async def test_a_cap_holds_however_many_assign_at_once(committed_house: House) -> None:
    house = committed_house
    sharing = await Sharing.of(house)
    capped = await house.person("sales_rep", department_id=sharing.department_id, max_accounts=2)
    accounts = [await sharing.account() for _ in range(6)]
    answers = await asyncio.gather(*(by_hand(sharing, sharing.leader, account, capped) for account in accounts))
    codes = sorted(answer.json().get("code", "made") for answer in answers)
    assert codes == ["hard_rule_broken"] * 4 + ["made"] * 2
