"""The numbers that a company may set for itself: a closed table, each with its default, limits and meaning."""

from dataclasses import dataclass
from enum import StrEnum

from service.domain.appeals import AppealSettings
from service.domain.interactions import InteractionSettings
from service.domain.invalid import invalid
from service.domain.lending import LendingSettings
from service.domain.reviews import ReviewSettings
from service.errors import Sentence

_APPEALS = AppealSettings()
_INTERACTIONS = InteractionSettings()
_LENDING = LendingSettings()
_REVIEWS = ReviewSettings()


class Unit(StrEnum):
    """What a setting counts."""

    WORKING_DAYS = "working_days"
    DAYS = "days"
    HOURS = "hours"
    MONTHS = "months"
    TIMES = "times"
    PERCENT = "percent"
    SWITCH = "switch"


@dataclass(frozen=True, slots=True)
class KnownSetting:
    """One whole number that may be set: how much without anybody's doing, and between which limits."""

    default: int
    unit: Unit
    minimum: int
    maximum: int
    description: Sentence

    def check(self, value: int) -> None:
        """Nothing, or `InvalidInput` when the value is outside the limits."""
        if not self.minimum <= value <= self.maximum:
            raise invalid(
                "/value",
                "out_of_range",
                f"A number from {self.minimum} to {self.maximum} is expected.",
                f"应为 {self.minimum} 到 {self.maximum} 之间的数。",
            )


KNOWN_SETTINGS: dict[str, KnownSetting] = {
    "appeal_filing_working_days": KnownSetting(
        _APPEALS.filing_working_days,
        Unit.WORKING_DAYS,
        1,
        60,
        Sentence("How long an assignment may be appealed against after its notice.", "分配通知之后可以申诉的期限。"),
    ),
    "appeal_decision_working_days": KnownSetting(
        _APPEALS.decision_working_days,
        Unit.WORKING_DAYS,
        1,
        60,
        Sentence("How soon a reviewer decides an appeal before it is escalated.", "评审人作出决定的期限，逾期升级。"),
    ),
    "appeal_reminder_working_days": KnownSetting(
        _APPEALS.reminder_working_days,
        Unit.WORKING_DAYS,
        0,
        20,
        Sentence("How long before a deadline of an appeal a reminder goes out.", "申诉期限届满前提醒的提前量。"),
    ),
    "appeal_mediation_working_days": KnownSetting(
        _APPEALS.mediation_working_days,
        Unit.WORKING_DAYS,
        1,
        60,
        Sentence("How long a mediation may last before the review goes on.", "调解的期限，逾期恢复评审。"),
    ),
    "appeal_escalation_working_days": KnownSetting(
        _APPEALS.escalation_working_days,
        Unit.WORKING_DAYS,
        1,
        60,
        Sentence("How long a verdict may be taken to the second instance.", "裁决之后可以提交二审的期限。"),
    ),
    "appeal_overturned_least": KnownSetting(
        _APPEALS.overturned_least,
        Unit.TIMES,
        1,
        1000,
        Sentence("How many verdicts on a rule are needed before an alert.", "对某条规则发出预警所需的最少裁决数。"),
    ),
    "appeal_overturned_percent": KnownSetting(
        _APPEALS.overturned_percent,
        Unit.PERCENT,
        1,
        100,
        Sentence(
            "Which part of the verdicts on a rule, found for the appellant, is an alert.",
            "涉及某条规则的裁决中申诉成立的比例达到此值即发出预警。",
        ),
    ),
    "appeal_escalations": KnownSetting(
        _APPEALS.escalations,
        Unit.TIMES,
        0,
        1,
        Sentence("How often an appeal goes on to another reviewer.", "申诉可升级至另一评审人的次数。"),
    ),
    "appeal_pin_working_days": KnownSetting(
        _APPEALS.pin_working_days,
        Unit.WORKING_DAYS,
        1,
        250,
        Sentence(
            "How long what an appeal won is left alone by redistribution.", "申诉成立后，新分配不参与重新分配的期限。"
        ),
    ),
    "rulebook_reminder_working_days": KnownSetting(
        5,
        Unit.WORKING_DAYS,
        1,
        60,
        Sentence(
            "How long somebody has to acknowledge a rulebook before each reminder.", "每次提醒确认规则手册之前的期限。"
        ),
    ),
    "review_months": KnownSetting(
        _REVIEWS.months,
        Unit.MONTHS,
        1,
        24,
        Sentence("How often each team's distribution is reviewed (定期审核).", "各团队分配情况定期审核的间隔。"),
    ),
    "review_working_days": KnownSetting(
        _REVIEWS.working_days,
        Unit.WORKING_DAYS,
        1,
        60,
        Sentence("How soon after its opening a review is to be closed.", "审核开启后应完成的期限。"),
    ),
    "interaction_edit_hours": KnownSetting(
        _INTERACTIONS.edit_hours,
        Unit.HOURS,
        0,
        168,
        Sentence(
            "How long the author may edit an interaction before it is only amended.", "作者可编辑互动记录的时限。"
        ),
    ),
    "commitment_working_days": KnownSetting(
        _INTERACTIONS.commitment_working_days,
        Unit.WORKING_DAYS,
        1,
        60,
        Sentence("When a commitment without a date is due.", "未注明日期的承诺的到期时限。"),
    ),
    "card_check_months": KnownSetting(
        2,
        Unit.MONTHS,
        1,
        24,
        Sentence("How often an account card is checked in full (全面检查).", "客户卡全面检查的间隔。"),
    ),
    "entitlement_months": KnownSetting(
        12,
        Unit.MONTHS,
        1,
        36,
        Sentence("How many months ahead what a grade promises is dated.", "级别应办事项提前排定日期的月数。"),
    ),
    "ledger_hours": KnownSetting(
        4,
        Unit.HOURS,
        1,
        24,
        Sentence(
            "How long routing measures shares by one snapshot before the next is taken.",
            "逐户分配沿用同一快照计量份额的时限。",
        ),
    ),
    "fairness_drift_percent": KnownSetting(
        10,
        Unit.PERCENT,
        1,
        100,
        Sentence(
            "By how many percentage points a load's variation may rise after a plan before an alert.",
            "方案生效后，负荷变异系数上升多少个百分点即发出预警。",
        ),
    ),
    "target_tolerance_percent": KnownSetting(
        10,
        Unit.PERCENT,
        1,
        100,
        Sentence(
            "How far a load may lie from its fair share and still count as on target in a review.",
            "定期审核中，负荷与公平份额相差多少以内视为达到目标。",
        ),
    ),
    "late_change_days": KnownSetting(
        14,
        Unit.DAYS,
        1,
        365,
        Sentence(
            "How long before a plan changes of people and accounts are shown with it.",
            "分配方案列示其计算前多少天内的人员与客户资料变更。",
        ),
    ),
    "loan_unclassified_days": KnownSetting(
        _LENDING.unclassified_days,
        Unit.DAYS,
        1,
        365,
        Sentence("How long an unclassified archive item is lent at most.", "非密档案的最长借阅天数。"),
    ),
    "loan_pickup_working_days": KnownSetting(
        _LENDING.pickup_working_days,
        Unit.WORKING_DAYS,
        0,
        20,
        Sentence(
            "How long an approved loan or reading session waits to begin before it lapses.",
            "借阅或阅览获批后等待开始的期限，逾期失效。",
        ),
    ),
    "archive_team_opens": KnownSetting(
        1,
        Unit.SWITCH,
        0,
        1,
        Sentence(
            "Whether an account's team opens its unclassified archive items without a loan; 1: yes, 0: no.",
            "客户团队是否可不经借阅直接打开该客户的非密档案；1 为可以，0 为不可以。",
        ),
    ),
    "invitation_hours": KnownSetting(
        72,
        Unit.HOURS,
        1,
        720,
        Sentence("How long an invitation's one-time link is good for.", "邀请链接（一次性）的有效时限。"),
    ),
}
