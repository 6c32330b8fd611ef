"""API keys as JSON."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.domain.api_keys import Scope
from service.schemas.fields import Body, Instant, Text200, Text2000, View
from service.schemas.page import PageFilter


class ApiKeyCreate(Body):
    """A credential for another system. 其他系统所用的凭证。"""

    name: Text200 = Field(description="Which system it is for. 用于哪个系统。", examples=["ERP 订单同步"])
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=20)] = Field(
        description="What it may do. 授权范围。", examples=[["accounts:read"]]
    )
    department_ids: Annotated[list[UUID], Field(min_length=1, max_length=100)] | None = Field(
        default=None,
        description="Only the accounts of these departments; null: of the whole company. "
        "仅限这些部门的客户；空表示全公司。",
    )
    expires_at: Instant | None = Field(
        default=None,
        description="When it ends, a year ahead at most; left out: ninety days from now. "
        "到期时间，最长一年；不填则为九十天后。",
    )


class ApiKeyRevocation(Body):
    """Why a key ends. 吊销密钥的原因。"""

    reason: Text2000 | None = Field(default=None, description="Why. 原因。", examples=["密钥泄露"])


class ApiKeyView(View):
    """A credential of another system, without its secret. 其他系统所用的凭证，不含密钥。"""

    id: UUID = Field(
        description="The client id of the client_credentials grant. client_credentials 授权方式所用的客户端标识。"
    )
    name: str
    hint: str = Field(description="The secret's last characters. 密钥的最后几个字符。")
    scopes: list[str]
    department_ids: list[UUID] | None
    expires_at: Instant
    revoked_at: Instant | None = Field(description="When it was revoked; null until then. 吊销时间；未吊销时为空。")
    created_by: UUID
    version: int
    created_at: Instant
    updated_at: Instant


class ApiKeySecret(View):
    """A new key; it is shown this once, only its SHA-256 is kept. 新密钥；仅显示这一次，系统只保存其 SHA-256。"""

    id: UUID = Field(
        description="The client id of the client_credentials grant. client_credentials 授权方式所用的客户端标识。"
    )
    name: str
    key: str = Field(
        description="A bearer token by itself, and the client secret of the client_credentials grant. "
        "本身即持有者令牌，也是 client_credentials 授权方式的客户端密钥。"
    )
    scopes: list[str]
    department_ids: list[UUID] | None
    expires_at: Instant


class ApiKeyPage(View):
    """Some keys, and where the next ones begin. 一页 API 密钥及下一页的起点。"""

    items: list[ApiKeyView]
    next_cursor: str | None


class ApiKeyFilter(PageFilter):
    """Typed filters, one per field."""

    revoked: bool | None = Field(
        default=None, description="true: revoked ones; false: the others. true：已吊销；false：其余。"
    )
