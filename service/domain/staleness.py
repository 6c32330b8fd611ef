"""What has changed since a snapshot was taken, entry by entry."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from service.domain.distribution.snapshot import Account, Person, Snapshot
from service.domain.distribution.wording import counted, filled, joined
from service.errors import Sentence

GONE, RETIRED = "gone", "retired"
MOST_NAMED = 10
CHANGED = Sentence("Changed since: {parts}.", "此后发生变化：{parts}。")
KINDS = {
    "account": Sentence("{number} ({fields}), such as {codes}", "{number}（{fields}），例如 {codes}"),
    "person": Sentence("{number} ({fields}), such as {codes}", "{number}（{fields}），例如 {codes}"),
    "rulebook": Sentence("the rulebook {codes} ({fields})", "规则手册 {codes}（{fields}）"),
}
FIELDS = {
    GONE: Sentence("no longer there", "已不在范围内"),
    RETIRED: Sentence("no longer in force", "已停用"),
    "region": Sentence("region", "地域"),
    "industry": Sentence("industry", "行业"),
    "products": Sentence("products", "产品"),
    "tier": Sentence("tier", "级别"),
    "intent": Sentence("cooperation intent", "合作意向"),
    "is_new": Sentence("newness", "新老客户"),
    "value_minor": Sentence("potential value", "潜在价值"),
    "workload_minutes": Sentence("hours", "工时"),
    "held_back": Sentence("reason for being held back", "暂缓原因"),
    "owner": Sentence("owner", "负责人"),
    "pinned": Sentence("pin", "锁定"),
    "code": Sentence("code", "编号"),
    "regions": Sentence("regions", "负责地域"),
    "industries": Sentence("industries", "负责行业"),
    "experience_level": Sentence("experience level", "经验等级"),
    "fte_permille": Sentence("working time", "全职比例"),
    "availability_permille": Sentence("absences", "缺勤"),
    "max_accounts": Sentence("cap on accounts", "客户数量上限"),
    "max_workload_minutes": Sentence("cap on hours", "工时上限"),
}

AS_IN_API = {
    "value_minor": "potential_value",
    "workload_minutes": "hours_per_month",
    "is_new": "lifecycle",
    "owner": "owner_id",
    "pinned": "pinned_until",
    "fte_permille": "fte",
    "availability_permille": "absences",
    "max_workload_minutes": "max_workload_hours",
}
"""What the API calls fields that an entry has under a name of its own."""


@dataclass(frozen=True)
class Changed:
    """One account or person that reads differently, or the rulebook; `fields`: what differs, or `gone`, `retired`."""

    kind: str
    code: str
    fields: tuple[str, ...]

    def to_mapping(self) -> dict[str, Any]:
        """Plain JSON data, fields by the names that the API has for them."""
        return {"kind": self.kind, "code": self.code, "fields": [AS_IN_API.get(name, name) for name in self.fields]}


def changes_since(taken: Snapshot, now: Snapshot) -> list[Changed]:
    """Every entry of the older snapshot that the newer does not hold unchanged; what came since is no part of it."""
    return [*_differences("account", taken.accounts, now.accounts), *_differences("person", taken.people, now.people)]


def told(changes: Iterable[Changed]) -> Sentence:
    """The changes in one sentence: how many of each kind, in which fields, and the first of them by code."""
    by_kind: dict[str, list[Changed]] = {}
    for change in changes:
        by_kind.setdefault(change.kind, []).append(change)
    parts = [_part(kind, found) for kind, found in by_kind.items()]
    return filled(CHANGED, parts=Sentence("; ".join(part.en for part in parts), "；".join(part.zh for part in parts)))


def _differences(
    kind: str, taken: Iterable[Account] | Iterable[Person], now: Iterable[Account] | Iterable[Person]
) -> Iterator[Changed]:
    """The entries of one kind that differ."""
    present = {entry.id: entry for entry in now}
    for entry in taken:
        other = present.get(entry.id)
        if other is None:
            yield Changed(kind, entry.code, (GONE,))
        elif other != entry:
            yield Changed(
                kind, entry.code, tuple(name for name in vars(entry) if vars(entry)[name] != vars(other)[name])
            )


def _part(kind: str, found: list[Changed]) -> Sentence:
    """What the sentence says of one kind."""
    number = counted(len(found), "accounts" if kind == "account" else "people")
    touched = Counter(name for change in found for name in change.fields)
    codes = [Sentence(change.code, change.code) for change in found[:MOST_NAMED]]
    fields = joined(FIELDS[name] for name, _ in touched.most_common())
    return filled(KINDS[kind], number=number, fields=fields, codes=joined(codes))
