"""The dossier of an account as JSON: which originals it needs, what is there, what lacks."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.schemas.archives import RANKS
from service.schemas.fields import Day, Instant, View


class DossierGrade(View):
    """A grade of the account, which asks for originals."""

    scheme_code: str = Field(examples=["five_tiers"])
    tier: str = Field(examples=["gold"])


class DossierItem(View):
    """An item of the archive that you may know of. Its class is compared by `rank`."""

    id: UUID
    code: str = Field(examples=["AR-4F0C91AA37D2"])
    title: str = Field(examples=["年度框架合同"])
    kind: str = Field(description="Filing kind.", examples=["contract"])
    confidentiality: str = Field(description=f"Class (密级). {RANKS}", examples=["secret"])
    rank: int = Field(description="The class as a number, 0 to 3, to compare.")
    state: str = Field(description="deposited or accepted.", examples=["accepted"])
    dated_on: Day | None = Field(description="The date on the document.")
    created_at: Instant = Field(description="When it was deposited.")


class DossierGroup(View):
    """One of the ten groups of originals."""

    group: int = Field(ge=1, le=10, description="Group of originals, 1 to 10.")
    name: str = Field(description="In your language.", examples=["合同正副本及变更、解除协议"])
    required: bool = Field(description="Whether a grade of the account asks for it.")
    state: str = Field(
        description="held: the archive has the original or a file; deposited: the archivist has not accepted it yet; "
        "missing.",
        examples=["held"],
    )
    items: Annotated[list[DossierItem], Field(max_length=5)] = Field(
        description="The newest five; all of them: `/v1/archives?account_id=…&original_group=…`."
    )


class DossierView(View):
    """What the archive should hold of an account, and what it holds, as far as you may know.

    Items that you may not know of count for nothing here: their group is missing, for you.
    """

    account_id: UUID
    grades: Annotated[list[DossierGrade], Field(max_length=100)] = Field(
        description="The grades that ask for originals; without one, only the business licence is asked for."
    )
    groups: Annotated[list[DossierGroup], Field(max_length=10)] = Field(description="All ten, in their order.")
    missing: Annotated[list[int], Field(max_length=10)] = Field(
        description="The groups that are required and not held.", examples=[[3, 9]]
    )
    completeness: str = Field(description="The part of the required groups that is held.", examples=["0.7143"])
