"""The dossier of an account as JSON: which originals it needs, what is there, what lacks."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.schemas.archives import RANKS, RANKS_ZH
from service.schemas.fields import Day, Instant, View


class DossierGrade(View):
    """A grade of the account, which asks for originals. 要求原件的客户级别。"""

    scheme_code: str = Field(examples=["five_tiers"])
    tier: str = Field(examples=["gold"])


class DossierItem(View):
    """An item of the archive that you may know of. Its class is compared by `rank`.

    您有权知悉的档案。密级请按 `rank` 比较。
    """

    id: UUID
    code: str = Field(examples=["AR-4F0C91AA37D2"])
    title: str = Field(description="Title. 题名。", examples=["年度框架合同"])
    kind: str = Field(description="Filing kind. 归档类别。", examples=["contract"])
    confidentiality: str = Field(description=f"Class. {RANKS} 密级：{RANKS_ZH}", examples=["secret"])
    rank: int = Field(description="The class as a number, 0 to 3, to compare. 密级对应的数字，0 至 3，供比较。")
    state: str = Field(description="deposited or accepted. 待接收或已接收。", examples=["accepted"])
    dated_on: Day | None = Field(description="The date on the document. 文件上的日期。")
    created_at: Instant = Field(description="When it was deposited. 交存时间。")


class DossierGroup(View):
    """One of the ten groups of originals. 十组原件之一。"""

    group: int = Field(ge=1, le=10, description="Group of originals, 1 to 10. 原件分组，1 至 10。")
    name: str = Field(description="In your language. 以您的语言显示。", examples=["合同正副本及变更、解除协议"])
    required: bool = Field(description="Whether a grade of the account asks for it. 客户的级别是否要求该组原件。")
    state: str = Field(
        description="held: the archive has the original or a file; deposited: the archivist has not accepted it "
        "yet; missing. "
        "held：档案中有原件或文件；deposited：档案管理员尚未接收；missing：缺少。",
        examples=["held"],
    )
    items: Annotated[list[DossierItem], Field(max_length=5)] = Field(
        description="The newest five; all of them: `/v1/archives?account_id=…&original_group=…`. "
        "最新的五份；全部见 `/v1/archives?account_id=…&original_group=…`。"
    )


class DossierView(View):
    """What the archive should hold of an account, and what it holds, as far as you may know.

    Items that you may not know of count for nothing here: their group is missing, for you.

    客户应有与已有的档案，以您有权知悉者为限。您无权知悉的档案在此不计，所在分组对您显示为缺少。
    """

    account_id: UUID
    grades: Annotated[list[DossierGrade], Field(max_length=100)] = Field(
        description="The grades that ask for originals; without one, only the business licence is asked for. "
        "要求原件的级别；没有级别时仅要求营业执照。"
    )
    groups: Annotated[list[DossierGroup], Field(max_length=10)] = Field(
        description="All ten, in their order. 全部十组，按顺序。"
    )
    missing: Annotated[list[int], Field(max_length=10)] = Field(
        description="The groups that are required and not held. 要求但缺少的分组。", examples=[[3, 9]]
    )
    completeness: str = Field(
        description="The part of the required groups that is held. 要求的分组中已具备的比例。", examples=["0.7143"]
    )
