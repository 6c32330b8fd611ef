"""Who you are, as JSON."""

from uuid import UUID

from pydantic import Field

from service.schemas.fields import Instant, View


class Permission(View):
    """One thing that you may do."""

    resource: str = Field(description="Such as accounts.")
    action: str = Field(description="Such as see, create or edit.")
    rows: str = Field(description="`all`, or `related`: only what you stand in a relation to, such as your accounts.")


class DelegationHeld(View):
    """A letter (委托书) by which you approve in somebody's stead at this moment."""

    id: UUID
    grantor_id: UUID
    actions: list[str] = Field(description="What it covers: approve.", examples=[["approve"]])
    classes: list[str] = Field(
        description="Of which classes; confidential (机密) ranks above secret (秘密) here.", examples=[["secret"]]
    )
    ends_at: Instant = Field(description="Until when it counts, unless it is revoked.")


class MeView(View):
    """Who asks, and what they may do."""

    id: UUID
    kind: str = Field(description="staff or integration.")
    code: str = Field(description="Staff code, or the name of an API key.")
    name: str = Field(examples=["张伟"])
    department_id: UUID | None
    roles: list[str]
    scopes: list[str] = Field(description="What an API key may do.")
    language: str = Field(description="The language of this answer's sentences: en or zh-CN.")
    permissions: list[Permission]
    delegations: list[DelegationHeld] = Field(description="In whose stead you act; the rights come on top of your own.")
