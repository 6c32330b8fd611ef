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
    """Something that supports an appeal. 支持申诉的依据。"""

    kind: EvidenceKind = Field(description="What kind of record it is. 记录的类型。")
    id: UUID = Field(
        description="The record's id; the person who files must be able to see it. 记录编号；提出人须有权查看该记录。"
    )


class AppealCreate(Body):
    """An appeal against an assignment. 对归属提出的申诉。"""

    assignment_id: UUID = Field(
        description="From `/v1/me/decisions`, or an account's present assignment. "
        "取自 `/v1/me/decisions`，或客户的现行归属。"
    )
    grounds: Annotated[list[Ground], Field(min_length=1, max_length=7), AfterValidator(distinct)] = Field(
        description="What the appeal is based on. 申诉理由。", examples=[["existing_relationship"]]
    )
    statement: Text10000 = Field(
        description="What happened and what should be different. 发生了什么，应如何改变。",
        examples=["该客户三年来一直由我拜访维护，请重新考虑。"],
    )
    rule: ContestedRule | None = Field(
        default=None,
        description="The rule of the rulebook that you contest, if you can name it. 您所质疑的规则；如能指明。",
    )
    evidence: Annotated[list[Evidence], Field(max_length=50), AfterValidator(distinct)] = Field(
        default=[], description="Records that support the statement. 支持陈述的记录。"
    )
    on_behalf_of: UUID | None = Field(
        default=None,
        description="The person of yours for whom you, as their manager, file. 由您作为其经理代为申诉的下属。",
    )


class ReviewRequest(Body):
    """Who hears the appeal from now on. 今后由谁评审该申诉。"""

    reviewer_id: UUID | None = Field(
        default=None,
        description="Left out: you. The general manager may appoint somebody where nobody independent was drawn. "
        "不填则为您本人。未能抽取到独立评审人时，可由总经理指定。",
    )


class Recusal(Body):
    """Why the reviewer steps back. 评审人回避的理由。"""

    reason: Text2000 = Field(description="Why. 原因。", examples=["本人曾与当事人共同负责该客户。"])


class Escalation(Body):
    """Why a verdict goes on to the second instance. 将裁决提交二审的理由。"""

    reason: Text2000 = Field(description="Why. 原因。", examples=["裁决未考虑 3 月的拜访记录。"])


class Share(Body):
    """Two people have the account; its value and hours count for both in part.

    共享：两人共有该客户，其价值与工时按比例分别计入。
    """

    kind: Literal["share"] = Field(description="Which part of the appeal is upheld. 申诉成立的是哪一部分。")
    percent: StrictInt = Field(
        ge=1,
        le=99,
        description="Of the value and hours, what counts for the beneficiary. 价值与工时中计入受益人的比例。",
    )


class Swap(Body):
    """The account for another one. 互换：以另一客户换取该客户。"""

    kind: Literal["swap"] = Field(description="Which part of the appeal is upheld. 申诉成立的是哪一部分。")
    account_id: UUID = Field(
        description="The beneficiary's account that the present owner gets in return. "
        "现负责人换得的、原属受益人的客户。"
    )


class Later(Body):
    """The account at a date. 延后移交：自某日起移交客户。"""

    kind: Literal["later"] = Field(description="Which part of the appeal is upheld. 申诉成立的是哪一部分。")
    due_on: Day = Field(
        description="From when the beneficiary has the account. 受益人自该日起获得客户。", examples=["2026-10-08"]
    )


class Compensate(Body):
    """The next account without an owner of at least this value and tier.

    补偿：下一个无人负责、价值与级别不低于该客户的客户。
    """

    kind: Literal["compensate"] = Field(description="Which part of the appeal is upheld. 申诉成立的是哪一部分。")


Remedy = Annotated[Share | Swap | Later | Compensate, Field(discriminator="kind")]


class RemedyKind(StrEnum):
    """The kinds of partial outcomes. 部分成立的处理方式。"""

    SHARE = "share"
    SWAP = "swap"
    LATER = "later"
    COMPENSATE = "compensate"


class Verdict(Body):
    """An outcome, and where it is a partial one, which."""

    outcome: Outcome = Field(
        description="`upheld`: the account is reassigned; `partially_upheld`: `remedy` says what is done; "
        "`rejected`: everything stays. "
        "`upheld`：重新分配该客户；`partially_upheld`：按 `remedy` 处理；`rejected`：维持不变。"
    )
    remedy: Remedy | None = Field(default=None, description="With `partially_upheld` only. 仅用于 `partially_upheld`。")

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
    """The verdict on an appeal. 对申诉的裁决。"""

    reason_en: Text2000 = Field(
        description="Why, in English. 理由（英文）。",
        examples=["Records of visits prove three years of business with this customer."],
    )
    reason_zh: Text2000 = Field(
        description="Why, in Chinese. 理由（中文）。", examples=["拜访记录证明申诉人与该客户有三年的业务关系。"]
    )
    rule: ContestedRule | None = Field(
        default=None,
        description="The rule on which it turns; left out: the one that the appeal contests. "
        "裁决所依据的规则；不填则为申诉所质疑的规则。",
    )


class MediationRequest(Body):
    """Who mediates. 由谁调解。"""

    mediator_id: UUID | None = Field(
        default=None,
        description="A third party; left out: drawn among the independent, mediators first. "
        "第三方；不填则从独立人员中抽取，第三方协调者优先。",
    )


class MediationProposal(Verdict):
    """What the mediator heard, and what they propose. 调解人了解的情况及提出的方案。"""

    minutes: Text10000 = Field(description="What was said. 谈话纪要。", examples=["双方均认可该客户的历史服务记录。"])


class ProposalAnswer(Body):
    """What one side says to the proposal; nobody's silence is acceptance. 当事一方对调解方案的答复；沉默不视为接受。"""

    answer: Answer = Field(description="`refuse` returns the appeal to its reviewer. `refuse` 将申诉退回评审人。")
    reason: Text2000 | None = Field(default=None, description="Why. 原因。")


class Withdrawal(Body):
    """Why an appeal is withdrawn. 撤回申诉的原因。"""

    reason: Text2000 | None = Field(default=None, description="Why. 原因。")


class EvidenceView(View):
    """A record as it stood when the appeal was filed; of an archive item nothing but its id, for those who see it.

    提出申诉时的记录；档案仅对有权查看者显示编号。
    """

    kind: str
    id: UUID
    subject: str | None = Field(
        description="What it is about; null for an archive item: ask the archive for it. "
        "所涉内容；档案为空，请查阅档案。"
    )
    at: Instant | None = Field(description="When it took place; null for an archive item. 发生时间；档案为空。")


class VerdictView(View):
    """How one instance decided. 一个审级的裁决。"""

    id: UUID
    instance: int
    outcome: str
    remedy: dict[str, Any] | None = Field(description="What a partial outcome consists in. 部分成立的处理方式。")
    rule: str | None = Field(description="The rule on which it turned. 裁决所依据的规则。")
    reason_en: str
    reason_zh: str
    reviewer_id: UUID
    decided_at: Instant


class MediationView(View):
    """A mediation by a third party. 第三方的调解。"""

    id: UUID
    instance: int
    mediator_id: UUID
    started_at: Instant
    answer_by: Instant = Field(
        description="Without both answers by then the review goes on. 逾期未得到双方答复，则恢复评审。"
    )
    minutes: str | None
    proposal: dict[str, Any] | None
    proposed_at: Instant | None
    appellant_answer: str | None = Field(description="accept, refuse, or null: silence. 接受、拒绝；空表示沉默。")
    respondent_answer: str | None = Field(description="accept, refuse, or null: silence. 接受、拒绝；空表示沉默。")
    ended_at: Instant | None
    result: str | None = Field(
        description="agreed, refused, lapsed, withdrawn, or null while it goes on. "
        "达成一致、被拒绝、逾期失效、已撤回；进行中为空。"
    )


class AppealView(View):
    """An appeal; what the caller may not see is null and named in `redacted`.

    申诉；无权查看的字段为空并列于 `redacted`。
    """

    id: UUID
    assignment_id: UUID | None
    account_id: UUID | None
    appellant_id: UUID | None = Field(description="The person whose case it is. 申诉人，即案件当事人。")
    filed_by_id: UUID | None = Field(description="That person, or their manager. 提出人：申诉人本人或其经理。")
    respondent_id: UUID | None = Field(
        description="Who got the account by the assignment; hidden from a colleague who does not see the "
        "account. "
        "因该归属获得客户的人；对看不到该客户的同事隐藏。"
    )
    beneficiary_id: UUID | None = Field(
        description="Who gets the account if the appeal is upheld; null: it waits for another assignment. "
        "申诉成立时获得客户的人；空表示客户等待另行分配。"
    )
    grounds: list[str] | None
    rule: str | None = Field(description="The rule of the rulebook that is contested. 所质疑的规则手册中的规则。")
    statement: str | None
    evidence: list[EvidenceView] | None
    state: str
    instance: int = Field(description="1, or 2 after an escalation or a missed deadline. 1；升级或评审逾期后为 2。")
    reviewer_id: UUID | None = Field(
        description="Who was drawn to hear it, or hears it; null: nobody yet. 抽取的或正在评审的评审人；空表示尚无。"
    )
    mediator_id: UUID | None = Field(description="The third party of the last mediation. 最近一次调解的第三方。")
    decide_by: Instant = Field(
        description="A missed deadline hands the appeal to another reviewer; it stands still during a mediation. "
        "裁决期限；逾期移交另一评审人，调解期间中止计算。"
    )
    decided_at: Instant | None
    escalate_by: Instant | None = Field(
        description="Until when the verdict may be taken to the second instance. 可提交二审的期限。"
    )
    verdicts: list[VerdictView] | None = Field(description="How each instance decided. 各审级的裁决。")
    mediations: list[MediationView] | None = Field(description="What a third party tried. 第三方进行的调解。")
    fairness_effect: dict[str, Any] | None = Field(
        description="Fairness before and after, once upheld. 申诉成立后，公平性的前后对比。"
    )
    new_assignment_id: UUID | None = Field(
        description="The assignment that followed, once upheld. 申诉成立后产生的归属。"
    )
    redacted: list[str] = Field(description="Fields that are hidden from you. 对您隐藏的字段。")
    version: int
    created_at: Instant
    updated_at: Instant


class AppealPage(View):
    """Some appeals, and where the next ones begin. 一页申诉及下一页的起点。"""

    items: list[AppealView]
    next_cursor: str | None


class AppealSort(StrEnum):
    """What appeals are sorted by; a leading minus turns the order round. 申诉的排序依据；前加减号为倒序。"""

    CREATED = "created_at"
    CREATED_DESC = "-created_at"
    DECIDE_BY = "decide_by"
    DECIDE_BY_DESC = "-decide_by"


class AppealFilter(PageFilter):
    """Typed filters, one per field; repeat one for any of several values."""

    state: Annotated[list[AppealState], Field(max_length=7)] | None = Field(default=None, description="States. 状态。")
    instance: int | None = Field(default=None, ge=1, le=2, description="First or second instance. 一审或二审。")
    ground: Annotated[list[Ground], Field(max_length=7)] | None = Field(
        default=None, description="Based on any of these grounds. 基于其中任一理由。"
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
    sort: AppealSort = Field(default=AppealSort.CREATED, description="The order. 排序。")


class BindingRule(View):
    """A hard rule that forbids the reassignment. 不允许此次变更的硬性规则。"""

    account_id: UUID = Field(description="The account that somebody may not have. 某人不得负责的客户。")
    staff_id: UUID = Field(description="Who may not have it. 不得负责该客户的人。")
    rule: str
    required: Any = Field(description="What the rule requires. 规则的要求。")
    actual: Any = Field(description="What the person has. 此人的实际情况。")
    sentence: dict[str, str] = Field(
        description="The same in words, by language: `en`, `zh`. 文字说明，分语言：`en`、`zh`。"
    )


class MoveView(View):
    """Another account that would change hands, within the rulebook's budget for appeals.

    在规则手册的申诉变更额度之内将易手的其他客户。
    """

    account_id: UUID
    account_code: str
    from_id: UUID | None
    to_id: UUID | None


class EffectQuery(Body):
    """Which verdict is asked about."""

    remedy: RemedyKind | None = Field(
        default=None,
        description="The part that would be upheld; left out: the whole appeal. 假设成立的部分；不填则为全部成立。",
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
    """What would follow if the appeal were upheld now, or a part of it. 申诉现在成立或部分成立时的后果。"""

    appeal_id: UUID
    account_id: UUID
    holder_id: UUID = Field(
        description="Who has the account by the assignment under appeal. 因被申诉的归属而拥有客户的人。"
    )
    beneficiary_id: UUID | None = Field(
        description="Who would get it; null: it would wait. 将获得客户的人；空表示客户将等待分配。"
    )
    remedy: str | None = Field(
        description="The part that is asked about; null: the whole. 所询问的部分成立方式；空表示全部成立。"
    )
    hard_rules: list[BindingRule] = Field(
        description="What forbids it; empty: nothing does. 不允许此变更的规则；空列表表示没有。"
    )
    moves: list[MoveView] = Field(
        description="What else of the two people concerned would move. 当事双方将随之变动的其他客户。"
    )
    fairness: dict[str, Any] = Field(description="Of the whole company, before and after. 全公司的前后对比。")
