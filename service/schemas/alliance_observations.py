"""What contacts were seen to do, rung by rung of the alliance ladder, as JSON."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.domain.alliance import Alliance, ladder
from service.schemas.fields import Body, Day, Instant, Text200, Text2000, View
from service.schemas.page import PageFilter


class AllianceObservationCreate(Body):
    """What somebody saw a contact do, as evidence of where they stand.

    某人观察到的联系人行为，作为其政治联盟状态的证据。
    """

    contact_id: UUID = Field(description="The contact. 联系人。")
    rung: Alliance = Field(
        description=f"The rung that it speaks for. 所证明的政治联盟状态。\n{ladder()}", examples=["supporter_1"]
    )
    observed_on: Day = Field(description="The day on which it was seen. 观察日期。", examples=["2026-03-02"])
    seen: Text2000 = Field(description="What was seen or heard. 所见所闻。", examples=["会后私下表示我方方案最好"])
    solution: Text200 | None = Field(
        default=None,
        description="The solution or opportunity that it is about. 所涉及的解决方案或商机。",
        examples=["年度采购"],
    )
    interaction_id: UUID | None = Field(
        default=None, description="The interaction with the account in which it was. 观察所在的与该客户的互动。"
    )


class AllianceObservationView(View):
    """Evidence of where a contact stands. 联系人政治联盟状态的证据。"""

    id: UUID
    account_id: UUID
    contact_id: UUID = Field(description="The contact. 联系人。")
    contact_name: str = Field(description="Name of the contact. 联系人姓名。")
    rung: str = Field(description=f"The rung that it speaks for. 所证明的政治联盟状态。\n{ladder()}")
    observed_on: Day = Field(description="The day on which it was seen. 观察日期。")
    seen: str = Field(description="What was seen or heard. 所见所闻。")
    solution: str | None = Field(description="The solution or opportunity that it is about. 所涉及的解决方案或商机。")
    interaction_id: UUID | None = Field(description="The interaction in which it was. 观察所在的互动。")
    author_id: UUID = Field(description="Who saw it. 观察人。")
    version: int
    created_at: Instant
    updated_at: Instant


class AllianceObservationPage(View):
    """Some observations, and where the next ones begin. 一页政治联盟证据及下一页的起点。"""

    items: list[AllianceObservationView]
    next_cursor: str | None


class AllianceObservationSort(StrEnum):
    """What observations are sorted by; a leading minus turns the order round.

    政治联盟证据的排序依据；前加减号为倒序。
    """

    CREATED = "created_at"
    CREATED_DESC = "-created_at"
    OBSERVED = "observed_on"
    OBSERVED_DESC = "-observed_on"


class AllianceObservationFilter(PageFilter):
    """Typed filters, one per field; repeat one for any of several values."""

    account_id: UUID | None = Field(default=None, description="Of this account's contacts. 该客户的联系人。")
    contact_id: UUID | None = Field(default=None, description="Of this contact. 该联系人。")
    rung: Annotated[list[Alliance], Field(max_length=17)] | None = Field(
        default=None, description="On these rungs. 处于这些政治联盟状态。"
    )
    observed_from: Day | None = Field(default=None, description="Seen on or after this day. 观察日期不早于此日。")
    observed_to: Day | None = Field(default=None, description="Seen on or before this day. 观察日期不晚于此日。")
    sort: AllianceObservationSort = Field(default=AllianceObservationSort.CREATED, description="The order. 排序。")
