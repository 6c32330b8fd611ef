"""What breaks callers and `redocly diff` does not see: names in generated clients, codes of problems, defaults."""

import re
from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]
CODE = re.compile(r"^`(\w+)`", re.MULTILINE)


def breaks(old: Document, new: Document) -> Iterator[str]:
    """Each break in a sentence."""
    gone = old["components"]["schemas"].keys() - new["components"]["schemas"].keys()
    yield from (f"The schema {name} is gone: clients name it so." for name in sorted(gone))
    before, after = operations(old), operations(new)
    for name in sorted(before.keys() & after.keys()):
        for code in sorted(codes(old, before[name]) - codes(new, after[name])):
            yield f"{name} no longer tells `{code}`."
        defaults, after_defaults = default_values(before[name]), default_values(after[name])
        for parameter in sorted(defaults.keys() & after_defaults.keys()):
            if defaults[parameter] != after_defaults[parameter]:
                yield f"{name} takes another default for {parameter}."


def operations(document: Document) -> dict[str, Document]:
    """Operations by their name."""
    return {one["operationId"]: one for item in document["paths"].values() for one in item.values()}


def codes(document: Document, operation: Document) -> set[str]:
    """The codes of the problems that an operation tells."""
    found: set[str] = set()
    for answer in operation["responses"].values():
        shared = document["components"]["responses"].get(answer.get("$ref", "").rsplit("/", 1)[-1], answer)
        found |= set(CODE.findall(shared["description"]))
    return found


def default_values(operation: Document) -> dict[str, Any]:
    """The defaults of an operation's parameters."""
    parameters = [one for one in operation.get("parameters", []) if "schema" in one]
    return {one["name"]: one["schema"].get("default") for one in parameters}
