"""Explanations as JSON: the whole decision, or one person's own part of it."""

from typing import Any
from uuid import UUID

from pydantic import Field

from service.schemas.fields import View
from service.schemas.wording import Wording


class ScorePart(View):
    """One part of a score. 得分的一项构成。"""

    name: str = Field(
        description="A load (value, workload, count, tier:<code>), misfit or move. "
        "负荷（value、workload、count、tier:<代码>）、不匹配（misfit）或更换负责人（move）。"
    )
    points: str
    raw: str = Field(description="The same in score units, a whole number. 同一数值，以分数单位计的整数。")


class BlockedBy(View):
    """A rule that stands in somebody's way. 对某人构成限制的规则。"""

    rule: str
    required: Any
    actual: Any
    sentence: Wording


class Arithmetic(View):
    """A score and its parts. 得分及其构成。"""

    score: str = Field(description="In points; the lowest wins. 得分；最低者获得。")
    raw_score: str = Field(description="In score units, a whole number: exact. 以分数单位计的整数，精确值。")
    parts: list[ScorePart]
    match: dict[str, str] = Field(
        description="Geography, product, industry and experience, each from 0 to 1. "
        "地域、产品、行业与经验的匹配度，各为 0 至 1。"
    )
    load_before: dict[str, str] = Field(
        description="What the person had of each load without this account. 不计该客户时此人的各项负荷。"
    )


class CandidateView(Arithmetic):
    """Somebody who might serve the account. 可以负责该客户的人。"""

    person_id: UUID
    code: str
    rank: int | None = Field(
        description="By score, 1 being the lowest; null without room. 得分名次，1 为最低；没有余量时为空。"
    )
    blocked_by: list[BlockedBy] = Field(description="Caps that leave no room. 使其没有余量的上限。")
    sentence: Wording


class ExcludedView(BlockedBy):
    """Somebody whom a hard rule excludes: the first that does. 被硬性规则排除的人，以及首条排除的规则。"""

    person_id: UUID
    code: str


class DecidedView(View):
    """The decision as it was stored. 所存储的决定。"""

    snapshot_sha256: str
    rulebook_id: UUID
    rulebook_version: int
    engine_version: str
    account_id: UUID
    position: int
    kind: str
    winner: UUID | None
    runner_up: UUID | None
    margin: str | None
    reason: str
    remedy: str | None


class WaitingView(View):
    """Why the account waits, and what would help. 客户等待分配的原因及解决办法。"""

    account_id: UUID
    reason: str
    remedy: str
    detail: dict[str, Any] = Field(description="Whom the remedy concerns. 解决办法所涉及的对象。")


class BindingView(View):
    """Something that was binding. 起约束作用的因素。"""

    kind: str = Field(
        description="hard_rule, cap, decisive (between the first two), for you, or against you. "
        "硬性规则、上限、决定因素（前两名之间）、对您有利或对您不利。"
    )
    name: str = Field(description="A rule, or a part of the score. 规则，或得分的一项构成。")
    people: int | None = Field(
        description="How many people a rule or cap kept from it. 因该规则或上限而未能获得的人数。"
    )
    text: Wording


class FullExplanation(View):
    """Everything behind a decision, recomputed from its snapshot and equal to what was stored.

    一项决定的全部依据，由快照重算并与所存储者一致。
    """

    account_id: UUID
    account_code: str
    decision: DecidedView
    candidates: list[CandidateView]
    excluded: list[ExcludedView]
    binding: list[BindingView] = Field(
        description="What narrowed the field, and what decided. 限制候选范围的因素，以及决定因素。"
    )
    waiting: WaitingView | None = Field(
        description="Why the account waits; null where somebody has it. 客户等待分配的原因；有人负责时为空。"
    )
    sentences: list[Wording]


class OtherRank(View):
    """Somebody else, who is a rank and nothing more. 其他人员，仅显示名次。"""

    rank: int


class ChangeView(View):
    """One thing that would be different. 一项假设的变化。"""

    field: str = Field(
        description="A field of yours as `/v1/staff` has it, `absent`, or load:<name> in fair shares. "
        "您在 `/v1/staff` 中的某项数据、`absent`（缺勤），或 load:<名称>，以公平份额计。"
    )
    before: Any
    after: Any


class FlipView(View):
    """Changes of your own data that together would have turned the decision.

    本人的哪些数据一并改变，即足以改变结果。
    """

    changes: list[ChangeView] = Field(description="What would have to be different. 须改变的数据。")


class OwnExplanation(View):
    """Why me, or why not me. 为什么是我，或为什么不是我。"""

    account_id: UUID
    account_code: str
    outcome: str = Field(
        description="won, lost, no_room, excluded or not_ruled. 获得、未获得、没有余量、被规则排除或未按规则决定。"
    )
    reason: str
    rank: int | None
    candidates: int = Field(description="How many could serve the account and had room. 符合条件且有余量的人数。")
    others: list[OtherRank]
    own: Arithmetic | None = Field(description="Null where a rule excluded you. 被规则排除时为空。")
    failed: list[BlockedBy]
    binding: list[BindingView] = Field(
        description="What spoke most for or against you; no amounts, nobody named. "
        "对您最有利或最不利的因素；不含金额与姓名。"
    )
    flips: list[FlipView] = Field(description="The smallest change first. 变化最小的在前。")
    sentences: list[Wording]


class ByHand(View):
    """An assignment for which no rule was asked. 未按规则产生的归属。"""

    reason: str | None
    assigned_by: UUID | None
    sentences: list[Wording]


class CountedWith(View):
    """Another account that counted as one with this: of the same region, industry and owner.

    与该客户合并计算的另一客户：区域、行业与负责人均相同。
    """

    account_id: UUID
    account_code: str
    because: str = Field(
        description="same_name: apart from legal form, punctuation and case; group: they, or namesakes of "
        "theirs, have a parent in common. "
        "same_name：除公司形式、标点与大小写外名称相同；group：它们或与其同名的客户属于同一集团。"
    )


class ExplanationView(View):
    """Why an account went where it went, as far as it is yours to know. 客户为何如此分配，以您有权知悉者为限。"""

    assignment_id: UUID
    account_id: UUID
    account_code: str
    origin: str
    full: FullExplanation | None = Field(
        description="For line, leaders, auditor and the reviewer of an appeal. "
        "供上级、公司领导、审计员与申诉评审人查看。"
    )
    own: OwnExplanation | None = Field(
        description="For whoever was considered, eligible or excluded. 供参与考虑的人查看，无论是否符合条件。"
    )
    by_hand: ByHand | None = Field(description="For an assignment that no rule made. 用于并非按规则产生的归属。")
    counted_with: list[CountedWith] = Field(
        description="What was split or entered twice and you may see; empty for whoever may not read `full`. "
        "拆分或重复录入且您有权查看的客户；不可查看 `full` 者为空列表。"
    )
