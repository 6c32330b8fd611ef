"""Periodic reviews (定期审核) of how a team's accounts are distributed: what was found, and what that suggests."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from service.errors import Sentence


@dataclass(frozen=True, slots=True)
class ReviewSettings:
    """How often a team is reviewed, in months, and how soon a review is to be closed, in working days."""

    months: int = 3
    working_days: int = 10


class ReviewState(StrEnum):
    """A review; it is closed with at least one decision.

    审核的状态；至少作出一项决定方可结束。
    """

    OPEN = "open"
    CLOSED = "closed"


class ReviewDecisionKind(StrEnum):
    """What a review decides on.

    审核可作出的决定。
    """

    KEEP = "keep"
    REBALANCE = "rebalance"
    AMEND_RULEBOOK = "amend_rulebook"
    CHECK_DATA = "check_data"
    FOLLOW_UP = "follow_up"


def suggestions(findings: Mapping[str, Any], limit_percent: int) -> list[dict[str, Any]]:
    """What the findings of a review suggest, each with its code and a sentence; to keep things where nothing else.

    `limit_percent`: by how many percentage points a load's variation may rise.
    """
    found = [
        *_of_fairness(findings["fairness"], limit_percent),
        *_of_data(findings["freshness"]),
        *_of_results(findings["results"]),
        *_of_feedback(findings["feedback"]),
    ]
    keep = (ReviewDecisionKind.KEEP, "Nothing found asks for a change.", "未发现需要调整之处。")
    return [{"code": str(code), "text": Sentence(en, zh)._asdict()} for code, en, zh in found or [keep]]


Suggestion = tuple[ReviewDecisionKind, str, str]


def _of_fairness(fairness: Mapping[str, Any] | None, limit: int) -> Iterator[Suggestion]:
    if fairness is None:
        return
    for part in fairness["dimensions"]:
        rise = Decimal(part["rise_percent"] or 0)
        if rise > limit:
            points = f"{rise:.1f}"
            yield (
                ReviewDecisionKind.REBALANCE,
                f"The load {part['name']} has drifted apart by {points} percentage points: a rebalancing may help.",
                f"负荷 {part['name']} 的差距扩大了 {points} 个百分点，可考虑再平衡。",
            )


def _of_data(freshness: Mapping[str, Any]) -> Iterator[Suggestion]:
    due, held = freshness["cards_due"], freshness["held_back"]
    if due or held:
        yield (
            ReviewDecisionKind.CHECK_DATA,
            f"Account cards due for their check: {due}; accounts held back by old data: {held}.",
            f"待核对的客户卡 {due} 张；因数据过期暂缓分配的客户 {held} 个。",
        )


def _of_results(results: Mapping[str, Any]) -> Iterator[Suggestion]:
    missed, overdue = results["visits_due"] - results["visits_made"], results["tasks_overdue"]
    if missed > 0 or overdue:
        yield (
            ReviewDecisionKind.FOLLOW_UP,
            f"Promised visits that were not made: {max(missed, 0)}; overdue tasks: {overdue}.",
            f"应进行而未进行的拜访 {max(missed, 0)} 次；逾期任务 {overdue} 项。",
        )


def _of_feedback(feedback: Mapping[str, Any]) -> Iterator[Suggestion]:
    upheld = feedback["appeals_upheld"]
    if upheld:
        yield (
            ReviewDecisionKind.AMEND_RULEBOOK,
            f"Appeals found right: {upheld} of {feedback['appeals_decided']}. Look at the rules behind them.",
            f"{feedback['appeals_decided']} 件申诉中有 {upheld} 件成立，请检视相关规则。",
        )
