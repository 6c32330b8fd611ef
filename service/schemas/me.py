"""Who you are, as JSON."""

from uuid import UUID

from pydantic import Field

from service.schemas.fields import Instant, View


class Permission(View):
    """One thing that you may do. 您可以执行的一项操作。"""

    resource: str = Field(description="Such as accounts. 如客户。")
    action: str = Field(description="Such as see, create or edit. 如查看、新增或修改。")
    rows: str = Field(
        description="`all`, or `related`: only what you stand in a relation to, such as your accounts. "
        "`all` 为全部；`related` 为仅与您有关者，如您的客户。"
    )


class DelegationHeld(View):
    """A letter by which you approve in somebody's stead at this moment. 您此刻据以代行审批的委托书。"""

    id: UUID
    grantor_id: UUID
    actions: list[str] = Field(description="What it covers: approve. 委托事项：审批。", examples=[["approve"]])
    classes: list[str] = Field(
        description="Of which classes; confidential ranks above secret here. 适用的密级；此处机密高于秘密。",
        examples=[["secret"]],
    )
    ends_at: Instant = Field(description="Until when it counts, unless it is revoked. 有效期至，除非提前撤销。")


class MeView(View):
    """Who asks, and what they may do. 当前登录者及其权限。"""

    id: UUID
    kind: str = Field(description="staff or integration. 人员或系统集成。")
    code: str = Field(description="Staff code, or the name of an API key. 工号，或 API 密钥的名称。")
    name: str = Field(examples=["张伟"])
    department_id: UUID | None
    roles: list[str]
    scopes: list[str] = Field(description="What an API key may do. API 密钥的授权范围。")
    language: str = Field(
        description="The language of this answer's sentences: en or zh-CN. 本次响应所用的语言：en 或 zh-CN。"
    )
    permissions: list[Permission]
    delegations: list[DelegationHeld] = Field(
        description="In whose stead you act; the rights come on top of your own. "
        "您代谁审批；这些权利在您本人的权利之外。"
    )
