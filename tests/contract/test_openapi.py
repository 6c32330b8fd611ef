"""The OpenAPI document: valid, committed, and the same as the live routes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from service.contract import live_document

DOCUMENT = live_document()
COMMITTED = Path("openapi/openapi.json")
OPERATIONS = [
    (method, path, operation) for path, item in DOCUMENT["paths"].items() for method, operation in item.items()
]
NAMES = [f"{method.upper()} {path}" for method, path, _ in OPERATIONS]


def test_the_document_is_valid_openapi() -> None:
    assert list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors()) == []


def test_the_committed_document_is_the_live_one() -> None:
    assert json.loads(COMMITTED.read_text(encoding="utf-8")) == json.loads(json.dumps(DOCUMENT)), "make openapi"


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=NAMES)
def test_an_operation_says_what_it_is_and_answers(method: str, path: str, operation: dict[str, Any]) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", operation["operationId"]) or path in {"/livez", "/readyz"}
    assert operation["summary"]
    assert operation["description"]
    assert len(operation["tags"]) == 1
    if path.startswith("/v1/"):
        assert {"401", "403", "422", "429"} <= operation["responses"].keys()
    if method == "patch":
        assert list(operation["requestBody"]["content"]) == ["application/merge-patch+json"]
    for status, answer in operation["responses"].items():
        if int(status) >= 400:
            assert list(answer["content"]) == ["application/problem+json"]


def test_operation_ids_are_unique() -> None:
    ids = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(ids) == len(set(ids))


def test_no_property_is_a_float() -> None:
    def floats(schema: Any) -> bool:
        if isinstance(schema, dict):
            return schema.get("type") == "number" or any(floats(value) for value in schema.values())
        return isinstance(schema, list) and any(floats(value) for value in schema)

    assert [name for name, schema in DOCUMENT["components"]["schemas"].items() if floats(schema)] == []


def test_a_view_promises_every_field() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        if name.endswith(("View", "Page")) and name != "ProblemView":
            assert set(schema.get("required", ())) == set(schema["properties"]), name
