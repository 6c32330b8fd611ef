"""The division of labour: more stages for larger work, and no finding exactly where nothing is doubled or missed."""

from hypothesis import given
from hypothesis import strategies as st

from service.domain.division import (
    FINDINGS,
    RULES,
    Complexity,
    Duty,
    Finding,
    Scale,
    Stage,
    StageTask,
    findings,
    fits,
    stages_of,
)

PEOPLE = st.sampled_from(["张伟", "李娜", "王芳"])
FUNCTIONS = st.frozensets(st.sampled_from(["owner", "sales", "finance", "tech_support", "after_sales", "leader"]))
DUTIES = st.lists(st.builds(Duty, st.sampled_from(Stage), PEOPLE, FUNCTIONS, st.booleans()), max_size=12)
TASKS = st.lists(st.builds(StageTask, st.sampled_from(Stage), PEOPLE, st.booleans()), max_size=12)


def arranged(scale: Scale, complexity: Complexity) -> tuple[list[Duty], list[StageTask]]:
    """A faultless division: for each stage one person in its function, and their task."""
    stages = stages_of(scale, complexity)
    duties = [Duty(stage, stage.value, frozenset({RULES[stage].function})) for stage in stages]
    return duties, [StageTask(stage, stage.value) for stage in stages]


def test_the_work_has_more_stages_the_larger_and_the_more_complex_it_is() -> None:
    for scale in Scale:
        for complexity in Complexity:
            stages = set(stages_of(scale, complexity))
            assert set(stages_of(Scale.SMALL, Complexity.SIMPLE)) <= stages <= set(Stage)
            assert {RULES[stage].function for stage in stages} >= {"sales", "finance", "tech_support", "after_sales"}
    assert set(stages_of(Scale.LARGE, Complexity.SIMPLE)) == set(Stage)
    assert set(stages_of(Scale.SMALL, Complexity.COMPLEX)) == set(Stage)
    assert Stage.SUPERVISION not in stages_of(Scale.MEDIUM, Complexity.MODERATE)
    assert [*stages_of(Scale.LARGE, Complexity.COMPLEX)] == [*Stage]


def test_every_stage_and_finding_has_words_in_both_languages() -> None:
    assert set(RULES) == set(Stage)
    assert set(FINDINGS) == set(Finding)
    told = [rule.name for rule in RULES.values()] + [rule.task for rule in RULES.values()] + list(FINDINGS.values())
    assert all(one.en and one.zh for one in told)


def test_the_owner_of_a_small_and_simple_project_may_answer_for_everything() -> None:
    owner = frozenset({"owner"})
    assert all(fits(stage, owner, Scale.SMALL, Complexity.SIMPLE) for stage in Stage)
    assert {stage for stage in Stage if fits(stage, owner, Scale.LARGE, Complexity.SIMPLE)} == {
        Stage.NEEDS, Stage.NEGOTIATION, Stage.CONTRACT,
    }  # fmt: skip


@given(st.sampled_from(Scale), st.sampled_from(Complexity))
def test_a_faultless_division_has_no_finding_and_each_fault_is_found(scale: Scale, complexity: Complexity) -> None:
    duties, tasks = arranged(scale, complexity)
    assert findings(scale, complexity, duties, tasks) == []
    stage = duties[0].stage
    assert (stage, Finding.NOBODY_RESPONSIBLE) in findings(scale, complexity, duties[1:], tasks)
    assert (stage, Finding.NO_TASK) in findings(scale, complexity, duties, tasks[1:])
    assert (stage, Finding.SEVERAL_TASKS) in findings(scale, complexity, duties, [tasks[0], *tasks])
    second = Duty(stage, "somebody", duties[0].functions)
    assert (stage, Finding.SEVERAL_RESPONSIBLE) in findings(scale, complexity, [*duties, second], tasks)


@given(st.sampled_from(Scale), st.sampled_from(Complexity), DUTIES, TASKS)
def test_no_finding_means_one_person_and_one_task_of_theirs_in_each_stage(
    scale: Scale, complexity: Complexity, duties: list[Duty], tasks: list[StageTask]
) -> None:
    if findings(scale, complexity, duties, tasks):
        return
    needed = stages_of(scale, complexity)
    assert {duty.stage for duty in duties} == set(needed)
    for stage in needed:
        people = {duty.staff_id for duty in duties if duty.stage is stage}
        open_ones = [task.assignee_id for task in tasks if task.stage is stage and not task.done]
        assert len(people) == 1
        assert set(open_ones) <= people
        assert len(open_ones) <= 1
        assert any(task.stage is stage for task in tasks)
    assert {task.stage for task in tasks if not task.done} <= set(needed)
