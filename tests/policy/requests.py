"""A request for every operation of the contract, with a body that passes its schema."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

VERBS = frozenset({"get", "post", "put", "patch", "delete"})
FORMATS = {"uuid": lambda: str(uuid4()), "date": lambda: "2026-03-02", "date-time": lambda: "2026-03-02T01:30:00Z"}


@dataclass(frozen=True)
class Operation:
    """One operation: its name, its method, its path with parameters, its body's schema, what its query must name."""

    name: str
    method: str
    path: str
    body: Mapping[str, Any] = field(default_factory=dict)
    media_type: str = ""
    query: Mapping[str, Any] = field(default_factory=dict)


@cache
def operations() -> tuple[Operation, ...]:
    """Every operation of the contract as it was committed, which tests/contract holds equal to the live one."""
    return tuple(_operations(json.loads(Path("openapi/openapi.json").read_bytes())))


def _operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            if method in VERBS:
                content = told.get("requestBody", {}).get("content", {})
                media_type = next(iter(content), "")
                schema = resolved(document, content[media_type]["schema"]) if content else {}
                parameters = [resolved(document, one) for one in told.get("parameters", []) if "schema" in one]
                query = {one["name"]: one["schema"] for one in parameters if one["in"] == "query" and one["required"]}
                yield Operation(told["operationId"], method.upper(), path, schema, media_type, query)


def resolved(document: Mapping[str, Any], schema: Any) -> Any:
    """A schema with every reference replaced by what it refers to."""
    if isinstance(schema, list):
        return [resolved(document, item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return resolved(document, document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]])
    return {name: resolved(document, value) for name, value in schema.items()}


def example(schema: Mapping[str, Any], known: Mapping[str, Any], name: str = "") -> Any:
    """The least value that passes a schema; `known` values stand for fields of their names."""
    if name in known:
        return known[name]
    for chosen in ("const", "default"):
        if chosen in schema:
            return schema[chosen]
    for choices in ("examples", "enum"):
        if schema.get(choices) and "properties" not in schema:
            return schema[choices][0]
    for alternatives in ("anyOf", "oneOf", "allOf"):
        if schema.get(alternatives):
            return example(schema[alternatives][0], known, name)
    return typed(schema, known)


def typed(schema: Mapping[str, Any], known: Mapping[str, Any]) -> Any:
    """A value of a schema's type."""
    kinds = schema.get("type", "object")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if kind == "object":
        needed = schema.get("required", [])
        return {name: example(schema["properties"][name], known, name) for name in needed}
    if kind == "array":
        return [example(schema["items"], known)] * schema.get("minItems", 0)
    if kind == "string":
        make = FORMATS.get(schema.get("format", ""))
        return make() if make else "1" * max(1, schema.get("minLength", 1))
    return {"integer": schema.get("minimum", 1), "number": 1, "boolean": True}[kind]
