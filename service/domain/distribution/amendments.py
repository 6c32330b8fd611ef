"""What differs between two versions of a rulebook, field by field, in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from service.domain.distribution.rulebook import Rulebook
from service.domain.distribution.wording import filled, joined, tier_name
from service.domain.people import ROLE_NAMES, Role
from service.errors import Sentence

SECTIONS = {
    "hard_rules": Sentence("hard rules", "硬性规则"),
    "fit": Sentence("fit", "匹配度"),
    "priority": Sentence("priority", "优先级"),
    "balance": Sentence("balance", "均衡"),
    "move_budget": Sentence("move budget", "变更额度"),
    "giants": Sentence("giants", "超大客户"),
    "freshness": Sentence("freshness of data", "数据时效"),
    "minimum_experience": Sentence("least experience level", "最低经验等级"),
    "top_tiers": Sentence("number by tier", "按级别的客户数量"),
}
FIELDS = {
    "region": Sentence("region", "地域"),
    "geography": Sentence("geography", "地域"),
    "industry": Sentence("industry", "行业"),
    "product": Sentence("product", "产品"),
    "experience": Sentence("experience", "经验"),
    "blocked_pairs": Sentence("blocked pairs", "回避关系"),
    "workload_cap": Sentence("cap on hours", "工时上限"),
    "count_cap": Sentence("cap on accounts", "客户数量上限"),
    "value": Sentence("value", "价值"),
    "intent": Sentence("cooperation intent", "合作意向"),
    "newness": Sentence("newness", "新客户"),
    "workload": Sentence("hours", "工时"),
    "count": Sentence("number of accounts", "客户数量"),
    "misfit_price": Sentence("price of a misfit", "不匹配的价格"),
    "move_price": Sentence("price of a change of owner", "更换负责人的价格"),
    "rebalance_permille": Sentence("permille moved by a rebalancing", "再平衡变更的千分比"),
    "appeal_accounts": Sentence("bystanders' accounts moved by an appeal", "申诉涉及的第三方客户数"),
    "percent": Sentence("percent of a share", "份额百分比"),
    "stay": Sentence("stay with their owner", "由原负责人继续负责"),
    "verified": Sentence("must have been verified", "须经核实"),
    "most_days": Sentence("days for which a verification holds", "核实的有效天数"),
    "tie_key": Sentence("key that breaks ties", "同分密钥"),
    "arrivals": Sentence("single arrivals", "单个新客户"),
    "team_roles": Sentence("other roles on the team", "团队其他角色"),
}
VALUES = {
    True: Sentence("yes", "是"),
    False: Sentence("no", "否"),
    "rule": Sentence("by the rule at once", "立即按规则分配"),
    "wait_for_plan": Sentence("wait for the next plan", "等待下一次方案"),
}
NOTHING = Sentence("nothing", "无")
CHANGED = Sentence("{field}: {after} instead of {before}.", "{field}：由 {before} 改为 {after}。")
MORE_PAIRS = Sentence("{field}: {added} added, {removed} removed.", "{field}：新增 {added} 对，删除 {removed} 对。")


@dataclass(frozen=True)
class Amendment:
    """One field that differs; `pointer` leads to it in the definition, None stands for what is not there."""

    pointer: str
    before: Any
    after: Any

    def sentence(self) -> Sentence:
        """The difference in words."""
        steps = self.pointer.removeprefix("/").split("/")
        field = _titled(steps)
        if steps[-1] == "blocked_pairs":
            before, after = ({tuple(sorted(pair.items())) for pair in pairs} for pairs in (self.before, self.after))
            return filled(MORE_PAIRS, field=field, added=len(after - before), removed=len(before - after))
        return filled(CHANGED, field=field, before=_told(self.before), after=_told(self.after))

    def to_mapping(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {**vars(self), "text": self.sentence()._asdict()}


def amendments(before: Rulebook, after: Rulebook) -> list[Amendment]:
    """Everything that the later rulebook says otherwise than the earlier."""
    return list(_differences("", before.to_mapping(), after.to_mapping()))


def _differences(pointer: str, before: Any, after: Any) -> Iterator[Amendment]:
    """The differing fields of two values at one place; whole sections that only one has are one difference."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys([*before, *after]):
            yield from _differences(f"{pointer}/{name}", before.get(name), after.get(name))
    elif before != after:
        yield Amendment(pointer, before, after)


def _titled(steps: list[str]) -> Sentence:
    """The place of a field in words, from the whole to the part."""
    named = [_name(steps[at - 1] if at else "", step) for at, step in enumerate(steps)]
    en = ", ".join(name.en for name in named)
    return Sentence(en[:1].upper() + en[1:], "·".join(name.zh for name in named))


def _name(within: str, step: str) -> Sentence:
    """The name of one step: a role, a tier, a section or a field."""
    if within == "team_roles":
        role = ROLE_NAMES[Role(step)]
        return Sentence(role.en.lower(), role.zh)
    if within in {"minimum_experience", "top_tiers"}:
        return tier_name(step)
    return SECTIONS.get(step) or FIELDS[step]


def _told(value: Any) -> Sentence:
    """A value in words."""
    if value is None:
        return NOTHING
    if isinstance(value, Mapping):
        return joined(
            [
                Sentence(f"{_name('', name).en} {_told(item).en}", f"{_name('', name).zh} {_told(item).zh}")
                for name, item in value.items()
                if not isinstance(item, Mapping | list)
            ]
        )
    if isinstance(value, (bool, str)):
        return VALUES.get(value, Sentence(f"“{value}”", f"“{value}”"))
    return Sentence(str(value), str(value))
