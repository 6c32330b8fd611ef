"""Changes shortly before a plan, as JSON."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.schemas.fields import Instant, View
from service.schemas.history import TimeSort
from service.schemas.page import PageFilter


class LateChangeKind(StrEnum):
    """What was changed."""

    PROFILE = "profile"
    VALUE = "value"
    VERIFICATION = "verification"


class LateChangeView(View):
    """A change of a candidate, or of what decides an account, shortly before a plan."""

    id: UUID = Field(description="Of the audit entry.")
    at: Instant
    kind: str = Field(description="profile, value or verification.")
    actor_id: UUID | None
    actor: str = Field(description="Kind and code of whoever changed it.", examples=["staff:S0001"])
    account_id: UUID | None
    account_code: str | None
    staff_id: UUID | None = Field(description="Whose profile it is.")
    staff_code: str | None
    fields: list[str] = Field(description="Names of what changed.")
    by_themselves: bool = Field(description="Somebody changed their own profile.")
    by_candidate: bool = Field(description="A candidate of the plan changed it.")
    by_winner: bool = Field(description="Whoever changed the account's data gets or keeps it by the plan.")


class LateChangePage(View):
    """Some changes, and where the next ones begin."""

    items: list[LateChangeView]
    next_cursor: str | None


class LateChangeFilter(PageFilter):
    """Which changes."""

    kind: Annotated[list[LateChangeKind], Field(max_length=3)] | None = Field(default=None, description="Kinds. 类型。")
    sort: TimeSort = Field(default=TimeSort.NEWEST, description="The order.")
