"""Interactions as JSON: visits, calls, meetings and messages, with the plan and the outcome part of the call forms."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictInt

from service.domain.interactions import InteractionKind, Side
from service.schemas.fields import UNCHANGED, Blank200, Blank2000, Body, Day, Instant, Text200, Text2000, View
from service.schemas.page import PageFilter


class Participant(Body):
    """Somebody at the table. 参与者。"""

    name: Text200 = Field(description="Name. 姓名。", examples=["李娜"])
    side: Side = Field(description="Ours or the customer's. 我方或客户方。")
    title: Blank200 = Field(default="", description="Title or post. 职务或头衔。")
    buying_role: Blank200 = Field(default="", description="Buying role. 购买角色。")


class Question(Body):
    """A line of the call introduction. 电话开场白的一行。"""

    need: Text2000 = Field(description="What we need to know. 需要了解什么。")
    reason: Blank2000 = Field(default="", description="Why. 原因。")
    question: Blank2000 = Field(default="", description="How we ask. 如何提问。")


class Influence(Body):
    """A line of the influence sheet, or an argument of a presentation. 影响表的一行，或产品演示的一个论点。"""

    view: Text2000 = Field(description="Which view of theirs we can influence. 可以影响对方的哪些看法。")
    approach: Blank2000 = Field(default="", description="How. 方式。")
    business_value: Blank2000 = Field(default="", description="Business value to them. 对对方的商务价值。")
    personal_value: Blank2000 = Field(
        default="", description="Political or personal value to them. 对对方的政治或个人价值。"
    )


Agenda = Annotated[list[Text200], Field(max_length=50)]
Participants = Annotated[list[Participant], Field(max_length=100)]
Questions = Annotated[list[Question], Field(max_length=50)]
Influences = Annotated[list[Influence], Field(max_length=50)]


class InteractionPlan(Body):
    """The plan part: when, where, what for, with whom, against which obstacles.

    计划部分：时间、地点、目的、对象与障碍。
    """

    planned_at: Instant = Field(description="When it is to begin. 计划开始时间。")
    purpose: Text2000 = Field(description="Purpose. 目的。", examples=["确认年度采购计划"])
    expected_result: Blank2000 = Field(default="", description="Expected result. 预期结果。")
    place: Blank200 = Field(default="", description="Location. 地点。", examples=["深圳总部"])
    agenda: Agenda = Field(default=[], description="Agenda, point by point. 逐项议程。")
    obstacles: Blank2000 = Field(default="", description="Competing views or obstacles. 对立意见或障碍。")
    preparation: Blank2000 = Field(default="", description="Resources and preparation. 资源与准备。")
    participants: Participants = Field(default=[], description="Who takes part, on both sides. 双方参与者。")
    questions: Questions = Field(
        default=[], description="What we need to know, why, and how we ask. 需要了解什么、为什么、如何提问。"
    )
    influences: Influences = Field(
        default=[], description="Which views we can influence, and the value to them. 可以影响的看法及其对对方的价值。"
    )


class Commitment(Body):
    """Something promised; it becomes a task. 承诺；将成为一项任务。"""

    action: Text200 = Field(description="What was promised. 承诺事项。", examples=["三日内提交报价"])
    responsible_id: UUID | None = Field(
        default=None, description="Who does it; whoever tells the outcome if left out. 承办人；不填则为填写结果的人。"
    )
    due_on: Day | None = Field(
        default=None, description="Until when; within a few working days if left out. 期限；不填则为若干工作日之内。"
    )


Commitments = Annotated[list[Commitment], Field(max_length=50)]


class InteractionOutcome(Body):
    """The outcome part: what happened, how long it took, what was promised.

    结果部分：发生了什么、历时多久、作了哪些承诺。
    """

    happened_at: Instant = Field(description="When it began. 开始时间。")
    summary: Text2000 = Field(description="What happened. 发生了什么。", examples=["客户同意试用新产品"])
    minutes: StrictInt | None = Field(default=None, ge=0, le=1440, description="How long it took. 历时（分钟）。")
    commitments: Commitments = Field(
        default=[], description="What was promised, by whom, until when. 承诺事项、承办人与期限。"
    )


class InteractionCreate(Body):
    """A new interaction: planned, or told after it happened, or both. 新的互动：事先计划、事后记录，或两者兼有。"""

    account_id: UUID = Field(description="With which customer. 互动的客户。")
    kind: InteractionKind = Field(description="How one meets. 互动方式。")
    subject: Text200 = Field(description="What it is about. 内容说明。", examples=["年度合作洽谈"])
    plan: InteractionPlan | None = Field(default=None, description="The plan part. 计划部分。")
    outcome: InteractionOutcome | None = Field(default=None, description="The outcome part. 结果部分。")


class PlanUpdate(Body):
    """A merge patch of the plan part. 计划部分的合并补丁。"""

    planned_at: Instant = UNCHANGED
    purpose: Text2000 = UNCHANGED
    expected_result: Blank2000 | None = None
    place: Blank200 | None = None
    agenda: Agenda | None = None
    obstacles: Blank2000 | None = None
    preparation: Blank2000 | None = None
    participants: Participants | None = None
    questions: Questions | None = None
    influences: Influences | None = None


class OutcomeUpdate(Body):
    """A merge patch of the outcome part; commitments that were not there before become tasks.

    结果部分的合并补丁；新增的承诺将成为任务。
    """

    happened_at: Instant = UNCHANGED
    summary: Text2000 = UNCHANGED
    minutes: Annotated[StrictInt, Field(ge=0, le=1440)] | None = None
    commitments: Commitments | None = None


class InteractionUpdate(Body):
    """A merge patch by the author within a day. 作者一日之内的合并补丁。"""

    kind: InteractionKind = UNCHANGED
    subject: Text200 = UNCHANGED
    plan: PlanUpdate | None = None
    outcome: OutcomeUpdate | None = None


class AmendmentCreate(Body):
    """An addition to an interaction, at any time; the outcome of a planned one is told here too.

    对互动的补充，随时可以添加；计划中的互动也在此填写结果。
    """

    note: Text2000 = Field(description="What is added. 补充内容。", examples=["客户来电更正：预算为 200 万元"])
    outcome: InteractionOutcome | None = Field(
        default=None, description="The outcome, where none was told yet. 互动结果；仅限此前尚未填写者。"
    )


class AmendmentView(View):
    """An addition, and whose it is. 补充内容及其作者。"""

    at: Instant
    author_id: UUID
    note: str


class InteractionView(View):
    """An interaction: what was planned, what came of it, what was added. 互动：计划、结果与补充。"""

    id: UUID
    account_id: UUID
    kind: str = Field(examples=["visit"])
    subject: str
    starts_at: Instant = Field(description="When it happened, or is planned to. 发生或计划的时间。")
    plan: InteractionPlan | None
    outcome: InteractionOutcome | None
    amendments: list[AmendmentView]
    author_id: UUID
    editable_until: Instant = Field(
        description="Until then the author edits it; afterwards it is only amended. "
        "在此之前作者可以编辑；此后只能补充。"
    )
    version: int
    created_at: Instant
    updated_at: Instant


class InteractionPage(View):
    """Some interactions, and where the next ones begin. 一页互动及下一页的起点。"""

    items: list[InteractionView]
    next_cursor: str | None


class InteractionSort(StrEnum):
    """What interactions are sorted by; a leading minus turns the order round. 互动的排序依据；前加减号为倒序。"""

    LATEST = "-starts_at"
    EARLIEST = "starts_at"
    CREATED = "created_at"
    CREATED_DESC = "-created_at"


class InteractionFilter(PageFilter):
    """Typed filters, one per field."""

    account_id: UUID | None = Field(default=None, description="With this account. 与该客户的互动。")
    kind: Annotated[list[InteractionKind], Field(max_length=7)] | None = Field(
        default=None, description="Of these kinds. 这些类型。"
    )
    author_id: UUID | None = Field(default=None, description="Logged by this person. 由此人记录。")
    starts_from: Instant | None = Field(
        default=None, description="Beginning at or after this instant. 开始时间不早于此时刻。"
    )
    starts_to: Instant | None = Field(default=None, description="Beginning before this instant. 开始时间早于此时刻。")
    sort: InteractionSort = Field(default=InteractionSort.LATEST, description="The order. 排序。")
