"""Handovers: what somebody who leaves still has, who gets it, and what ends; nothing goes to whoever is not here."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select, update

from service.database import keep_archive
from service.jobs.schedule import KINDS
from service.jobs.worker import run_job
from service.models import (
    AccountMembership,
    Appeal,
    Assignment,
    AuditEntry,
    Delegation,
    Loan,
    Staff,
    StageDuty,
    Task,
    new_id,
)
from tests.house import LONG_AGO, House, Person
from tests.lending import Lending
from tests.sharing import Sharing

REASON = {"reason": "张伟将于月底离职"}


async def entered(house: House, model: type[Any], **values: Any) -> UUID:
    values = {"id": new_id()} | values
    async with house.services.database.transaction() as session:
        await keep_archive(session)
        await session.execute(insert(model).values(values))
    return values["id"]


async def a_task(house: House, account_id: UUID, assignee: Person, **fields: Any) -> UUID:
    values = {"account_id": account_id, "subject": "商务谈判", "assignee_id": assignee.id, "state": "in_progress"}
    return await entered(house, Task, **values, origin="manual", **fields)


def path_of(person: Person) -> str:
    return f"/v1/staff/{person.id}/handover"


async def held(sharing: Sharing, person: Person, by: Person | None = None, **query: Any) -> dict[str, Any]:
    answer = await sharing.ask(by or sharing.author, "GET", path_of(person), **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def fates(view: dict[str, Any]) -> set[tuple[str, str, str | None]]:
    return {(item["kind"], item["fate"], item["new_staff_code"]) for item in view["items"]}


async def handed_over(sharing: Sharing, person: Person) -> dict[str, Any]:
    """The plan of a handover that was asked for, approved and applied."""
    asked = await sharing.ask(sharing.author, "POST", path_of(person), REASON)
    assert asked.status_code == 202, asked.text
    plan = await computed(sharing, asked)
    assert (await sharing.step(plan, "approve")).status_code == 200
    return await sharing.ran(await sharing.step(plan, "apply"))


async def computed(sharing: Sharing, asked: Any) -> dict[str, Any]:
    """The plan after its job."""
    services = sharing.house.services
    await run_job(services.database, services.settings, KINDS, UUID(asked.headers["Location"].split("/")[-1]))
    return (await sharing.ask(sharing.author, "GET", f"/v1/distribution-plans/{asked.json()['plan_id']}")).json()


async def test_a_handover_names_a_new_owner_for_each_account_and_hands_all_over_at_once(house: House) -> None:
    sharing = await Sharing.of(house, sellers=3)
    leaver, rich, idle = sharing.sellers
    mine = [await sharing.account(leaver) for _ in range(2)]
    far = await sharing.account(leaver, region="西北")
    theirs = [await sharing.account(rich) for _ in range(3)]
    await entered(
        house, AccountMembership, account_id=theirs[0], holder_id=leaver.id, holder_kind="staff", role="tech_support"
    )
    tasks = [await a_task(house, one, leaver) for one in (mine[0], theirs[0], far)]
    before = await held(sharing, leaver)
    assert (before["plan_id"], before["staff_status"]) == (None, "active")
    assert fates(before) == {
        ("account", "not_proposed", None),
        ("task", "stays", None),
        ("task", "assigned", rich.code),
        ("team", "ended", None),
    }
    asked = await sharing.ask(sharing.author, "POST", path_of(leaver), REASON)
    assert asked.status_code == 202, asked.text
    again = await sharing.ask(sharing.author, "POST", path_of(leaver), REASON)
    assert (again.status_code, again.json()["code"]) == (409, "state_conflict")
    plan = await computed(sharing, asked)
    proposed = await held(sharing, leaver)
    assert (proposed["plan_id"], proposed["plan_state"]) == (plan["id"], "proposed")
    assert fates(proposed) == {
        ("account", "assigned", idle.code),
        ("account", "unassigned", None),
        ("task", "assigned", idle.code),
        ("task", "assigned", rich.code),
        ("task", "stays", None),
        ("team", "ended", None),
    }
    [waits] = [item for item in proposed["items"] if item["fate"] == "unassigned"]
    assert (waits["id"], waits["reason"], waits["remedy"]) == (str(far), "no_eligible_person", "widen_region")
    assert waits["reason_text"]["zh"]
    assert waits["remedy_text"]["en"].startswith("Let ")
    assert rich.code in waits["remedy_text"]["zh"]
    assert waits["fate_text"]["zh"]
    assert (await sharing.step(plan, "approve")).status_code == 200
    applied = await sharing.ran(await sharing.step(plan, "apply"))
    assert applied["state"] == "applied"
    owners = await sharing.owners()
    assert [owners.get(str(one)) for one in (*mine, far)] == [str(idle.id), str(idle.id), None]
    async with house.services.database.reading() as connection:
        assignees = dict((await connection.execute(select(Task.id, Task.assignee_id))).all())
        origins = await connection.scalars(select(Assignment.origin).where(Assignment.staff_id == idle.id))
        told = await connection.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == leaver.id))
        assert set(origins) == {"handover"}
        assert {"staff.replaced", "staff.suspended"} <= set(told)
    assert [assignees[one] for one in tasks] == [idle.id, rich.id, leaver.id]
    after = await held(sharing, leaver, sharing.leader)
    assert (after["staff_status"], fates(after)) == ("on_leave", {("task", "stays", None)})


async def test_its_pieces_are_listed_a_page_at_a_time_and_by_kind(house: House) -> None:
    sharing = await Sharing.of(house)
    leaver = sharing.sellers[0]
    accounts = [await sharing.account(leaver) for _ in range(3)]
    task = await a_task(house, accounts[0], leaver)
    first = await held(sharing, leaver, limit=2)
    rest = await held(sharing, leaver, limit=2, cursor=first["next_cursor"])
    assert [item["id"] for item in (*first["items"], *rest["items"])] == [*map(str, sorted(accounts)), str(task)]
    assert rest["next_cursor"] is None
    assert [item["id"] for item in (await held(sharing, leaver, kind="task"))["items"]] == [str(task)]
    stolen = await sharing.ask(sharing.leader, "GET", path_of(leaver), limit=2, cursor=first["next_cursor"])
    assert (stolen.status_code, stolen.json()["code"]) == (400, "invalid_cursor")


async def test_no_task_goes_to_an_owner_who_is_not_at_work(house: House) -> None:
    sharing = await Sharing.of(house, sellers=3)
    leaver, owner, _ = sharing.sellers
    account = await sharing.account(owner)
    task = await a_task(house, account, leaver)
    duty = await entered(house, StageDuty, account_id=account, stage="negotiation", staff_id=leaver.id)
    async with house.services.database.transaction() as session:
        await session.execute(update(Staff).where(Staff.id == owner.id).values(status="on_leave"))
    assert fates(await held(sharing, leaver)) == {("task", "stays", None)}
    await handed_over(sharing, leaver)
    async with house.services.database.reading() as connection:
        assert await connection.scalar(select(Task.assignee_id).where(Task.id == task)) == leaver.id
        assert await connection.scalar(select(StageDuty.ended_at).where(StageDuty.id == duty))
        assert await connection.scalar(select(func.count()).where(StageDuty.ended_at.is_(None))) == 0


async def test_loans_letters_and_papers_end_and_are_told_only_to_those_who_may_know(house: House) -> None:
    sharing, lending = await Sharing.of(house), await Lending.open(house)
    leaver = lending.people["deputy"]
    item = await lending.item("secret", paper_state="out", paper_holder_id=leaver.id, paper_due_at=datetime.now(UTC))
    loan = await entered(
        house, Loan, id=uuid4(), item_id=item, class_as_lent="secret", borrower_id=leaver.id, applicant_id=leaver.id,
        way="approval", purpose="核对条款", duration_s=3600, state="requested",
    )  # fmt: skip
    letter = await entered(
        house, Delegation, id=uuid4(), grantor_id=lending.people["general_manager"].id, holder_id=leaver.id,
        actions=["approve"], classes=["secret"], starts_at=LONG_AGO, ends_at=datetime.now(UTC) + timedelta(days=3),
        letter="总经理出差委托书", state="effective",
    )  # fmt: skip
    ends = {("loan", "cancelled", None), ("paper", "to_return", None), ("delegation", "revoked", None)}
    heads = {("department", "to_replace", None)}
    assert fates(await held(sharing, leaver, lending.people["general_manager"])) == ends | heads
    assert fates(await held(sharing, leaver)) == heads
    assert (await handed_over(sharing, leaver))["state"] == "applied"
    async with house.services.database.transaction() as connection:
        await keep_archive(connection)
        assert await connection.scalar(select(Delegation.state).where(Delegation.id == letter)) == "revoked"
        ended = select(AuditEntry.action).where(AuditEntry.subject_id == loan)
        assert set(await connection.scalars(ended)) == {"loan.cancelled"}


async def test_a_reviewer_who_leaves_is_replaced_and_an_appellant_withdraws(house: House) -> None:
    sharing = await Sharing.of(house, sellers=3)
    leaver, owner, third = sharing.sellers
    judge, other = await house.person("mediator"), await house.person("mediator")
    accounts = [await sharing.account(one) for one in (leaver, owner, owner)]
    held_now = (await sharing.ask(sharing.leader, "GET", "/v1/assignments", current="true")).json()["items"]
    assignments = {item["account_id"]: item["id"] for item in held_now}
    paths = []
    for who, account in ((leaver, accounts[0]), (leaver, accounts[1]), (third, accounts[2])):
        body = {"assignment_id": assignments[str(account)], "grounds": ["overload"], "statement": "请复核。"}
        answer = await sharing.ask(who, "POST", "/v1/appeals", body)
        assert answer.status_code == 201, answer.text
        paths.append(answer.headers["Location"])
    applied = await handed_over(sharing, leaver)
    assert applied["state"] == "applied"
    states = [(await sharing.ask(sharing.leader, "GET", path)).json()["state"] for path in paths]
    assert states == ["withdrawn", "withdrawn", "submitted"]
    assert (await sharing.owners())[str(accounts[0])] in {str(owner.id), str(third.id)}
    async with house.services.database.transaction() as session:
        await session.execute(update(Appeal).where(Appeal.state == "submitted").values(reviewer_id=judge.id))
    admin = await house.person("admin")
    assert (await sharing.ask(admin, "POST", f"/v1/staff/{judge.id}/leave", {})).status_code == 200
    drawn = (await sharing.ask(sharing.leader, "GET", paths[2])).json()["reviewer_id"]
    assert drawn in {str(other.id), str(sharing.leader.id)}


async def test_a_mediator_who_leaves_ends_the_mediation_and_the_clock_goes_on(house: House) -> None:
    sharing = await Sharing.of(house)
    owner, seller = sharing.sellers
    account = await sharing.account(owner)
    judge, mediator = await house.person("director"), await house.person("mediator")
    await house.person("mediator")
    [held_now] = (await sharing.ask(sharing.leader, "GET", "/v1/assignments", current="true")).json()["items"]
    body = {"assignment_id": held_now["id"], "grounds": ["overload"], "statement": "请复核。"}
    path = (await sharing.ask(seller, "POST", "/v1/appeals", body)).headers["Location"]
    async with house.services.database.transaction() as session:
        await session.execute(update(Appeal).values(reviewer_id=judge.id))
    assert (await sharing.ask(judge, "POST", f"{path}/review", {})).status_code == 200
    mediated = await sharing.ask(judge, "POST", f"{path}/mediate", {"mediator_id": str(mediator.id)})
    assert mediated.status_code == 200, mediated.text
    admin, gains = await house.person("admin"), await house.person("sales_rep")
    async with house.services.database.transaction() as session:
        await session.execute(update(Appeal).values(beneficiary_id=gains.id))
    assert (await sharing.ask(admin, "POST", f"/v1/staff/{gains.id}/leave", {})).status_code == 200
    assert (await sharing.ask(judge, "GET", path)).json()["state"] == "mediation"
    assert (await sharing.ask(admin, "POST", f"/v1/staff/{mediator.id}/leave", {})).status_code == 200
    appeal = (await sharing.ask(judge, "GET", path)).json()
    assert (appeal["state"], appeal["mediations"][0]["result"]) == ("under_review", "lapsed")
    assert account


async def test_an_account_under_appeal_stays_until_that_is_decided(house: House) -> None:
    sharing = await Sharing.of(house, sellers=3)
    leaver, rich, idle = sharing.sellers
    await house.person("mediator")
    contested, free = [await sharing.account(leaver) for _ in range(2)]
    await sharing.account(rich)
    held_now = (await sharing.ask(sharing.leader, "GET", "/v1/assignments", current="true")).json()["items"]
    [assignment] = [item["id"] for item in held_now if item["account_id"] == str(contested)]
    body = {"assignment_id": assignment, "grounds": ["territory"], "statement": "该客户在本人区域。"}
    assert (await sharing.ask(idle, "POST", "/v1/appeals", body)).status_code == 201
    await handed_over(sharing, leaver)
    owners = await sharing.owners()
    assert (owners[str(contested)], owners[str(free)]) == (str(leaver.id), str(idle.id))


async def test_another_team_may_take_over_and_gets_nothing_else_of_theirs(house: House) -> None:
    sharing = await Sharing.of(house)
    leaver, colleague = sharing.sellers
    theirs, kept = await sharing.account(leaver), await sharing.account(colleague)
    other = await house.department()
    heir = await house.person("sales_rep", department_id=other)
    body = REASON | {"department_id": str(other)}
    plan = await computed(sharing, await sharing.ask(sharing.author, "POST", path_of(leaver), body))
    assert (await sharing.step(plan, "approve")).status_code == 200
    await sharing.ran(await sharing.step(plan, "apply"))
    assert await sharing.owners() == {str(theirs): str(heir.id), str(kept): str(colleague.id)}


async def test_whoever_may_not_see_an_account_is_not_told_of_it_but_it_is_handed_over(house: House) -> None:
    sharing = await Sharing.of(house)
    leaver, colleague = sharing.sellers
    account = await sharing.account(leaver)
    membership = {"holder_id": leaver.id, "holder_kind": "staff", "role": "tech_support"}
    await entered(house, AccountMembership, account_id=await sharing.account(colleague), **membership)
    stranger = await house.person("key_account_manager", department_id=await house.department())
    assert fates(await held(sharing, leaver, stranger)) == set()
    assert fates(await held(sharing, leaver)) == {("account", "not_proposed", None), ("team", "ended", None)}
    assert fates(await held(sharing, leaver, await house.person("auditor"))) == fates(await held(sharing, leaver))
    await handed_over(sharing, leaver)
    assert (await sharing.owners())[str(account)] == str(colleague.id)


async def test_who_plans_a_handover_and_who_may_not(house: House) -> None:
    sharing = await Sharing.of(house)
    leaver, other = sharing.sellers
    await sharing.account(leaver)
    auditor, admin = await house.person("auditor"), await house.person("admin")
    for who, status in ((other, 403), (leaver, 403), (admin, 403), (auditor, 200), (sharing.leader, 200)):
        assert (await sharing.ask(who, "GET", path_of(leaver))).status_code == status
        assert (await sharing.ask(who, "POST", path_of(leaver), REASON)).status_code == 403
    own = await sharing.ask(sharing.author, "POST", path_of(sharing.author), REASON)
    by_plan = await sharing.asked(mode="leaver", staff_id=str(sharing.author.id))
    for refused in (own, by_plan):
        assert (refused.status_code, refused.json()["code"]) == (403, "own_handover")
    nobody = await sharing.ask(sharing.author, "GET", f"/v1/staff/{uuid4()}/handover")
    assert nobody.status_code == 404
    extra = await sharing.ask(sharing.author, "POST", path_of(leaver), REASON | {"state": "applied"})
    assert extra.status_code == 422


async def test_a_leader_does_not_approve_their_own_handover(house: House) -> None:
    sharing = await Sharing.of(house)
    leaver = await house.person("director", department_id=sharing.department_id)
    await sharing.account(leaver)
    asked = await sharing.ask(sharing.author, "POST", path_of(leaver), REASON)
    refused = await sharing.step(await computed(sharing, asked), "approve", leaver)
    assert (refused.status_code, refused.json()["code"]) == (403, "candidate_is_approver")


async def test_somebody_who_left_already_is_handed_over_too_and_cannot_log_in(house: House) -> None:
    sharing = await Sharing.of(house)
    leaver, other = sharing.sellers
    account = await sharing.account(leaver)
    admin = await house.person("admin")
    assert (await sharing.ask(admin, "POST", f"/v1/staff/{leaver.id}/leave", {})).status_code == 200
    assert (await sharing.ask(leaver, "GET", "/v1/me")).status_code == 401
    await handed_over(sharing, leaver)
    assert (await sharing.owners())[str(account)] == str(other.id)
    async with house.services.database.reading() as connection:
        assert await connection.scalar(select(Staff.status).where(Staff.id == leaver.id)) == "left"
