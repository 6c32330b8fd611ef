from enum import StrEnum
from itertools import product

import pytest

from service.domain import states
from service.domain.states import (
    APPEAL_TRANSITIONS,
    LOAN_TRANSITIONS,
    READING_TRANSITIONS,
    AppealState,
    JobState,
    TaskState,
    Transitions,
)
from service.errors import IllegalTransition

MACHINES = {name: machine for name, machine in vars(states).items() if isinstance(machine, Transitions)}
PAIRS = [
    pytest.param(machine, source, target, id=f"{name}-{source}-{target}")
    for name, machine in MACHINES.items()
    for source, target in product(machine.table, repeat=2)
]
FIRST = {
    "VERSION_TRANSITIONS": "draft",
    "EVALUATION_TRANSITIONS": "preview",
    "PLAN_TRANSITIONS": "draft",
    "APPEAL_TRANSITIONS": "submitted",
    "TASK_TRANSITIONS": "not_started",
    "IMPORT_TRANSITIONS": "received",
    "JOB_TRANSITIONS": "queued",
    "STAFF_TRANSITIONS": "invited",
    "GRANT_TRANSITIONS": "proposed",
    "LOAN_TRANSITIONS": "requested",
    "READING_TRANSITIONS": "requested",
    "ARCHIVE_TRANSITIONS": "deposited",
    "VERSION_OF_ITEM_TRANSITIONS": "deposited",
    "PROPOSAL_TRANSITIONS": "proposed",
    "PAPER_TRANSITIONS": "in_archive",
}


@pytest.mark.parametrize(("machine", "source", "target"), PAIRS)
def test_a_pair_of_states_passes_or_is_refused_by_name(
    machine: Transitions[StrEnum], source: StrEnum, target: StrEnum
) -> None:
    if target in machine.table[source]:
        machine.check(source, target)
        return
    with pytest.raises(IllegalTransition) as refusal:
        machine.check(source, target)
    assert refusal.value.detail is not None
    assert source in refusal.value.detail.zh
    assert target in refusal.value.detail.en


@pytest.mark.parametrize("name", MACHINES)
def test_every_state_is_reached_from_the_first(name: str) -> None:
    machine = MACHINES[name]
    reached, found = set(), {FIRST[name]}
    while found - reached:
        state = (found - reached).pop()
        reached.add(state)
        found |= machine.table[state]
    assert reached == set(machine.table)


@pytest.mark.parametrize(
    ("name", "final"),
    [
        ("VERSION_TRANSITIONS", {"retired"}),
        ("EVALUATION_TRANSITIONS", {"applied"}),
        ("PLAN_TRANSITIONS", {"applied", "rejected", "superseded", "cancelled", "failed"}),
        ("APPEAL_TRANSITIONS", {"upheld", "withdrawn"}),
        ("TASK_TRANSITIONS", set()),
        ("IMPORT_TRANSITIONS", {"completed", "failed", "cancelled"}),
        ("JOB_TRANSITIONS", {"succeeded", "failed", "cancelled"}),
        ("STAFF_TRANSITIONS", set()),
        ("GRANT_TRANSITIONS", {"refused", "revoked"}),
        ("LOAN_TRANSITIONS", {"refused", "cancelled", "lapsed", "returned", "expired", "revoked", "lost"}),
        ("READING_TRANSITIONS", {"refused", "cancelled", "lapsed", "ended", "expired", "revoked"}),
    ],
)
def test_nothing_follows_a_final_state(name: str, final: set[str]) -> None:
    assert {state for state in MACHINES[name].table if not MACHINES[name].table[state]} == final


def test_a_lost_appeal_can_be_escalated_and_one_in_mediation_is_not_decided() -> None:
    assert APPEAL_TRANSITIONS.allows(AppealState.REJECTED, AppealState.UNDER_REVIEW)
    assert APPEAL_TRANSITIONS.allows(AppealState.PARTIALLY_UPHELD, AppealState.UNDER_REVIEW)
    assert not APPEAL_TRANSITIONS.allows(AppealState.MEDIATION, AppealState.UPHELD)
    assert not APPEAL_TRANSITIONS.allows(AppealState.SUBMITTED, AppealState.UPHELD)


def test_a_loan_and_a_reading_session_begin_only_after_an_approval() -> None:
    for machine in (LOAN_TRANSITIONS, READING_TRANSITIONS):
        assert [str(state) for state in machine.table if "active" in machine.table[state]] == ["approved"]
        assert [str(state) for state in machine.table if "approved" in machine.table[state]] == ["requested"]
        assert machine.table[type(next(iter(machine.table)))("approved")] == {"active", "lapsed"}


def test_a_table_that_forgets_a_state_is_refused() -> None:
    with pytest.raises(ValueError, match="no row"):
        Transitions({JobState.QUEUED: frozenset({JobState.RUNNING})})


def test_overdue_is_no_state_of_a_task() -> None:
    assert {"not_started", "in_progress", "done", "cancelled"} == set(TaskState)
