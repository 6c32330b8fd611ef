"""Tasks as JSON: the division table (大客户分工) with its eight columns."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.domain.states import TaskState
from service.schemas.fields import UNCHANGED, Body, Day, Instant, Text200, Text2000, View
from service.schemas.page import PageFilter


class TaskCreate(Body):
    """A new task; somebody is responsible, a person of the company or, failing that, a name.

    新任务；须有负责人：公司员工，或仅填写姓名。
    """

    account_id: UUID = Field(description="For which customer. 客户。")
    subject: Text200 = Field(description="Main task. 主要任务。", examples=["商务谈判"])
    assignee_id: UUID | None = Field(
        default=None, description="Person responsible, who may see the account. 负责人，须有权查看该客户。"
    )
    assignee_text: Text200 | None = Field(
        default=None, description="A name where no staff member is meant. 负责人不是公司员工时的姓名。"
    )
    contact_text: Text200 | None = Field(default=None, description="Contact method as written. 联系方式原文。")
    planned_on: Day | None = Field(default=None, description="Planned completion. 预计完成日期。")
    note: Text2000 | None = Field(default=None, description="Note. 备注。", examples=["需提前准备相关材料"])


class TaskUpdate(Body):
    """A merge patch of a task; its state is changed by start, finish, cancel and reopen.

    任务的合并补丁；状态通过 start、finish、cancel 与 reopen 变更。
    """

    subject: Text200 = UNCHANGED
    assignee_id: UUID | None = None
    assignee_text: Text200 | None = None
    contact_text: Text200 | None = None
    planned_on: Day | None = None
    note: Text2000 | None = None


class TaskStep(Body):
    """A step of a task to another state. 任务状态的变更。"""

    note: Text2000 | None = Field(default=None, description="Replaces the note when given. 填写时替换备注。")


class TaskFinish(TaskStep):
    """The end of a task. 任务的完成。"""

    actual_on: Day | None = Field(
        default=None, description="Actual completion; today when left out. 实际完成日期；不填则为今天。"
    )


class TaskView(View):
    """A task: planned, actual, and how the one stands to the other. 任务：计划、实际及两者的差异。"""

    id: UUID
    account_id: UUID
    account_name: str = Field(examples=["华为技术有限公司"])
    subject: str = Field(examples=["商务谈判"])
    stage: str | None = Field(
        description="The stage of the account's division of labour that it is for. 所对应的客户分工阶段。"
    )
    assignee_id: UUID | None
    assignee_text: str | None
    assignee: str | None = Field(description="The name of whoever is responsible. 负责人姓名。", examples=["张伟"])
    contact_text: str | None
    planned_on: Day | None
    actual_on: Day | None
    state: str = Field(
        description="`not_started`, `in_progress`, `done` or `cancelled`. 未开始、进行中、已完成或已取消。"
    )
    note: str | None
    punctuality: str = Field(
        description="`early`, `on_time`, `late`, `due`, `overdue`, `undated` or `cancelled`, by today's date. "
        "提前、按时、延迟、今日到期、逾期、未定日期或已取消，以当日为准。"
    )
    working_days_late: int | None = Field(
        description="Working days past the planned date; negative before it. 超过计划日期的工作日数；早于计划日期为负。"
    )
    origin: str = Field(description="`manual`, `interaction` or `import`. 手工、互动或导入。")
    interaction_id: UUID | None = Field(description="The interaction whose commitment this is. 产生此承诺任务的互动。")
    version: int
    created_at: Instant
    updated_at: Instant


class TaskPage(View):
    """Some tasks, and where the next ones begin. 一页任务及下一页的起点。"""

    items: list[TaskView]
    next_cursor: str | None


class TaskSort(StrEnum):
    """What tasks are sorted by; a leading minus turns the order round. Undated tasks come last by planned date.

    任务的排序依据；前加减号为倒序。按计划日期排序时，未定日期者在最后。
    """

    CREATED = "created_at"
    CREATED_DESC = "-created_at"
    PLANNED = "planned_on"
    PLANNED_DESC = "-planned_on"


class TaskFilter(PageFilter):
    """Typed filters, one per field."""

    account_id: UUID | None = Field(default=None, description="Tasks for this account. 该客户的任务。")
    assignee_id: UUID | None = Field(default=None, description="Tasks of this person. 此人的任务。")
    state: Annotated[list[TaskState], Field(max_length=4)] | None = Field(
        default=None, description="Any of these. 其中任一。"
    )
    overdue: bool | None = Field(
        default=None,
        description="true: open and past the planned date; false: the others. true：已逾期未完成；false：其余。",
    )
    planned_from: Day | None = Field(default=None, description="Planned on this day or later. 计划日期不早于此日。")
    planned_to: Day | None = Field(default=None, description="Planned on this day or earlier. 计划日期不晚于此日。")
    interaction_id: UUID | None = Field(
        default=None, description="Tasks that this interaction promised. 该次互动中承诺的任务。"
    )
    sort: TaskSort = Field(default=TaskSort.CREATED, description="The order. 排序。")
