"""The division of labour on an account, as JSON."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.domain.division import Complexity, Scale, Stage
from service.schemas.fields import UNCHANGED, Body, Day, Text2000, View
from service.schemas.wording import Wording


class StageResponsible(Body):
    """Who is to answer for one stage."""

    stage: Stage = Field(description="Which stage.", examples=["negotiation"])
    staff_id: UUID | None = Field(description="A member of the account's team in that function; null for nobody.")
    planned_on: Day | None = Field(default=None, description="Planned completion (预计完成日期) of its task.")


class DivisionUpdate(Body):
    """A merge patch of the division; stages that are not named stay as they are."""

    scale: Scale = Field(default=UNCHANGED, description="How large the project is (项目规模).", examples=["large"])
    complexity: Complexity = Field(
        default=UNCHANGED, description="How involved it is (复杂程度).", examples=["moderate"]
    )
    needs: Text2000 | None = Field(default=None, description="The account's specific needs.", examples=["一体化交付"])
    responsible: Annotated[list[StageResponsible], Field(max_length=10)] = Field(
        default=UNCHANGED, description="Who answers for which stage from now on."
    )


class FindingView(View):
    """What is wrong with a stage."""

    code: str = Field(
        description="nobody_responsible, several_responsible, not_at_work, wrong_function, no_task, several_tasks, "
        "somebody_elses_task or not_needed."
    )
    text: Wording


class StageView(View):
    """One stage of the account's work."""

    stage: str
    name: Wording
    function: str = Field(description="The role on the team that answers for it; `sales` includes the owner.")
    needed: bool = Field(description="Whether a project of this scale and complexity has this stage.")
    staff_id: UUID | None = Field(description="Who answers for it.")
    staff_code: str | None
    staff_name: str | None = Field(description="Their name.")
    task_id: UUID | None = Field(description="Its task.")
    task_state: str | None = Field(description="not_started, in_progress or done.")
    planned_on: Day | None
    findings: list[FindingView]


class DivisionView(View):
    """Who answers for which stage of an account's work, and what is missing or doubled."""

    account_id: UUID
    scale: str = Field(description="small, medium or large.")
    complexity: str = Field(description="simple, moderate or complex.")
    needs: str | None
    complete: bool = Field(
        description="Each stage has exactly one responsible person at work and one task of theirs, and none is doubled."
    )
    stages: list[StageView] = Field(description="Every stage, in the order of the work.")
    version: int
