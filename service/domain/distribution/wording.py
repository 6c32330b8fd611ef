"""The words of a distribution in English and Simplified Chinese: one table for each kind of thing that is told."""

from collections.abc import Iterable, Mapping
from typing import Any

from service.domain.distribution.decimals import hours
from service.domain.distribution.decisions import Waiting
from service.domain.distribution.eligibility import Failed, Rule
from service.errors import Sentence

LOADS = {
    "value": Sentence("potential value", "潜在价值"),
    "workload": Sentence("hours", "工时"),
    "count": Sentence("number of accounts", "客户数量"),
}
TIERS = {
    "gold": Sentence("gold", "金牌"),
    "diamond": Sentence("diamond", "钻石"),
    "platinum": Sentence("platinum", "铂金"),
    "white_gold": Sentence("white gold", "白金"),
    "silver": Sentence("silver", "银牌"),
    "a": Sentence("class A", "A类"),
    "b": Sentence("class B", "B类"),
    "c": Sentence("class C", "C类"),
    "key": Sentence("key", "大"),
    "other": Sentence("other", "一般"),
    "important": Sentence("important", "重要"),
    "special": Sentence("special", "特殊"),
    "ordinary": Sentence("ordinary", "一般性"),
}
"""The tiers of the shipped schemes, as they stand before “accounts” and 客户."""
COSTS = {
    "misfit": Sentence("misfit", "匹配不足"),
    "move": Sentence("change of owner", "更换负责人"),
}
RULES = {
    Rule.AVAILABILITY: Sentence("availability", "在岗"),
    Rule.BLOCKED_PAIR: Sentence("blocked pair", "回避"),
    Rule.REGION: Sentence("region", "地域"),
    Rule.INDUSTRY: Sentence("industry", "行业"),
    Rule.PRODUCT: Sentence("product", "产品"),
    Rule.EXPERIENCE: Sentence("experience", "经验等级"),
    Rule.COUNT_CAP: Sentence("cap on accounts", "客户数量上限"),
    Rule.WORKLOAD_CAP: Sentence("cap on hours", "工时上限"),
}
REASONS = {
    "lowest_score": Sentence("The lowest score won.", "得分最低者获得。"),
    "tie_broken_by_hash": Sentence(
        "The lowest scores were equal; the keyed hash, a draw that anybody can check, parted them.",
        "最低得分相同，由带密钥的散列值决定（相当于人人可以核验的抽签）。",
    ),
    "only_candidate": Sentence("Only one person may serve it and has room.", "只有一人符合条件且有余量。"),
    "pinned": Sentence("It is pinned and stays with its owner.", "该客户已锁定，由现负责人继续负责。"),
    "newcomer": Sentence(
        "It is part of the newcomer's share, for which the plan was made.",
        "该客户属于分给新人的份额，本方案即为此制定。",
    ),
    "left": Sentence(
        "What the plan was asked to do, or its budget of moves, leaves it with its owner.",
        "受本方案的任务或变更额度所限，该客户仍由现负责人负责。",
    ),
    "appeal_upheld": Sentence("An appeal decided it; the rule was not asked.", "由申诉裁定，未按规则计算。"),
    "held_back": Sentence("It is held back and stays with its owner.", "该客户暂缓分配，由现负责人继续负责。"),
    "giant": Sentence(
        "It is a giant, which by the rulebook stays with its owner.", "该客户为超大客户，按规则由现负责人继续负责。"
    ),
    "not_concerned": Sentence(
        "The plan does not concern it: it stays with its owner.", "本方案不涉及该客户，由现负责人继续负责。"
    ),
    "held_back:under_appeal": Sentence(
        "It is held back: an appeal about it has not been decided.", "暂缓分配：与其有关的申诉尚未裁决。"
    ),
    "held_back:missing_value": Sentence(
        "It is held back: its potential value is not known.", "暂缓分配：其潜在价值未知。"
    ),
    "held_back:value_out_of_range": Sentence(
        "It is held back: its potential value is too large to be true.", "暂缓分配：其潜在价值过大，不合情理。"
    ),
    "held_back:no_tier": Sentence(
        "It is held back: it has no tier in the scheme that counts.", "暂缓分配：其在所用分级方案中没有级别。"
    ),
    "held_back:missing_rate": Sentence(
        "It is held back: there is no exchange rate for its potential value.", "暂缓分配：其潜在价值缺少汇率。"
    ),
    "held_back:unverified": Sentence(
        "It is held back: what decides its distribution has not been verified.", "暂缓分配：决定其分配的数据尚未核实。"
    ),
    "held_back:stale": Sentence("It is held back: its data are out of date.", "暂缓分配：其数据已过期。"),
    "all_at_cap": Sentence("Everybody who may serve it has reached a cap.", "所有符合条件的人员均已达到上限。"),
    "all_absent": Sentence("Everybody who could serve it is absent.", "所有可负责的人员均不在岗。"),
    "no_eligible_person": Sentence("Nobody meets its hard rules.", "没有人员符合其硬性规则的要求。"),
    "never_asked": Sentence("Nobody has put it to the rule yet.", "尚未按规则分配过。"),
    "released": Sentence("An appeal took it from its owner.", "因申诉裁定，已不再由原负责人负责。"),
    "owner_left": Sentence("Its owner has left.", "负责人已离职。"),
    "due": Sentence("The rule names somebody for it now.", "按规则已有可承接的人员。"),
    "outgrown": Sentence(
        "It is worth so much more than the others that the running ledger cannot weigh it.",
        "该客户的价值远高于其他客户，现行台账无法与之权衡。",
    ),
    "waits_for_plan": Sentence(
        "The rulebook leaves new accounts to the next plan.", "按规则，新客户留待下一次分配方案。"
    ),
}
REMEDIES = {
    "decide_appeal": Sentence("Have the appeal decided.", "请先裁决申诉。"),
    "enter_value": Sentence("Enter what the account is really worth.", "请录入客户真实的潜在价值。"),
    "grade_account": Sentence("Have the account graded by the scheme that counts.", "请按所用分级方案为该客户定级。"),
    "enter_exchange_rate": Sentence("Enter the missing exchange rate.", "请录入缺少的汇率。"),
    "verify_account": Sentence("Have the account's data verified.", "请核实该客户的数据。"),
    "refresh_account": Sentence("Bring the account's data up to date.", "请更新该客户的数据。"),
    "resolve_reason": Sentence("Settle the reason for which it is held back.", "请解决暂缓分配的原因。"),
    "raise_cap": Sentence("Raise a cap of {people}.", "请提高 {people} 的上限。"),
    "wait_for_return": Sentence("Wait for {people} to return.", "请等待 {people} 返岗。"),
    "widen_industry": Sentence("Let {people} serve its industry.", "请让 {people} 覆盖该行业。"),
    "widen_region": Sentence("Let {people} serve its region.", "请让 {people} 覆盖该地域。"),
    "widen_product": Sentence("Let {people} sell its products.", "请让 {people} 覆盖其产品。"),
    "widen_experience": Sentence(
        "Lower the level that its tier demands, or train {people}.", "请降低该级别要求的经验等级，或培训 {people}。"
    ),
    "extend_coverage": Sentence(
        "Extend what people cover, or engage somebody: no single rule stands in the way.",
        "请扩大人员的覆盖范围或增加人员：并非由单一规则造成。",
    ),
    "ask_the_rule": Sentence("Route it, or make a distribution plan.", "请按规则分配该客户，或制定分配方案。"),
    "make_handover": Sentence("Plan the handover of its owner.", "请为其负责人制定交接方案。"),
    "wait_for_ledger": Sentence(
        "Check its value; if it is right, nothing: it is asked about again on a fresh ledger within a day.",
        "请核对其潜在价值；若无误则无需处理：一天内将按新台账重新计算。",
    ),
    "wait_for_retry": Sentence("Nothing: it is given out within minutes.", "无需处理：数分钟内自动分配。"),
    "make_plan": Sentence("Make a distribution plan.", "请制定分配方案。"),
}


COUNTED = {
    "accounts": ("account", "accounts", "个客户"),
    "people": ("person", "people", "名人员"),
    "points": ("point", "points", "分"),
    "days": ("day", "days", "天"),
}
"""What sentences count: one, several, and the Chinese measure word with its noun."""
HOUR = Sentence("{number} hour a month", "每月 {number} 小时")
HOURS = Sentence("{number} hours a month", "每月 {number} 小时")
OVER_CAP = Sentence(
    "The {cap} allows {required}; with this account it would be {actual}.",
    "{cap}为 {required}；加上该客户将为 {actual}。",
)
OVER_HOURS = Sentence(
    "The {cap} allows {required}; with this account it would be {actual}.",
    "{cap}为{required}；加上该客户将为{actual}。",
)


def load_name(name: str) -> Sentence:
    """The name of a load, or of a cost in a score."""
    if name.startswith("tier:"):
        tier = tier_name(name.removeprefix("tier:"))
        return Sentence(f"number of {tier.en} accounts", f"{tier.zh}客户数量")
    return LOADS.get(name) or COSTS[name]


def tier_name(code: str) -> Sentence:
    """The name of a tier; its code where the shipped schemes do not know it."""
    return TIERS.get(code, Sentence(code, code))


def reason_sentence(reason: str) -> Sentence:
    """Why a decision came out as it did, in one sentence."""
    held = reason.removeprefix("held_back:")
    return REASONS.get(reason, Sentence(f"It is held back: {held}.", f"暂缓分配：{held}。"))


def remedy_sentence(waiting: Waiting) -> Sentence:
    """What would help an account that waits."""
    sentence = REMEDIES[waiting.remedy]
    people = [item if isinstance(item, str) else item["code"] for item in waiting.detail.get("people", ())]
    return filled(sentence, people=joined((Sentence(code, code) for code in people), "or"))


def failed_sentence(failed: Failed) -> Sentence:
    """The rule that forbids a pair, with what it requires and what the person has."""
    if failed.rule is Rule.BLOCKED_PAIR:
        return Sentence("This account and this person are a blocked pair.", "该客户与该人员属于回避关系。")
    if failed.rule is Rule.AVAILABILITY:
        return Sentence("The person is absent or has no working time.", "该人员不在岗或没有工作时间。")
    name = RULES[failed.rule]
    if failed.rule is Rule.COUNT_CAP:
        return filled(OVER_CAP, cap=name, required=failed.required, actual=failed.actual)
    if failed.rule is Rule.WORKLOAD_CAP:
        return filled(OVER_HOURS, cap=name, required=monthly(failed.required), actual=monthly(failed.actual))
    required, actual = _listed(failed.required), _listed(failed.actual)
    return Sentence(
        f"The rule on {name.en} requires {required.en}; on record is {actual.en}.",
        f"{name.zh}规则要求{required.zh}，登记为{actual.zh}。",
    )


def failed_mapping(failed: Failed) -> dict[str, Any]:
    """A rule that forbids a pair as JSON data, also in words."""
    return {**failed.to_mapping(), "sentence": failed_sentence(failed)._asdict()}


def filled(sentence: Sentence, **parts: Sentence | str | int) -> Sentence:
    """A sentence with its gaps filled in both languages."""
    en = {name: part.en if isinstance(part, Sentence) else part for name, part in parts.items()}
    zh = {name: part.zh if isinstance(part, Sentence) else part for name, part in parts.items()}
    return Sentence(sentence.en.format(**en), sentence.zh.format(**zh))


def opening(sentence: Sentence) -> Sentence:
    """A sentence that begins with a capital letter where the script has them."""
    return Sentence(sentence.en[:1].upper() + sentence.en[1:], sentence.zh)


def joined(parts: Iterable[Sentence], last: str = "and") -> Sentence:
    """A list in words, its last part following `last` (and, or)."""
    items = list(parts)
    if len(items) < 2:
        return items[0] if items else Sentence("nobody", "无人")
    english, chinese = ", ".join(item.en for item in items[:-1]), "、".join(item.zh for item in items[:-1])
    return Sentence(f"{english} {last} {items[-1].en}", f"{chinese}{' 或 ' if last == 'or' else '、'}{items[-1].zh}")


def quoted(text: str) -> Sentence:
    """A word of the customer's own, set off from the Chinese sentence around it."""
    return Sentence(text, f"“{text}”")


def counted(number: int, what: str) -> Sentence:
    """So many of something, of which one is told otherwise than several in English."""
    one, several, chinese = COUNTED[what]
    return Sentence(f"{number} {one if number == 1 else several}", f"{number} {chinese}")


def monthly(minutes: int) -> Sentence:
    """Minutes a month, told in hours."""
    number = hours(minutes)
    return filled(HOUR if number == "1" else HOURS, number=number)


def both(sentences: Iterable[Sentence]) -> list[Mapping[str, str]]:
    """Sentences as JSON data."""
    return [sentence._asdict() for sentence in sentences]


def _listed(value: Any) -> Sentence:
    """A required or actual value in words."""
    if isinstance(value, list):
        return joined(map(quoted, value)) if value else Sentence("none", "无")
    return quoted(value) if isinstance(value, str) else Sentence(str(value), f" {value}")
