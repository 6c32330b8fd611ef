"""Evidence as JSON: audit entries."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from service.schemas.fields import Instant, Text50, View
from service.schemas.history import TimeSort
from service.schemas.page import PageFilter


class AuditEntryView(View):
    """One fact, append-only; the bytes of `canonical` (UTF-8) are its leaf in the Merkle tree.

    一项事实，只增不改；`canonical` 的字节（UTF-8）即其在默克尔树中的叶。
    """

    id: UUID
    position: int = Field(
        ge=1,
        description="Its number in the log; numbers may be left out. 在日志中的序号；可能不连续。",
        examples=[1234],
    )
    xid: str = Field(
        description="The database transaction that wrote it; entries of one transaction share it. "
        "写入该记录的数据库事务；同一事务写入的记录，此值相同。"
    )
    at: Instant
    actor: str = Field(description="Kind and code of whoever acted. 操作主体的类型与代码。", examples=["staff:S0001"])
    actor_id: UUID | None
    on_behalf_of: UUID | None
    action: str = Field(examples=["account.changed"])
    subject_type: str = Field(examples=["account"])
    subject_id: UUID | None
    account_id: UUID | None
    request_id: str
    data: dict[str, Any] = Field(description="What happened in detail. 详细内容。")
    canonical: str = Field(
        description="The members above in RFC 8785 form: what is sealed. 以上各项的 RFC 8785 规范形式，即封存的内容。"
    )


class AuditEntryPage(View):
    """Some entries, and where the next ones begin. 一页审计记录及下一页的起点。"""

    items: list[AuditEntryView]
    next_cursor: str | None


class AuditEntryFilter(PageFilter):
    """Typed filters, one per field."""

    subject_type: Annotated[list[Text50], Field(max_length=50)] | None = Field(
        default=None, description="About records of these kinds. 涉及这些类型的记录。"
    )
    subject_id: UUID | None = Field(default=None, description="About this record. 涉及该记录。")
    account_id: UUID | None = Field(
        default=None, description="About this account and what belongs to it. 涉及该客户及其所属内容。"
    )
    action: Annotated[list[Text50], Field(max_length=50)] | None = Field(
        default=None, description="Any of these actions, such as `appeal.upheld`. 这些动作之一。"
    )
    actor_id: UUID | None = Field(default=None, description="By this person or integration. 由此人或此集成系统作出。")
    request_id: Annotated[str, Field(max_length=100)] | None = Field(
        default=None, description="Of this request. 属于该请求。"
    )
    at_from: Instant | None = Field(default=None, description="At or after this instant. 不早于此时刻。")
    at_to: Instant | None = Field(default=None, description="Before this instant. 早于此时刻。")
    sort: TimeSort = Field(default=TimeSort.NEWEST, description="The order. 排序。")
