"""What a plan is checked by as JSON: its export, and its comparison with another."""

from typing import Any
from uuid import UUID

from pydantic import Field

from service.schemas.fairness import EvennessView
from service.schemas.fields import LoadName, View
from service.schemas.page import PageFilter
from service.schemas.wording import Wording


class ComparisonFilter(PageFilter):
    """With which plan, and how many accounts."""

    with_: UUID = Field(alias="with", description="The other plan. 另一个方案。")


class ComparedLoads(View):
    """How evenly one load lies after each plan. 两个方案之后某项负荷的均衡程度。"""

    name: LoadName
    this: EvennessView = Field(description="By this plan. 按该方案。")
    other: EvennessView | None = Field(
        description="Null where the other plan has no such load. 另一方案没有该项负荷时为空。"
    )


class ComparedCounts(View):
    """A number in each plan. 两个方案各自的数量。"""

    this: int = Field(description="By this plan. 按该方案。")
    other: int = Field(description="By the other plan. 按另一方案。")


class ComparedClaims(View):
    """Justified claims by load after each plan. 两个方案之后的合理主张，按负荷统计。"""

    this: dict[str, int] = Field(description="By this plan. 按该方案。")
    other: dict[str, int] = Field(description="By the other plan. 按另一方案。")


class ComparedAccount(View):
    """An account that goes to somebody else by the other plan. 按另一方案归他人的客户。"""

    account_id: UUID
    account_code: str
    owner_id: UUID | None = Field(description="Who has it when this plan was computed. 该方案计算时的负责人。")
    owner_code: str | None
    this_id: UUID | None = Field(
        description="Who gets it by this plan; null: it waits. 按该方案获得客户的人；空表示等待分配。"
    )
    this_code: str | None
    other_id: UUID | None = Field(
        description="Who gets it by the other plan; null: it waits. 按另一方案获得客户的人；空表示等待分配。"
    )
    other_code: str | None


class PlanExport(View):
    """Everything that a check of a plan without this service needs. 脱离本系统核验方案所需的全部内容。"""

    format: str = Field(description="Name and version of this form. 此格式的名称与版本。")
    snapshot: dict[str, Any] = Field(
        description="Accounts and people that the plan was computed from. 计算方案所依据的客户与人员。"
    )
    plan: dict[str, Any] = Field(description="What was decided, account by account. 逐个客户的决定。")
    certificate: dict[str, Any] | None = Field(
        description="What proves how near the plan is to the best one. 证明方案与最优方案差距的依据。"
    )


class PlanComparison(View):
    """Two plans side by side: accounts that both decide, and how fair each is.

    两个方案的对比：双方都决定的客户，以及各自的公平性。
    """

    plan_id: UUID
    other_id: UUID = Field(description="The other plan. 另一个方案。")
    same_owner: int = Field(description="Accounts that go to the same person by both. 两个方案中分给同一人的客户。")
    other_owner: int = Field(description="Accounts that do not. 两个方案中分给不同人的客户。")
    sentences: list[Wording]
    dimensions: list[ComparedLoads]
    claims: ComparedClaims
    waiting: ComparedCounts = Field(description="Accounts that nobody gets. 无人获得的客户。")
    items: list[ComparedAccount]
    next_cursor: str | None
