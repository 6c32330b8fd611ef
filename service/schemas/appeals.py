"""Appeals as JSON."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field

from service.domain.appeals import EvidenceKind, Ground, Outcome
from service.domain.states import AppealState
from service.errors import FieldFlaw
from service.schemas.fields import Body, Instant, Text2000, Text10000, View
from service.schemas.page import PageFilter


def distinct(values: list[Any]) -> list[Any]:
    """The list, when nothing stands in it twice."""
    if any(value in values[:at] for at, value in enumerate(values)):
        raise FieldFlaw("repeated", "Each is named once.", "每项只能列出一次。")
    return values


class Evidence(Body):
    """Something that supports an appeal."""

    kind: EvidenceKind = Field(description="What kind of record it is.")
    id: UUID = Field(description="The record's id; the person who files must be able to see it.")


class AppealCreate(Body):
    """An appeal against an assignment (申诉)."""

    assignment_id: UUID = Field(description="From `/v1/me/decisions`, or an account's present assignment.")
    grounds: Annotated[list[Ground], Field(min_length=1, max_length=7), AfterValidator(distinct)] = Field(
        description="What the appeal is based on.", examples=[["existing_relationship", "territory"]]
    )
    statement: Text10000 = Field(
        description="What happened and what should be different.",
        examples=["该客户三年来一直由我拜访维护，且位于我负责的华东区域。"],
    )
    evidence: Annotated[list[Evidence], Field(max_length=50), AfterValidator(distinct)] = Field(
        default=[], description="Records that support the statement."
    )
    on_behalf_of: UUID | None = Field(
        default=None, description="The person of yours for whom you, as their manager, file."
    )


class ReviewRequest(Body):
    """Who hears the appeal from now on."""

    reviewer_id: UUID | None = Field(
        default=None,
        description="Left out: you. The general manager may appoint somebody where nobody independent was drawn.",
    )


class AppealDecision(Body):
    """The verdict on an appeal."""

    outcome: Outcome = Field(description="`upheld`: the account is reassigned; `rejected`: everything stays.")
    reason: Text2000 = Field(description="Why.", examples=["拜访记录证明申诉人与该客户有三年的业务关系。"])


class Withdrawal(Body):
    """Why an appeal is withdrawn."""

    reason: Text2000 | None = Field(default=None, description="Why.")


class EvidenceView(View):
    """A record as it stood when the appeal was filed."""

    kind: str
    id: UUID
    subject: str
    at: Instant = Field(description="When it took place.")


class AppealView(View):
    """An appeal; what the caller may not see is null and named in `redacted`."""

    id: UUID
    assignment_id: UUID | None
    account_id: UUID | None
    appellant_id: UUID | None = Field(description="The person whose case it is.")
    filed_by_id: UUID | None = Field(description="That person, or their manager.")
    respondent_id: UUID | None = Field(
        description="Who got the account by the assignment; hidden from a colleague who does not see the account."
    )
    beneficiary_id: UUID | None = Field(
        description="Who gets the account if the appeal is upheld; null: it waits for another assignment."
    )
    grounds: list[str] | None
    statement: str | None
    evidence: list[EvidenceView] | None
    state: str
    instance: int = Field(description="1, or 2 after a missed deadline.")
    reviewer_id: UUID | None = Field(description="Who was drawn to hear it, or hears it; null: nobody yet.")
    decide_by: Instant = Field(description="A missed deadline hands the appeal to another reviewer.")
    decided_at: Instant | None
    decision_reason: str | None
    fairness_effect: dict[str, Any] | None = Field(description="Fairness before and after, once upheld.")
    new_assignment_id: UUID | None = Field(description="The assignment that followed, once upheld.")
    redacted: list[str] = Field(description="Fields that are hidden from you.")
    version: int
    created_at: Instant
    updated_at: Instant


class AppealPage(View):
    """Some appeals, and where the next ones begin."""

    items: list[AppealView]
    next_cursor: str | None


class AppealSort(StrEnum):
    """What appeals are sorted by; a leading minus turns the order round."""

    CREATED = "created_at"
    CREATED_DESC = "-created_at"
    DECIDE_BY = "decide_by"
    DECIDE_BY_DESC = "-decide_by"


class AppealFilter(PageFilter):
    """Typed filters, one per field; repeat one for any of several values."""

    state: Annotated[list[AppealState], Field(max_length=7)] | None = Field(default=None, description="States.")
    instance: int | None = Field(default=None, ge=1, le=2, description="First or second instance.")
    ground: Annotated[list[Ground], Field(max_length=7)] | None = Field(
        default=None, description="Based on any of these grounds."
    )
    assignment_id: UUID | None = Field(default=None, description="Against this assignment.")
    account_id: UUID | None = Field(default=None, description="About this account.")
    appellant_id: UUID | None = Field(default=None, description="Cases of this person.")
    respondent_id: UUID | None = Field(default=None, description="Against an assignment to this person.")
    reviewer_id: UUID | None = Field(default=None, description="Heard by this person.")
    decide_by_to: Instant | None = Field(default=None, description="To be decided before this instant.")
    sort: AppealSort = Field(default=AppealSort.CREATED, description="The order.")


class BindingRule(View):
    """A hard rule that forbids the reassignment."""

    rule: str
    required: Any = Field(description="What the rule requires.")
    actual: Any = Field(description="What the person has.")
    sentence: dict[str, str] = Field(description="The same in words, by language: `en`, `zh`.")


class EffectView(View):
    """What would follow if the appeal were upheld now."""

    appeal_id: UUID
    account_id: UUID
    holder_id: UUID = Field(description="Who has the account by the assignment under appeal.")
    beneficiary_id: UUID | None = Field(description="Who would get it; null: it would wait.")
    hard_rules: list[BindingRule] = Field(description="What forbids it; empty: nothing does.")
    fairness: dict[str, Any] = Field(description="Of the whole company, before and after.")
