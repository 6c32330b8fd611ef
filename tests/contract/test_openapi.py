"""The OpenAPI document: valid, committed, the same as the live routes, and true in what a linter cannot see."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from service.contract import live_document
from service.domain.api_keys import Scope
from service.http.openapi.examples import words_listed
from service.http.openapi.scopes import SCOPES_OF
from service.policy.rules import POLICIES
from tests.contract.conftest import DOCUMENT
from tests.policy.standings import resource_of
from tests.policy.test_every_route_has_a_case import cases

# The English first, then the Chinese, then the members of an enum.
BOTH_LANGUAGES = re.compile(r"[\"*`\w].*[a-z`].*[一-鿿].*。(\n|\n\n- `.*)?", re.DOTALL | re.ASCII)
MEMBER_LINE = re.compile(r"^- `([^`]+)`: (.+)$", re.MULTILINE)
OPERATIONS = {operation["operationId"]: operation for item in DOCUMENT["paths"].values() for operation in item.values()}


def test_the_document_is_valid_openapi() -> None:
    assert list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors()) == []


def test_the_committed_document_is_the_live_one() -> None:
    assert json.loads(json.dumps(live_document())) == DOCUMENT, "make openapi"


def test_operation_ids_are_unique() -> None:
    assert len(OPERATIONS) == sum(len(item) for item in DOCUMENT["paths"].values())


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_problems_are_told_by_code_and_in_both_languages(name: str) -> None:
    for status, answer in OPERATIONS[name]["responses"].items():
        if int(status) >= 400:
            told = resolved(answer)
            assert list(told["content"]) == ["application/problem+json"]
            assert all(paragraph.startswith("`") for paragraph in told["description"].split("\n\n"))
            assert any("一" <= letter <= "鿿" for letter in told["description"])


def test_the_scopes_of_integrations_are_the_policys() -> None:
    tables = {resource_of(model): table for model, table in POLICIES.items()}
    in_force = {name: tables[resource][action].scopes for name, (resource, action) in cases().items()}
    assert {name: frozenset(scopes) for name, scopes in SCOPES_OF.items()} == {
        name: frozenset(Scope(scope) for scope in scopes) for name, scopes in in_force.items() if scopes
    }


def enums(schema: Any, name: str = "") -> Iterator[tuple[str, list[str]]]:
    """Every enum of a part of the document, with the description it stands below."""
    if isinstance(schema, list):
        for part in schema:
            yield from enums(part, name)
    elif isinstance(schema, dict):
        told = schema.get("description", name)
        if "enum" in schema:
            yield told, schema["enum"]
        elif schema.get("$ref", "").startswith("#/components/schemas/"):
            yield from enums_of_component(schema["$ref"], told)
        for key, part in schema.items():
            if key not in {"examples", "example", "$ref", "enum"}:
                yield from enums(part, told if isinstance(told, str) and key in NESTING else "")


NESTING = frozenset({"schema", "oneOf", "items"})


def enums_of_component(reference: str, told: str) -> Iterator[tuple[str, list[str]]]:
    component = DOCUMENT["components"]["schemas"][reference.rsplit("/", 1)[-1]]
    if "enum" in component:
        yield told, component["enum"]


def test_every_member_of_an_enum_is_told_in_both_languages_wherever_it_may_stand() -> None:
    found = list(enums({"paths": DOCUMENT["paths"], "schemas": DOCUMENT["components"]["schemas"]}))
    assert len(found) > len([one for one in DOCUMENT["components"]["schemas"].values() if "enum" in one])
    for told, members in found:
        lines = dict(MEMBER_LINE.findall(told))
        assert list(lines) == members, told
        for words in lines.values():
            assert re.search("[一-鿿]", words), words
            assert re.match("[A-Za-z]", words), words


def descriptions(part: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """Every description of a part of the document, with where it stands."""
    if isinstance(part, list):
        for number, inner in enumerate(part):
            yield from descriptions(inner, f"{where}/{number}")
    elif isinstance(part, dict):
        for key, inner in part.items():
            if key == "description" and isinstance(inner, str):
                yield where, inner
            elif key not in {"example", "examples"}:
                yield from descriptions(inner, f"{where}/{key}")


def test_everything_is_described_in_english_and_then_in_chinese() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    told = dict(descriptions(DOCUMENT))
    fields = [f"{name}/properties/{field}" for name, one in schemas.items() for field in one.get("properties", ())]
    assert told.keys() >= {f"/components/schemas/{name}" for name in [*schemas, *fields]}
    assert [f"{where}: {words}" for where, words in told.items() if not BOTH_LANGUAGES.fullmatch(words)] == []


def test_every_operation_is_named_in_english_and_in_chinese() -> None:
    named = [operation["summary"] for operation in (*OPERATIONS.values(), DOCUMENT["webhooks"]["event"]["post"])]
    assert [words for words in named if not re.fullmatch(r"[A-Z][ -~]+ [^ -~].*[^。]", words)] == []


def test_an_example_is_one_of_the_values_that_its_description_lists() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        example = (schema.get("examples") or [schema.get("example", {})])[0]
        for field, shape in schema.get("properties", {}).items():
            words = words_listed(shape.get("description", ""))
            if words and isinstance(example, dict) and isinstance(example.get(field), str):
                assert example[field] in words, f"{name}.{field}"


def test_every_text_of_an_example_was_chosen_for_its_field() -> None:
    examples = {name: schema.get("examples") for name, schema in DOCUMENT["components"]["schemas"].items()}
    assert [name for name, example in examples.items() if re.search(r'[:\[,] "text"[],}]', json.dumps(example))] == []


def test_a_form_begins_with_its_file() -> None:
    assert next(iter(DOCUMENT["components"]["schemas"]["ImportForm"]["properties"])) == "file"


def test_every_scope_is_explained() -> None:
    flow = DOCUMENT["components"]["securitySchemes"]["integration"]["flows"]["clientCredentials"]
    assert set(flow["scopes"]) == set(Scope)


def resolved(answer: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in answer:
        return answer
    found: dict[str, Any] = DOCUMENT["components"]["responses"][answer["$ref"].rsplit("/", 1)[-1]]
    return found
