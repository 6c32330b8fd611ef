"""Accounts of one customer (集团) that are split or entered twice: they count as one, and go to one person together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeAlias

from service.domain.canonical import LARGEST_INTEGER
from service.domain.distribution.snapshot import Account

Group: TypeAlias = tuple[str, ...]


def counted_as_one(
    accounts: Iterable[Account], roots: Mapping[str, str], apart: str | None = None
) -> tuple[tuple[Account, ...], tuple[Group, ...]]:
    """The accounts with one entry for those of a group that share region, industry and owner; the ids behind it.

    `roots`: the topmost account above each that belongs to a group; `apart`: an account that stands for itself, as do
    those that are pinned or held back. The entry bears the id of the most valuable, and what is counted is their whole
    value, the hours of the highest grade once, and one account; a group's ids begin with that of its entry.
    """
    alone: list[Account] = []
    units: dict[tuple[object, ...], list[Account]] = {}
    for account in accounts:
        root = roots.get(account.id)
        if root is None or account.id == apart or account.pinned or account.held_back is not None:
            alone.append(account)
        else:
            units.setdefault((root, account.region, account.industry, account.owner), []).append(account)
    groups = sorted(_ids(unit) for unit in units.values() if len(unit) > 1)
    return (*alone, *(_as_one(unit) for unit in units.values())), tuple(groups)


def with_namesakes(roots: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """The roots, and one for each account that has the name of another: that one's, where it is of a group already.

    `names`: of each account by its id.
    """
    known, by_name = dict(roots), defaultdict(list)
    for id_, name in names.items():
        by_name[name].append(id_)
    for ids in by_name.values():
        if len(ids) > 1:
            root = min((known[id_] for id_ in ids if id_ in known), default=min(ids))
            known |= {id_: root for id_ in ids if id_ not in known}
    return known


def _ids(unit: list[Account]) -> Group:
    """The id of the entry, then those of the others."""
    first = _first(unit).id
    return (first, *sorted(account.id for account in unit if account.id != first))


def _first(unit: list[Account]) -> Account:
    """The most valuable of some accounts, the oldest among equals."""
    return min(unit, key=lambda account: (-(account.value_minor or 0), account.id))


def _as_one(unit: list[Account]) -> Account:
    """One entry for all of them."""
    if len(unit) == 1:
        return unit[0]
    graded = max(unit, key=lambda account: (account.workload_minutes, account.id))
    return replace(
        _first(unit),
        products=tuple({product for account in unit for product in account.products}),
        tier=graded.tier,
        workload_minutes=graded.workload_minutes,
        value_minor=min(LARGEST_INTEGER, sum(account.value_minor or 0 for account in unit)),
        is_new=all(account.is_new for account in unit),
    )
