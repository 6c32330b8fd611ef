"""Every operation of the API asks for an action of the policy, and turns away whoever may not."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from service.policy.rules import POLICIES
from tests.house import House
from tests.policy.expectation import HERE, expectations
from tests.policy.requests import Operation, example, operations
from tests.policy.standings import resource_of

# Operations without a case, and why. This list only shrinks.
WITHOUT_A_CASE = {
    "live": "answers whether the process lives, to anybody",
    "ready": "answers whether the service may be used, to anybody",
    "create_token": "is how anybody proves who they are",
    "change_password": "is for whoever holds the password or a one-time link",
    "get_me": "tells everybody about themselves",
    "list_own_decisions": "tells everybody what was decided about themselves",
    "list_tier_templates": "tells everybody what the service ships with",
    "file_appeal": "asks whom the assignment concerns: cases of tests/api/test_appeals.py",
}
AT_MOST = 8
PUBLIC = frozenset({"live", "ready", "create_token", "change_password"})
# Roles that no rule names beside `all staff`, in a combination that no other test uses.
POWERLESS = ("operations", "credit_investigator", "customer_service")


def cases() -> dict[str, tuple[str, str]]:
    """Operation → (resource, action)."""
    lines = (HERE / "routes.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split() for line in lines if line and not line.startswith("#")]
    return {operation: (case.split(".")[0], case.split(".")[1]) for operation, case in pairs}


class Watched(dict[str, Any]):
    """A resource's table that notes which of its actions are asked for."""

    def __init__(self, resource: str, table: Any, asked: set[tuple[str, str]]) -> None:
        super().__init__(table)
        self.resource, self.asked = resource, asked

    def __getitem__(self, action: str) -> Any:
        self.asked.add((self.resource, action))
        return super().__getitem__(action)


async def send(client: httpx.AsyncClient, operation: Operation, known: dict[str, Any]) -> httpx.Response:
    """A request that passes the operation's schema."""
    path = operation.path.format_map(Parameters(known))
    headers = {"If-Match": '"1-full"'}
    if operation.media_type == "multipart/form-data":
        return await client.request(operation.method, path, files={"file": ("客户.csv", "客户名称\n华为\n".encode())})
    if not operation.media_type:
        query = {name: example(schema, known, name) for name, schema in operation.query.items()}
        return await client.request(operation.method, path, headers=headers, params=query)
    headers |= {"Content-Type": operation.media_type}
    return await client.request(operation.method, path, headers=headers, json=example(operation.body, known))


class Parameters(dict[str, Any]):
    """Path parameters: those that are known, and ids of nothing for the rest."""

    def __missing__(self, name: str) -> str:
        return {"key": "appeal_filing_working_days", "chart": "loads"}.get(name) or str(uuid4())


def test_every_operation_has_a_case_or_a_reason_why_not() -> None:
    names = {operation.name for operation in operations()}
    assert names == set(cases()) | set(WITHOUT_A_CASE)
    assert not set(cases()) & set(WITHOUT_A_CASE)
    assert len(WITHOUT_A_CASE) <= AT_MOST


def test_every_case_is_an_action_that_is_expected_of_somebody() -> None:
    expected = {(resource.split("/")[0], action) for resource, action in expectations()}
    assert set(cases().values()) <= expected


async def test_strangers_are_turned_away_everywhere(house: House) -> None:
    async with house.client() as client:
        answers = {one.name: await send(client, one, {}) for one in operations() if one.name not in PUBLIC}
    wrong = {name: answer.status_code for name, answer in answers.items() if answer.status_code != 401}
    assert not wrong
    assert {answer.json()["code"] for answer in answers.values()} == {"not_authenticated"}


async def test_every_operation_asks_for_its_action_and_gives_the_powerless_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.rulebook()
    owner, powerless = await house.person("sales_rep"), await house.person(*POWERLESS)
    known = {"account_id": str(await house.account(owner)), "staff_id": str(owner.id)}
    asked: set[tuple[str, str]] = set()
    for model, table in list(POLICIES.items()):
        monkeypatch.setitem(POLICIES, model, Watched(resource_of(model), table, asked))
    wrong = []
    async with house.client(powerless) as client:
        for operation in operations():
            case = cases().get(operation.name)
            if case is None:
                continue
            asked.clear()
            answer = await send(client, operation, known)
            turned_away = answer.status_code in {403, 404} or (operation.method == "GET" and answer.status_code == 200)
            if case not in asked or not turned_away:
                wrong.append(f"{operation.name}: {answer.status_code}, asked {sorted(asked)}, {answer.text[:300]}")
    assert not wrong, "\n".join(wrong)
