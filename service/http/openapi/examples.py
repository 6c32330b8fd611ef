"""Examples made of the fields' own: a request shows what it needs, an answer shows everything."""

import re
from collections.abc import Iterator
from typing import Any

from service.http.openapi.field_examples import EXAMPLES_OF_SCHEMAS, FIELD_EXAMPLES

Json = dict[str, Any]
FORMATS = {
    "uuid": "01980f3c-5a00-7c3e-9b1d-2f6a4c8e1b70",
    "date": "2026-07-01",
    "date-time": "2026-07-01T01:30:00.000000Z",
}
KINDS = ("Create", "Update", "View")
TYPES: dict[str, Any] = {"boolean": True, "string": "text", "null": None}
WORD = re.compile(r"(?!or\b)[a-z][a-z_]+")
LISTED = re.compile(r"`?[a-z_]+`?(, `?[a-z_]+`?)*,? or `?[a-z_]+`?(?=[.,;:])")


def example_of(schema: Json, schemas: Json, name: str = "") -> Any:
    """A value that passes the schema and reads like a real one; `name` is the field's or the component's."""
    if schema.get("examples"):
        return schema["examples"][0]
    if "$ref" in schema:
        target = schema["$ref"].rsplit("/", 1)[-1]
        return example_of(schemas[target], schemas, target)
    if "oneOf" in schema:
        return None if FIELD_EXAMPLES.get(name, "") is None else example_of(schema["oneOf"][0], schemas, name)
    for chosen in ("enum", "const"):
        if chosen in schema:
            return schema[chosen][0] if chosen == "enum" else schema[chosen]
    return typed(schema, schemas, name)


def typed(schema: Json, schemas: Json, name: str) -> Any:
    """A value by the schema's type, by the field's name where that tells more."""
    kinds = schema.get("type", "object")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if kind == "object":
        return composed(schema, schemas, name)
    if kind == "array" and "items" in schema:
        return [] if FIELD_EXAMPLES.get(name, "") is None else [example_of(schema["items"], schemas, name)]
    if kind == "integer":
        known = FIELD_EXAMPLES.get(name)
        return known if isinstance(known, int) else max(1, schema.get("minimum", 1))
    known = FIELD_EXAMPLES.get(name, FORMATS.get(schema.get("format", ""), TYPES.get(kind)))
    words = words_listed(schema.get("description", ""))
    return words[0] if words and known is not None and known not in words else known


def words_listed(description: str) -> list[str]:
    """The values that a description begins with, as in: draft, published or retired."""
    found = LISTED.match(description)
    return WORD.findall(found[0]) if found else []


def composed(schema: Json, schemas: Json, name: str) -> Json:
    """An object of its fields' examples; what comes in shows what is needed, and what is told by example."""
    own = EXAMPLES_OF_SCHEMAS.get(name, {})
    shown = {}
    for field, shape in schema.get("properties", {}).items():
        if field in own:
            shown[field] = own[field]
        elif "examples" in shape or not comes_in(schema) or field in schema.get("required", ()):
            told = next((twin[field] for twin in twins(schemas, name) if "examples" in twin.get(field, {})), shape)
            shown[field] = example_of(shape if "examples" in shape else told, schemas, field)
    return shown


def comes_in(schema: Json) -> bool:
    """True for a request's object, which takes no fields that it does not name; a log-in takes them (RFC 6749)."""
    return schema.get("additionalProperties") is False or "grant_type" in schema.get("properties", ())


def twins(schemas: Json, name: str) -> Iterator[Json]:
    """The fields of the same resource where it comes in and goes out: AccountCreate, AccountUpdate, AccountView."""
    stem = next((name.removesuffix(kind) for kind in KINDS if name.endswith(kind)), None)
    return (schemas[stem + kind]["properties"] for kind in KINDS if stem is not None and stem + kind in schemas)
