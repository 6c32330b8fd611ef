"""Fairness as JSON: how evenly each load lies, before and after a plan, or now."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.schemas.fields import LOAD_WORDS, Body, Instant, LoadName, Text50, View
from service.schemas.page import PageFilter
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

    name: LoadName
    points: int = Field(description="How much the rulebook weighs it.")
    people: int = Field(description="How many can carry it.")
    total: str | None = Field(description="Sum in minor units, minutes or accounts; null where you may not know.")
    before: EvennessView
    after: EvennessView


class DimensionNowView(View):
    """One load as it lies now."""

    name: LoadName
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
    attainable: dict[str, str] = Field(
        description="What the share of each load would be in the fairest case (leximin)."
    )


class LoadsNowView(View):
    """What one person carries now; somebody whom you may not know has no id and no code."""

    person_id: UUID | None
    code: str | None
    weight: str = Field(description="FTE × availability.")
    loads: dict[str, str]


class PriceView(View):
    """What one unit of each load costs at a person."""

    person_id: UUID | None = Field(description="Null where you may not know whose.")
    prices: dict[str, str] = Field(description="By load, in score units per unit of load; whole numbers.")


class CertificateView(View):
    """A proof of how good any plan of these accounts could be: check it with the export, without a solver."""

    potential: str = Field(description="What this plan scores in all, in score units; less is better.")
    bound: str = Field(description="What no plan can be below.")
    gap_points: str = Field(description="By how many points per account a plan might at most be better.")
    prices: list[PriceView] = Field(description="The prices that prove the bound.")
    text: Wording


class PlanFairnessView(View):
    """Fairness before and after a plan."""

    dimensions: list[DimensionView]
    claims: ClaimsTwiceView
    giants: list[GiantView]
    people: list[LoadsView]
    waiting: int = Field(description="Accounts that nobody gets.")
    sentences: list[Wording] = Field(description="The same in plain words.")
    certificate: CertificateView | None = Field(description="Null where none was made.")


class SpreadView(View):
    """One load among the people of a team."""

    mean: str = Field(description=f"By the people's weights. {SHARE}")
    max: str
    min: str


class TeamView(View):
    """A department's own people: what they carry, and how much of it was kept or given by hand."""

    department_id: UUID
    name: str
    manager_id: UUID | None
    people: int = Field(description="Who take part.")
    accounts: int = Field(description="Present assignments of everybody in it.")
    pinned: int = Field(description="Kept out of redistribution for now.")
    by_hand: int = Field(description="Given by hand.")
    pinned_share: str
    by_hand_share: str
    loads: dict[str, SpreadView]


class FairnessView(View):
    """Fairness as it was measured last."""

    as_of: Instant = Field(description="When it was measured.")
    snapshot_sha256: str = Field(description="Hash of the accounts and people that it was computed from.")
    dimensions: list[DimensionNowView]
    claims: ClaimsView
    giants: list[GiantView] = Field(description="Empty where you do not see the whole company.")
    people: list[LoadsNowView] = Field(description="The most loaded first.")
    teams: list[TeamView] = Field(description="All to leaders, your line's if you lead one, else your own.")
    waiting: int = Field(description="Accounts without an owner.")


class PointView(View):
    """One load at one time."""

    name: LoadName
    max: str
    min: str
    cv: str = Field(description="Weighted coefficient of variation.")
    gini: str | None
    jain: str | None


class DriftView(View):
    """How far fairness has drifted since the first measurement after the last plan."""

    since: Instant = Field(description="When that was.")
    limit_percent: int = Field(description="From how many percentage points on it is an alert.")
    rise_percent: dict[str, str] = Field(description="Rise of each load's variation, in percentage points.")
    alert: bool


class FairnessPointView(View):
    """Fairness as it was measured once."""

    id: UUID
    as_of: Instant
    snapshot_sha256: str
    rulebook_id: UUID
    dimensions: list[PointView]
    claims: dict[str, int] = Field(description="Justified claims by load, and `all_loads`.")
    waiting: int = Field(description="Accounts without an owner.")
    drift: DriftView | None = Field(description="Null before a plan was applied.")


class FairnessHistoryPage(View):
    """Some measurements, and where the next ones begin."""

    items: list[FairnessPointView]
    next_cursor: str | None


class FairnessHistorySort(StrEnum):
    """The order of measurements; a leading minus turns it round."""

    AS_OF = "as_of"
    AS_OF_DESC = "-as_of"


class FairnessHistoryFilter(PageFilter):
    """From when to when."""

    as_of_from: Instant | None = Field(
        default=None, description="Measured at or after this instant. 测算时间不早于此时刻。"
    )
    as_of_to: Instant | None = Field(default=None, description="Measured before this instant. 测算时间早于此时刻。")
    sort: FairnessHistorySort = Field(default=FairnessHistorySort.AS_OF_DESC, description="The newest first.")


class FairnessChart(StrEnum):
    """What is drawn."""

    LOADS = "loads"
    LORENZ = "lorenz"
    ATTAINABLE = "attainable"


class FairnessNowChart(StrEnum):
    """What is drawn of fairness now."""

    LOADS = "loads"
    LORENZ = "lorenz"


class ChartQuery(Body):
    """Which load is drawn."""

    load: Annotated[Text50, LOAD_WORDS] = "value"
