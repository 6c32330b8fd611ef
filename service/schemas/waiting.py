"""Accounts that wait for an owner, as JSON."""

from typing import Any
from uuid import UUID

from pydantic import Field

from service.schemas.fields import Instant, View
from service.schemas.page import PageFilter
from service.schemas.wording import Wording


class QueuedView(View):
    """An account without an owner, why, and what would help."""

    account_id: UUID
    account_code: str
    region: str | None
    tier: str | None = Field(description="Its grade in the scheme that counts, where the rule was asked.")
    department_id: UUID | None = Field(description="The team that was asked last; null for the whole company.")
    previous_owner_id: UUID | None = Field(description="Who had it, or has it but is here no more.")
    since: Instant = Field(description="When it lost its owner, or was entered.")
    reason: str = Field(
        description="never_asked, released, owner_left: somebody must put it to the rule. due: it is given out within "
        "minutes. outgrown: only a fresh ledger can weigh it. Otherwise why the rule names nobody now, such as "
        "all_at_cap or held_back:stale; it is asked again as soon as that is no longer so."
    )
    reason_text: Wording
    remedy: str
    remedy_text: Wording
    detail: dict[str, Any] = Field(description="Whom the remedy concerns.")


class QueuedPage(View):
    """Some accounts that wait, and where the next ones begin."""

    items: list[QueuedView]
    next_cursor: str | None


class QueuedFilter(PageFilter):
    """Whose."""

    department_id: UUID | None = Field(
        default=None, description="That this team was asked about last. 最近一次面向该团队分配。"
    )
