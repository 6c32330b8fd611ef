"""Appeals as JSON."""

from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StrictInt, model_validator

from service.domain.appeals import Answer, ContestedRule, EvidenceKind, Ground, Outcome
from service.errors import FieldFlaw
from service.schemas.fields import Body, Day, Text2000, Text10000


def distinct(values: list[Any]) -> list[Any]:
    """The list, when nothing stands in it twice."""
    if any(value in values[:at] for at, value in enumerate(values)):
        raise FieldFlaw("repeated", "Each is named once.", "每项只能列出一次。")
    return values


class Evidence(Body):
    """Something that supports an appeal. 支持申诉的依据。"""

    kind: EvidenceKind = Field(description="What kind of record it is. 记录的类型。")
    id: UUID = Field(
        description="The record's id; the person who files must be able to see it. 记录标识；提出人须有权查看该记录。"
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
