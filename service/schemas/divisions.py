"""The division of labour on an account, as JSON."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.domain.division import Complexity, Scale, Stage
from service.schemas.fields import UNCHANGED, Body, Day, Text2000, View
from service.schemas.wording import Wording


class StageResponsible(Body):
    """Who is to answer for one stage. 由谁负责某一阶段。"""

    stage: Stage = Field(description="Which stage. 阶段。", examples=["negotiation"])
    staff_id: UUID | None = Field(
        description="A member of the account's team in that function; null for nobody. "
        "客户团队中具备该职能的成员；空表示无人负责。"
    )
    planned_on: Day | None = Field(default=None, description="Planned completion of its task. 对应任务的预计完成日期。")


class DivisionUpdate(Body):
    """A merge patch of the division; stages that are not named stay as they are.

    客户分工的合并补丁；未提及的阶段保持不变。
    """

    scale: Scale = Field(default=UNCHANGED, description="How large the project is. 项目规模。", examples=["large"])
    complexity: Complexity = Field(
        default=UNCHANGED, description="How involved it is. 复杂程度。", examples=["moderate"]
    )
    needs: Text2000 | None = Field(
        default=None, description="The account's specific needs. 客户的特定需求。", examples=["一体化交付"]
    )
    responsible: Annotated[list[StageResponsible], Field(max_length=10)] = Field(
        default=UNCHANGED, description="Who answers for which stage from now on. 今后各阶段的负责人。"
    )


class FindingView(View):
    """What is wrong with a stage. 阶段的问题。"""

    code: str = Field(
        description="nobody_responsible, several_responsible, not_at_work, wrong_function, no_task, "
        "several_tasks, somebody_elses_task or not_needed. "
        "无人负责、多人负责、不在岗、职能不符、没有任务、任务重复、任务属于他人或不需要该阶段。"
    )
    text: Wording


class StageView(View):
    """One stage of the account's work. 客户工作的一个阶段。"""

    stage: str
    name: Wording
    function: str = Field(
        description="The role on the team that answers for it; `sales` includes the owner. "
        "负责该阶段的团队角色；`sales` 包括负责人。"
    )
    needed: bool = Field(
        description="Whether a project of this scale and complexity has this stage. "
        "该规模与复杂程度的项目是否需要此阶段。"
    )
    staff_id: UUID | None = Field(description="Who answers for it. 该阶段的负责人。")
    staff_code: str | None
    staff_name: str | None = Field(description="Their name. 负责人姓名。")
    task_id: UUID | None = Field(description="Its task. 对应的任务。")
    task_state: str | None = Field(description="not_started, in_progress or done. 未开始、进行中或已完成。")
    planned_on: Day | None
    findings: list[FindingView] = Field(description="What is wrong with it. 该阶段的问题。")


class DivisionView(View):
    """Who answers for which stage of an account's work, and what is missing or doubled.

    客户各工作阶段的负责人，以及缺失与重复之处。
    """

    account_id: UUID
    scale: str = Field(description="small, medium or large. 小型、中型或大型。")
    complexity: str = Field(description="simple, moderate or complex. 简单、中等或复杂。")
    needs: str | None
    complete: bool = Field(
        description="Each stage has exactly one responsible person at work and one task of theirs, and none is "
        "doubled. "
        "每个阶段恰有一名在岗负责人及其一项任务，且无重复。"
    )
    stages: list[StageView] = Field(description="Every stage, in the order of the work. 全部阶段，按工作顺序。")
    version: int
