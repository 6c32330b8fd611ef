"""Within v1 only additions: the document against the last release, and breaks that were planted."""

import copy
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.breaking import Document, breaks
from tests.contract.conftest import ROOT, Tools

pytestmark = pytest.mark.contract
COMMITTED = "openapi/openapi.json"
ACCOUNTS, ACCOUNT = "/v1/accounts", "/v1/accounts/{account_id}"


def git(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def found(tools: Tools, folder: Path, old: Document, new: Document) -> list[str]:
    """Every break that redocly or our own look finds."""
    paths = folder / "old.json", folder / "new.json"
    for path, document in zip(paths, (old, new), strict=True):
        path.write_text(json.dumps(document), encoding="utf-8")
    done = tools.run("redocly", "diff", *paths, "--format", "json")
    assert done.stdout.lstrip().startswith("{"), done.stderr
    changes = json.loads(done.stdout)["changes"]
    verdicts = [verdict for change in changes for verdict in change.get("verdicts", ())]
    return [one["message"] for one in verdicts if one["impact"] == "major"] + list(breaks(old, new))


def test_nothing_breaks_since_the_last_release(tools: Tools, tmp_path: Path) -> None:
    tag = git("describe", "--tags", "--abbrev=0")
    if tag.returncode:
        pytest.skip("no release is tagged yet: there is nothing to compare with")
    released = git("show", f"{tag.stdout.strip()}:{COMMITTED}")
    if released.returncode:
        pytest.skip(f"{tag.stdout.strip()} has no {COMMITTED}: there is nothing to compare with")
    present = json.loads((ROOT / COMMITTED).read_text(encoding="utf-8"))
    assert found(tools, tmp_path, json.loads(released.stdout), present) == []


def schema(document: Document, name: str) -> Document:
    return document["components"]["schemas"][name]


def answers(document: Document) -> Document:
    return document["paths"][ACCOUNTS]["post"]["responses"]


def parameter(document: Document, name: str) -> Document:
    return next(one for one in document["paths"][ACCOUNTS]["get"]["parameters"] if one.get("name") == name)


def needs_new_field(document: Document) -> None:
    created = schema(document, "AccountCreate")
    created["properties"]["owner_code"] = {"type": "string", "maxLength": 9}
    created["required"].append("owner_code")


def hides_field(document: Document) -> None:
    del schema(document, "AccountView")["properties"]["owner_id"]
    schema(document, "AccountView")["required"].remove("owner_id")


PLANTED: dict[str, Callable[[Document], Any]] = {
    "an operation is gone": lambda document: document["paths"][ACCOUNTS].pop("post"),
    "a request needs a new field": needs_new_field,
    "a request takes a field no more": lambda document: schema(document, "AccountCreate")["properties"].pop("source"),
    "a request takes a word less": lambda document: schema(document, "Intent")["enum"].remove("low"),
    "an answer lacks a field": hides_field,
    "an answer has another type": lambda document: schema(document, "AccountView")["properties"]["version"].update(
        type="string"
    ),
    "a limit is lower": lambda document: parameter(document, "limit")["schema"].update(maximum=100),
    "a schema has another name": lambda document: document["components"]["schemas"].update(
        Watching=document["components"]["schemas"].pop("Watch")
    ),
    "a problem has another code": lambda document: answers(document)["409"].update(description="`taken`: It is taken."),
    "a default has changed": lambda document: parameter(document, "limit")["schema"].update(default=20),
}


def accounts_only(document: Document) -> Document:
    """The document of two addresses, with what they refer to."""
    paths = {path: document["paths"][path] for path in (ACCOUNTS, ACCOUNT)}
    needed, seen = {"ProblemView"}, set[str]()
    text = json.dumps(paths)
    while needed - seen:
        seen |= needed
        text += json.dumps([document["components"]["schemas"][name] for name in sorted(needed)])
        needed = set(re.findall(r"#/components/schemas/(\w+)", text))
    schemas = {name: document["components"]["schemas"][name] for name in sorted(seen)}
    components = document["components"] | {"schemas": schemas}
    return {name: document[name] for name in ("openapi", "info", "servers")} | {
        "paths": paths,
        "components": components,
    }


def test_each_planted_break_is_found_and_additions_are_none(tools: Tools, tmp_path: Path) -> None:
    whole = json.loads((ROOT / COMMITTED).read_text(encoding="utf-8"))
    old = accounts_only(whole)
    missed = []
    for name, plant in PLANTED.items():
        new = copy.deepcopy(old)
        plant(new)
        if not found(tools, tmp_path, old, new):
            missed.append(name)
    assert missed == []
    assert found(tools, tmp_path, old, whole) == []
