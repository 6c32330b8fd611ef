"""The policy in force, cell by cell, against what was written by hand and against the text in the repository."""

from collections import defaultdict
from collections.abc import Mapping
from typing import cast

import pytest
from sqlalchemy import Table

from service.domain.people import Role
from service.models import Department, Loan, ReadingSession, Staff
from service.policy.rules import POLICIES
from service.queries.actors import staff_actor
from tests.house import LONG_AGO
from tests.policy.expectation import HERE, expectations, expected
from tests.policy.society import Society
from tests.policy.standings import Cell, resource_of

MATRIX = HERE / "matrix.txt"
Answers = Mapping[Cell, bool]


@pytest.fixture(scope="module")
async def answers(society: Society) -> Answers:
    """What the policy says of every cell, asked once."""
    return {cell: may async for cell, may in society.answers()}


def test_every_action_of_every_resource_is_expected_by_somebody() -> None:
    declared = {(resource_of(model), action) for model, actions in POLICIES.items() for action in actions}
    assert {(resource.split("/")[0], action) for resource, action in expectations()} == declared


async def test_every_cell_is_as_the_access_design_says(answers: Answers) -> None:
    rules = expectations()
    wrong = [
        f"{cell.resource}.{cell.action}: {cell.who}, {cell.standing}: {'allowed' if may else 'denied'}"
        for cell, may in sorted(answers.items())
        if expected(rules, cell) != may
    ]
    assert not wrong, "\n".join([f"{len(wrong)} of {len(answers)} cells are not as expected:", *wrong[:60]])


async def test_what_was_deleted_exists_for_nobody(society: Society) -> None:
    leader = await society.house.person(*sorted(Role), department_id=society.places["department"])
    async with society.house.services.database.reading() as connection:
        actor = await staff_actor(connection, leader.id)
        assert actor is not None
        for model in [model for model in POLICIES if hasattr(model, "deleted_at")]:
            key = await society.row(model)
            alive = {cell.action async for cell, may in society.asked(connection, model, key, actor, "", "") if may}
            assert "see" in alive, model
            table = cast("Table", model.__table__)
            gone = table.update().where(*[column == key[0] for column in table.primary_key])
            await connection.execute(gone.values(deleted_at=LONG_AGO))
            assert not [cell async for cell, may in society.asked(connection, model, key, actor, "", "") if may]


async def test_of_what_became_top_secret_whoever_decides_on_others_knows_no_loan(society: Society) -> None:
    deputy = await society.house.person("deputy_general_manager")
    (department,) = await society.row(Department, deputy_in_charge_id=deputy.id)
    (borrower,) = await society.row(Staff, department_id=department)
    loan = {"class_as_lent": "secret", "way": "approval", "borrower_id": borrower}
    async with society.house.services.database.reading() as connection:
        actor = await staff_actor(connection, deputy.id)
        assert actor is not None
        for model, known in ((Loan, loan), (ReadingSession, {"reader_id": borrower})):
            for class_, expected in (("secret", {"see", "decide"}), ("top_secret", set())):
                key = await society.row(model, item_id=await society.item_of(class_), **known)
                may = {cell.action async for cell, may in society.asked(connection, model, key, actor, "", "") if may}
                assert may == expected, (model, class_)


async def test_the_matrix_in_the_repository_is_the_present_one(answers: Answers) -> None:
    present, kept = written(answers), MATRIX.read_text(encoding="utf-8") if MATRIX.exists() else ""
    if present != kept:
        MATRIX.write_text(present, encoding="utf-8")
    assert present == kept, "matrix.txt was out of date and has been written anew: read the difference, and commit it"


def written(answers: Answers) -> str:
    """The matrix as text: for each action, who is allowed how standing."""
    lines = ["# Written by tests/policy/test_matrix.py from the policy in force. Not to be edited by hand."]
    actions: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    asked: dict[tuple[str, str], set[str]] = defaultdict(set)
    for cell, may in answers.items():
        kind = "scope" if cell.who.startswith(("scope ", "no scope")) else "role"
        asked[f"{cell.resource}.{cell.action}", kind].add(cell.standing)
        allowed = actions[f"{cell.resource}.{cell.action}", kind]
        allowed[cell.who] += [cell.standing] if may else []
    for (action, kind), people in sorted(actions.items()):
        if kind == "role":
            lines += ["", action]
        lines += grouped(people, asked[action, kind])
    return "\n".join(lines) + "\n"


def grouped(people: Mapping[str, list[str]], asked: set[str]) -> list[str]:
    """Those with the same rights on one line, the most powerful first."""
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for who, standings in people.items():
        if standings:
            groups[tuple(standings)].append(who)
    ordered = sorted(groups.items(), key=lambda group: (-len(group[0]), group[0]))
    most = max(groups, key=lambda standings: len(groups[standings]), default=())
    complete = all(people.values())
    return [
        f"    {'always' if set(standings) == asked else ', '.join(standings)}: "
        f"{'everybody else' if complete and standings == most else ', '.join(sorted(who))}"
        for standings, who in ordered
    ]
