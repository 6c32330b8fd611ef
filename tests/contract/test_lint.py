"""The document against its linters: nothing found, and each of our own rules finds what was planted for it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.contract.conftest import ROOT, Tools

pytestmark = pytest.mark.contract
OPENAPI = ROOT / "openapi"
RULES = yaml.safe_load((OPENAPI / "spectral.yaml").read_text(encoding="utf-8"))["rules"]
Document = dict[str, Any]
ACCOUNTS = "/v1/accounts"


def spectral(tools: Tools, document: Path) -> list[dict[str, Any]]:
    done = tools.run(
        "spectral", "lint", document, "--ruleset", OPENAPI / "spectral.yaml", "--format", "json", "--quiet"
    )
    assert done.stdout.lstrip().startswith("["), done.stderr
    return json.loads(done.stdout)


def test_spectral_finds_nothing(tools: Tools) -> None:
    found = spectral(tools, OPENAPI / "openapi.json")
    assert found == [], "\n".join(f"{one['code']} {'/'.join(map(str, one['path']))}: {one['message']}" for one in found)


def test_redocly_finds_nothing(tools: Tools) -> None:
    done = tools.run("redocly", "lint", "openapi.json", "--config", "redocly.yaml", cwd=OPENAPI)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_switched_off_has_its_reason_beside_it() -> None:
    lines = (OPENAPI / "spectral.yaml").read_text(encoding="utf-8").split("overrides:")[0].splitlines()
    off = [line for line in lines if line.strip().split("#")[0].strip().endswith(": off")]
    assert off
    assert [line for line in off if "  # " not in line] == []


def operation(document: Document) -> Document:
    return document["paths"][ACCOUNTS]["get"]


def schema(document: Document, name: str = "AccountView") -> Document:
    return document["components"]["schemas"][name]


def rename_path(document: Document) -> None:
    document["paths"]["/v1/accountList"] = document["paths"].pop(ACCOUNTS)


def rename_schema(document: Document) -> None:
    document["components"]["schemas"]["Money-Input"] = schema(document, "Money")


def union(document: Document) -> None:
    parts = [{"type": "object", "properties": {"kind": {"type": "string", "maxLength": 9}}}] * 2
    schema(document)["properties"]["custom"] = {"description": "Either.", "oneOf": parts}


PLANTED: dict[str, Callable[[Document], Any]] = {
    "own-operation-names": lambda document: operation(document).update(operationId="accounts"),
    "own-parameter-names": lambda document: operation(document)["parameters"][0].update(name="searchText"),
    "own-schema-names": rename_schema,
    "own-field-names": lambda document: schema(document)["properties"].update(
        ownerName={"type": "string", "maxLength": 9, "description": "Who."}
    ),
    "own-field-types": lambda document: schema(document)["properties"]["owner_id"].pop("format"),
    "own-no-floats": lambda document: schema(document)["properties"]["version"].update(type=["number", "null"]),
    "own-bounded": lambda document: schema(document)["properties"]["kind"].pop("maxLength"),
    "own-described-fields": lambda document: schema(document)["properties"]["kind"].pop("description"),
    "own-described-parameters": lambda document: operation(document)["parameters"][0].update(description=""),
    "own-described-operations": lambda document: operation(document).update(description="Accounts."),
    "own-one-tag": lambda document: operation(document).update(tags=["accounts", "tiers"]),
    "own-lists": lambda document: operation(document)["parameters"].remove(
        next(one for one in operation(document)["parameters"] if one.get("name") == "cursor")
    ),
    "own-answers-are-objects": lambda document: document["paths"][ACCOUNTS]["post"]["responses"]["201"].update(
        content={"application/json": {"schema": {"type": "array", "maxItems": 9, "items": {"type": "boolean"}}}}
    ),
    "own-problems": lambda document: document["components"]["responses"]["Forbidden"].update(
        content={"text/plain": {"schema": {"type": "string", "maxLength": 9}}}
    ),
    "own-statuses": lambda document: operation(document)["responses"].pop("503"),
    "own-scopes": lambda document: operation(document).update(security=[]),
    "own-examples": lambda document: (
        document["paths"][ACCOUNTS]["post"]["requestBody"]["content"]["application/json"].update(example=None)
        or [
            document["paths"][ACCOUNTS]["post"]["requestBody"]["content"]["application/json"].pop("example"),
            schema(document, "AccountCreate").pop("examples"),
        ]
    ),
    "own-models": lambda document: schema(document, "AccountCreate").pop("additionalProperties"),
    "own-unions": union,
    "own-path-names": rename_path,
}


def test_every_rule_of_ours_has_something_planted_for_it() -> None:
    assert set(PLANTED) == {name for name in RULES if name.startswith("own-")}


def test_each_rule_of_ours_finds_what_was_planted_for_it(tools: Tools, tmp_path: Path) -> None:
    document = json.loads((OPENAPI / "openapi.json").read_text(encoding="utf-8"))
    document["paths"] = {ACCOUNTS: document["paths"][ACCOUNTS]}
    for plant in PLANTED.values():
        plant(document)
    path = tmp_path / "planted.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    assert {one["code"] for one in spectral(tools, path)} >= set(PLANTED)
