"""Tasks as JSON: the division table (大客户分工) with its eight columns."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.domain.states import TaskState
from service.schemas.fields import UNCHANGED, Body, Day, Instant, Text200, Text2000, View
from service.schemas.page import PageFilter


class TaskCreate(Body):
    """A new task; somebody is responsible, a person of the company or, failing that, a name."""

    account_id: UUID = Field(description="For which customer (客户名称).")
    subject: Text200 = Field(description="Main task (主要任务).", examples=["商务谈判"])
    assignee_id: UUID | None = Field(default=None, description="Person responsible (负责人), who may see the account.")
    assignee_text: Text200 | None = Field(default=None, description="A name where no staff member is meant.")
    contact_text: Text200 | None = Field(default=None, description="Contact method (联系方式) as written.")
    planned_on: Day | None = Field(default=None, description="Planned completion (预计完成日期).")
    note: Text2000 | None = Field(default=None, description="Note (备注).", examples=["需提前准备相关材料"])


class TaskUpdate(Body):
    """A merge patch of a task; its state is changed by start, finish, cancel and reopen."""

    subject: Text200 = UNCHANGED
    assignee_id: UUID | None = None
    assignee_text: Text200 | None = None
    contact_text: Text200 | None = None
    planned_on: Day | None = None
    note: Text2000 | None = None


class TaskStep(Body):
    """A step of a task to another state."""

    note: Text2000 | None = Field(default=None, description="Replaces the note (备注) when given.")


class TaskFinish(TaskStep):
    """The end of a task."""

    actual_on: Day | None = Field(default=None, description="Actual completion (实际完成日期); today when left out.")


class TaskView(View):
    """A task: planned, actual, and how the one stands to the other."""

    id: UUID
    account_id: UUID
    account_name: str = Field(examples=["华为技术有限公司"])
    subject: str = Field(examples=["商务谈判"])
    stage: str | None = Field(description="The stage of the account's division of labour that it is for.")
    assignee_id: UUID | None
    assignee_text: str | None
    assignee: str | None = Field(description="The name of whoever is responsible.", examples=["张伟"])
    contact_text: str | None
    planned_on: Day | None
    actual_on: Day | None
    state: str = Field(description="`not_started`, `in_progress`, `done` or `cancelled`.")
    note: str | None
    punctuality: str = Field(
        description="`early`, `on_time`, `late`, `due`, `overdue`, `undated` or `cancelled`, by today's date."
    )
    working_days_late: int | None = Field(description="Working days past the planned date; negative before it.")
    origin: str = Field(description="`manual`, `interaction` or `import`.")
    interaction_id: UUID | None = Field(description="The interaction whose commitment this is.")
    version: int
    created_at: Instant
    updated_at: Instant


class TaskPage(View):
    """Some tasks, and where the next ones begin."""

    items: list[TaskView]
    next_cursor: str | None


class TaskSort(StrEnum):
    """What tasks are sorted by; a leading minus turns the order round. Undated tasks come last by planned date."""

    CREATED = "created_at"
    CREATED_DESC = "-created_at"
    PLANNED = "planned_on"
    PLANNED_DESC = "-planned_on"


class TaskFilter(PageFilter):
    """Typed filters, one per field."""

    account_id: UUID | None = Field(default=None, description="Tasks for this account. 该客户的任务。")
    assignee_id: UUID | None = Field(default=None, description="Tasks of this person. 此人的任务。")
    state: Annotated[list[TaskState], Field(max_length=4)] | None = Field(default=None, description="Any of these.")
    overdue: bool | None = Field(
        default=None,
        description="true: open and past the planned date; false: the others. true：已逾期未完成；false：其余。",
    )
    planned_from: Day | None = Field(default=None, description="Planned on this day or later. 计划日期不早于此日。")
    planned_to: Day | None = Field(default=None, description="Planned on this day or earlier. 计划日期不晚于此日。")
    interaction_id: UUID | None = Field(
        default=None, description="Tasks that this interaction promised. 该次互动中承诺的任务。"
    )
    sort: TaskSort = Field(default=TaskSort.CREATED, description="The order.")
