"""Schemas as we promise them: described, bounded, closed where they come in, complete where they go out."""

from typing import Any

from service.http.openapi.enum_words import described
from service.http.openapi.examples import example_of, twins
from service.http.openapi.field_words import FIELD_WORDS

Json = dict[str, Any]
LONGEST_TEXT = 1_000_000  # nothing longer comes in, or is written by us
LONGEST_FILE = 50 * 2**20  # bytes
LONGEST_LIST = 100_000
SAFE_INTEGER = 2**53 - 1
# Titles repeat names; the others are pydantic's words for decimals that go as text.
UNTOLD = frozenset({"title", "gt", "ge", "lt", "le", "max_digits", "decimal_places"})
LENGTHS = {"uuid": 36, "date": 10, "date-time": 40}
PAGE = 200


def rewrite_schemas(schemas: Json) -> None:
    """Every component, in place: first its shape, then words and examples, which look at the other components."""
    for name, schema in schemas.items():
        schemas[name] = plain_schema(schema, nullable=True)
        schemas[name].pop("default", None)
    for name, schema in schemas.items():
        if name.endswith("Page"):
            schema["properties"]["items"]["maxItems"] = PAGE
        for field, shape in schema.get("properties", {}).items():
            words = shape.get("description") or inherited(schemas, name, field)
            shape["description"] = words or FIELD_WORDS[field]
    for name, schema in schemas.items():
        for shape in schema.get("properties", {}).values():
            shape["description"] = described(shape["description"], shape, schemas)
        if "enum" in schema:
            schema["description"] = described(schema["description"], schema, schemas, name)
        if schema.get("type") == "object":
            schema["examples"] = [example_of(schema, schemas, name)]


def plain_schema(schema: Json, *, nullable: bool) -> Json:
    """A schema without titles and defaults that say nothing, with null in its type, and with limits."""
    found = {key: value for key, value in schema.items() if key not in UNTOLD}
    if found.get("default", 0) is None:
        del found["default"]
    for word in ("properties", "patternProperties"):
        if word in found:
            found[word] = {name: plain_schema(inner, nullable=True) for name, inner in found[word].items()}
    for word in ("items", "additionalProperties"):
        if isinstance(found.get(word), dict):
            found[word] = plain_schema(found[word], nullable=True)
    if "anyOf" in found:
        found = united(found, nullable=nullable)
    return bounded(found)


def united(schema: Json, *, nullable: bool) -> Json:
    """One of several, or null: a plain type carries its null itself."""
    inner = [plain_schema(one, nullable=True) for one in schema.pop("anyOf")]
    kinds = [one for one in inner if one.get("type") != "null"]
    with_null = nullable and len(kinds) < len(inner)
    if len(kinds) > 1:
        return schema | {"oneOf": kinds + ([{"type": "null"}] if with_null else [])}
    (kind,) = kinds
    if not with_null:
        return kind | schema
    if kind.keys() & {"$ref", "enum", "oneOf"}:
        return schema | {"oneOf": [kind, {"type": "null"}]}
    return kind | {"type": [kind["type"], "null"]} | schema


def form_field(schema: Json) -> Json:
    """The same field in a form, which has no null; a file is told in the way that client generators know."""
    if schema.get("contentMediaType") == "application/octet-stream":
        file = {"type": "string", "format": "binary", "maxLength": LONGEST_FILE}
        return file | {"description": schema["description"]}
    if "oneOf" in schema:
        kind: Json = next(one for one in schema.pop("oneOf") if one.get("type") != "null")
        return kind | schema
    kinds = [kind for kind in schema.get("type", ()) if kind != "null"]
    return schema | {"type": kinds[0]} if isinstance(schema.get("type"), list) else schema


def bounded(schema: Json) -> Json:
    """Limits where none was told: what goes out keeps to what may come in."""
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if "string" in kinds and not schema.keys() & {"enum", "const"}:
        schema.setdefault("maxLength", LENGTHS.get(schema.get("format", ""), LONGEST_TEXT))
    if "array" in kinds:
        schema.setdefault("maxItems", LONGEST_LIST)
    if "integer" in kinds:
        schema.setdefault("format", "int64")
        schema.setdefault("minimum", -SAFE_INTEGER)
        schema.setdefault("maximum", SAFE_INTEGER)
    return schema


def inherited(schemas: Json, name: str, field: str) -> str:
    """The words of the same field where the same resource comes in or goes out."""
    words = (twin.get(field, {}).get("description", "") for twin in twins(schemas, name))
    return next(filter(None, words), "")
