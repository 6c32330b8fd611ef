"""Accounts that wait for an owner, as JSON."""

from typing import Any
from uuid import UUID

from pydantic import Field

from service.schemas.fields import Instant, View
from service.schemas.page import PageFilter
from service.schemas.wording import Wording


class QueuedView(View):
    """An account without an owner, why, and what would help. 无人负责的客户、原因及解决办法。"""

    account_id: UUID
    account_code: str
    region: str | None
    tier: str | None = Field(
        description="Its grade in the scheme that counts, where the rule was asked. "
        "按所依据的分级方案的级别；未按规则分配时为空。"
    )
    department_id: UUID | None = Field(
        description="The team that was asked last; null for the whole company. 最近一次面向的团队；空表示全公司。"
    )
    previous_owner_id: UUID | None = Field(
        description="Who had it, or has it but is here no more. 原负责人，或名义上仍负责但已不在岗的人。"
    )
    since: Instant = Field(description="When it lost its owner, or was entered. 失去负责人或录入的时间。")
    reason: str = Field(
        description="never_asked, released, owner_left: somebody must put it to the rule. due: it is given out "
        "within minutes. outgrown: only a fresh ledger can weigh it. Otherwise why the rule names "
        "nobody now, such as all_at_cap or held_back:stale; it is asked again as soon as that is no "
        "longer so. "
        "never_asked、released、owner_left：须有人提交按规则分配。due：几分钟内即分配。outgrown："
        "须以新台账重新衡量。其余为目前按规则无人可负责的原因，如 all_at_cap 或 held_back:stale；"
        "原因消除后即重新按规则分配。"
    )
    reason_text: Wording
    remedy: str
    remedy_text: Wording
    detail: dict[str, Any] = Field(description="Whom the remedy concerns. 解决办法所涉及的对象。")


class QueuedPage(View):
    """Some accounts that wait, and where the next ones begin. 一页等待分配的客户及下一页的起点。"""

    items: list[QueuedView]
    next_cursor: str | None


class QueuedFilter(PageFilter):
    """Whose."""

    department_id: UUID | None = Field(
        default=None, description="That this team was asked about last. 最近一次面向该团队分配。"
    )
