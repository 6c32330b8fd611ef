"""Appeals as they go out as JSON, how they are listed, and what would follow from one."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from service.domain.appeals import Ground
from service.domain.states import AppealState
from service.schemas.appeals import RemedyKind
from service.schemas.fields import Body, Instant, View
from service.schemas.page import PageFilter


class EvidenceView(View):
    """A record as it stood when the appeal was filed; of an archive item nothing but its id, for those who see it.

    提出申诉时的记录；档案仅对有权查看者显示标识。
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
    minutes: str | None = Field(description="What was said. 谈话纪要。")
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
