"""Precedents and statistics of appeals as JSON."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from service.domain.appeals import ContestedRule, Ground, Outcome
from service.schemas.fields import Body, Day, Instant, View
from service.schemas.page import PageFilter


class AmendmentRequest(Body):
    """What the published rules should say instead."""

    definition: dict[str, Any] | None = Field(
        default=None,
        description="A merge patch (RFC 7396) of the published definition; left out: the draft begins as it is.",
        examples=[{"hard_rules": {"region": False}}],
    )


class PrecedentView(View):
    """A verdict without names, for everybody to look up."""

    id: UUID
    outcome: str
    remedy_kind: str | None = Field(description="share, swap, later or compensate, of a partial outcome.")
    grounds: list[str] = Field(description="What the appeal was based on.")
    rule: str | None = Field(description="The rule on which it turned.")
    region: str | None
    tier: str | None
    instance: int
    reason_en: str = Field(description="Why, names replaced by […].")
    reason_zh: str = Field(description="Why, in Chinese, names replaced by […].")
    rulebook_id: UUID | None = Field(description="The rulebook that was in force.")
    amendment_id: UUID | None = Field(description="The rulebook that was drafted because of it.")
    decided_at: Instant


class PrecedentPage(View):
    """Some precedents, and where the next ones begin."""

    items: list[PrecedentView]
    next_cursor: str | None


class PrecedentSort(StrEnum):
    """What precedents are sorted by; a leading minus turns the order round."""

    DECIDED = "decided_at"
    DECIDED_DESC = "-decided_at"


class PrecedentFilter(PageFilter):
    """Typed filters, one per field; repeat one for any of several values."""

    ground: Ground | None = Field(default=None, description="Based on this ground among others.")
    rule: ContestedRule | None = Field(default=None, description="Turned on this rule.")
    outcome: Outcome | None = Field(default=None, description="Ended so.")
    sort: PrecedentSort = Field(default=PrecedentSort.DECIDED_DESC, description="The order.")


class StatisticsBy(StrEnum):
    """What verdicts are counted by."""

    RULE = "rule"
    REGION = "region"
    TIER = "tier"
    REVIEWER = "reviewer"


class StatisticsQuery(Body):
    """What to count, and of which time."""

    by: StatisticsBy = Field(default=StatisticsBy.RULE, description="What to count by.")
    decided_from: Day | None = Field(default=None, description="Decided on this day or later. 裁决日期不早于此日。")
    decided_to: Day | None = Field(default=None, description="Decided before this day. 裁决日期早于此日。")


class VerdictCount(View):
    """Verdicts that have something in common."""

    key: str | None = Field(description="A rule, region or tier code, or a person's id; null where none was named.")
    decided: int = Field(description="Verdicts.")
    upheld: int = Field(description="Of them upheld.")
    partially_upheld: int = Field(description="Of them upheld in part.")
    rejected: int = Field(description="Of them rejected.")
    second_instance: int = Field(description="Of them of the second instance.")
    median_seconds: int = Field(description="Time to decide that half of them did not exceed.")
    longest_seconds: int = Field(description="The longest time to decide.")


class AppealStatistics(View):
    """How appeals went."""

    by: str = Field(description="What verdicts are counted by.")
    open: int = Field(description="Appeals that wait for a verdict now.")
    withdrawn: int = Field(description="Appeals ever withdrawn.")
    counts: Annotated[list[VerdictCount], Field(max_length=1000)] = Field(description="The most verdicts first.")
