from service.domain.people import LEADERS, REVIEWER_ROLES, ROLE_NAMES, TWO_PERSON_ROLES, Role, grant_needs_second_person


def test_every_role_has_a_name_of_its_own_in_both_languages() -> None:
    assert set(ROLE_NAMES) == set(Role)
    assert len({name.en for name in ROLE_NAMES.values()}) == len(Role)
    assert len({name.zh for name in ROLE_NAMES.values()}) == len(Role)


def test_roles_with_archive_approval_or_plan_power_need_two_people() -> None:
    needing = {role for role in Role if grant_needs_second_person(role)}
    assert needing == {
        "general_manager",
        "deputy_general_manager",
        "director",
        "office_director",
        "archivist",
        "auditor",
        "mediator",
    }
    assert needing == TWO_PERSON_ROLES


def test_admin_and_integration_lead_and_judge_nothing() -> None:
    assert not {Role.ADMIN, Role.INTEGRATION} & (LEADERS | REVIEWER_ROLES)
