"""The invented company can serve every real one."""

from itertools import product

from demo.companies import INDUSTRIES, REGIONS
from demo.organisation import DEPARTMENTS, TEAMS, people
from service.domain.people import LINE_ROLES, REVIEWER_ROLES, SALES_ROLES, Role


def test_forty_one_people_have_codes_of_the_demo_and_a_place() -> None:
    staff = people()
    assert len({person.code for person in staff}) == len({person.name for person in staff}) == len(staff) == 41
    assert all(person.code.startswith("DEMO-") for person in staff)
    assert {person.department for person in staff} == set(DEPARTMENTS)
    assert all(person.role in set(Role) for person in staff)


def test_whoever_covers_a_region_holds_a_sales_role_and_nobody_else_does() -> None:
    for person in people():
        assert person.sells == (person.role in SALES_ROLES)
        assert bool(person.industries) == person.sells == (person.caps["max_accounts"] is not None)


def test_every_team_has_one_manager_and_one_key_account_manager_of_the_highest_level() -> None:
    for team in TEAMS:
        leading = [person for person in people() if person.department == team and person.role in LINE_ROLES]
        assert [person.role for person in leading] == ["department_manager", "key_account_manager"]
        assert leading[1].experience_level == 5


def test_two_people_may_serve_each_region_and_industry_one_of_them_the_greatest() -> None:
    for region, industry in product(REGIONS, INDUSTRIES):
        able = [person for person in people() if region in person.regions and industry in person.industries]
        assert len(able) >= 2, (region, industry)
        assert any(person.experience_level >= 3 for person in able), (region, industry)


def test_part_timers_take_their_part_of_the_caps() -> None:
    half = next(person for person in people() if person.fte == "0.5")
    assert half.caps == {"max_accounts": 45, "max_workload_hours": "80.0"}


def test_somebody_independent_is_left_to_hear_an_appeal() -> None:
    """The parties' own line, the approver, and the one who assigned by hand are not."""
    assert sum(person.role in REVIEWER_ROLES for person in people()) >= 5
