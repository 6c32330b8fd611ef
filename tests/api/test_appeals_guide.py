"""The calls of docs/appeals.md, made as they stand there by a seller who does not understand why."""

import re
from functools import reduce
from pathlib import Path
from typing import Any

import orjson

from tests.house import House
from tests.sharing import Sharing

GUIDE = Path(__file__).parents[2] / "docs" / "appeals.md"
CALL = re.compile(r"```http\n(GET|POST) (\S+)\n(.*?)```", re.DOTALL)


def calls() -> list[tuple[str, str, str]]:
    """Method, path and body of each call in the guide."""
    return CALL.findall(GUIDE.read_text(encoding="utf-8"))


async def test_four_calls_lead_from_why_not_me_to_a_filed_appeal(house: House) -> None:
    sharing = await Sharing.of(house)
    await house.person("mediator")
    for number in range(8):
        await sharing.account(code=f"KH-{number:03d}")
    await sharing.applied()
    seller = sharing.sellers[0]
    lost = (await sharing.ask(seller, "GET", "/v1/me/decisions", won="false")).json()["items"][0]
    known = {"{assignment_id}": lost["assignment_id"], "KH-011": lost["account_code"]}
    answers: list[dict[str, Any]] = []
    async with house.client(seller) as client:
        for method, *call in calls():
            path, body = (reduce(lambda told, name: told.replace(name, known[name]), known, part) for part in call)
            answer = await client.request(method, path, json=orjson.loads(body) if body else None)
            assert answer.status_code == {"GET": 200, "POST": 201}[method], answer.text
            answers.append(answer.json())
    first, explained, _, filed = answers
    [decision] = first["items"]
    assert f"{lost['account_code']} did not come to you. The lowest score wins; yours was " in decision["text"]["en"]
    assert "未归您。得分最低者获得，您比最低得分高" in decision["text"]["zh"]
    assert (decision["assignment_id"], "winner_id" in decision) == (lost["assignment_id"], False)
    assert explained["own"]["outcome"] == "lost"
    assert (filed["state"], filed["appellant_id"]) == ("submitted", str(seller.id))


async def test_whom_a_rule_excluded_reads_the_rule_in_the_first_answer(house: House) -> None:
    sharing = await Sharing.of(house)
    excluded = await house.person("sales_rep", department_id=sharing.department_id, regions=["西北"])
    await sharing.account()
    await sharing.applied()
    [decision] = (await sharing.ask(excluded, "GET", "/v1/me/decisions")).json()["items"]
    assert decision["text"]["en"].endswith("did not come to you. The rule on region requires 华东; on record is 西北.")
    [own] = (await sharing.ask(sharing.sellers[0], "GET", "/v1/me/decisions", won="true")).json()["items"] or [None]
    assert own is None or "归您" in own["text"]["zh"]
