"""Identities of the identity provider as JSON."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from service.schemas.fields import Body, Instant, View
from service.schemas.page import PageFilter

Subject = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[ -~]+$")]


class IdentityCreate(Body):
    """Somebody at the identity provider is one of our people. 身份提供方的某个身份是我方人员。"""

    staff_id: UUID = Field(description="Who; never yourself. 人员；不能是本人。")
    subject: Subject = Field(
        description="The `sub` of their tokens, exactly as the provider writes it. "
        "其令牌中的 `sub`，须与提供方所写完全一致。",
        examples=["248289761001"],
    )


class IdentityView(View):
    """Whom a subject of the identity provider stands for. 身份提供方的身份所对应的人员。"""

    id: UUID
    staff_id: UUID
    issuer: str = Field(description="The `iss` of their tokens. 其令牌中的 `iss`。")
    subject: str = Field(description="The `sub` of their tokens. 其令牌中的 `sub`。")
    tokens_valid_from: Instant | None = Field(
        description="Tokens issued before do not count; null: all count. 此前签发的令牌无效；空表示均有效。"
    )
    linked_by: UUID = Field(description="Who linked it. 关联人。")
    version: int
    created_at: Instant
    updated_at: Instant


class IdentityPage(View):
    """Some identities, and where the next ones begin. 一页身份及下一页的起点。"""

    items: list[IdentityView]
    next_cursor: str | None


class IdentityFilter(PageFilter):
    """Typed filters, one per field."""

    staff_id: UUID | None = Field(default=None, description="Identities of this person. 此人的身份。")
    subject: Subject | None = Field(default=None, description="The identity of this `sub`. 该 `sub` 对应的身份。")
