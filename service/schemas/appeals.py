"""Appeals as JSON."""

from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StrictInt, model_validator

from service.domain.appeals import Answer, ContestedRule, EvidenceKind, Ground, Outcome
from service.domain.states import AppealState
from service.errors import FieldFlaw
from service.schemas.fields import Body, Day, Instant, Text2000, Text10000, View
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
        description="What the appeal is based on.", examples=[["existing_relationship"]]
    )
    statement: Text10000 = Field(
        description="What happened and what should be different.",
        examples=["该客户三年来一直由我拜访维护，请重新考虑。"],
    )
    rule: ContestedRule | None = Field(
        default=None, description="The rule of the rulebook that you contest, if you can name it."
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


class Recusal(Body):
    """Why the reviewer steps back (回避)."""

    reason: Text2000 = Field(description="Why.", examples=["本人曾与当事人共同负责该客户。"])


class Escalation(Body):
    """Why a verdict goes on to the second instance."""

    reason: Text2000 = Field(description="Why.", examples=["裁决未考虑 3 月的拜访记录。"])


class Share(Body):
    """Two people have the account; its value and hours count for both in part (共享)."""

    kind: Literal["share"] = Field(description="Which part of the appeal is upheld.")
    percent: StrictInt = Field(ge=1, le=99, description="Of the value and hours, what counts for the beneficiary.")


class Swap(Body):
    """The account for another one (互换)."""

    kind: Literal["swap"] = Field(description="Which part of the appeal is upheld.")
    account_id: UUID = Field(description="The beneficiary's account that the present owner gets in return.")


class Later(Body):
    """The account at a date (延后移交)."""

    kind: Literal["later"] = Field(description="Which part of the appeal is upheld.")
    due_on: Day = Field(description="From when the beneficiary has the account.", examples=["2026-10-08"])


class Compensate(Body):
    """The next account without an owner of at least this value and tier (补偿)."""

    kind: Literal["compensate"] = Field(description="Which part of the appeal is upheld.")


Remedy = Annotated[Share | Swap | Later | Compensate, Field(discriminator="kind")]


class RemedyKind(StrEnum):
    """The kinds of partial outcomes."""

    SHARE = "share"
    SWAP = "swap"
    LATER = "later"
    COMPENSATE = "compensate"


class Verdict(Body):
    """An outcome, and where it is a partial one, which."""

    outcome: Outcome = Field(
        description="`upheld`: the account is reassigned; `partially_upheld`: `remedy` says what is done; "
        "`rejected`: everything stays."
    )
    remedy: Remedy | None = Field(default=None, description="With `partially_upheld` only.")

    @model_validator(mode="after")
    def a_part_is_named(self) -> Self:
        """A partial outcome names its remedy, and no other does."""
        if (self.outcome is Outcome.PARTIALLY_UPHELD) != (self.remedy is not None):
            raise FieldFlaw(
                "remedy_with_partial_outcome",
                "A remedy belongs to partially_upheld, and to nothing else.",
                "仅 partially_upheld 须且必须写明 remedy。",
            )
        return self


class AppealDecision(Verdict):
    """The verdict on an appeal."""

    reason_en: Text2000 = Field(
        description="Why, in English.", examples=["Records of visits prove three years of business with this customer."]
    )
    reason_zh: Text2000 = Field(
        description="Why, in Chinese.", examples=["拜访记录证明申诉人与该客户有三年的业务关系。"]
    )
    rule: ContestedRule | None = Field(
        default=None, description="The rule on which it turns; left out: the one that the appeal contests."
    )


class MediationRequest(Body):
    """Who mediates."""

    mediator_id: UUID | None = Field(
        default=None, description="A third party; left out: drawn among the independent, mediators first."
    )


class MediationProposal(Verdict):
    """What the mediator heard, and what they propose."""

    minutes: Text10000 = Field(description="What was said.", examples=["双方均认可该客户的历史服务记录。"])


class ProposalAnswer(Body):
    """What one side says to the proposal; nobody's silence is acceptance."""

    answer: Answer = Field(description="`refuse` returns the appeal to its reviewer.")
    reason: Text2000 | None = Field(default=None, description="Why.")


class Withdrawal(Body):
    """Why an appeal is withdrawn."""

    reason: Text2000 | None = Field(default=None, description="Why.")


class EvidenceView(View):
    """A record as it stood when the appeal was filed; of an archive item nothing but its id, for those who see it."""

    kind: str
    id: UUID
    subject: str | None = Field(description="What it is about; null for an archive item: ask the archive for it.")
    at: Instant | None = Field(description="When it took place; null for an archive item.")


class VerdictView(View):
    """How one instance decided."""

    id: UUID
    instance: int
    outcome: str
    remedy: dict[str, Any] | None = Field(description="What a partial outcome consists in.")
    rule: str | None = Field(description="The rule on which it turned.")
    reason_en: str
    reason_zh: str
    reviewer_id: UUID
    decided_at: Instant


class MediationView(View):
    """A mediation by a third party."""

    id: UUID
    instance: int
    mediator_id: UUID
    started_at: Instant
    answer_by: Instant = Field(description="Without both answers by then the review goes on.")
    minutes: str | None
    proposal: dict[str, Any] | None
    proposed_at: Instant | None
    appellant_answer: str | None = Field(description="accept, refuse, or null: silence.")
    respondent_answer: str | None = Field(description="accept, refuse, or null: silence.")
    ended_at: Instant | None
    result: str | None = Field(description="agreed, refused, lapsed, withdrawn, or null while it goes on.")


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
    rule: str | None = Field(description="The rule of the rulebook that is contested.")
    statement: str | None
    evidence: list[EvidenceView] | None
    state: str
    instance: int = Field(description="1, or 2 after an escalation or a missed deadline.")
    reviewer_id: UUID | None = Field(description="Who was drawn to hear it, or hears it; null: nobody yet.")
    mediator_id: UUID | None = Field(description="The third party of the last mediation.")
    decide_by: Instant = Field(
        description="A missed deadline hands the appeal to another reviewer; it stands still during a mediation."
    )
    decided_at: Instant | None
    escalate_by: Instant | None = Field(description="Until when the verdict may be taken to the second instance.")
    verdicts: list[VerdictView] | None = Field(description="How each instance decided.")
    mediations: list[MediationView] | None = Field(description="What a third party tried.")
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
    instance: int | None = Field(default=None, ge=1, le=2, description="First or second instance. 一审或二审。")
    ground: Annotated[list[Ground], Field(max_length=7)] | None = Field(
        default=None, description="Based on any of these grounds."
    )
    assignment_id: UUID | None = Field(default=None, description="Against this assignment. 针对该归属。")
    account_id: UUID | None = Field(default=None, description="About this account. 涉及该客户。")
    appellant_id: UUID | None = Field(default=None, description="Cases of this person. 此人提出的申诉。")
    respondent_id: UUID | None = Field(
        default=None, description="Against an assignment to this person. 被申诉的归属属于此人。"
    )
    reviewer_id: UUID | None = Field(default=None, description="Heard by this person. 由此人评审。")
    decide_by_to: Instant | None = Field(
        default=None, description="To be decided before this instant. 裁决期限早于此时刻。"
    )
    sort: AppealSort = Field(default=AppealSort.CREATED, description="The order.")


class BindingRule(View):
    """A hard rule that forbids the reassignment."""

    account_id: UUID = Field(description="The account that somebody may not have.")
    staff_id: UUID = Field(description="Who may not have it.")
    rule: str
    required: Any = Field(description="What the rule requires.")
    actual: Any = Field(description="What the person has.")
    sentence: dict[str, str] = Field(description="The same in words, by language: `en`, `zh`.")


class MoveView(View):
    """Another account that would change hands, within the rulebook's budget for appeals."""

    account_id: UUID
    account_code: str
    from_id: UUID | None
    to_id: UUID | None


class EffectQuery(Body):
    """Which verdict is asked about."""

    remedy: RemedyKind | None = Field(
        default=None, description="The part that would be upheld; left out: the whole appeal."
    )
    percent: Annotated[int, Field(ge=1, le=99)] | None = Field(
        default=None,
        description="With `share`: of the value and hours, what would count for the beneficiary. 计入受益人的比例。",
    )
    account_id: UUID | None = Field(
        default=None,
        description="With `swap`: the beneficiary's account that the present owner would get. 受益人换出的客户。",
    )


class EffectView(View):
    """What would follow if the appeal were upheld now, or a part of it."""

    appeal_id: UUID
    account_id: UUID
    holder_id: UUID = Field(description="Who has the account by the assignment under appeal.")
    beneficiary_id: UUID | None = Field(description="Who would get it; null: it would wait.")
    remedy: str | None = Field(description="The part that is asked about; null: the whole.")
    hard_rules: list[BindingRule] = Field(description="What forbids it; empty: nothing does.")
    moves: list[MoveView] = Field(description="What else of the two people concerned would move.")
    fairness: dict[str, Any] = Field(description="Of the whole company, before and after.")
