"""Fairness as JSON: how evenly each load lies, before and after a plan, or now."""

from uuid import UUID

from pydantic import Field

from service.schemas.fields import View
from service.schemas.wording import Wording

SHARE = "In fair shares: 1 is a full-time person's fair part."


class EvennessView(View):
    """How evenly one load lies among the people who can carry it."""

    max: str = Field(description=f"The greatest load. {SHARE}")
    max_person_id: UUID | None = Field(description="Null where you may not know whose.")
    min: str = Field(description=f"The least load. {SHARE}")
    min_person_id: UUID | None
    cv: str = Field(description="Weighted coefficient of variation.")
    gini: str | None = Field(description="Weighted Gini coefficient; null while nobody carries anything.")
    jain: str | None = Field(description="Jain's index, 1 being even.")
    residual_percent: str | None = Field(description="Root mean square in percentage points, giants' holders apart.")


class DimensionView(View):
    """One load before and after."""

    name: str = Field(description="value, workload, count or tier:<code>.")
    points: int = Field(description="How much the rulebook weighs it.")
    people: int = Field(description="How many can carry it.")
    total: str | None = Field(description="Sum in minor units, minutes or accounts; null where you may not know.")
    before: EvennessView
    after: EvennessView


class DimensionNowView(View):
    """One load as it lies now."""

    name: str = Field(description="value, workload, count or tier:<code>.")
    points: int = Field(description="How much the rulebook weighs it.")
    people: int = Field(description="How many can carry it.")
    total: str | None = Field(description="Sum in minor units, minutes or accounts; null where you may not know.")
    now: EvennessView


class ClaimView(View):
    """A transfer that would bring two people closer together in one load."""

    dimension: str
    account_id: UUID
    holder_id: UUID
    claimant_id: UUID
    gap: str


class ClaimsView(View):
    """Justified claims: how many, and the widest."""

    counts: dict[str, int] = Field(description="By load, and `all_loads` for all of them weighed together.")
    widest: list[ClaimView] = Field(description="Empty where you may not know whose.")


class ClaimsTwiceView(View):
    """Justified claims before and after."""

    before: ClaimsView
    after: ClaimsView


class GiantView(View):
    """An account that alone is more than a quarter of a fair share."""

    account_id: UUID
    code: str
    dimension: str
    share: str


class LoadsView(View):
    """What one person carries before and after; somebody whom you may not know has no id and no code."""

    person_id: UUID | None
    code: str | None
    weight: str = Field(description="FTE × availability.")
    before: dict[str, str]
    after: dict[str, str]


class LoadsNowView(View):
    """What one person carries now; somebody whom you may not know has no id and no code."""

    person_id: UUID | None
    code: str | None
    weight: str = Field(description="FTE × availability.")
    loads: dict[str, str]


class PlanFairnessView(View):
    """Fairness before and after a plan."""

    dimensions: list[DimensionView]
    claims: ClaimsTwiceView
    giants: list[GiantView]
    people: list[LoadsView]
    waiting: int = Field(description="Accounts that nobody gets.")
    sentences: list[Wording] = Field(description="The same in plain words.")


class FairnessView(View):
    """Fairness as it stands now."""

    snapshot_sha256: str = Field(description="Hash of the accounts and people that it was computed from.")
    dimensions: list[DimensionNowView]
    claims: ClaimsView
    giants: list[GiantView] = Field(description="Empty where you do not see the whole company.")
    people: list[LoadsNowView] = Field(description="The most loaded first.")
    waiting: int = Field(description="Accounts without an owner.")
