"""What may be wrong with a row beyond its cells: every code with its sentence, told at the column concerned."""

from collections.abc import Sequence
from types import MappingProxyType

from service.domain.account_codes import RULE
from service.domain.headings import Column
from service.domain.invalid import Sentence
from service.domain.row_reading import CellProblem, distinct_names
from service.domain.unreadable import sentence

FLAWS = MappingProxyType(
    {
        "bad_code": Sentence(f"{RULE.en} This one is kept beside the row.", f"{RULE.zh}原文已另行保留。"),
        "contact_without_name": Sentence(
            "A number or address without a name is no contact; it is kept beside the row.",
            "缺少联系人姓名，联系方式已另行保留。",
        ),
        "contact_unverified": Sentence(
            "Neither the number nor the address of this contact could be verified.", "该联系人的电话和邮箱均未能核实。"
        ),
        "rate_missing": Sentence(
            "There is no exchange rate for this currency and day; the account is held back until there is one.",
            "没有该币种在该日期的汇率；补充之前该客户暂不参与分配。",
        ),
        "duplicate_candidate": Sentence(
            "More than one account may be meant; state its code.", "可能对应多个客户，请写明客户编号。"
        ),
        "repeated_in_file": Sentence(
            "Several rows speak of this account and do not fit together; keep one.",
            "文件中有多行涉及该客户且互不一致，请只保留一行。",
        ),
        "already_exists": Sentence(
            "Something with this code or reference exists already.", "已存在使用该编号或外部编号的记录。"
        ),
        "forbidden": Sentence("You may not change this account.", "您无权修改该客户。"),
        "illegal_transition": Sentence(
            "The task's present state does not lead to this one.", "任务的当前状态不能转换到该状态。"
        ),
        "not_on_team": Sentence(
            "This person does not see the account, so the task names them in words only; import again once they do.",
            "此人无权查看该客户，任务中仅以文字记录其姓名；待其加入团队后可再次导入。",
        ),
        "unknown_person": Sentence(
            "Nobody who works here, or more than one person, bears this name; state the staff code.",
            "没有此在职人员，或有多人同名；请写明工号。",
        ),
        "owned_by_another": Sentence(
            "Somebody else is responsible for this account and stays so; an assignment changes that.",
            "该客户现由他人负责，保持不变；如需更换请另行分配。",
        ),
        "may_not_assign": Sentence(
            "You may not make anybody responsible for this account; ask a leader or the line's manager.",
            "您无权指定该客户的负责人，请联系公司领导或所属部门经理。",
        ),
        "not_assignable": Sentence(
            "This person is not active, or holds no sales role, so nobody became responsible.",
            "此人未激活或没有销售角色，因此未指定负责人。",
        ),
        "hard_rule_broken": Sentence(
            "The published rules forbid this person this account: {rules}", "已发布的规则不允许此人负责该客户：{rules}"
        ),
        "sensitive": Sentence(
            "This field is hidden from you, so you cannot fill it; it is kept beside the row.",
            "您无权查看此字段，因此不能填写；原文已另行保留。",
        ),
        "person_repeated": Sentence(
            "Several rows have this staff code; keep one.", "文件中有多行使用同一工号，请只保留一行。"
        ),
        "bad_staff_code": Sentence(
            "A staff code has at most 40 letters, digits and . _ / -, and begins with a letter or digit.",
            "工号最多 40 个字母、数字或 . _ / -，且以字母或数字开头。",
        ),
        "bad_email": Sentence(
            "This is not an e-mail address; it is kept beside the row.", "不是有效的邮箱，原文已另行保留。"
        ),
        "unknown_department": Sentence(
            "There is no department of this name; enter it, then send the row again.",
            "没有该名称的部门；请先录入部门，再重新导入该行。",
        ),
        "experience_out_of_range": Sentence(
            "Experience counts from 1 to 5; this is kept beside the row.", "经验等级为 1 到 5，原文已另行保留。"
        ),
        "fte_out_of_range": Sentence(
            "A share of full time is above 0 and at most 1; this is kept beside the row.",
            "全职比例应大于 0 且不超过 1，原文已另行保留。",
        ),
        "hours_out_of_range": Sentence(
            "Hours a month are below 1,000,000; this is kept beside the row.",
            "每月工时须小于 1,000,000，原文已另行保留。",
        ),
        "unknown_role": Sentence(
            "There is no such role; write its name or code. What is not known is kept beside the row.",
            "没有该角色，请填写角色名称或代码；无法识别的原文已另行保留。",
        ),
        "role_proposed": Sentence(
            "A role with archive, approval or plan power is only proposed: it counts once a leader has agreed.",
            "具有档案、审批或分配方案权限的角色仅为提议，须经一位领导批准后生效。",
        ),
        "own_roles": Sentence(
            "Nobody changes their own roles; this is kept beside the row.", "任何人不得变更本人的角色，原文已另行保留。"
        ),
        "roles_after_leaving": Sentence(
            "Whoever has left gets no role; this is kept beside the row.", "已离职人员不能获得角色，原文已另行保留。"
        ),
        "status_is_moved": Sentence(
            "A list only says that somebody begins (active); leave, return and departure have operations of their own. "
            "This is kept beside the row.",
            "导入只能使待入职人员变为在职；休假、返岗与离职请用相应的操作办理，原文已另行保留。",
        ),
        "may_not_enter_people": Sentence("You may not enter or change people.", "您无权录入或修改员工。"),
    }
)
"""Code → sentence for what a cell alone does not tell."""


class Remarks:
    """Tells what is wrong with the rows of one file at the columns that they come from."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = {column.field: column for column in columns if column.field}
        self._names = dict(zip((column.field for column in columns), distinct_names(columns), strict=True))

    def problem(self, code: str, field: str | None = None, *, rejects: bool = False) -> CellProblem:
        """One problem with its sentence, at the column of a field where there is one."""
        column = self._columns.get(field) if field else None
        at, heading = (column.column, column.heading) if column else (None, None)
        return CellProblem(code, FLAWS.get(code) or sentence(code), at, heading, field, rejects=rejects)

    def heading(self, field: str) -> str:
        """Under which name the cells of a field's column are kept."""
        return self._names[field]


def clash(*, in_file: bool) -> CellProblem:
    """The problem of a row that may speak of more than one account, or that other rows of its file contradict."""
    code = "duplicate_candidate"
    return CellProblem(code, FLAWS["repeated_in_file" if in_file else code], rejects=True)
