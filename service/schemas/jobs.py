"""Jobs as JSON: work that outlives its request."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from service.domain.states import JobState
from service.schemas.fields import Body, Instant, Text50, Text2000, View
from service.schemas.page import PageFilter


class JobProblem(View):
    """Why a job failed. 作业失败的原因。"""

    code: str = Field(description="Stable snake_case code. 固定的 snake_case 代码。")
    detail: str = Field(description="A sentence in the caller's language. 以调用者的语言说明。")


class JobView(View):
    """Work that outlives its request. 在请求结束后继续进行的工作。"""

    id: UUID
    kind: str = Field(examples=["run_import"])
    subject_id: UUID = Field(description="What is worked on. 所处理的对象。")
    state: str = Field(
        description="`queued`, `running`, `succeeded`, `failed` or `cancelled`. 排队中、运行中、成功、失败或已取消。"
    )
    progress: int = Field(description="How far, in per cent. 进度百分比。")
    result: dict[str, Any] | None
    problem: JobProblem | None
    created_by: UUID | None
    created_at: Instant
    started_at: Instant | None
    ended_at: Instant | None


class JobPage(View):
    """Some jobs, and where the next ones begin. 一页作业及下一页的起点。"""

    items: list[JobView]
    next_cursor: str | None


class JobFilter(PageFilter):
    """Typed filters, one per field."""

    kind: Annotated[list[Text50], Field(max_length=20)] | None = Field(
        default=None, description="Any of these kinds. 这些类型之一。"
    )
    state: Annotated[list[JobState], Field(max_length=5)] | None = Field(
        default=None, description="Any of these. 其中任一。"
    )
    subject_id: UUID | None = Field(default=None, description="On this record. 针对该记录。")


class JobCancellation(Body):
    """Why a job is called off. 取消作业的原因。"""

    reason: Text2000 | None = Field(default=None, description="Why. 原因。")
