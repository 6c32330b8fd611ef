"""Handover (离职交接): what a person who leaves still has, and what becomes of each piece."""

from enum import StrEnum

from service.errors import Sentence


class Held(StrEnum):
    """What a person may have that somebody must take over or that ends, in the order in which it is listed.

    一个人名下须由他人接手或随之结束的事物，按所列顺序。
    """

    ACCOUNT = "account"
    TASK = "task"
    TEAM = "team"
    APPEAL = "appeal"
    LOAN = "loan"
    READING_SESSION = "reading_session"
    PAPER = "paper"
    DELEGATION = "delegation"
    DEPARTMENT = "department"


class Fate(StrEnum):
    """What a handover does with it."""

    NOT_PROPOSED = "not_proposed"
    ASSIGNED = "assigned"
    UNASSIGNED = "unassigned"
    STAYS = "stays"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    REDRAWN = "redrawn"
    MEDIATION_ENDED = "mediation_ended"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    REVOKED = "revoked"
    TO_RETURN = "to_return"
    TO_REPLACE = "to_replace"


FATES = {
    Fate.NOT_PROPOSED: Sentence("No plan proposes a new owner yet.", "尚无方案提出新的负责人。"),
    Fate.ASSIGNED: Sentence("It goes to the person named.", "移交给所列人员。"),
    Fate.UNASSIGNED: Sentence("Nobody may take it now; it waits for an owner.", "目前无人可承接，等待分配。"),
    Fate.STAYS: Sentence("It stays where it is for the time being.", "暂时保持不变。"),
    Fate.ENDED: Sentence("The person leaves the team.", "该人员退出客户团队。"),
    Fate.WITHDRAWN: Sentence("The appeal is withdrawn: its appellant leaves.", "申诉人离开，申诉撤回。"),
    Fate.REDRAWN: Sentence("Another independent reviewer is drawn.", "另行抽选独立评审人。"),
    Fate.MEDIATION_ENDED: Sentence(
        "The mediation ends and the review goes on; another mediator may be appointed.",
        "调解终止，评审继续；可另行指定调解人。",
    ),
    Fate.CANCELLED: Sentence("The request is cancelled.", "申请取消。"),
    Fate.LAPSED: Sentence("The approval lapses.", "批准失效。"),
    Fate.REVOKED: Sentence("It ends at once.", "立即终止。"),
    Fate.TO_RETURN: Sentence("The paper must be returned to the archivist.", "纸质档案须归还档案管理员。"),
    Fate.TO_REPLACE: Sentence("Somebody else must be appointed.", "须另行任命。"),
}
"""Every fate in words."""
