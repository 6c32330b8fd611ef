"""A small company on a running service, entered through the API: who imports, who plans, who approves, who sells."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import httpx

from tests.faults.running import PATIENCE_S, ROOT, RunningService, created

STEWARD, DIRECTOR, LEADER, SELLERS = "DS001", "DR001", "GM001", ("S001", "S002")
PASSWORD = "a long enough password"
SCHEME = "five_tiers"
LEAST = {"gold": "1000", "diamond": "400", "platinum": "150", "white_gold": "50", "silver": "0"}
COVERAGE = {"regions": ["华南"], "industries": ["通信设备", "汽车制造", "家用电器"], "experience_level": 5}
RULES = {"code": "standard", "definition": {}}


class Company:
    """People with passwords, a published rulebook, a published scheme; no accounts yet."""

    def __init__(self, service: RunningService) -> None:
        self.service = service
        self.passwords = {"admin": service.environment["EVENHAND_ADMIN_PASSWORD"]}

    @classmethod
    def founded(cls, service: RunningService) -> "Company":
        company = cls(service)
        company.appoint_leader()
        service.start()
        company.hire()
        company.publish()
        return company

    @contextmanager
    def by(self, code: str) -> Iterator[httpx.Client]:
        """Somebody at the other end of the API."""
        with self.service.client(self.service.token(code, self.passwords[code])) as client:
            yield client

    def appoint_leader(self) -> None:
        command = [sys.executable, "-m", "service", "appoint", LEADER, "李明"]
        said = subprocess.run(command, cwd=ROOT, env=self.service.environment, capture_output=True, check=True).stderr
        found = re.search(r"shown once\): (\S+)", said.decode())
        assert found, said
        self.passwords[LEADER] = found[1]

    def hire(self) -> None:
        with self.by("admin") as admin, self.by(LEADER) as leader:
            department = created(admin.post("/v1/departments", json={"name": "华南销售部"}))
            self.enter(admin, leader, STEWARD, "张伟", "data_steward", department["id"])
            self.enter(admin, leader, DIRECTOR, "王芳", "director", department["id"])
            for code, name in zip(SELLERS, ("刘洋", "陈静"), strict=True):
                self.enter(admin, leader, code, name, "sales_rep", department["id"])

    def enter(
        self, admin: httpx.Client, leader: httpx.Client, code: str, name: str, role: str, department_id: str
    ) -> None:
        """A person with a role and a password; a role with power is confirmed by the leader."""
        body = {"code": code, "name": name, "department_id": department_id, **COVERAGE}
        person = created(admin.post("/v1/staff", json=body))
        wanted = {"staff_id": person["id"], "role": role, "reason": "按任命书"}
        grant = created(admin.post("/v1/role-grants", json=wanted))
        powerful = grant["state"] == "proposed"
        if powerful:
            done(leader.post(f"/v1/role-grants/{grant['id']}/approve", json={"reason": "同意"}))
        host = leader if powerful else admin
        link = created(host.post(f"/v1/staff/{person['id']}/invitation", json={}))
        set_password = {"token": link["token"], "new_password": PASSWORD}
        done(httpx.post(f"{self.service.address}/v1/auth/password", json=set_password, timeout=10))
        self.passwords[code] = PASSWORD

    def publish(self) -> None:
        """The rules and the tiers: drafted by the director, published by the leader."""
        with self.by(DIRECTOR) as director, self.by(LEADER) as leader:
            templates = director.get("/v1/tier-schemes/templates").json()["items"]
            scheme = {"template": SCHEME} | by_value(next(one for one in templates if one["code"] == SCHEME))
            for path, body in (("/v1/tier-schemes", scheme), ("/v1/rulebooks", RULES)):
                draft = created(director.post(path, json=body))
                etag = {"If-Match": director.get(f"{path}/{draft['id']}").headers["ETag"]}
                done(leader.post(f"{path}/{draft['id']}/publish", json={"reason": "年度评审通过"}, headers=etag))

    def grade(self) -> None:
        """Every account gets its tier: evaluated, approved by the leader, applied."""
        with self.by(DIRECTOR) as director, self.by(LEADER) as leader:
            scheme = director.get("/v1/tier-schemes", params={"state": "published"}).json()["items"][0]
            asked = director.post("/v1/tier-evaluations", json={"scheme_id": scheme["id"]})
            path = f"/v1/tier-evaluations/{asked.json()['id']}"
            self.finished(director, asked)
            done(leader.post(f"{path}/approve", json={"reason": "已核对"}))
            self.finished(director, director.post(f"{path}/apply", json={}))

    def finished(self, client: httpx.Client, accepted: httpx.Response) -> None:
        """Waits for the job that an answer names."""
        done(accepted)
        self.wait(client, accepted.headers["Location"])

    def wait(self, client: httpx.Client, path: str) -> None:
        deadline = time.monotonic() + 3 * PATIENCE_S  # a first plan compiles the engine
        while (job := client.get(path).json())["state"] in {"queued", "running"}:
            assert time.monotonic() < deadline, job
            time.sleep(0.1)
        assert job["state"] == "succeeded", job


def by_value(template: dict[str, Any]) -> dict[str, Any]:
    """The template's tiers by potential value alone, in millions a year."""
    bands = [
        {"minimum": str(Decimal(least) * 10**6), "points": str(points)}
        for points, least in enumerate(reversed(LEAST.values()), start=1)
    ]
    points = {tier: str(points) for points, tier in enumerate(reversed(LEAST), start=1)}
    value = {"code": "buying_power", "name": {"en": "Value", "zh": "潜在价值"}, "input": "potential_value_base"}
    return {
        "criteria": [value | {"weight": "1", "bands": bands}],
        "tiers": [tier | {"minimum": points[tier["code"]]} for tier in template["tiers"]],
    }


def done(answer: httpx.Response) -> None:
    assert answer.is_success, answer.text
