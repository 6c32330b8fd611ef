"""What a change does to a row, and how evidence tells it: each field's value before and after."""

from collections.abc import Mapping
from typing import Any

from service.operations.versions import HasVersion

# What follows from an account's other fields and is not told beside them.
DERIVED = ("name_sort", "name_match", "search", "grams", "potential_value_base")


def rewrite(row: HasVersion, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Gives a row the values that differ from its own, and it counts one version more; field → from, to of those."""
    before = {name: getattr(row, name) for name in wanted}
    changed = differing(before, wanted)
    for name, value in changed.items():
        setattr(row, name, value)
    row.version += bool(changed)
    return changes(before, changed)


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What is not as it was, with its new value."""
    return {name: value for name, value in after.items() if value != before[name]}


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Field → from, to; what is only derived is left out."""
    return {
        name: {"from": before.get(name), "to": value}
        for name, value in after.items()
        if (name not in DERIVED and name != "id" and value not in (None, [], {})) or name in before
    }
