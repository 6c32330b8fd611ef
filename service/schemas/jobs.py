"""Jobs as JSON: work that outlives its request."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from service.domain.states import JobState
from service.schemas.fields import Body, Instant, Text50, Text2000, View
from service.schemas.page import PageFilter


class JobProblem(View):
    """Why a job failed."""

    code: str = Field(description="Stable snake_case code.")
    detail: str = Field(description="A sentence in the caller's language.")


class JobView(View):
    """Work that outlives its request."""

    id: UUID
    kind: str = Field(examples=["run_import"])
    subject_id: UUID = Field(description="What is worked on.")
    state: str = Field(description="`queued`, `running`, `succeeded`, `failed` or `cancelled`.")
    progress: int = Field(description="How far, in per cent.")
    result: dict[str, Any] | None
    problem: JobProblem | None
    created_by: UUID | None
    created_at: Instant
    started_at: Instant | None
    ended_at: Instant | None


class JobPage(View):
    """Some jobs, and where the next ones begin."""

    items: list[JobView]
    next_cursor: str | None


class JobFilter(PageFilter):
    """Typed filters, one per field."""

    kind: Annotated[list[Text50], Field(max_length=20)] | None = Field(
        default=None, description="Any of these kinds. 这些类型之一。"
    )
    state: Annotated[list[JobState], Field(max_length=5)] | None = Field(default=None, description="Any of these.")
    subject_id: UUID | None = Field(default=None, description="On this record. 针对该记录。")


class JobCancellation(Body):
    """Why a job is called off."""

    reason: Text2000 | None = Field(default=None, description="Why.")
