"""Who hears an appeal, through HTTP: drawn, taken on, appointed; each tie to the case refuses."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import insert, update

from service.models import Appeal, Department, RoleGrant, Staff, new_id
from tests.dispute import Dispute, a_dispute, a_plan
from tests.house import LONG_AGO, House, Person


async def changed(house: House, model: Any, id_: Any, **values: Any) -> None:
    """Something changed behind the appeal's back."""
    async with house.services.database.transaction() as session:
        await session.execute(update(model).where(model.id == id_).values(values))
    house.services.identities.forget()


async def granted(house: House, person: Person, role: str) -> None:
    """The person holds another role."""
    grant = {"id": new_id(), "staff_id": person.id, "role": role, "state": "effective", "started_at": LONG_AGO}
    async with house.services.database.transaction() as session:
        await session.execute(insert(RoleGrant).values(grant))
    house.services.identities.forget()


async def appointed(dispute: Dispute, reviewer: Person) -> tuple[int, str]:
    """The answer when the general manager names a reviewer for an appeal that has none: status and code or state."""
    path = await dispute.filed()
    await changed(dispute.house, Appeal, path.rsplit("/")[-1], reviewer_id=None)
    leader = await dispute.house.person("general_manager")
    response = await dispute.ask(leader, "POST", f"{path}/review", {"reviewer_id": str(reviewer.id)})
    return response.status_code, response.json().get("code") or response.json()["state"]


async def test_whoever_was_drawn_takes_the_appeal_on(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.filed()
    taken = await dispute.ask(dispute.judge, "POST", f"{path}/review", {})
    assert taken.status_code == 200, taken.text
    assert (taken.json()["state"], taken.json()["version"]) == ("under_review", 2)
    again = await dispute.ask(dispute.judge, "POST", f"{path}/review", {})
    assert (again.status_code, again.json()["code"]) == (409, "already_heard")


async def test_the_least_busy_of_the_independent_is_drawn(house: House) -> None:
    first = await a_dispute(house)
    await first.filed()
    idle = await house.person("mediator")
    second = await a_dispute(house, assigned_by=first.judge.id)
    await changed(house, Staff, second.judge.id, status="on_leave")
    assert (await second.file()).json()["reviewer_id"] == str(idle.id)


async def test_the_general_manager_does_not_replace_somebody_independent(house: House) -> None:
    dispute = await a_dispute(house)
    leader = await house.person("general_manager")
    await changed(house, Staff, leader.id, status="on_leave")
    path = await dispute.filed()
    other = await house.person("mediator")
    named = await dispute.ask(leader, "POST", f"{path}/review", {"reviewer_id": str(other.id)})
    own = await dispute.ask(leader, "POST", f"{path}/review", {})
    assert [(one.status_code, one.json()["code"]) for one in (named, own)] == [(409, "already_heard")] * 2


async def test_only_the_general_manager_appoints(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.filed()
    other = await house.person("mediator")
    refused = await dispute.ask(dispute.judge, "POST", f"{path}/review", {"reviewer_id": str(other.id)})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


async def test_a_reviewer_who_lost_independence_is_replaced_by_appointment(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.filed()
    leader, other = await house.person("general_manager"), await house.person("mediator")
    await changed(house, Staff, dispute.judge.id, status="left")
    named = await dispute.ask(leader, "POST", f"{path}/review", {"reviewer_id": str(other.id)})
    assert (named.status_code, named.json()["reviewer_id"]) == (200, str(other.id))


async def test_with_nobody_left_the_general_manager_appoints_an_outside_mediator(house: House) -> None:
    dispute = await a_dispute(house)
    leader = await house.person("general_manager", department_id=dispute.department_id)
    await granted(house, leader, "key_account_manager")
    await changed(house, Staff, dispute.judge.id, status="left")
    path = await dispute.filed()
    nobody = await dispute.ask(leader, "POST", f"{path}/review", {})
    assert (nobody.status_code, nobody.json()["code"]) == (409, "no_independent_reviewer")
    outside = await house.person("mediator")
    named = await dispute.ask(leader, "POST", f"{path}/review", {"reviewer_id": str(outside.id)})
    assert (named.status_code, named.json()["state"]) == (200, "under_review")
    decided = await dispute.decide(path, "rejected", by=outside)
    assert decided.status_code == 200


async def test_a_party_does_not_hear_the_appeal(house: House) -> None:
    for party in ("seller", "owner"):
        dispute = await a_dispute(house)
        person: Person = getattr(dispute, party)
        await granted(house, person, "mediator")
        assert await appointed(dispute, person) == (403, "reviewer_is_party")


async def test_a_manager_who_filed_for_somebody_is_a_party(house: House) -> None:
    dispute = await a_dispute(house, assigned_by=None)
    await granted(house, dispute.boss, "director")
    filed = await dispute.file(dispute.boss, on_behalf_of=str(dispute.seller.id))
    await changed(house, Appeal, filed.json()["id"], reviewer_id=None)
    refused = await dispute.ask(dispute.boss, "POST", f"{filed.headers['Location']}/review", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "reviewer_is_party")


async def test_the_line_of_a_party_does_not_hear_the_appeal(house: House) -> None:
    dispute = await a_dispute(house)
    manager = await house.person("key_account_manager", department_id=dispute.department_id)
    assert await appointed(dispute, manager) == (403, "reviewer_in_line_of_party")


async def test_the_line_reaches_up_to_parent_departments(house: House) -> None:
    top = await house.department()
    dispute = await a_dispute(house)
    await changed(house, Department, dispute.department_id, parent_id=await house.department(parent_id=top))
    above = await house.person("key_account_manager", department_id=top)
    assert await appointed(dispute, above) == (403, "reviewer_in_line_of_party")


async def test_whom_a_department_names_as_its_manager_is_of_its_line(house: House) -> None:
    dispute = await a_dispute(house)
    named = await house.person("director")
    await changed(house, Department, dispute.department_id, manager_id=named.id)
    assert await appointed(dispute, named) == (403, "reviewer_in_line_of_party")


async def test_a_leader_within_the_department_is_not_of_its_line(house: House) -> None:
    dispute = await a_dispute(house)
    leader = await house.person("director", department_id=dispute.department_id)
    assert await appointed(dispute, leader) == (200, "under_review")


async def test_whoever_approved_the_plan_does_not_hear_the_appeal(house: House) -> None:
    approver = await house.person("director")
    plan = await a_plan(house, approver)
    dispute = await a_dispute(house, origin="plan", plan_id=plan, assigned_by=None)
    assert await appointed(dispute, approver) == (403, "reviewer_approved_plan")


async def test_whoever_assigned_by_hand_does_not_hear_the_appeal(house: House) -> None:
    chooser = await house.person("director")
    dispute = await a_dispute(house, assigned_by=chooser.id)
    assert await appointed(dispute, chooser) == (403, "reviewer_approved_plan")


async def test_whoever_had_the_rule_route_an_account_chose_nobody(house: House) -> None:
    asker = await house.person("director")
    dispute = await a_dispute(house, origin="routed", assigned_by=asker.id)
    assert await appointed(dispute, asker) == (200, "under_review")


async def test_whoever_heard_the_first_instance_does_not_hear_the_second(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.filed()
    await house.person("mediator")
    values = {"instance": 2, "reviewer_id": None, "first_decider_id": dispute.judge.id}
    await changed(house, Appeal, path.rsplit("/")[-1], **values)
    refused = await dispute.ask(dispute.judge, "POST", f"{path}/review", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "reviewer_decided_first_instance")


@pytest.mark.parametrize("role", ["sales_rep", "department_manager", "auditor", "archivist"])
async def test_other_roles_do_not_hear_appeals(house: House, role: str) -> None:
    dispute = await a_dispute(house)
    assert await appointed(dispute, await house.person(role)) == (403, "reviewer_without_role")


async def test_a_role_that_has_ended_does_not_count(house: House) -> None:
    dispute = await a_dispute(house)
    former = await house.person("director")
    async with house.services.database.transaction() as session:
        ended = {"state": "revoked", "ended_at": datetime.now(UTC)}
        await session.execute(update(RoleGrant).where(RoleGrant.staff_id == former.id).values(ended))
    assert await appointed(dispute, former) == (403, "reviewer_without_role")


@pytest.mark.parametrize("status", ["on_leave", "invited", "left"])
async def test_only_active_people_hear_appeals(house: House, status: str) -> None:
    dispute = await a_dispute(house)
    assert await appointed(dispute, await house.person("director", status=status)) == (403, "reviewer_inactive")


@pytest.mark.parametrize("role", ["general_manager", "deputy_general_manager", "office_director", "mediator"])
async def test_leaders_and_mediators_apart_from_the_case_hear_it(house: House, role: str) -> None:
    dispute = await a_dispute(house)
    assert await appointed(dispute, await house.person(role)) == (200, "under_review")


async def test_a_key_account_manager_of_another_department_hears_it(house: House) -> None:
    dispute = await a_dispute(house)
    other = await house.person("key_account_manager", department_id=await house.department())
    assert await appointed(dispute, other) == (200, "under_review")


async def test_an_appeal_that_was_decided_is_not_taken_on_again(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    assert (await dispute.decide(path, "rejected")).status_code == 200
    again = await dispute.ask(dispute.judge, "POST", f"{path}/review", {})
    assert (again.status_code, again.json()["code"]) == (409, "state_conflict")


async def test_a_refusal_is_told_in_both_languages(house: House) -> None:
    dispute = await a_dispute(house, assigned_by=None)
    await granted(house, dispute.owner, "mediator")
    path = await dispute.filed()
    await changed(house, Appeal, path.rsplit("/")[-1], reviewer_id=None)
    async with house.client(dispute.owner) as client:
        english = (await client.post(f"{path}/review", json={})).json()
        chinese = (await client.post(f"{path}/review", json={}, headers={"Accept-Language": "zh-CN"})).json()
    assert english["detail"] == "A party to the appeal does not hear it."
    assert chinese["detail"] == "申诉当事人不得评审该申诉。"
