"""Loans through the API: every way of access.md, every refusal, every end."""

import time
from datetime import datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Executable, func, insert, select, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError

from service.adapters.postgres import EmbeddedPostgres
from service.database import Database, keep_archive
from service.models import (
    ArchiveItem,
    AuditEntry,
    Delegation,
    Holiday,
    Incident,
    Loan,
    OutboxMessage,
    ReadingSession,
    RoleGrant,
    new_id,
)
from service.operations.lending_ends import end_lending, record_end
from service.policy import principal_values, system_actor
from service.queries.actors import staff_actor
from service.queries.loans import LOANS, in_state
from tests.house import House
from tests.lending import DUTIES, Lending, code


async def refused(company: Lending, statement: Executable) -> str:
    """What the database says to a statement that the service itself would never send."""
    async with company.house.services.database.transaction() as session:
        await keep_archive(session)
        with pytest.raises(DBAPIError) as refusal:
            await session.execute(statement)
        await session.rollback()
    return str(refusal.value.orig)


@pytest.fixture
async def company(house: House) -> Lending:
    return await Lending.open(house)


# --- the ways ---


@pytest.mark.parametrize("who", ["general_manager", "deputy", "director", "office_director"])
async def test_leaders_borrow_unclassified_items_directly(company: Lending, who: str) -> None:
    answer = await company.ask(who, await company.item("unclassified"))
    assert answer.status_code == 201
    loan = answer.json()
    assert (loan["state"], loan["way"], loan["approved_by"], loan["approved_as"]) == ("approved", "direct", None, None)
    assert loan["duties"] == ["care", "no_alteration"]
    assert answer.headers["Location"] == f"/v1/loans/{loan['id']}"


async def test_others_borrow_on_their_managers_application_and_the_office_directors_approval(company: Lending) -> None:
    item = await company.item("unclassified")
    assert code(await company.ask("seller", item)) == (403, "application_by_manager")
    assert code(await company.ask("manager", item, "stranger")) == (403, "application_by_manager")
    assert code(await company.ask("colleague", item, "seller")) == (403, "application_by_manager")
    loan = (await company.ask("manager", item, "seller")).json()
    assert (loan["state"], loan["way"], loan["borrower_id"]) == (
        "requested",
        "application",
        str(company.people["seller"].id),
    )
    path = f"/loans/{loan['id']}/approve"
    assert code(await company.post("general_manager", path)) == (403, "forbidden")
    assert code(await company.post("deputy", path)) == (404, "not_found")
    approved = (await company.post("office_director", path)).json()
    assert (approved["state"], approved["approved_as"]) == ("approved", "office_director")
    active = await company.post("seller", f"/loans/{loan['id']}/activate", acknowledged=["care", "no_alteration"])
    assert active.json()["state"] == "active"


async def test_a_secret_item_is_approved_by_the_deputy_in_charge_or_the_general_manager(company: Lending) -> None:
    for who, right in (("deputy", "deputy_in_charge"), ("general_manager", "general_manager")):
        loan = (await company.ask("seller", await company.item("secret"))).json()
        assert (loan["way"], loan["class_as_lent"], loan["duties"]) == ("approval", "secret", DUTIES)
        path = f"/loans/{loan['id']}/approve"
        for other in ("office_director", "archivist"):
            assert code(await company.post(other, path)) == (403, "forbidden")
        for other in ("other_deputy", "director", "manager", "stranger", "admin"):
            assert code(await company.post(other, path)) == (404, "not_found")
        assert (await company.post(who, path)).json()["approved_as"] == right


async def test_a_deputy_in_charge_needs_no_role_and_no_sight_of_the_item(company: Lending) -> None:
    company.people["deputy"] = entrusted = await company.house.person("sales_rep")
    async with company.house.services.database.transaction() as session:
        from service.models import Department

        await session.execute(
            update(Department).where(Department.id == company.department_id).values(deputy_in_charge_id=entrusted.id)
        )
    loan = (await company.ask("seller", await company.item("secret"))).json()
    assert (await company.get("deputy", f"/loans/{loan['id']}")).status_code == 200
    approved = await company.post("deputy", f"/loans/{loan['id']}/approve")
    assert (approved.status_code, approved.json()["approved_as"]) == (200, "deputy_in_charge")


@pytest.mark.parametrize("class_", ["confidential", "top_secret"])
async def test_what_ranks_above_secret_is_never_lent(company: Lending, class_: str) -> None:
    item = await company.item(class_)
    assert code(await company.ask("general_manager", item)) == (403, "forbidden")
    expected = (404, "not_found") if class_ == "top_secret" else (403, "forbidden")
    assert code(await company.ask("seller", item)) == expected


async def test_nobody_asks_for_what_they_may_not_know_of(company: Lending) -> None:
    hidden, nothing = await company.item("secret"), uuid4()
    answers = [await company.ask("stranger", one) for one in (hidden, nothing)]
    assert [code(one) for one in answers] == [(404, "not_found")] * 2
    assert code(await company.ask("admin", await company.item("unclassified"))) == (404, "not_found")


@pytest.mark.parametrize("roles", [("archivist",), ("auditor",), ("auditor", "director"), ("archivist", "director")])
async def test_who_keeps_or_audits_does_not_open_whatever_else_they_are(company: Lending, roles: tuple[str]) -> None:
    company.people["keeper"] = await company.house.person(*roles)
    assert code(await company.ask("keeper", await company.item("secret"))) == (403, "forbidden")


async def test_a_secret_item_is_lent_for_four_hours_at_most(company: Lending) -> None:
    item = await company.item("secret")
    assert code(await company.ask("seller", item, seconds=14401)) == (422, "loan_too_long")
    assert (await company.ask("seller", item, seconds=14400)).status_code == 201


# --- who has a part in it does not approve ---


async def test_nobody_approves_their_own_loan(company: Lending) -> None:
    loan = (await company.ask("general_manager", await company.item("secret"))).json()
    path = f"/loans/{loan['id']}/approve"
    assert code(await company.post("general_manager", path)) == (403, "approver_is_party")


async def test_whoever_uploaded_an_item_does_not_approve_its_loan(company: Lending) -> None:
    item = await company.item("secret")
    await company.version(item, company.people["deputy"])
    loan = (await company.ask("seller", item)).json()
    path = f"/loans/{loan['id']}/approve"
    assert code(await company.post("deputy", path)) == (403, "approver_is_party")
    assert (await company.post("general_manager", path)).status_code == 200


async def test_a_delegate_of_the_borrower_does_not_approve_their_loan(company: Lending) -> None:
    await company.delegation("other_deputy")
    loan = (await company.ask("general_manager", await company.item("secret"))).json()
    assert code(await company.post("other_deputy", f"/loans/{loan['id']}/approve")) == (403, "approver_is_party")


# --- beginning ---


async def test_a_loan_begins_when_every_duty_is_acknowledged(company: Lending) -> None:
    loan = (await company.ask("seller", await company.item("secret"), seconds=1800)).json()
    path = f"/loans/{loan['id']}"
    assert code(await company.begin("seller", loan["id"])) == (409, "illegal_transition")
    await company.post("deputy", f"{path}/approve")
    missing = await company.post("seller", f"{path}/activate", acknowledged=DUTIES[:3])
    assert code(missing) == (422, "duties_not_acknowledged")
    assert code(await company.begin("deputy", loan["id"])) == (403, "forbidden")
    active = (await company.begin("seller", loan["id"])).json()
    assert active["state"] == "active"
    times = [datetime.fromisoformat(active[name]) for name in ("acknowledged_at", "starts_at", "expires_at")]
    assert times[0] == times[1]
    assert times[2] - times[1] == timedelta(seconds=1800)


async def test_four_hours_of_an_item_in_a_working_day_are_the_end_in_however_many_loans(company: Lending) -> None:
    item = await company.item("secret")
    first = await company.lent(item, seconds=14400)
    tomorrow = datetime.now(ZoneInfo("Asia/Shanghai")).date() + timedelta(days=1)
    async with company.house.services.database.transaction() as session:
        await keep_archive(session)
        # free days count with the working day before them: late in the evening it lasts beyond midnight
        await session.execute(insert(Holiday).values(id=new_id(), on_date=tomorrow, kind="holiday", name="休"))
        backdated = {
            "starts_at": Loan.starts_at - timedelta(seconds=100),
            "expires_at": Loan.expires_at - timedelta(seconds=100),
        }
        await session.execute(update(Loan).values(backdated))
    await company.post("seller", f"/loans/{first}/return")
    again = (await company.ask("seller", item, seconds=14400)).json()
    await company.post("deputy", f"/loans/{again['id']}/approve")
    answer = await company.begin("seller", again["id"])
    assert code(answer) == (409, "daily_limit_reached")
    assert "seconds are left" in answer.json()["detail"]


async def test_one_borrower_has_one_open_loan_of_an_item(company: Lending) -> None:
    item = await company.item("secret")
    assert (await company.ask("seller", item)).status_code == 201
    assert code(await company.ask("seller", item)) == (409, "loan_already_open")
    assert (await company.ask("colleague", item)).status_code == 201


# --- ends ---


async def test_a_request_is_refused_or_taken_back(company: Lending) -> None:
    item = await company.item("secret")
    loan = (await company.ask("seller", item)).json()
    refused = (await company.post("deputy", f"/loans/{loan['id']}/refuse", reason="事由不充分")).json()
    assert (refused["state"], refused["end_reason"], refused["approved_by"]) == ("refused", "事由不充分", None)
    loan = (await company.ask("seller", item)).json()
    assert code(await company.post("deputy", f"/loans/{loan['id']}/cancel")) == (403, "forbidden")
    assert (await company.post("seller", f"/loans/{loan['id']}/cancel")).json()["state"] == "cancelled"


async def test_a_loan_is_returned_once(company: Lending) -> None:
    loan = await company.lent(await company.item("secret"))
    assert (await company.post("seller", f"/loans/{loan}/return")).json()["state"] == "returned"
    assert code(await company.post("seller", f"/loans/{loan}/return")) == (409, "illegal_transition")


@pytest.mark.parametrize("who", ["general_manager", "archivist", "deputy"])
async def test_a_loan_is_revoked_by_those_who_answer_for_it(company: Lending, who: str) -> None:
    loan = await company.lent(await company.item("secret"))
    assert code(await company.post("seller", f"/loans/{loan}/revoke", reason="x")) == (403, "forbidden")
    revoked = (await company.post(who, f"/loans/{loan}/revoke", reason="安全检查")).json()
    assert (revoked["state"], revoked["end_reason"]) == ("revoked", "安全检查")


async def test_a_loss_opens_an_incident(company: Lending) -> None:
    loan = await company.lent(await company.item("secret"))
    lost = (await company.post("seller", f"/loans/{loan}/report-lost", account="出差途中遗失")).json()
    assert lost["state"] == "lost"
    async with company.house.services.database.transaction() as session:
        await keep_archive(session)
        incident = (await session.scalars(select(Incident))).one()
        actions = set(await session.scalars(select(AuditEntry.action)))
    assert (str(incident.id), str(incident.loan_id)) == (lost["incident_id"], loan)
    assert {"loan.lost", "incident.opened"} <= actions


async def test_the_state_is_what_the_clock_says_before_anybody_notes_it(company: Lending) -> None:
    item = await company.item("secret")
    loan = await company.lent(item)
    database = company.house.services.database
    assert await opens(company, "seller", item)
    async with database.transaction() as session:
        await keep_archive(session)
        hour = timedelta(hours=2)
        await session.execute(update(Loan).values(starts_at=Loan.starts_at - hour, expires_at=Loan.expires_at - hour))
    assert not await opens(company, "seller", item)
    assert (await company.get("seller", f"/loans/{loan}")).json()["state"] == "expired"
    expired = (await company.get("seller", "/loans?state=expired")).json()
    assert [one["id"] for one in expired["items"]] == [loan]
    async with database.transaction() as session:
        await keep_archive(session)
        assert await record_end(session)
        assert not await record_end(session)
        entry = (await session.scalars(select(AuditEntry).where(AuditEntry.action == "loan.expired"))).one()
    assert str(entry.subject_id) == loan


async def opens(company: Lending, who: str, item: UUID) -> bool:
    """Whether somebody may open an item that has no file."""
    answer = code(await company.get(who, f"/archives/{item}/content"))
    assert answer in {(409, "content_gone"), (403, "forbidden")}
    return answer[0] == 409


async def test_a_loan_on_a_letter_opens_nothing_once_the_letter_is_revoked(company: Lending) -> None:
    item = await company.item("secret")
    await company.delegation("other_deputy")
    loan = (await company.ask("seller", item)).json()["id"]
    assert (await company.post("other_deputy", f"/loans/{loan}/approve")).status_code == 200
    assert (await company.begin("seller", loan)).status_code == 200
    assert await opens(company, "seller", item)
    async with company.house.services.database.transaction() as session:
        await session.execute(update(Delegation).values(state="revoked", revoked_at=Delegation.starts_at))
    assert not await opens(company, "seller", item)


async def test_a_direct_loan_opens_nothing_once_its_borrower_leads_no_more(company: Lending) -> None:
    item = await company.item("unclassified")
    company.people["leading"] = leading = await company.house.person("director", "sales_rep")
    loan = (await company.ask("leading", item)).json()["id"]
    assert (await company.begin("leading", loan)).status_code == 200
    assert await opens(company, "leading", item)
    async with company.house.services.database.transaction() as session:
        lost = update(RoleGrant).where(RoleGrant.staff_id == leading.id, RoleGrant.role == "director")
        await session.execute(lost.values(state="revoked"))
    company.house.services.identities.forget()
    assert not await opens(company, "leading", item)


async def run_out(company: Lending) -> None:
    """Every loan's time is over, or the time in which it might have begun; nobody has noted it."""
    async with company.house.services.database.transaction() as session:
        await keep_archive(session)
        day = timedelta(days=30)
        moved = {
            "starts_at": Loan.starts_at - day,
            "expires_at": Loan.expires_at - day,
            "lapses_at": Loan.lapses_at - day,
        }
        await session.execute(update(Loan).values(moved))


@pytest.mark.parametrize("begun", [True, False])
async def test_what_ended_by_itself_stands_in_nobodys_way_before_anybody_notes_it(
    company: Lending, begun: bool
) -> None:
    item = await company.item("secret")
    if begun:
        first = await company.lent(item, seconds=60)
    else:
        first = (await company.ask("seller", item)).json()["id"]
        await company.post("deputy", f"/loans/{first}/approve")
    await run_out(company)
    assert (await company.ask("seller", item)).status_code == 201
    told = (await company.get("seller", f"/loans/{first}")).json()
    assert (told["state"], told["ended_at"]) == (
        ("expired", told["expires_at"]) if begun else ("lapsed", told["lapses_at"])
    )
    async with company.house.services.database.transaction() as session:
        noted = select(AuditEntry).where(AuditEntry.action == f"loan.{told['state']}")
        assert (await session.scalars(noted)).one().actor == "system:lending"


@pytest.mark.parametrize(("who", "verb"), [("seller", "return"), ("archivist", "revoke"), ("seller", "report-lost")])
async def test_what_ended_by_itself_gets_no_other_end(company: Lending, who: str, verb: str) -> None:
    loan = await company.lent(await company.item("secret"))
    await run_out(company)
    words = {"revoke": {"reason": "安全检查"}, "report-lost": {"account": "遗失"}}.get(verb, {})
    assert code(await company.post(who, f"/loans/{loan}/{verb}", **words)) == (409, "illegal_transition")


async def test_a_class_that_is_raised_after_a_loans_end_does_not_revoke_it(company: Lending) -> None:
    item = await company.item("secret")
    loan = await company.lent(item)
    await run_out(company)
    raised = await company.post("archivist", f"/archives/{item}/raise", confidentiality="confidential", reason="复核")
    assert raised.status_code == 200
    told = (await company.get("archivist", f"/loans/{loan}")).json()
    assert (told["state"], told["ended_at"], told["end_reason"]) == ("expired", told["expires_at"], None)


async def test_what_is_not_begun_in_time_lapses(company: Lending) -> None:
    loan = (await company.ask("seller", await company.item("secret"))).json()
    await company.post("deputy", f"/loans/{loan['id']}/approve")
    async with company.house.services.database.transaction() as session:
        await keep_archive(session)
        await session.execute(update(Loan).values(lapses_at=func.now() - timedelta(seconds=1)))
    assert (await company.get("seller", f"/loans/{loan['id']}")).json()["state"] == "lapsed"
    assert code(await company.begin("seller", loan["id"])) == (409, "state_conflict")


async def test_a_raised_class_stops_every_loan_of_the_item(company: Lending) -> None:
    item = await company.item("secret")
    active = await company.lent(item)
    requested = (await company.ask("colleague", item)).json()["id"]
    async with company.house.services.database.transaction() as session:
        await keep_archive(session)
        assert await end_lending(session, system_actor("archive"), item, "the class was raised") == 2
        await session.execute(update(ArchiveItem).where(ArchiveItem.id == item).values(confidentiality="confidential"))
    states = [(await company.get("archivist", f"/loans/{one}")).json()["state"] for one in (active, requested)]
    assert states == ["revoked", "cancelled"]


# --- what the database itself refuses ---


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"expires_at": Loan.starts_at + timedelta(hours=4, seconds=1)}, "ck_loans_four_hours"),
        ({"approved_by": Loan.borrower_id}, "ck_loans_approver_is_not_borrower"),
        ({"acknowledged_at": None}, "ck_loans_acknowledged_first"),
        ({"approved_by": None}, "ck_loans_approved_first"),
        ({"class_as_lent": "unclassified", "way": "direct"}, "another class"),
    ],
)
async def test_the_database_holds_what_a_loan_may_never_be(
    company: Lending, change: dict[str, object], refusal: str
) -> None:
    await company.lent(await company.item("secret"))
    assert refusal in await refused(company, update(Loan).values(change))


async def test_a_loan_of_a_hidden_or_raised_item_is_not_inserted(company: Lending) -> None:
    for class_ in ("confidential", "top_secret"):
        item = await company.item(class_)
        values = {
            "id": uuid4(), "item_id": item, "class_as_lent": "secret", "borrower_id": company.people["seller"].id,
            "applicant_id": company.people["seller"].id, "way": "approval", "purpose": "x", "duration_s": 60,
            "state": "requested",
        }  # fmt: skip
        assert "another class" in await refused(company, insert(Loan).values(values))
        honest = values | {"class_as_lent": class_}
        assert "ck_loans_" in await refused(company, insert(Loan).values(honest))


# --- evidence, and what leaks nowhere ---


async def test_every_step_is_evidence_and_none_goes_to_other_systems(company: Lending) -> None:
    loan = await company.lent(await company.item("secret"))
    async with company.house.services.database.transaction() as session:
        entries = (await session.scalars(select(AuditEntry).where(AuditEntry.subject_type == "loan"))).all()
        told = set(await session.scalars(select(OutboxMessage.type)))
    assert [entry.action for entry in entries] == ["loan.requested", "loan.approved", "loan.activated"]
    assert {str(entry.subject_id) for entry in entries} == {loan}
    assert not {one for one in told if one.startswith("loan.")}
    assert all(entry.account_id is None and "年度框架合同" not in str(entry.data) for entry in entries)


async def test_a_loan_is_known_to_its_parties_and_those_who_answer_for_it(company: Lending) -> None:
    loan = await company.lent(await company.item("secret"))
    seen = {who: (await company.get(who, f"/loans/{loan}")).status_code for who in company.people}
    expected = {"general_manager", "deputy", "office_director", "archivist", "auditor", "seller"}
    assert {who for who, status in seen.items() if status == 200} == expected
    assert {status for who, status in seen.items() if who not in expected} == {404}
    for who in company.people:
        listed = (await company.get(who, "/loans")).json()["items"]
        assert [one["id"] for one in listed] == ([loan] if who in expected else [])


async def test_a_loan_of_an_item_that_became_top_secret_exists_for_its_borrower_no_more(company: Lending) -> None:
    item = await company.item("secret")
    loan = await company.lent(item)
    async with company.house.services.database.transaction() as session:
        await keep_archive(session)
        await end_lending(session, system_actor("archive"), item, "the class was raised")
        await session.execute(update(ArchiveItem).values(confidentiality="top_secret"))
    seen = {who for who in company.people if (await company.get(who, f"/loans/{loan}")).status_code == 200}
    assert seen == {"general_manager", "archivist", "auditor"}


async def test_without_the_services_own_checks_row_level_security_shows_nothing(company: Lending) -> None:
    await company.lent(await company.item("secret"))
    for who, expected in (("stranger", 0), ("admin", 0), ("seller", 1), ("deputy", 1), ("archivist", 1)):
        async with company.house.services.database.transaction(company.people[who].id) as session:
            assert await session.scalar(select(func.count()).select_from(Loan)) == expected, who
    async with company.house.services.database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(Loan)) == 0


# --- delegations ---


async def test_a_delegate_approves_in_the_general_managers_stead_and_the_entry_names_both(company: Lending) -> None:
    answer = await company.delegation("other_deputy")
    assert answer.status_code == 201
    loan = (await company.ask("seller", await company.item("secret"))).json()
    approved = (await company.post("other_deputy", f"/loans/{loan['id']}/approve")).json()
    assert (approved["approved_as"], approved["delegation_id"]) == ("delegate", answer.json()["id"])
    async with company.house.services.database.transaction() as session:
        entry = (await session.scalars(select(AuditEntry).where(AuditEntry.action == "loan.approved"))).one()
    people = company.people
    assert (entry.actor_id, entry.on_behalf_of) == (people["other_deputy"].id, people["general_manager"].id)


async def test_a_revoked_delegation_ends_what_was_approved_on_it(company: Lending) -> None:
    delegation = (await company.delegation("other_deputy")).json()["id"]
    item = await company.item("secret")
    loan = (await company.ask("seller", item)).json()["id"]
    await company.post("other_deputy", f"/loans/{loan}/approve")
    await company.begin("seller", loan)
    revoked = await company.post("general_manager", f"/delegations/{delegation}/revoke", reason="已返回")
    assert (revoked.status_code, revoked.json()["state"]) == (200, "revoked")
    assert (await company.get("seller", f"/loans/{loan}")).json()["state"] == "revoked"
    again = (await company.ask("seller", item)).json()["id"]
    assert code(await company.post("other_deputy", f"/loans/{again}/approve")) == (404, "not_found")
    twice = await company.post("general_manager", f"/delegations/{delegation}/revoke", reason="x")
    assert code(twice) == (409, "state_conflict")


@pytest.mark.parametrize("who", ["general_manager", "other_deputy"])
async def test_a_delegation_ends_at_once_with_the_role_behind_it(company: Lending, who: str) -> None:
    delegation = (await company.delegation("other_deputy")).json()["id"]
    loan = (await company.ask("seller", await company.item("secret"))).json()["id"]
    await company.post("other_deputy", f"/loans/{loan}/approve")
    async with company.house.services.database.transaction() as session:
        held = select(RoleGrant.id).where(RoleGrant.staff_id == company.people[who].id)
        grant = await session.scalar(held)
    answer = await company.post("admin", f"/role-grants/{grant}/revoke", reason="离任")
    assert answer.status_code == 200
    assert (await company.get("auditor", f"/delegations/{delegation}")).json()["state"] == "revoked"
    assert (await company.get("seller", f"/loans/{loan}")).json()["state"] == "lapsed"


async def test_only_the_general_manager_delegates_and_only_to_a_deputy_or_the_office_director(company: Lending) -> None:
    for holder in ("director", "archivist", "seller", "general_manager"):
        answer = await company.delegation(holder)
        assert code(answer) == (422, "invalid_input")
        assert answer.json()["errors"][0]["code"] == "not_a_delegate"
    body = (await company.delegation("office_director")).request.content
    for who in ("deputy", "office_director", "archivist", "admin", "seller"):
        async with company.house.client(company.people[who]) as client:
            answer = await client.post("/v1/delegations", content=body, headers={"Content-Type": "application/json"})
        assert code(answer) == (403, "forbidden")


async def test_a_delegation_counts_in_its_window_and_for_its_classes_only(company: Lending) -> None:
    now = datetime.now().astimezone()
    later = {"starts_at": (now + timedelta(hours=1)).isoformat(), "ends_at": (now + timedelta(hours=2)).isoformat()}
    await company.delegation("other_deputy", **later)
    await company.delegation("other_deputy", classes=["confidential"])
    loan = (await company.ask("seller", await company.item("secret"))).json()["id"]
    assert code(await company.post("other_deputy", f"/loans/{loan}/approve")) == (404, "not_found")
    past = {"starts_at": (now - timedelta(hours=2)).isoformat(), "ends_at": (now - timedelta(hours=1)).isoformat()}
    assert code(await company.delegation(**past)) == (422, "invalid_input")
    await company.delegation("other_deputy")
    assert code(await company.post("office_director", f"/loans/{loan}/approve")) == (403, "forbidden")
    async with company.house.services.database.transaction() as session:
        hours = timedelta(hours=72)
        over = {"starts_at": Delegation.starts_at - hours, "ends_at": Delegation.ends_at - hours}
        await session.execute(update(Delegation).values(over))
    assert code(await company.post("other_deputy", f"/loans/{loan}/approve")) == (404, "not_found")


async def test_a_delegate_gains_no_sight(company: Lending) -> None:
    await company.delegation("other_deputy", classes=["secret", "confidential"])
    loan = await company.lent(await company.item("secret"))
    assert code(await company.post("other_deputy", f"/loans/{loan}/activate", acknowledged=DUTIES)) == (
        403,
        "forbidden",
    )


async def test_a_letter_is_an_item_that_the_grantor_sees(company: Lending) -> None:
    letter = await company.item("unclassified", kind="mandate")
    kept = await company.delegation(letter_item_id=str(letter))
    assert (kept.status_code, kept.json()["letter_item_id"]) == (201, str(letter))
    for unknown_to_the_holder in (uuid4(), await company.item("top_secret")):
        told = await company.delegation(letter_item_id=str(unknown_to_the_holder))
        assert told.json()["errors"][0]["code"] == "not_found"


async def test_delegations_are_known_to_their_people_general_manager_and_auditor(company: Lending) -> None:
    id_ = (await company.delegation("other_deputy")).json()["id"]
    seen = {who for who in company.people if (await company.get(who, f"/delegations/{id_}")).status_code == 200}
    assert seen == {"general_manager", "other_deputy", "auditor"}
    listed = (await company.get("other_deputy", f"/delegations?holder_id={company.people['other_deputy'].id}")).json()
    assert [one["id"] for one in listed["items"]] == [id_]


# --- from the request to the bytes ---


async def test_a_secret_contract_is_read_on_loan_and_refused_before_and_after(company: Lending) -> None:
    item = await company.item("secret")
    content = b"%PDF-1.7 " + "机密条款".encode() * 200_000
    await company.version(item, await company.house.person("office_assistant"), content)
    path = f"/archives/{item}/content"
    for who in ("seller", "general_manager", "deputy", "archivist", "auditor"):
        assert code(await company.get(who, path)) == (403, "forbidden")
    loan = await company.lent(item)
    read = await company.get("seller", path)
    assert (read.status_code, read.content) == (200, content)
    assert (read.headers["content-length"], read.headers["cache-control"]) == (str(len(content)), "no-store")
    for who in ("general_manager", "deputy", "colleague"):
        assert code(await company.get(who, path)) == (403, "forbidden")
    assert code(await company.get("stranger", path)) == (404, "not_found")
    assert (await company.post("seller", f"/loans/{loan}/return")).status_code == 200
    assert code(await company.get("seller", path)) == (403, "forbidden")


async def test_a_list_of_loans_looks_up_those_of_a_person_among_many_others(
    committed_house: House, postgres: EmbeddedPostgres
) -> None:
    """In a database of its own, where PostgreSQL may be told how many there are."""
    company = await Lending.open(committed_house)
    item = await company.item("secret")
    mine = (await company.ask("seller", await company.item("secret"))).json()["id"]
    others = text("""
        INSERT INTO loans (id, item_id, class_as_lent, borrower_id, applicant_id, way, purpose, duration_s, state)
        SELECT gen_random_uuid(), :item, 'secret', :person, :person, 'approval', 'x', 60, 'cancelled'
        FROM generate_series(1, 3000)
    """)
    database = committed_house.services.database
    async with database.transaction() as session:
        await keep_archive(session)
        await session.execute(others, {"item": item, "person": company.people["manager"].id})
    owner = Database.connect(postgres.urls(database.write.url.database or "").migration, for_worker=True)
    async with owner.transaction() as session:
        await session.execute(text("ANALYZE"))
    await owner.dispose()
    assert [loan["id"] for loan in (await company.get("seller", "/loans")).json()["items"]] == [mine]
    for led in ("manager", "deputy"):
        assert len((await company.get(led, "/loans?limit=200")).json()["items"]) == 200
    assert (await company.get("stranger", "/loans")).json()["items"] == []
    # of the manager's loans every one is asked about, which takes forty times as long
    assert 5 * await least_seconds(company, "stranger") < await least_seconds(company, "manager")


async def least_seconds(company: Lending, who: str) -> float:
    """The shortest of four times that somebody's list of loans takes."""
    took = []
    for _ in range(4):
        began = time.perf_counter()
        await company.get(who, "/loans")
        took.append(time.perf_counter() - began)
    return min(took)


@pytest.mark.parametrize("model", [Loan, ReadingSession])
async def test_a_list_by_state_asks_row_level_security_about_few(
    company: Lending, model: type[Loan | ReadingSession]
) -> None:
    """What waits among 100,000 that have ended: seconds, were each of these asked for its item first."""
    asked = in_state(model)
    statement = select(model.id).where(asked.condition("state")).params(asked.values("state", ["requested"]))
    words = statement.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})  # type: ignore[no-untyped-call]
    async with company.house.services.database.transaction(company.people["office_director"].id) as session:
        plan = "\n".join(await session.scalars(text(f"EXPLAIN {words}")))
    assert 0 < plan.index("state = ANY") < plan.index("archive_item_seen"), plan


async def plan_of_list(company: Lending, who: str) -> str:
    """How PostgreSQL finds the loans that somebody may know of."""
    async with company.house.services.database.transaction(company.people[who].id) as session:
        actor = await staff_actor(await session.connection(), company.people[who].id)
        assert actor is not None
        assert LOANS.rows is not None
        statement = select(Loan.id).where(LOANS.rows(actor)).params(principal_values(actor))
        words = statement.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})  # type: ignore[no-untyped-call]
        return "\n".join(await session.scalars(text(f"EXPLAIN {words}")))


async def test_a_deputys_list_asks_row_level_security_about_what_concerns_them(company: Lending) -> None:
    """Of 66,000 loans in which a deputy has no part every single one was, which took a second."""
    plan = await plan_of_list(company, "deputy")
    assert 0 < plan.index("applicant_id = ") < plan.index("archive_item_seen"), plan


@pytest.mark.parametrize("who", ["deputy", "office_director"])
async def test_a_list_looks_up_the_items_of_its_loans_and_reads_no_others(company: Lending, who: str) -> None:
    """All of 100,000 were read once for a page of 50, which took a hundred times as long."""
    assert "item_id = (hashed" not in await plan_of_list(company, who)
