"""Every operation under whatever a generator thinks of, by several kinds of caller, alone and one after another."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest

from tests.contract.conftest import ROOT, Company, started

pytestmark = pytest.mark.contract
CONFIG = Path(__file__).parent / "schemathesis.toml"
# `make contract` tries a few cases for each operation; EVENHAND_FUZZ=full all that schemathesis can think of.
FULL = os.environ.get("EVENHAND_FUZZ") == "full"
PHASES, CASES = ("examples,coverage,fuzzing,stateful", "10") if FULL else ("examples,fuzzing,stateful", "3")
LEAST = 300
UNLIMITED = {"EVENHAND_RATE_LIMIT": "1000000000", "EVENHAND_ANONYMOUS_RATE_LIMIT": "1000000000"}
POWERFUL = ("deputy_general_manager", "director", "auditor", "mediator", "archivist")
OTHER = ("key_account_manager", "department_manager", "data_steward", "finance", "admin")


@pytest.fixture(scope="module")
def fuzzed() -> Iterator[Company]:
    """A service of its own, which fuzzing may turn upside down, without limits of rate."""
    with TemporaryDirectory(dir="/tmp") as folder, started(Path(folder), **UNLIMITED) as company:
        yield company


@pytest.fixture(scope="module")
def tokens(fuzzed: Company) -> Mapping[str, str]:
    """A stranger, a seller, an integration with every scope, and somebody with nearly every role."""
    sys.path.insert(0, str(ROOT / "examples"))
    from company import SELLER, log_in

    known = fuzzed.environment
    url, password = known["EVENHAND_URL"], known["EVENHAND_PASSWORD"]
    with log_in(url, "admin", known["ADMIN_PASSWORD"]) as admin, log_in(url, "GM001", known["GM_PASSWORD"]) as leader:
        person = made(admin.post("/v1/staff", json={"code": "X001", "name": "赵敏", **SELLER}))
        for role in (*POWERFUL, *OTHER):
            grant = made(admin.post("/v1/role-grants", json={"staff_id": person["id"], "role": role, "reason": "试用"}))
            if grant["state"] == "proposed":
                leader.post(f"/v1/role-grants/{grant['id']}/approve", json={"reason": "同意"}).raise_for_status()
        invited = made(leader.post(f"/v1/staff/{person['id']}/invitation", json={}))
        first = {"token": invited["token"], "new_password": password}
        httpx.post(f"{url}/v1/auth/password", json=first).raise_for_status()
        scopes = ["directory:read", "accounts:read", "accounts:write", "contacts:sensitive"]
        key = made(admin.post("/v1/api-keys", json={"name": "试用", "scopes": scopes}))
    return {
        "stranger": "",
        "seller": bearer(log_in(url, "S001", password)),
        "integration": f"Bearer {key['key']}",
        "everything": bearer(log_in(url, "X001", password)),
    }


def made(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def bearer(client: httpx.Client) -> str:
    with client:
        return client.headers["Authorization"]


@pytest.mark.parametrize("caller", ["stranger", "seller", "integration", "everything"])
def test_nothing_unforeseen_comes_back(
    fuzzed: Company,
    tokens: Mapping[str, str],
    caller: str,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    command = [
        *("schemathesis", "--config-file", CONFIG, "run", ROOT / "openapi" / "openapi.json"),
        *("--url", fuzzed.environment["EVENHAND_URL"], "--phases", PHASES, "--max-examples", CASES, "--workers", "2"),
        *("--generation-database", "none", "--no-color"),
        *(("--header", f"Authorization: {tokens[caller]}") if tokens[caller] else ()),
    ]
    done = subprocess.run(
        [str(part) for part in command],
        cwd=tmp_path,
        env=fuzzed.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    tried = re.search(r"(\d+) generated", done.stdout)
    record_property("cases", tried and tried[1])
    told = re.search(r"=+ (ERRORS|FAILURES) =+.*", done.stdout, re.DOTALL)
    assert done.returncode == 0, f"{told[0] if told else done.stdout}{done.stderr}"
    assert tried
    assert int(tried[1]) > LEAST
