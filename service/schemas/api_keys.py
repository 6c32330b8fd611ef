"""API keys as JSON."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.domain.api_keys import Scope
from service.schemas.fields import Body, Instant, Text200, Text2000, View
from service.schemas.page import PageFilter


class ApiKeyCreate(Body):
    """A credential for another system."""

    name: Text200 = Field(description="Which system it is for.", examples=["ERP 订单同步"])
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=20)] = Field(
        description="What it may do.", examples=[["accounts:read"]]
    )
    department_ids: Annotated[list[UUID], Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="Only the accounts of these departments; null: of the whole company."
    )
    expires_at: Instant | None = Field(
        default=None, description="When it ends, a year ahead at most; left out: ninety days from now."
    )


class ApiKeyRevocation(Body):
    """Why a key ends."""

    reason: Text2000 | None = Field(default=None, description="Why.", examples=["密钥泄露"])


class ApiKeyView(View):
    """A credential of another system, without its secret."""

    id: UUID = Field(description="The client id of the client_credentials grant.")
    name: str
    hint: str = Field(description="The secret's last characters.")
    scopes: list[str]
    department_ids: list[UUID] | None
    expires_at: Instant
    revoked_at: Instant | None
    created_by: UUID
    version: int
    created_at: Instant
    updated_at: Instant


class ApiKeySecret(View):
    """A new key; it is shown this once, only its SHA-256 is kept."""

    id: UUID = Field(description="The client id of the client_credentials grant.")
    name: str
    key: str = Field(description="A bearer token by itself, and the client secret of the client_credentials grant.")
    scopes: list[str]
    department_ids: list[UUID] | None
    expires_at: Instant


class ApiKeyPage(View):
    """Some keys, and where the next ones begin."""

    items: list[ApiKeyView]
    next_cursor: str | None


class ApiKeyFilter(PageFilter):
    """Typed filters, one per field."""

    revoked: bool | None = Field(
        default=None, description="true: revoked ones; false: the others. true：已吊销；false：其余。"
    )
