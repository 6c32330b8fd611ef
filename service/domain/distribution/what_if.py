"""What if: a snapshot with some data otherwise than they are, for a plan that is only a question."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

from service.domain.distribution.rulebook import Rulebook
from service.domain.distribution.snapshot import Account, Person, Snapshot
from service.domain.invalid import Flaws
from service.domain.merge_patch import merged

Entry = TypeVar("Entry", Account, Person)


def imagined(snapshot: Snapshot, what_if: Mapping[str, Any]) -> Snapshot:
    """The snapshot with overrides in the words of the API; InvalidInput for entries that it does not hold.

    `definition`: a merge patch of the rules; `people`, `accounts`: objects with `staff_id` or `account_id` and the
    fields that would be otherwise; `added_people`: whole people, with ids of their own.
    """
    flaws = Flaws()
    accounts = _overridden("accounts", snapshot.accounts, map(_of_account, what_if["accounts"]), flaws)
    people = _overridden("people", snapshot.people, map(_of_person, what_if["people"]), flaws)
    flaws.refuse()
    added = tuple(Person(**_of_person(one)) for one in what_if["added_people"])
    rules = Rulebook.from_mapping(merged(snapshot.rulebook.to_mapping(), what_if["definition"]))
    return replace(snapshot, accounts=accounts, people=(*people, *added), rulebook=rules)


def _overridden(
    name: str, entries: Iterable[Entry], changes: Iterable[dict[str, Any]], flaws: Flaws
) -> tuple[Entry, ...]:
    """The entries with what would be otherwise."""
    known = {entry.id: entry for entry in entries}
    for at, change in enumerate(changes):
        if change["id"] not in known:
            flaws.add(f"/what_if/{name}/{at}", "not_found", "It takes no part in this plan.", "不在此方案范围内。")
            continue
        known[change["id"]] = replace(known[change["id"]], **change)
    return tuple(known.values())


def _of_person(given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a person's entry that are given."""
    change = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    if "staff_id" in change:
        change["id"] = change.pop("staff_id")
    if "fte" in change:
        change["fte_permille"] = int(Decimal(change.pop("fte")) * 1000)
    if "absent" in change:
        change["availability_permille"] = 0 if change.pop("absent") else 1000
    if "max_workload_hours" in change:
        change["max_workload_minutes"] = change.pop("max_workload_hours") * 60
    return change


def _of_account(given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an account's entry that are given; an owner may be given as nobody, and is not pinned."""
    change = dict(given)
    change["id"] = change.pop("account_id")
    if "owner_id" in change:
        change["owner"], change["pinned"] = change.pop("owner_id"), False
    value = change.pop("potential_value_base", None)
    if value is not None:
        change["value_minor"] = int(Decimal(value) * 100)
    return change
