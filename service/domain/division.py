"""Division of labour (大客户管理分工): the stages of an account's work, who answers for each, and the proof of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from service.errors import Sentence


class Scale(StrEnum):
    """How large the project is.

    项目规模。
    """

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class Complexity(StrEnum):
    """How involved the project is.

    项目的复杂程度。
    """

    SIMPLE = "simple"
    MODERATE = "moderate"
    COMPLEX = "complex"


class Stage(StrEnum):
    """The stages from the identification of needs to after-sales, in their order.

    由需求识别到售后服务的各阶段，按顺序。
    """

    NEEDS = "needs"
    MARKET_NEWS = "market_news"
    SOLUTION = "solution"
    NEGOTIATION = "negotiation"
    CONTRACT = "contract"
    AMOUNT_AUDIT = "amount_audit"
    PAYMENT = "payment"
    TECHNICAL_SUPPORT = "technical_support"
    AFTER_SALES = "after_sales"
    SUPERVISION = "supervision"


class Finding(StrEnum):
    """What keeps a stage from having exactly one responsible person and exactly one task of theirs."""

    NOBODY_RESPONSIBLE = "nobody_responsible"
    SEVERAL_RESPONSIBLE = "several_responsible"
    NOT_AT_WORK = "not_at_work"
    WRONG_FUNCTION = "wrong_function"
    NO_TASK = "no_task"
    SEVERAL_TASKS = "several_tasks"
    SOMEBODY_ELSES_TASK = "somebody_elses_task"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True, slots=True)
class StageRule:
    """Whose function a stage is, its main task, and the least scale or complexity from which it is a stage apart."""

    function: str
    name: Sentence
    task: Sentence
    scale: Scale = Scale.SMALL
    complexity: Complexity = Complexity.SIMPLE


@dataclass(frozen=True, slots=True)
class Duty:
    """Somebody answers for a stage; `functions`: their roles on the account's team, `owner` among them."""

    stage: Stage
    staff_id: Any
    functions: frozenset[str]
    at_work: bool = True


@dataclass(frozen=True, slots=True)
class StageTask:
    """A task of a stage that was not called off."""

    stage: Stage
    assignee_id: Any
    done: bool = False


OWNER, SALES = "owner", "sales"
RULES = {
    Stage.NEEDS: StageRule(
        SALES, Sentence("needs", "客户需求识别"), Sentence("Identify the customer's needs", "识别客户需求")
    ),
    Stage.MARKET_NEWS: StageRule(
        "marketing",
        Sentence("market news", "行业信息"),
        Sentence("Provide news of the industry", "提供行业信息支持销售策略"),
        Scale.MEDIUM,
        Complexity.COMPLEX,
    ),
    Stage.SOLUTION: StageRule(
        "tech_support",
        Sentence("solution", "技术方案"),
        Sentence("Work out the solution", "制定技术方案"),
        Scale.LARGE,
        Complexity.MODERATE,
    ),
    Stage.NEGOTIATION: StageRule(SALES, Sentence("negotiation", "商务谈判"), Sentence("Negotiate terms", "商务谈判")),
    Stage.CONTRACT: StageRule(SALES, Sentence("contract", "合同签订"), Sentence("Sign the contract", "签订合同")),
    Stage.AMOUNT_AUDIT: StageRule(
        "finance",
        Sentence("audit of the amount", "合同金额审核"),
        Sentence("Audit the contract's amount", "审核合同金额"),
        Scale.MEDIUM,
        Complexity.COMPLEX,
    ),
    Stage.PAYMENT: StageRule("finance", Sentence("payment", "款项结算"), Sentence("Settle payments", "结算款项")),
    Stage.TECHNICAL_SUPPORT: StageRule(
        "tech_support",
        Sentence("technical support", "技术支持"),
        Sentence("Solve problems in use", "解决使用中的技术问题"),
    ),
    Stage.AFTER_SALES: StageRule(
        "after_sales",
        Sentence("after-sales", "售后服务"),
        Sentence("Serve the customer after the sale", "提供售后服务"),
    ),
    Stage.SUPERVISION: StageRule(
        "leader",
        Sentence("supervision", "进度监督"),
        Sentence("Watch over progress and strategic goals", "监督整体进度与战略目标"),
        Scale.LARGE,
        Complexity.COMPLEX,
    ),
}
"""Every stage; a stage is one of its own from the scale, or from the complexity, that is named."""
FINDINGS = {
    Finding.NOBODY_RESPONSIBLE: Sentence("Nobody is responsible.", "无人负责。"),
    Finding.SEVERAL_RESPONSIBLE: Sentence("More than one person is responsible.", "负责人不止一位。"),
    Finding.NOT_AT_WORK: Sentence("The person responsible is not at work.", "负责人不在岗。"),
    Finding.WRONG_FUNCTION: Sentence(
        "The person responsible has not that function on the team.", "负责人在客户团队中不具备该职能。"
    ),
    Finding.NO_TASK: Sentence("There is no task for it.", "缺少对应任务。"),
    Finding.SEVERAL_TASKS: Sentence("There is more than one open task for it.", "存在重复的未完成任务。"),
    Finding.SOMEBODY_ELSES_TASK: Sentence("Its open task is somebody else's.", "未完成任务由他人承担。"),
    Finding.NOT_NEEDED: Sentence("The project needs no such stage any more.", "该项目已不需要此环节。"),
}
"""Every finding in words."""


def stages_of(scale: Scale, complexity: Complexity) -> tuple[Stage, ...]:
    """The stages that a project of this size has, in their order."""
    return tuple(
        stage
        for stage, rule in RULES.items()
        if _rank(scale) >= _rank(rule.scale) or _rank(complexity) >= _rank(rule.complexity)
    )


def fits(stage: Stage, functions: frozenset[str], scale: Scale, complexity: Complexity) -> bool:
    """Whether somebody with these roles on the team may answer for a stage.

    The owner sells; where the project is small and simple, the owner may do everything.
    """
    if OWNER in functions and (RULES[stage].function == SALES or (scale, complexity) == LEAST):
        return True
    return RULES[stage].function in functions


def findings(
    scale: Scale, complexity: Complexity, duties: Sequence[Duty], tasks: Sequence[StageTask]
) -> list[tuple[Stage, Finding]]:
    """What is wrong, stage by stage; nothing is the proof that each stage has one person and one task of theirs.

    A stage whose task is done needs no other.
    """
    needed = frozenset(stages_of(scale, complexity))
    found: list[tuple[Stage, Finding]] = []
    for stage in Stage:
        own = [duty for duty in duties if duty.stage is stage]
        work = [task for task in tasks if task.stage is stage]
        if stage in needed:
            found += [(stage, finding) for finding in _of_stage(own, work, scale, complexity)]
        elif own or any(not task.done for task in work):
            found.append((stage, Finding.NOT_NEEDED))
    return found


def _of_stage(duties: list[Duty], tasks: list[StageTask], scale: Scale, complexity: Complexity) -> Iterator[Finding]:
    """What is wrong with a stage that is needed."""
    people = {duty.staff_id for duty in duties}
    if len(people) != 1:
        yield Finding.SEVERAL_RESPONSIBLE if people else Finding.NOBODY_RESPONSIBLE
    if not all(duty.at_work for duty in duties):
        yield Finding.NOT_AT_WORK
    if not all(fits(duty.stage, duty.functions, scale, complexity) for duty in duties):
        yield Finding.WRONG_FUNCTION
    open_ones = [task for task in tasks if not task.done]
    if not tasks:
        yield Finding.NO_TASK
    if len(open_ones) > 1:
        yield Finding.SEVERAL_TASKS
    if people and any(task.assignee_id not in people for task in open_ones):
        yield Finding.SOMEBODY_ELSES_TASK


def _rank(level: Scale | Complexity) -> int:
    """The place of a level, from 0."""
    return list(type(level)).index(level)


LEAST = (Scale.SMALL, Complexity.SIMPLE)
