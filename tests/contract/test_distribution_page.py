"""docs/distribution.md and its Chinese sister: they name operations; the first leads from two lists to a why-not-me."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest

from tests.contract.conftest import DOCUMENT, PASSWORD, ROOT, Company, started
from tests.faults.running import ADMIN_PASSWORD

PAGE = (ROOT / "docs" / "distribution.md").read_text(encoding="utf-8")
CHINESE = (ROOT / "docs" / "guide.zh-CN.md").read_text(encoding="utf-8")
LISTS = re.findall(r"\n\n((?:    \S[^\n]*,[^\n]*\n)+)", PAGE)
COMPILES_S = 300
NO_OPERATIONS = {
    "account_code", "apply_job_id", "assignment_id", "by_candidate", "by_themselves", "by_winner",
    "conflict_of_interest", "counted_with", "department_id", "department_manager", "existing_relationship",
    "five_tiers", "late_change_days", "most_moves", "never_asked", "no_room", "no_tier", "not_ruled",
    "original_held", "owner_left", "parent_id", "potential_value", "review_months", "reviewer_id", "rule_misapplied",
    "rulebook_reminder_working_days",
    "sales_rep", "same_name", "scheme_code", "staff_id", "target_tolerance_percent", "team_role", "tech_support",
    "territory_change", "text_en", "text_zh", "what_if", "wrong_data",
}  # fmt: skip
OPERATIONS = {
    operation["operationId"]: (method, path)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
    if "operationId" in operation
}


@pytest.mark.parametrize("page", [PAGE, CHINESE], ids=["en", "zh-CN"])
def test_every_operation_that_a_page_names_exists(page: str) -> None:
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)[`?]", page)) - NO_OPERATIONS
    assert len(named) > 30
    assert sorted(named - OPERATIONS.keys()) == []


@dataclass
class Walk:
    """Somebody who goes through the page with the operations that it names, as several people."""

    company: Company
    clients: dict[str, httpx.Client]

    def log_in(self, code: str, password: str) -> None:
        self.clients[code] = self.company.service.client(self.company.service.token(code, password))

    def ask(self, who: str, operation: str, expected: int = 200, **given: Any) -> httpx.Response:
        """An operation by its name: path parameters by theirs, `json`, `files`, `params` as in httpx."""
        method, path = OPERATIONS[operation]
        path = re.sub(r"\{(\w+)\}", lambda found: str(given.pop(found[1])), path)
        answer = self.clients[who].request(method, path, **given)
        assert answer.status_code == expected, (operation, answer.text)
        return answer

    def job(self, who: str, operation: str, **given: Any) -> Any:
        """The body of an accepted request, once its job has succeeded, with the job's result."""
        accepted = self.ask(who, operation, 202, **given)
        deadline = time.monotonic() + COMPILES_S
        while (job := self.clients[who].get(accepted.headers["Location"]).json())["state"] in {"queued", "running"}:
            assert time.monotonic() < deadline, job
            time.sleep(0.1)
        assert job["state"] == "succeeded", job
        return accepted.json() | {"result": job["result"]}

    def imported(self, who: str, text: str, **fields: str) -> dict[str, Any]:
        """The counts of a list that somebody sends, and the codes of its rows' remarks."""
        files = {"file": ("清单.csv", text.encode())}
        made = self.job(who, "create_import", files=files, data={"confirm": "true", **fields})
        rows = self.ask(who, "list_import_rows", import_id=made["id"]).json()["items"]
        counts = self.ask(who, "get_import", import_id=made["id"]).json()["counts"]
        told = [error["code"] for row in rows for error in row["errors"]]
        return {name: number for name, number in counts.items() if number and name != "rows"} | {"told": told}

    def etag(self, who: str, operation: str, **given: Any) -> dict[str, str]:
        return {"If-Match": self.ask(who, operation, **given).headers["ETag"]}


@pytest.fixture(scope="module")
def walk() -> Iterator[Walk]:
    with TemporaryDirectory(dir="/tmp") as folder, started(Path(folder)) as company:
        walk = Walk(company, {"stranger": httpx.Client(base_url=company.service.address)})
        walk.log_in("admin", ADMIN_PASSWORD)
        walk.log_in("GM001", company.environment["GM_PASSWORD"])
        for code in ("D001", "DS01"):
            walk.log_in(code, PASSWORD)
        yield walk
        for client in walk.clients.values():
            client.close()


@pytest.mark.contract
def test_the_page_leads_from_two_lists_to_a_sellers_why_not_me(walk: Walk) -> None:
    people, accounts = (re.sub("(?m)^    ", "", text) for text in LISTS[:2])
    bring_people(walk, people)
    bring_accounts(walk, accounts)
    grade(walk)
    publish_rules(walk)
    plan_id = propose(walk)
    walk.ask("GM001", "approve_distribution_plan", plan_id=plan_id, json={})
    walk.job("D001", "apply_distribution_plan", plan_id=plan_id, json={})
    checked = walk.job("D001", "verify_distribution_plan", plan_id=plan_id, json={})["result"]
    assert checked["passed"], checked
    walk.job("D001", "replay_distribution_plan", plan_id=plan_id, json={})
    why_not_me(walk)


def bring_people(walk: Walk, people: str) -> None:
    for name in sorted(set(re.findall(r"\w+销售部", people))):
        walk.ask("admin", "create_department", 201, json={"name": name})
    assert walk.imported("admin", people, target="staff") == {"created": 4, "told": []}
    assert walk.imported("admin", people, target="staff") == {"unchanged": 4, "told": []}
    for code in re.findall(r"(?m)^(S\d+),", people):
        [person] = walk.ask("admin", "list_staff", params={"code": code}).json()["items"]
        assert (person["roles"], person["status"]) == (["sales_rep"], "active")
        token = walk.ask("admin", "invite_staff", 201, staff_id=person["id"], json={}).json()["token"]
        walk.ask("stranger", "change_password", 204, json={"token": token, "new_password": PASSWORD})
        walk.log_in(code, PASSWORD)


def bring_accounts(walk: Walk, accounts: str) -> None:
    assert walk.imported("D001", accounts) == {"created": 6, "told": []}
    found = walk.ask("D001", "list_accounts", params={"code": "KH-001"}).json()["items"][0]
    assert found["owner_id"]
    assert found["verified_at"] is None
    assert walk.imported("DS01", accounts)["updated"] == 6
    assert walk.imported("DS01", accounts)["unchanged"] == 6


def grade(walk: Walk) -> None:
    scheme = walk.ask("D001", "create_tier_scheme", 201, json={"template": "pareto"}).json()
    etag = walk.etag("GM001", "get_tier_scheme", scheme_id=scheme["id"])
    walk.ask("GM001", "publish_tier_scheme", scheme_id=scheme["id"], json={"reason": "年度评审通过"}, headers=etag)
    evaluation = walk.job("D001", "create_tier_evaluation", json={"scheme_id": scheme["id"]})["id"]
    walk.ask("GM001", "approve_tier_evaluation", evaluation_id=evaluation, json={})
    walk.job("D001", "apply_tier_evaluation", evaluation_id=evaluation, json={})


def publish_rules(walk: Walk) -> None:
    rulebook = walk.ask("D001", "create_rulebook", 201, json={"code": "standard", "definition": {}}).json()
    account = walk.ask("D001", "list_accounts", params={"code": "KH-003"}).json()["items"][0]
    person = walk.ask("D001", "list_staff", params={"code": "S102"}).json()["items"][0]
    never = {"account_id": account["id"], "staff_id": person["id"], "expected": "refused"}
    walk.ask("D001", "create_rulebook_test", 201, rulebook_id=rulebook["id"], json=never)
    walk.ask("D001", "run_rulebook_tests", rulebook_id=rulebook["id"], json={})
    etag = walk.etag("GM001", "get_rulebook", rulebook_id=rulebook["id"])
    walk.ask("GM001", "publish_rulebook", rulebook_id=rulebook["id"], json={"reason": "通过"}, headers=etag)
    walk.ask("S101", "acknowledge_rulebook", 204, rulebook_id=rulebook["id"], json={})
    unread = walk.ask(
        "D001", "list_rulebook_acknowledgements", rulebook_id=rulebook["id"], params={"acknowledged": "false"}
    ).json()["items"]
    assert unread


def propose(walk: Walk) -> str:
    made = walk.job("D001", "create_distribution_plan", json={"name": "年度方案", "scheme_code": "pareto"})
    plan_id: str = made["id"]
    plan = walk.ask("D001", "get_distribution_plan", plan_id=plan_id).json()
    assert (plan["state"], plan["counts"]["held_back"]) == ("proposed", 0)
    fairness = walk.ask("D001", "get_distribution_plan_fairness", plan_id=plan_id).json()
    assert fairness["sentences"]
    assert fairness["certificate"]
    for chart in ("loads", "lorenz", "attainable"):
        drawn = walk.ask("D001", "draw_distribution_plan_fairness", plan_id=plan_id, chart=chart)
        assert drawn.text.startswith("<svg")
    assert walk.ask("D001", "export_distribution_plan_fairness", plan_id=plan_id).content.startswith(b"PK")
    assert walk.ask("D001", "list_distribution_plan_moves", plan_id=plan_id).json()["items"]
    assert walk.ask("D001", "list_distribution_plan_unassigned", plan_id=plan_id).json()["items"] == []
    return plan_id


def why_not_me(walk: Walk) -> None:
    """Every seller who was considered and did not get an account is told why, in both languages."""
    told = 0
    for seller in ("S101", "S102", "S103", "S104"):
        decisions = walk.ask(seller, "list_own_decisions").json()["items"]
        assert decisions
        for decision in decisions:
            asked = {"assignment_id": decision["assignment_id"]}
            en, zh = (
                walk.ask(seller, "get_assignment_explanation", **asked, headers={"Accept-Language": language}).json()
                for language in ("en", "zh-CN")
            )
            assert en["own"]
            assert zh["own"]
            told += decision["result"] != "won"
    assert told
