"""Tier schemes as JSON: how accounts are graded, into which tiers, and what each tier promises."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StrictInt, StringConstraints

from service.domain.people import Role
from service.domain.states import VersionState
from service.domain.tier_schemes import Basis, Method, PlanKind
from service.schemas.fields import UNCHANGED, Body, DecimalText, Instant, Text50, Text2000, View, stored
from service.schemas.page import PageFilter

TierCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$", max_length=40)]
OriginalGroup = Annotated[StrictInt, Field(ge=1, le=10)]
Words500 = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(stored)]


class Template(StrEnum):
    """The schemes that the service ships."""

    FIVE_TIERS = "five_tiers"
    ABC = "abc"
    PARETO = "pareto"
    IMPORTANCE = "importance"


class Words(Body):
    """One text in both languages."""

    en: Words500 = Field(description="In English.", examples=["Gold"])
    zh: Words500 = Field(description="In Chinese.", examples=["金牌客户"])


class ServiceDefinition(Body):
    """A service that a tier promises."""

    code: TierCode = Field(description="Code of the service, unique in its tier.")
    name: Words
    every_months: Annotated[StrictInt, Field(ge=1, le=120)] | None = Field(
        default=None, description="Due once in so many months; null for a standing privilege, which has no date."
    )


class EntitlementsDefinition(Body):
    """What a tier promises; each duty gets its due date when an account enters the tier."""

    named_role: Role | None = Field(default=None, description="The role of the named person in charge (专属负责人).")
    visits_per_month: StrictInt = Field(ge=0, le=31, description="Visits a month, spread over its working days.")
    hours_per_month: DecimalText = Field(description="Hours of work a month that one account of the tier costs.")
    plan_kind: PlanKind | None = Field(default=None, description="The plan that the account gets (个性化方案, …).")
    ready_within_working_days: StrictInt = Field(
        ge=1, le=250, description="Working days from the grade's start to the named person and the plan."
    )
    services: Annotated[list[ServiceDefinition], Field(min_length=1, max_length=50)] | None = Field(
        default=None, description="Recurring services and standing privileges."
    )


class TierDefinition(Body):
    """One grade."""

    code: TierCode = Field(description="Never derived from an English word: 铂金 and 白金 are both platinum.")
    name: Words
    description: Words
    minimum: DecimalText | None = Field(
        default=None,
        description="What must be reached (≥): points of a score, else a part of the whole such as 0.50; "
        "the last tier may leave it out and takes the rest; none in a manual scheme.",
    )
    entitlements: EntitlementsDefinition
    originals: Annotated[list[OriginalGroup], Field(max_length=10)] | None = Field(
        default=None,
        description="Groups of originals (1 to 10) that the archive should hold of its accounts; left out: all ten. "
        "See `/v1/accounts/{account_id}/dossier`.",
        examples=[[1, 2, 3, 4, 8, 9, 10]],
    )


class BandDefinition(Body):
    """Points for a value of at least the minimum."""

    minimum: DecimalText = Field(description="Lower end of the band, in the unit of the input.")
    points: DecimalText = Field(description="Points before the weight.")


class CriterionDefinition(Body):
    """One input of a score and what it is worth: by bands or by choices."""

    code: TierCode = Field(description="Code of the criterion, unique in the scheme.")
    name: Words
    input: TierCode = Field(
        description="Where the value comes from: the account's `potential_value_base` (in the base currency), `intent`,"
        " `kind`, `industry`, `region`, `lifecycle` or `watch`; any other name is a field of its `custom` object.",
        examples=["potential_value_base", "influence"],
    )
    weight: DecimalText = Field(description="Factor of the points.")
    bands: Annotated[list[BandDefinition], Field(max_length=50)] | None = Field(
        default=None, description="For a number: bands with ascending minima; below the first, no points."
    )
    choices: Annotated[dict[TierCode, DecimalText], Field(max_length=50)] | None = Field(
        default=None, description="For a word: the points of each; an unknown word holds the account back."
    )


Criteria = Annotated[list[CriterionDefinition], Field(max_length=50)]
Tiers = Annotated[list[TierDefinition], Field(max_length=50)]
CRITERIA = Field(default=None, description="Of a score scheme: weighted criteria; a missing input holds back.")
MEASURE = Field(default=None, description="Of a share or pareto scheme: the input that is ranked and summed.")
BASIS = Field(
    default=None,
    description="Of a share scheme: `cumulative_group` cuts the ranked accounts into runs that hold the share, "
    "`individual_share` compares each account's own share.",
)
CARRIES = Field(default=None, description="Of a pareto scheme: what the first tier should hold of the whole.")


class TierSchemeCreate(Body):
    """A new draft: from a template, from its own fields, or from a template with some of them replaced.

    A code that exists already makes its next version.
    """

    template: Template | None = Field(default=None, description="A template whose fields count where none is given.")
    code: TierCode | None = Field(default=None, description="Code of the scheme.", examples=["five_tiers"])
    name: Words | None = None
    method: Method | None = Field(default=None, description="How it grades.")
    criteria: Criteria | None = CRITERIA
    measure: TierCode | None = MEASURE
    basis: Basis | None = BASIS
    carries: DecimalText | None = CARRIES
    tiers: Tiers | None = Field(default=None, description="The grades, the highest first.")


class TierSchemeUpdate(Body):
    """A merge patch (RFC 7396) of a draft; its code stays, lists are replaced as a whole."""

    name: Words = UNCHANGED
    method: Method = UNCHANGED
    criteria: Criteria | None = CRITERIA
    measure: TierCode | None = MEASURE
    basis: Basis | None = BASIS
    carries: DecimalText | None = CARRIES
    tiers: Tiers = UNCHANGED


class TierSchemeVerdict(Body):
    """Why a version is published or retired."""

    reason: Text2000 | None = Field(default=None, description="Why.", examples=["年度评审通过"])


class TierTemplateView(View):
    """A scheme that the service ships, to copy and change."""

    code: str
    name: Words
    method: str
    criteria: list[CriterionDefinition] | None
    measure: str | None
    basis: str | None
    carries: str | None
    tiers: list[TierDefinition]


class TierTemplatePage(View):
    """The templates; there is never a next page."""

    items: list[TierTemplateView]
    next_cursor: None


class TierSchemeView(TierTemplateView):
    """One version of a scheme; once published it never changes."""

    id: UUID
    number: int = Field(description="The version's number within its code.")
    state: str = Field(description="draft, published or retired.")
    created_by: UUID
    published_by: UUID | None
    published_at: Instant | None
    retired_at: Instant | None
    version: int
    created_at: Instant
    updated_at: Instant


class TierSchemePage(View):
    """Some versions of schemes, and where the next ones begin."""

    items: list[TierSchemeView]
    next_cursor: str | None


class TierSchemeFilter(PageFilter):
    """Typed filters, one per field; repeat one for any of several values."""

    code: Annotated[list[Text50], Field(max_length=100)] | None = Field(
        default=None, description="Scheme codes. 分级方案代码。"
    )
    method: Annotated[list[Method], Field(max_length=4)] | None = Field(default=None, description="Methods.")
    state: Annotated[list[VersionState], Field(max_length=3)] | None = Field(default=None, description="States.")
