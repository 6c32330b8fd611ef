"""Reading sessions as JSON."""

from enum import StrEnum
from ipaddress import ip_network
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StrictInt, StringConstraints

from service.domain.lending import Duty
from service.domain.states import ReadingState
from service.errors import FieldFlaw
from service.schemas.fields import Body, Instant, Text200, Text2000, View
from service.schemas.page import PageFilter


def network(text: str) -> str:
    """An address range as it is compared."""
    try:
        return str(ip_network(text))
    except ValueError:
        raise FieldFlaw(
            "not_a_network", "A network such as 10.1.2.0/24 is expected.", "应为网段，例如 10.1.2.0/24。"
        ) from None


Network = Annotated[str, StringConstraints(min_length=1, max_length=50), AfterValidator(network)]


class ReadingSessionCreate(Body):
    """Somebody wants to read a confidential item; here confidential ranks above secret.

    阅览机密档案的申请；此处机密高于秘密。
    """

    item_id: UUID = Field(description="What to read. 阅览的档案。")
    purpose: Text2000 = Field(description="What it is needed for. 用途。", examples=["核对并购协议附件"])
    duration_seconds: StrictInt = Field(
        ge=1,
        le=14400,
        description="For how long, 4 hours (14400) at most. 秒数，至多 4 小时（14400）。",
        examples=[3600],
    )
    acknowledged: Annotated[list[Duty], Field(max_length=10)] = Field(
        description="Every duty of a borrower. 借阅人的全部义务。",
        examples=[["care", "no_alteration", "no_copying", "no_lending_on", "no_loss"]],
    )


class ReadingGrant(Body):
    """Where the session takes place. 阅览的地点。"""

    place: Text200 = Field(
        description="The place, as people call it. 通常使用的地点名称。", examples=["总经理办公室档案室 2 号桌"]
    )
    networks: Annotated[list[Network], Field(min_length=1, max_length=10)] = Field(
        description="From where requests come at that place. 该地点的请求来源网段。", examples=[["10.1.2.0/24"]]
    )


class PageRequest(Body):
    """One look at one page. 查看一页。"""

    page: StrictInt = Field(ge=1, le=2000, description="Which page, from 1. 页码，从 1 起。", examples=[1])


class ReadingSessionView(View):
    """A reading session; here confidential ranks above secret. 阅览；此处机密高于秘密。"""

    id: UUID
    item_id: UUID
    reader_id: UUID
    purpose: str
    duration_seconds: int
    state: str = Field(
        description="requested, approved, refused, cancelled, lapsed, active, ended, expired or revoked. "
        "待审批、已批准、已拒绝、已取消、逾期失效、阅览中、已提前结束、已到期或已终止。"
    )
    acknowledged_at: Instant
    approved_by: UUID | None
    approved_as: str | None = Field(
        description="general_manager, deputy_in_charge or delegate. 总经理、分管副总经理或受托人。"
    )
    delegation_id: UUID | None
    approved_at: Instant | None
    lapses_at: Instant | None = Field(
        description="Until when an approved session waits for the archivist. 已批准的阅览等待档案管理员安排的期限。"
    )
    granted_by: UUID | None
    place: str | None
    networks: list[str]
    starts_at: Instant | None
    expires_at: Instant | None
    ended_at: Instant | None
    end_reason: str | None
    views: int = Field(
        description="How many pages were looked at; each look has an id of its own. "
        "已查看的页次；每次查看均有独立标识。"
    )
    version: int
    created_at: Instant
    updated_at: Instant


class ReadingSessionPage(View):
    """Some reading sessions, and where the next ones begin. 一页阅览及下一页的起点。"""

    items: list[ReadingSessionView]
    next_cursor: str | None


class ReadingSessionFilter(PageFilter):
    """Typed filters, one per field; repeat one for any of several values."""

    item_id: UUID | None = Field(default=None, description="Sessions of this item. 该档案的阅览。")
    reader_id: UUID | None = Field(default=None, description="Sessions of this person. 此人的阅览。")
    state: Annotated[list[ReadingState], Field(max_length=9)] | None = Field(default=None, description="States. 状态。")


class ReadingViewView(View):
    """One look at one page; its id stands on the picture. 对一页的一次查看；图片上标有其标识。"""

    id: UUID = Field(description="The view's id, as on the picture. 查看标识，与图片上的一致。")
    page: int
    version_id: UUID = Field(description="The file that was looked at. 所查看的文件。")
    at: Instant


class ReadingViewPage(View):
    """Some looks, and where the next ones begin. 一页查看及下一页的起点。"""

    items: list[ReadingViewView]
    next_cursor: str | None


class ReadingViewSort(StrEnum):
    """In the order of time, or the newest first. 按时间顺序，或最新的在前。"""

    OLDEST = "at"
    NEWEST = "-at"


class ReadingViewFilter(PageFilter):
    """Some at a time."""

    sort: ReadingViewSort = Field(default=ReadingViewSort.OLDEST, description="The order. 排序。")
