"""Attacks that a stranger, a colleague or somebody who lost their rights would try."""

from uuid import UUID, uuid4

import pytest

from service.models import AccountTier, TierScheme, new_id
from tests.house import LONG_AGO, House, Person

PATCH = {"Content-Type": "application/merge-patch+json"}
BEYOND = ("9999-12-31T23:59:59-23:00", "0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59Z")


async def graded(house: House, tier: str) -> UUID:
    account, scheme = await house.account(), new_id()
    author = await house.person()
    async with house.services.database.transaction() as session:
        session.add(
            TierScheme(
                id=scheme, code="standard", number=1, method="manual", state="published",
                definition={}, created_by=author.id,
            )
        )  # fmt: skip
        await session.flush()
        session.add(
            AccountTier(account_id=account, scheme_code="standard", scheme_id=scheme, tier=tier, started_at=LONG_AGO)
        )
    return account


async def codes(house: House, person: Person, **query: str) -> int:
    async with house.client(person) as client:
        answer = await client.get("/v1/accounts", params=query)
    assert answer.status_code == 200, answer.text
    return len(answer.json()["items"])


async def test_a_filter_does_not_tell_a_grade_that_is_hidden(house: House) -> None:
    await graded(house, "A")
    reader, leader = await house.person("marketing"), await house.person("general_manager")
    assert await codes(house, leader, tier="A") == 1
    assert await codes(house, reader) == 1
    assert await codes(house, reader, tier="A") == 0


async def test_a_transition_is_not_replayed_to_whom_the_account_is_hidden_by_now(house: House) -> None:
    department = await house.department()
    admin, manager = await house.person("admin"), await house.person("department_manager", department_id=department)
    account = await house.account(await house.person("sales_rep", department_id=department))
    headers = {"Idempotency-Key": uuid4().hex, "If-Match": '"1-full"'}
    async with house.client(manager) as client, house.client(admin) as office:
        first = await client.post(f"/v1/accounts/{account}/verify", json={"accept": True}, headers=headers)
        again = await client.post(f"/v1/accounts/{account}/verify", json={"accept": True}, headers=headers)
        person = await office.get(f"/v1/staff/{manager.id}")
        moved = await office.patch(
            f"/v1/staff/{manager.id}",
            content=b'{"department_id": null}',
            headers=PATCH | {"If-Match": person.headers["ETag"]},
        )
        late = await client.post(f"/v1/accounts/{account}/verify", json={"accept": True}, headers=headers)
    assert (first.status_code, again.content, moved.status_code) == (200, first.content, 200), first.text
    assert again.headers["Idempotent-Replayed"] == "true"
    assert late.status_code == 404


@pytest.mark.parametrize("instant", BEYOND)
async def test_an_instant_that_no_time_zone_can_write_is_refused(house: House, instant: str) -> None:
    async with house.client(await house.person("general_manager")) as client:
        answer = await client.get("/v1/accounts", params={"created_from": instant})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "out_of_range")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
async def test_a_day_that_is_stored_as_infinity_is_refused(house: House, day: str) -> None:
    seller = await house.person("sales_rep")
    account = str(await house.account(seller))
    promise = {"action": "报价", "due_on": day}
    outcome = {"happened_at": "2026-01-05T01:00:00Z", "summary": "已沟通", "commitments": [promise]}
    async with house.client(seller) as client:
        task = {"account_id": account, "subject": "报价", "assignee_text": "甲", "planned_on": day}
        told = {"account_id": account, "kind": "call", "subject": "报价", "outcome": outcome}
        entered = await client.post("/v1/tasks", json=task)
        logged = await client.post("/v1/interactions", json=told)
        tasks = await client.get("/v1/tasks")
    for answer, pointer in ((entered, "/planned_on"), (logged, "/outcome/commitments/0/due_on")):
        assert answer.status_code == 422, answer.text
        assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [(pointer, "out_of_range")]
    assert (tasks.status_code, tasks.json()["items"]) == (200, [])


@pytest.mark.parametrize(
    "name", ["\u200b\u200d", "\u2066\u2069", "\u3164", "\u202e", "\U000e0041", "\x1b", "\ufeff", " \u2800 "]
)
async def test_a_name_that_shows_nothing_is_no_name(house: House, name: str) -> None:
    async with house.client(await house.person("data_steward")) as client:
        answer = await client.post("/v1/accounts", json={"name": name})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "string_too_short")


async def test_a_name_cannot_turn_the_text_around_it_or_talk_to_a_terminal(house: House) -> None:
    async with house.client(await house.person("data_steward")) as client:
        answer = await client.post("/v1/accounts", json={"name": "客户\u202e\x1b[31m甲\U000e0041\uffff乙\x7f"})
    assert (answer.status_code, answer.json()["name"]) == (201, "客户[31m甲乙")


@pytest.mark.parametrize("amount", ["１２３", "1_000", "+5", " 5 ", "5.", ".5", "٣", "1e2", "0x10", "1,000", "5\n"])
async def test_an_amount_is_written_as_the_contract_says(house: House, amount: str) -> None:
    async with house.client(await house.person("data_steward")) as client:
        money = {"amount": amount, "currency": "CNY"}
        answer = await client.post("/v1/accounts", json={"name": "客户", "potential_value": money})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/potential_value/amount")


@pytest.mark.parametrize("day", [0, 86400, 1.5, "0", "1767225600", True, "2026-01-01T00:00:00Z"])
async def test_a_day_is_never_read_from_seconds(house: House, day: object) -> None:
    seller = await house.person("sales_rep")
    account = str(await house.account(seller))
    async with house.client(seller) as client:
        task = {"account_id": account, "subject": "报价", "assignee_text": "甲", "planned_on": day}
        answer = await client.post("/v1/tasks", json=task)
        since = await client.get("/v1/accounts", params={"created_from": "1767225600"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/planned_on")
    assert (since.status_code, since.json()["errors"][0]["parameter"]) == (422, "created_from")


async def test_a_body_full_of_errors_is_not_answered_with_a_book(house: House) -> None:
    async with house.client(await house.person("data_steward")) as client:
        answer = await client.post("/v1/accounts", json={f"k{number}": 1 for number in range(20_000)})
    assert (answer.status_code, len(answer.json()["errors"])) == (422, 100)


async def test_a_repeated_header_is_no_way_around(house: House) -> None:
    seller = await house.person("sales_rep")
    async with house.client(seller) as client:
        token = client.headers.pop("Authorization")
        for pair in ((token, "Bearer x"), ("Bearer x", token), (token, token)):
            twice = await client.get("/v1/me", headers=[("Authorization", value) for value in pair])
            assert twice.status_code == 401
        keys = [("Authorization", token), ("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
        body = {"account_id": str(await house.account(seller)), "subject": "报价", "assignee_text": "甲"}
        answer = await client.post("/v1/tasks", json=body, headers=keys)
    assert (answer.status_code, answer.json()["errors"][0]["header"]) == (422, "Idempotency-Key")
