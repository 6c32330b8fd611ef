"""The examples of the document, each sent to a real house: none is refused for what it says itself."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
from sqlalchemy import insert

from service.domain.people import Role
from service.domain.tier_templates import TEMPLATES
from service.models import TierScheme, new_id
from tests.contract.conftest import DOCUMENT
from tests.house import LONG_AGO, House, Person
from tests.sharing import Sharing

# What the house as it stands may answer to a good example: not allowed, not there, not now, not this version.
BY_CIRCUMSTANCE = frozenset({403, 404, 409, 412})
# One of two query parameters is needed, and neither is by itself: there is nothing to show as an example.
WITHOUT_EXAMPLE = frozenset({"get_audit_proof"})
FILES = {
    "客户.csv": ("客户.csv", "客户名称,行业,区域\n第一机械有限公司,制造,华东\n".encode(), "text/csv"),
    "合同.pdf": ("合同.pdf", b"%PDF-1.7\n%%EOF\n", "application/pdf"),
}
CONTACT = {"name": "李娜", "mobile": "13800138000"}
ACCEPTED_AT_LEAST = 90


@dataclass
class Call:
    """One operation with its example."""

    name: str
    method: str
    path: str
    told: dict[str, Any] = field(repr=False)

    @property
    def order(self) -> tuple[int, str]:
        """What makes records comes first, what takes them away last."""
        verb = self.path.rpartition("}")[2]
        ranks = {"get": 1, "patch": 2, "post": 3 if verb.startswith("/") and "{" in self.path else 0, "delete": 4}
        return ranks[self.method], self.path

    @property
    def body(self) -> tuple[str, Any]:
        """Media type and example; "" where there is no body."""
        content = self.told.get("requestBody", {}).get("content", {})
        return next(((kind, media["example"]) for kind, media in content.items()), ("", None))


def calls() -> list[Call]:
    found = [
        Call(told["operationId"], method, path, told)
        for path, item in DOCUMENT["paths"].items()
        for method, told in item.items()
        if told["operationId"] not in WITHOUT_EXAMPLE
    ]
    return sorted(found, key=lambda call: call.order)


@dataclass
class World:
    """A house with at least one of most things, and the ids that stand for those of the examples."""

    house: House
    client: httpx.AsyncClient
    known: dict[str, str]

    async def send(self, call: Call) -> httpx.Response:
        path = call.path.format_map(await self.parameters(call))
        kind, example = call.body
        headers = {}
        if any(one.get("name") == "If-Match" for one in call.told.get("parameters", [])):
            headers["If-Match"] = "*"
        if kind == "multipart/form-data":
            fields = {name: str(value) for name, value in example.items() if name != "file"}
            return await self.client.request(call.method, path, data=fields, files={"file": FILES[example["file"]]})
        if kind == "application/x-www-form-urlencoded":
            return await self.client.request(call.method, path, data=example)
        if not kind:
            needed = [one for one in call.told.get("parameters", []) if one.get("required") and one["in"] == "query"]
            query = {one["name"]: self.known.get(one["name"], one["example"]) for one in needed}
            return await self.client.request(call.method, path, headers=headers, params=query)
        headers["Content-Type"] = kind
        return await self.client.request(call.method, path, headers=headers, json=self.real(example))

    async def parameters(self, call: Call) -> dict[str, str]:
        """A record for each parameter: the one that is known, else the first of its list."""
        found: dict[str, str] = {}
        parts = call.path.split("/")
        for position, part in enumerate(parts):
            if part.startswith("{"):
                name = part.strip("{}")
                collection = "/".join(parts[:position]).format_map(found)
                found[name] = self.known.get(name) or await self.first(collection) or self.example(call, name)
        return found

    async def first(self, collection: str) -> str:
        """The newest record of a list, "" where there is none."""
        answer = await self.client.get(collection)
        items = answer.json().get("items", []) if answer.status_code == 200 else []
        return str(items[-1].get("id", "")) if items else ""

    @staticmethod
    def example(call: Call, name: str) -> str:
        return str(next(one["example"] for one in call.told["parameters"] if one.get("name") == name))

    def real(self, value: Any) -> Any:
        """The example with ids of the house in the place of its own."""
        if isinstance(value, list):
            return [self.real(one) for one in value]
        if not isinstance(value, dict):
            return value
        return {name: self.known.get(name, self.real(one)) for name, one in value.items()}


async def a_world(house: House) -> World:
    """Somebody with every role, a team that shares accounts, a manual scheme, and a one-time link."""
    await house.person("admin", code="admin")
    sharing = await Sharing.of(house)
    seller = sharing.sellers[0]
    everything = await house.person(*sorted(Role), department_id=sharing.department_id)
    account_id = await sharing.account(seller)
    await sharing.account()
    await manual_scheme(house, everything, sharing.leader)
    client = house.client(everything)
    assignments = (await client.get("/v1/assignments", params={"account_id": str(account_id)})).json()["items"]
    contact = (await client.post(f"/v1/accounts/{account_id}/contacts", json=CONTACT)).json()
    admin = (await client.get("/v1/staff", params={"code": "admin"})).json()["items"][0]
    known = {
        "account_id": str(account_id),
        "staff_id": str(seller.id),
        "holder_id": str((await house.person("deputy_general_manager")).id),
        "department_id": str(sharing.department_id),
        "assignment_id": assignments[0]["id"],
        "contact_id": contact["id"],
        "rulebook_id": str(sharing.rulebook_id),
        "token": await link(house, admin["id"]),
        "key": "appeal_filing_working_days",
    }
    return World(house, client, known | {"scheme_id": str(sharing.scheme_id)})


async def link(house: House, staff_id: str) -> str:
    """The token of a one-time invitation."""
    async with house.client(await house.person("admin")) as client:
        return str((await client.post(f"/v1/staff/{staff_id}/invitation", json={})).json()["token"])


async def manual_scheme(house: House, author: Person, publisher: Person) -> None:
    """The shipped importance scheme, published."""
    definition = TEMPLATES["importance"]
    values = {"id": new_id(), "code": "importance", "number": 1, "method": definition["method"], "state": "published"}
    known = {"definition": definition, "created_by": author.id, "published_by": publisher.id, "published_at": LONG_AGO}
    async with house.services.database.transaction() as session:
        await session.execute(insert(TierScheme).values(values | known))


def is_record(answer: httpx.Response) -> bool:
    """True for what GET answers as JSON."""
    return answer.request.method == "GET" and answer.headers.get("Content-Type") == "application/json"


def complaints(answers: dict[str, httpx.Response]) -> Iterator[str]:
    for name, answer in answers.items():
        if answer.status_code >= 400 and answer.status_code not in BY_CIRCUMSTANCE:
            yield f"{name}: {answer.status_code} {answer.text[:600]}"


async def test_no_example_is_refused_for_what_it_says(house: House) -> None:
    world = await a_world(house)
    answers = {}
    for call in calls():
        answers[call.name] = await world.send(call)
    await world.client.aclose()
    assert not (flaws := list(complaints(answers))), "\n".join(flaws)
    conditional = {call.name for call in calls() if "304" in call.told["responses"]}
    tagged = {name for name in answers if is_record(answers[name]) and "ETag" in answers[name].headers}
    found = {name for name in conditional if answers[name].status_code == 200}
    assert (found - tagged, tagged - conditional) == (set(), set())
    accepted = [name for name, answer in answers.items() if answer.status_code < 300]
    assert len(accepted) >= ACCEPTED_AT_LEAST, sorted(set(answers) - set(accepted))
    for name in ("create_token", "change_password", "create_account", "create_import", "create_distribution_plan"):
        assert answers[name].status_code < 300, answers[name].text
