"""What if: a snapshot with some data otherwise than they are, for a plan that is only a question."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from service.domain.distribution.rulebook import Rulebook
from service.domain.distribution.snapshot import Account, Person, Snapshot
from service.domain.invalid import Flaws
from service.domain.merge_patch import merged

Entry = TypeVar("Entry", Account, Person)


def imagined(snapshot: Snapshot, what_if: Mapping[str, Any]) -> Snapshot:
    """The snapshot with overrides; InvalidInput for entries that it does not hold.

    `definition`: a merge patch of the rules; `people`, `accounts`: objects with an id and the fields that would be
    otherwise; `added_people`: whole people, with ids of their own.
    """
    flaws = Flaws()
    accounts = _overridden("accounts", snapshot.accounts, what_if["accounts"], flaws)
    people = _overridden("people", snapshot.people, what_if["people"], flaws)
    flaws.refuse()
    added = tuple(Person(**_tuples(one)) for one in what_if["added_people"])
    rules = Rulebook.from_mapping(merged(snapshot.rulebook.to_mapping(), what_if["definition"]))
    return replace(snapshot, accounts=accounts, people=(*people, *added), rulebook=rules)


def _overridden(name: str, entries: Iterable[Entry], changes: list[dict[str, Any]], flaws: Flaws) -> tuple[Entry, ...]:
    """The entries with what would be otherwise."""
    known = {entry.id: entry for entry in entries}
    for at, change in enumerate(changes):
        if change["id"] not in known:
            flaws.add(f"/what_if/{name}/{at}", "not_found", "It takes no part in this plan.", "不在此方案范围内。")
            continue
        known[change["id"]] = replace(known[change["id"]], **_tuples(change))
    return tuple(known.values())


def _tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    """JSON values as an entry holds them."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
