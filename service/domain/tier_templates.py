"""The grading systems that the service ships, as data to copy and change; each reads as a scheme.

Names, shares and services come from the field's own forms (大客户分类分级管理制度, 供水营销大客户管理制度, 80/20);
where those are silent (amounts, visits, hours, rhythms, which originals are needed) they are defaults.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any


def _words(en: str, zh: str) -> dict[str, str]:
    return {"en": en, "zh": zh}


def _service(code: str, en: str, zh: str, every_months: int | None = None) -> dict[str, Any]:
    return {"code": code, "name": _words(en, zh), "every_months": every_months}


def _promise(
    role: str | None, visits: int, hours: str, plan: str | None, services: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    return {
        "named_role": role,
        "visits_per_month": visits,
        "hours_per_month": hours,
        "plan_kind": plan,
        "ready_within_working_days": 10,
        "services": list(services),
    }


def _tier(
    code: str, name: dict[str, str], description: dict[str, str], minimum: str | None, promise: dict[str, Any]
) -> dict[str, Any]:
    graded = {} if minimum is None else {"minimum": minimum}
    originals = list(_ORIGINALS[promise["plan_kind"]])
    described = {"code": code, "name": name, "description": description}
    return described | graded | {"entitlements": promise, "originals": originals}


# By the plan that an account gets: the more is done for it, the more papers there are.
_ORIGINALS = {"personalised": range(1, 11), "standard": (1, 2, 3, 4, 8, 9, 10), "basic": (2, 4, 8)}


_NEEDS_ANALYSIS = _service("needs_analysis", "Usage survey and needs analysis", "用量调查与需求分析", 6)
_USAGE_ANALYSIS = _service("usage_analysis", "Usage analysis", "用量分析", 6)
_SERVICE_EVALUATION = _service("service_evaluation", "Service evaluation", "服务评价", 12)
_TRAINING = _service("technical_training", "Technical training", "技术培训", 12)
_RETURN_VISIT = _service("return_visit", "Return visit", "回访", 3)
_PRICE = _service("price_preference", "Price preference", "价格优惠")
_CUSTOM = _service("custom_service", "Custom service", "定制服务")
_GUARANTEE = _service("supply_guarantee", "Guaranteed supply", "供应保障")
_EFFICIENCY = _service("priority_handling", "Priority handling", "优先高效处理")
_SUPPORT = _service("basic_support", "Basic support", "基础支持")

_FULL = [_NEEDS_ANALYSIS, _SERVICE_EVALUATION, _PRICE, _CUSTOM]
_GOOD = [_USAGE_ANALYSIS, _SERVICE_EVALUATION, _GUARANTEE, _EFFICIENCY]
_PLAIN = [_RETURN_VISIT, _TRAINING, _SUPPORT]

FIVE_TIERS: dict[str, Any] = {
    "code": "five_tiers",
    "name": _words("Five tiers", "五级分级"),
    "method": "score",
    "criteria": [
        {
            "code": "buying_power",
            "name": _words("Buying power", "购买力"),
            "input": "potential_value_base",
            "weight": "4",
            "bands": [
                {"minimum": "0", "points": "1"},
                {"minimum": "1000000", "points": "2"},
                {"minimum": "10000000", "points": "3"},
                {"minimum": "100000000", "points": "4"},
            ],
        },
        {
            "code": "influence",
            "name": _words("Influence", "影响力"),
            "input": "influence",
            "weight": "3",
            "choices": {"huge": "4", "important": "3", "small": "2", "low": "1"},
        },
        {
            "code": "need",
            "name": _words("Need", "购买需求"),
            "input": "intent",
            "weight": "1",
            "choices": {"high": "3", "medium": "2", "low": "1"},
        },
    ],
    "tiers": [
        _tier(
            "gold",
            _words("Gold", "金牌客户"),
            _words(
                "Huge buying power and influence, a leader of its industry.",
                "购买力巨大，影响力巨大，行业龙头，意义重大。",
            ),
            "29",
            _promise("key_account_manager", 4, "16", "personalised", _FULL),
        ),
        _tier(
            "diamond",
            _words("Diamond", "钻石客户"),
            _words(
                "Fairly large buying power, interested, of important influence.", "购买力较大，感兴趣，影响力重要。"
            ),
            "24",
            _promise("key_account_manager", 3, "8", "personalised", _FULL),
        ),
        _tier(
            "platinum",
            _words("Platinum", "铂金客户"),
            _words(
                "Fairly large buying power, needs to buy, of low influence.", "购买力较大，有购买需求，影响力较低。"
            ),
            "18",
            _promise("key_account_specialist", 2, "4", "standard", _GOOD),
        ),
        _tier(
            "white_gold",
            _words("White gold", "白金客户"),
            _words("Some buying power, some need, of small influence.", "有一定购买力和一定需求，影响力较小。"),
            "13",
            _promise("key_account_specialist", 1, "2", "standard", _GOOD),
        ),
        _tier(
            "silver",
            _words("Silver", "银牌客户"),
            _words("Average buying power, little demand, of low influence.", "购买力一般，需求很少，影响力低。"),
            "8",
            _promise(None, 0, "1", "basic", _PLAIN),
        ),
    ],
}

ABC: dict[str, Any] = {
    "code": "abc",
    "name": _words("A/B/C by share", "A/B/C 份额分级"),
    "method": "share",
    "measure": "potential_value_base",
    "basis": "cumulative_group",
    "tiers": [
        _tier(
            "a",
            _words("Class A", "A类客户"),
            _words(
                "Half of the whole; strong, with high demands on service.", "占总量 50% 以上，实力雄厚，服务需求较高。"
            ),
            "0.50",
            _promise("key_account_manager", 4, "16", "personalised", _FULL),
        ),
        _tier(
            "b",
            _words("Class B", "B类客户"),
            _words("The next fifth; fairly strong, with usual demands.", "占总量 20% 以上，实力较强，服务需求一般。"),
            "0.20",
            _promise("key_account_specialist", 2, "8", "standard", _GOOD),
        ),
        _tier(
            "c",
            _words("Class C", "C类客户"),
            _words("The next tenth; weaker, with usual demands.", "占总量 10% 以上，实力较弱，服务需求一般。"),
            "0.10",
            _promise(None, 1, "2", "basic", _PLAIN),
        ),
    ],
}

PARETO: dict[str, Any] = {
    "code": "pareto",
    "name": _words("80/20", "二八法则"),
    "method": "pareto",
    "measure": "potential_value_base",
    "carries": "0.80",
    "tiers": [
        _tier(
            "key",
            _words("Key account", "大客户"),
            _words(
                "The top fifth of the accounts, which carries most of the sales.", "排名前 20%、承担大部分销售的客户。"
            ),
            "0.20",
            _promise("key_account_manager", 2, "8", "personalised", _FULL),
        ),
        _tier(
            "other",
            _words("Other account", "一般客户"),
            _words("All the others.", "其余客户。"),
            None,
            _promise(None, 0, "1", "basic", _PLAIN),
        ),
    ],
}

IMPORTANCE: dict[str, Any] = {
    "code": "importance",
    "name": _words("Importance after the card check", "核查后的重要程度"),
    "method": "manual",
    "tiers": [
        _tier(
            "important",
            _words("Important", "重要客户"),
            _words("Found important by the check of its card.", "经档案核查认定为重要。"),
            None,
            _promise("key_account_manager", 2, "8", "standard", _GOOD),
        ),
        _tier(
            "special",
            _words("Special", "特殊客户"),
            _words("Found by the check to need special attention.", "经档案核查认定需特别关注。"),
            None,
            _promise("key_account_specialist", 1, "4", "standard", _GOOD),
        ),
        _tier(
            "ordinary",
            _words("Ordinary", "一般性客户"),
            _words("Found ordinary by the check of its card.", "经档案核查认定为一般。"),
            None,
            _promise(None, 0, "1", "basic", _PLAIN),
        ),
    ],
}

TEMPLATES: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {template["code"]: template for template in (FIVE_TIERS, ABC, PARETO, IMPORTANCE)}
)
