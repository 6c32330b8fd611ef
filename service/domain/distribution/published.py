"""The published text of a rulebook in English and Simplified Chinese, written from the data that the rule reads."""

from collections.abc import Iterable, Iterator, Mapping

from service.domain.distribution.rulebook import Arrivals, Rulebook
from service.domain.distribution.wording import counted, filled, joined, load_name, tier_name
from service.domain.people import ROLE_NAMES, Role
from service.errors import Sentence

TITLE = Sentence("How accounts are shared", "客户分配规则")
WHO = Sentence("1. Who may be given an account", "一、谁可以获得客户")
ORDER = Sentence("2. Which account comes first", "二、客户的先后顺序")
WINNER = Sentence("3. Who gets it", "三、客户归谁")
TIES = Sentence("4. Equal scores", "四、得分相同时")
PLANS = Sentence("5. Plans, new accounts and accounts that wait", "五、分配方案、新客户与待分配客户")
OTHER_ROLES = Sentence("6. Other roles on the team", "六、团队中的其他角色")
RIGHTS = Sentence("{number}. What you may see and do", "{number}、您的权利")

PRESENT = Sentence(
    "Somebody who is absent, or has less than one hundredth of a full-time post, takes no part.",
    "不在岗或工作时间不足全职百分之一的人员不参与分配。",
)
COVERAGE = {
    "region": (
        Sentence("You cover the account's region.", "您负责的地域包含该客户所在地域。"),
        Sentence("The region is no condition; it counts only in the fit.", "地域不是必要条件，仅计入匹配度。"),
    ),
    "industry": (
        Sentence("You cover the account's industry.", "您负责的行业包含该客户所属行业。"),
        Sentence("The industry is no condition; it counts only in the fit.", "行业不是必要条件，仅计入匹配度。"),
    ),
    "product": (
        Sentence("You sell every product that the account needs.", "您负责该客户所需的全部产品。"),
        Sentence("Products are no condition; they count only in the fit.", "产品不是必要条件，仅计入匹配度。"),
    ),
}
NOTHING_ASKED = Sentence(
    "An account for which no region, industry or product is known asks for none.",
    "未登记地域、行业或产品的客户，对该项不作要求。",
)
LEVELS = Sentence(
    "Experience, where accounts are graded by a scheme that has these tiers: {levels}. Other tiers demand none.",
    "经验等级（客户按含有下列级别的分级方案定级时适用）：{levels}。其他级别不要求。",
)
LEVEL = Sentence("{tier} accounts need level {level} of 5 or higher", "{tier}客户要求 {level} 级及以上（共 5 级）")
NO_LEVELS = Sentence("No tier demands experience.", "各级别均不要求经验等级。")
BLOCKED = Sentence(
    "Blocked pairs of an account and a person, which never meet: {number}.",
    "回避关系 {number} 对：相关客户不会分给相关人员。",
)
CAPS = {
    "count_cap": (
        Sentence("Nobody gets more accounts than their own maximum.", "任何人的客户数量不超过其本人上限。"),
        Sentence("There is no cap on the number of accounts.", "客户数量不设上限。"),
    ),
    "workload_cap": (
        Sentence("Nobody gets more hours a month than their own maximum.", "任何人的每月工时不超过其本人上限。"),
        Sentence("There is no cap on hours.", "工时不设上限。"),
    ),
}
PRIORITY = Sentence(
    "An account's priority is the mean of its value (the part of all other accounts that are worth less), its "
    "cooperation intent (low or unknown 0, medium one half, high 1) and its newness (new 1, old 0), "
    "weighted {weights}.",
    "客户优先级为以下三项的加权平均：价值（价值低于它的其他客户所占比例）、合作意向（低或未知为 0，中为二分之一，"
    "高为 1）、新客户（新为 1，老为 0），权重为 {weights}。",
)
NO_PRIORITY = Sentence("All accounts have the same priority.", "所有客户优先级相同。")
THEN = Sentence(
    "The highest priority comes first; equal ones by higher value, then by fewer people who may serve it, then by the "
    "account's identifier. Accounts that are pinned or held back stay with their owner and are not shared.",
    "优先级高者在先；相同者依次按价值高、符合条件人数少、客户标识排序。已锁定或暂缓分配的客户由现负责人继续负责，不参与分配。",
)
FRESHNESS = {
    "never": Sentence(
        "An account whose deciding data were never verified is held back.", "决定分配的数据从未核实的客户暂缓分配。"
    ),
    "unverified_too": Sentence(
        "An account takes part even if its data were never verified.", "数据从未核实的客户也参与分配。"
    ),
    "stale": Sentence(
        "An account whose data were verified longer than {days} ago is held back as out of date.",
        "数据最近一次核实距今超过 {days}的客户，因数据过期暂缓分配。",
    ),
    "any_age": Sentence("Verified data never become out of date.", "已核实的数据不会过期。"),
}
LOWEST = Sentence(
    "Each person who may serve the account and has room gets a score. The lowest score wins. It is the sum of the "
    "following parts, in points.",
    "对每位符合条件且有余量的人员计算得分，得分最低者获得该客户。得分为以下各项之和，以分计。",
)
LOADS = Sentence(
    "Even loads: {loads}. For each: points × e × (2 × (your load ÷ your weight − 1) + e ÷ your weight) × accounts ÷ "
    "full-time posts. e is the account's part of a full-time share; your load is what you already have, in such "
    "shares; your weight is FTE × availability. So the score is low for those who have less than their fair share.",
    "负荷均衡：{loads}。每项为：分值 × e ×（2 ×（您的负荷 ÷ 您的权重 − 1）+ e ÷ 您的权重）× 客户数 ÷ 全职岗位数。"
    "e 为该客户占一个全职份额的比例；您的负荷为您已有客户的份额之和；您的权重 = 全职比例 × 在岗比例。"
    "因此，低于公平份额者得分较低。",
)
NO_LOADS = Sentence("Loads are not balanced.", "不考虑负荷均衡。")
ONLY_SOME = Sentence(
    "A load that only some people can carry is shared among these, and its points are raised in the same proportion. "
    "A load that is zero for all accounts is left out.",
    "仅部分人员可承担的负荷，只在这些人员之间均衡，其分值按相同比例提高；所有客户均为零的负荷不计。",
)
FIT = Sentence(
    "Fit: {price} × (1 − fit). Fit is the mean of {weights}. Region and industry match fully or not at all; "
    "products by the part of what the account needs that you sell; experience fits best at the level that the "
    "account's priority calls for, from level 1 for the lowest fifth to level 5 for the highest, and a quarter less "
    "for each level away from it.",
    "匹配：{price} ×（1 − 匹配度）。匹配度为 {weights} 的加权平均。地域与行业要么完全匹配，要么不匹配；"
    "产品按您负责的部分占客户所需的比例；经验等级以客户优先级对应的等级为最佳（最低五分之一对应 1 级，"
    "最高五分之一对应 5 级），每相差一级减少四分之一。",
)
NO_FIT = Sentence("Fit does not count.", "不考虑匹配度。")
MOVE = Sentence(
    "Continuity: {price} for everybody but the account's present owner.",
    "连续性：除该客户的现负责人外，其他人均加 {price}。",
)
NO_MOVE = Sentence("It does not matter who has the account now.", "不考虑客户目前由谁负责。")
GIANTS = Sentence(
    "Giants, accounts that alone are more than {percent} % of a full-time share of value or hours, are named in the "
    "fairness report, because no plan can split them.",
    "单个即超过一个全职份额 {percent}%（价值或工时）的客户为超大客户，因无法拆分，在公平性报告中单独列出。",
)
GIANTS_STAY = Sentence(
    "Such an account stays with the owner it has, as long as that person may serve it.",
    "此类客户若已有符合条件的负责人，则由其继续负责。",
)
GIANTS_BY_RULE = Sentence("They are shared by the same rule as all others.", "此类客户与其他客户适用同一规则。")
HASH = Sentence(
    "Equal scores are parted by a hash of account and person under the key “{key}” and the name of the cycle: anybody "
    "can check it, and neither age nor name matters.",
    "得分相同时，以密钥“{key}”与本轮名称对客户和人员计算散列值决定：任何人均可验证，与先后和姓名无关。",
)
PASSES = Sentence(
    "A plan gives out all accounts in this order, then asks the rule again for each account while everybody keeps the "
    "rest, until nothing changes: in the end every account is with the person whom the rule itself names. Where caps "
    "leave an account without room, one other account may be moved on to make room.",
    "分配方案按上述顺序分配全部客户，然后在其他人保持不变的前提下逐个重新适用规则，直至不再变化：最终每个客户都归规则所指定的人。"
    "若因上限无法安置，可移动另一客户以腾出余量。",
)
BUDGET = Sentence(
    "A plan that only rebalances moves at most {permille} of 1,000 accounts, those that help most first. An upheld "
    "appeal may move at most {accounts} of people who are no party to it.",
    "仅作再平衡的方案最多变更千分之 {permille} 的客户，效果最大者优先。"
    "申诉成立时，最多变更 {accounts}（与申诉双方无关者）。",
)
ARRIVALS = {
    Arrivals.RULE: Sentence(
        "A new account between two plans goes at once where the same rule says.",
        "两次方案之间的新客户立即按同一规则分配。",
    ),
    Arrivals.WAIT: Sentence(
        "A new account between two plans waits for the next plan.", "两次方案之间的新客户等待下一次方案。"
    ),
}
POOL = Sentence(
    "An account that nobody may take waits, with the reason and what would help: its data are held back, nobody meets "
    "the hard rules, everybody is absent, or everybody has reached a cap.",
    "无人可接的客户进入待分配池，并注明原因和解决办法：数据暂缓、无人符合硬性规则、人员均不在岗，或均已达到上限。",
)
APPEAL = Sentence(
    "You can see every decision in which you were considered or excluded, with the arithmetic of your score, the rule "
    "that excluded you, and the smallest change that would have altered the outcome. You may appeal against it; "
    "whoever hears the appeal is no party to it, and an upheld appeal still keeps the hard rules.",
    "凡您曾被考虑或被排除的决定，您均可查看得分的计算过程、排除您的规则，以及足以改变结果的最小变化。您可以申诉；"
    "评审人与该决定无利害关系，申诉成立时仍须遵守硬性规则。",
)
SHARED_ROLE = Sentence(
    "{role}: each account has one person in this role, chosen among staff of this role by the following rules; order, "
    "ties, plans and rights are as for the owner.",
    "{role}：每个客户由一名该角色人员负责，按以下规则在该角色人员中产生；顺序、同分、方案与权利均与负责人相同。",
)
FIT_NAMES = {
    "geography": Sentence("geography", "地域"),
    "product": Sentence("products", "产品"),
    "industry": Sentence("industry", "行业"),
    "experience": Sentence("experience", "经验"),
}
PRIORITY_NAMES = {
    "value": Sentence("value", "价值"),
    "intent": Sentence("intent", "意向"),
    "newness": Sentence("newness", "新客户"),
}


def rulebook_text(rulebook: Rulebook, language: str) -> str:
    """The whole text in the language of a tag (Chinese for zh…, else English): headings, and `- ` before each rule."""
    lines = (sentence.in_language(language) for sentence in _lines(rulebook))
    return "\n".join(lines) + "\n"


def _lines(rulebook: Rulebook) -> Iterator[Sentence]:
    """The text line by line."""
    yield TITLE
    for heading, rules in _chapters(rulebook):
        yield Sentence("", "")
        yield heading
        yield from (Sentence(f"- {rule.en}", f"- {rule.zh}") for rule in rules)


def _chapters(rulebook: Rulebook) -> Iterator[tuple[Sentence, Iterable[Sentence]]]:
    """Each heading with its rules."""
    yield WHO, _who(rulebook)
    yield ORDER, _order(rulebook)
    yield WINNER, _winner(rulebook)
    yield TIES, [filled(HASH, key=rulebook.tie_key)]
    yield PLANS, _plans(rulebook)
    roles = rulebook.team_roles
    if roles:
        yield OTHER_ROLES, (one for role in roles for one in _other_role(rulebook, role))
    yield (
        Sentence(RIGHTS.en.format(number=7 if roles else 6), RIGHTS.zh.format(number="七" if roles else "六")),
        [APPEAL],
    )


def _who(rulebook: Rulebook) -> Iterator[Sentence]:
    """The hard rules."""
    rules = rulebook.hard_rules
    yield PRESENT
    yield from (applies if getattr(rules, name) else not_asked for name, (applies, not_asked) in COVERAGE.items())
    yield NOTHING_ASKED
    demands = [
        filled(LEVEL, tier=tier_name(code), level=level)
        for code, level in sorted(rules.minimum_experience.items())
        if level > 1
    ]
    yield filled(LEVELS, levels=joined(demands)) if demands else NO_LEVELS
    if rules.blocked_pairs:
        yield filled(BLOCKED, number=len(rules.blocked_pairs))
    yield from (applies if getattr(rules, name) else no_cap for name, (applies, no_cap) in CAPS.items())


def _order(rulebook: Rulebook) -> Iterator[Sentence]:
    """What comes first."""
    weights = _weights(vars(rulebook.priority), PRIORITY_NAMES)
    yield filled(PRIORITY, weights=joined(weights)) if weights else NO_PRIORITY
    yield THEN
    freshness = rulebook.freshness
    yield FRESHNESS["never" if freshness.verified else "unverified_too"]
    days = counted(freshness.most_days, "days")
    yield filled(FRESHNESS["stale"], days=days) if freshness.most_days else FRESHNESS["any_age"]


def _winner(rulebook: Rulebook) -> Iterator[Sentence]:
    """The parts of a score."""
    yield LOWEST
    balance = rulebook.balance
    points = {"value": balance.value, "workload": balance.workload, "count": balance.count}
    points |= {f"tier:{code}": balance.top_tiers[code] for code in sorted(balance.top_tiers)}
    loads = _weights(points, {name: load_name(name) for name in points})
    yield filled(LOADS, loads=joined(loads)) if loads else NO_LOADS
    if loads:
        yield ONLY_SOME
    fit = _weights(vars(rulebook.fit), FIT_NAMES)
    counts = bool(fit) and rulebook.misfit_price > 0
    yield filled(FIT, price=counted(rulebook.misfit_price, "points"), weights=joined(fit)) if counts else NO_FIT
    yield filled(MOVE, price=counted(rulebook.move_price, "points")) if rulebook.move_price else NO_MOVE


def _plans(rulebook: Rulebook) -> Iterator[Sentence]:
    """How plans are made, and what happens between two of them."""
    yield PASSES
    budget = rulebook.move_budget
    yield filled(BUDGET, permille=budget.rebalance_permille, accounts=counted(budget.appeal_accounts, "accounts"))
    yield filled(GIANTS, percent=rulebook.giants.percent)
    yield GIANTS_STAY if rulebook.giants.stay else GIANTS_BY_RULE
    yield ARRIVALS[rulebook.arrivals]
    yield POOL


def _other_role(rulebook: Rulebook, role: str) -> Iterator[Sentence]:
    """By which rules another team role is shared: its own demands and scores, everything else as for the owner."""
    rules, name = rulebook.for_role(role), ROLE_NAMES[Role(role)]
    yield filled(SHARED_ROLE, role=name)
    for sentence in (*_who(rules), *_winner(rules)):
        yield Sentence(f"{name.en}: {sentence.en}", f"{name.zh}：{sentence.zh}")


def _weights(points: Mapping[str, int], names: Mapping[str, Sentence]) -> list[Sentence]:
    """What has points, with its points."""
    return [
        Sentence(f"{names[name].en} {number}", f"{names[name].zh} {number}")
        for name, number in points.items()
        if number
    ]
