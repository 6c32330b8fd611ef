"""Messages to other systems as JSON (Standard Webhooks)."""

from uuid import UUID

from pydantic import Field

from service.schemas.fields import Instant, View


class WebhookMessage(View):
    """That something happened to a record: ids and a type, never content.

    某条记录发生了变化：只含标识与类型，不含内容。
    """

    id: UUID = Field(description="The event; the same when it is sent again. 事件标识；重发时相同。")
    type: str = Field(description="What happened. 发生了什么。", examples=["appeal.upheld"])
    at: Instant = Field(description="When it happened. 发生时间。")
    sequence: int = Field(description="Grows from event to event of one record. 同一记录的事件序号，依次递增。")
    subject_type: str = Field(description="What kind of record. 记录类型。", examples=["appeal"])
    subject_id: UUID | None = Field(
        description="Which record; null for the company as a whole. 所涉记录；涉及全公司时为空。"
    )
