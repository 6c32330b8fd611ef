"""The archive's words and numbers: classes and their ranks, kinds, groups of originals, how long things are kept."""

from datetime import date
from enum import StrEnum

from service.domain.people import LEADERS, Role
from service.errors import Sentence


class Confidentiality(StrEnum):
    """How secret an item is. Here confidential ranks above secret: compare ranks, never names.

    档案的密级。此处机密高于秘密：请比较 rank，不要比较名称。
    """

    UNCLASSIFIED = "unclassified"
    SECRET = "secret"  # noqa: S105 - a class of papers
    CONFIDENTIAL = "confidential"
    TOP_SECRET = "top_secret"  # noqa: S105 - the same

    @property
    def rank(self) -> int:
        """0 for unclassified to 3 for top secret."""
        return _RANKS[self]

    @property
    def is_classified(self) -> bool:
        """Whether it is more than unclassified."""
        return self.rank > 0


_RANKS = {name: rank for rank, name in enumerate(Confidentiality)}
SECRET, CONFIDENTIAL, TOP_SECRET = (name.rank for name in list(Confidentiality)[1:])


class FilingKind(StrEnum):
    """The fifteen kinds of records that are filed.

    十五类归档类别。
    """

    PLANNING = "planning"
    ANNUAL_PLAN = "annual_plan"
    STATISTICS = "statistics"
    FINANCIAL_AUDIT = "financial_audit"
    ACCOUNTING = "accounting"
    PAYROLL = "payroll"
    OPERATIONS = "operations"
    PERSONNEL = "personnel"
    MINUTES = "minutes"
    RESOLUTION = "resolution"
    MANDATE = "mandate"
    AGREEMENT = "agreement"
    CONTRACT = "contract"
    PROJECT_PLAN = "project_plan"
    NOTICE = "notice"


KIND_NAMES = {
    FilingKind.PLANNING: Sentence("Planning", "规划"),
    FilingKind.ANNUAL_PLAN: Sentence("Annual plan", "年度计划"),
    FilingKind.STATISTICS: Sentence("Statistics", "统计资料"),
    FilingKind.FINANCIAL_AUDIT: Sentence("Financial audit", "财务审计"),
    FilingKind.ACCOUNTING: Sentence("Accounting", "会计档案"),
    FilingKind.PAYROLL: Sentence("Labour and wages", "劳动工资"),
    FilingKind.OPERATIONS: Sentence("State of business", "经营情况"),
    FilingKind.PERSONNEL: Sentence("Personnel", "人事档案"),
    FilingKind.MINUTES: Sentence("Minutes of meetings", "会议记录"),
    FilingKind.RESOLUTION: Sentence("Decision", "决定"),
    FilingKind.MANDATE: Sentence("Letter of delegation", "委托书"),
    FilingKind.AGREEMENT: Sentence("Agreement", "协议"),
    FilingKind.CONTRACT: Sentence("Contract", "合同"),
    FilingKind.PROJECT_PLAN: Sentence("Project plan", "项目方案"),
    FilingKind.NOTICE: Sentence("Notice", "通知"),
}

ORIGINAL_GROUPS: dict[int, Sentence] = {
    1: Sentence(
        "Contract, negotiation, feasibility study, submissions and approvals", "合同、洽谈记录、可行性研究、报批文件"
    ),
    2: Sentence("Business licence", "营业执照复印件"),
    3: Sentence("Proof of ability to perform", "履约能力证明"),
    4: Sentence(
        "Certificates and powers of attorney of representatives", "法定代表人或经办人的证明、身份证、授权委托书"
    ),
    5: Sentence("Guarantor's ability and qualification", "担保人的担保能力和主体资格证明"),
    6: Sentence("Correspondence, telephone records, audio and video", "往来函件、电话记录、音像资料"),
    7: Sentence("Attestation and notarisation", "鉴证、公证文件"),
    8: Sentence("Contract originals, change and termination agreements", "合同正副本及变更、解除协议"),
    9: Sentence("Acceptance records", "验收记录"),
    10: Sentence("Delivery, receipt and payment vouchers", "交接、收付凭证"),
}


class Retention(StrEnum):
    """How long an item is kept.

    档案的保管期限。
    """

    PERMANENT = "permanent"
    YEARS_30 = "years_30"
    YEARS_10 = "years_10"

    def until(self, filed_on: date) -> date | None:
        """The day until which something filed on a day is kept; None for ever."""
        if self is Retention.PERMANENT:
            return None
        year = filed_on.year + (30 if self is Retention.YEARS_30 else 10)
        leap_day = (filed_on.month, filed_on.day) == (2, 29)
        return date(year, 3, 1) if leap_day else filed_on.replace(year=year)


class TwoPeople(StrEnum):
    """What nobody does alone.

    任何人不得单独完成的事项。
    """

    LOWER = "lower"
    DESTROY = "destroy"
    LIFT_HOLD = "lift_hold"


KEEPERS = frozenset({Role.ARCHIVIST, Role.OFFICE_DIRECTOR, Role.GENERAL_MANAGER})
DEPUTY_IN_CHARGE = "deputy_in_charge"  # of the item's department: a relation, which stands beside the roles here


def may_act_together(action: TwoPeople, rank: int, one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two different people, by their roles and whether they are the deputy in charge, may do this to an item.

    Lowering: general manager or deputy in charge, with the archivist; of a top-secret item general manager and a second
    leader. Destroying and lifting a hold: two of archivist, office director and general manager; of a top-secret item
    general manager and archivist.
    """
    if action is TwoPeople.LOWER:
        if rank == TOP_SECRET:
            return _pair(one, other, {Role.GENERAL_MANAGER}, LEADERS)
        return _pair(one, other, {Role.ARCHIVIST}, {Role.GENERAL_MANAGER, DEPUTY_IN_CHARGE})
    if rank == TOP_SECRET:
        return _pair(one, other, {Role.GENERAL_MANAGER}, {Role.ARCHIVIST})
    return any(_pair(one, other, {first}, KEEPERS - {first}) for first in KEEPERS)


def _pair(one: frozenset[str], other: frozenset[str], first: set[Role], second: frozenset[str] | set[str]) -> bool:
    """Whether one of two people fills the first place and the other the second."""
    return bool((one & first and other & second) or (other & first and one & second))
