"""The words of the tables by themselves, and what lists make of them; no database is asked."""

from uuid import uuid4

import pytest
from sqlalchemy.dialects import postgresql

from service.errors import Forbidden
from service.models import Account, ArchiveItem, Department, Job, Task, TierScheme
from service.policy import Actor, allowed, principal_values, require, system_actor
from service.policy.relations import told_by_membership
from service.policy.rules import NOBODY, POLICIES, implies

HOME, OTHER = uuid4(), uuid4()


def staff(*roles: str) -> Actor:
    return Actor("staff", uuid4(), "张伟", roles=frozenset(roles), department_id=HOME)


def integration(*scopes: str) -> Actor:
    return Actor("integration", uuid4(), "ERP", scopes=frozenset(scopes), departments=(HOME, OTHER))


SELLER, MANAGER, LEADER, MARKETER = map(staff, ("sales_rep", "department_manager", "general_manager", "marketing"))
READER, STRANGER = integration("accounts:read"), integration("contacts:sensitive")


def test_the_system_may_do_everything() -> None:
    assert NOBODY.holds_everywhere(system_actor("worker"))
    assert not NOBODY.holds_everywhere(LEADER)


def test_what_depends_on_the_role_alone_is_refused_without_it() -> None:
    require(staff("admin"), "create", Department)
    with pytest.raises(Forbidden):
        require(LEADER, "create", Department)


@pytest.mark.parametrize("actor", [SELLER, MANAGER, READER, STRANGER])
def test_a_kept_statement_is_filled_with_the_values_of_whoever_asks(actor: Actor) -> None:
    values = principal_values(actor)
    for model, actions in POLICIES.items():
        for action in actions:
            bound = allowed(actor, action, model).compile(dialect=postgresql.dialect()).params
            of_actor = {name: value for name, value in bound.items() if name in values or "principal" in name}
            assert of_actor.items() <= values.items(), (model, action)


def test_actors_of_one_shape_differ_in_ids_alone() -> None:
    alike = [SELLER, staff("sales_rep")]
    other_kind = Actor("integration", SELLER.id, "ERP", roles=SELLER.roles)
    leading = Actor("staff", uuid4(), "李娜", roles=MANAGER.roles, department_id=HOME, departments=())
    of_a_department = Actor("staff", uuid4(), "李娜", roles=MANAGER.roles, departments=(HOME,))
    of_none = Actor("staff", uuid4(), "李娜", roles=SELLER.roles, departments=())
    of_one = Actor("integration", uuid4(), "ERP", scopes=READER.scopes, departments=(HOME,))
    different = [SELLER, MARKETER, MANAGER, other_kind, leading, of_a_department, of_none, READER, STRANGER, of_one]
    assert len({one.shape for one in alike}) == 1
    assert len({one.shape for one in different}) == len(different)


def test_only_who_leads_a_department_has_a_line() -> None:
    assert (SELLER.line, MANAGER.line) == ((), (HOME,))
    assert Actor("staff", uuid4(), "王芳", roles=MANAGER.roles).line == ()


def test_an_integration_of_no_departments_reaches_nothing() -> None:
    nowhere = Actor("integration", uuid4(), "ERP", scopes=READER.scopes, departments=())
    assert str(POLICIES[Account]["see"].predicate(nowhere, Account)) == "false"


def test_memberships_tell_exactly_the_rows_of_those_who_see_by_them_alone() -> None:
    see = POLICIES[Account]["see"]
    assert [told_by_membership(see, one) for one in (SELLER, MANAGER, LEADER, MARKETER)] == [True, True, False, False]
    assert [told_by_membership(see, one) for one in (READER, STRANGER)] == [True, False]
    assert not told_by_membership(POLICIES[Account]["see_sensitive"], SELLER)
    assert not told_by_membership(POLICIES[ArchiveItem]["see"], SELLER)


@pytest.mark.parametrize(
    ("actor", "action", "other", "model", "expected"),
    [
        (LEADER, "see", "see_values", Account, True),  # by role
        (MARKETER, "see", "see_values", Account, False),  # sees by role what has no values for them
        (SELLER, "see", "see_values", Account, True),
        (SELLER, "see", "see_sensitive", Account, False),
        (SELLER, "see", "edit", Task, True),
        (READER, "see", "see_values", Account, True),
        (READER, "see", "edit", Task, False),
        (SELLER, "see", "cancel", Job, True),
        (SELLER, "edit", "see", TierScheme, False),
    ],
)
def test_one_action_implies_another_where_the_tables_say_so(
    actor: Actor, action: str, other: str, model: type, expected: bool
) -> None:
    assert implies(actor, action, other, model) is expected
