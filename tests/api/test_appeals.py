"""Appeals through HTTP: who files them, who reads what of them, how they are withdrawn."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select, text, update

from service.database import keep_archive
from service.models import Appeal, ArchiveItem, Assignment, AuditEntry, Interaction, Setting, Staff, new_id
from service.operations import memberships
from tests.dispute import STATEMENT, Dispute, a_dispute
from tests.house import House, Person


async def an_interaction(house: House, account_id: UUID, author: Person) -> UUID:
    """A logged visit."""
    values = {
        "id": new_id(),
        "account_id": account_id,
        "kind": "visit",
        "subject": "季度拜访",
        "starts_at": datetime(2026, 3, 2, 1, 30, tzinfo=UTC),
        "amendments": [],
        "author_id": author.id,
    }
    async with house.services.database.transaction() as session:
        await session.execute(insert(Interaction).values(values))
    return values["id"]


async def test_a_seller_who_was_passed_over_appeals_and_reads_it_back(house: House) -> None:
    dispute = await a_dispute(house)
    filed = await dispute.file()
    assert filed.status_code == 201, filed.text
    read = await dispute.ask(dispute.seller, "GET", filed.headers["Location"])
    body = read.json()
    assert body == filed.json()
    assert read.headers["ETag"] == '"1-colleague"'
    assert body["state"] == "submitted"
    assert (body["appellant_id"], body["filed_by_id"]) == (str(dispute.seller.id),) * 2
    assert (body["respondent_id"], body["beneficiary_id"]) == (None, str(dispute.seller.id))
    assert body["redacted"] == ["respondent_id", "fairness_effect"]
    assert body["reviewer_id"] == str(dispute.judge.id)
    assert (body["statement"], body["grounds"]) == (STATEMENT, ["existing_relationship"])


async def test_the_person_before_appeals_although_no_rule_makes_them_eligible(house: House) -> None:
    dispute = await a_dispute(house)
    before = await house.person("sales_rep", regions=["西北"])
    async with house.services.database.transaction() as session:
        began = await session.scalar(select(Assignment.started_at).where(Assignment.id == dispute.assignment_id))
        earlier = {"started_at": began - timedelta(days=90), "ended_at": began, "origin": "manual"}
        row = {"id": new_id(), "account_id": dispute.account_id, "staff_id": before.id, "team_role": "owner"}
        await session.execute(insert(Assignment).values(row | earlier))
    filed = await dispute.file(before)
    assert filed.status_code == 201, filed.text
    assert filed.json()["beneficiary_id"] == str(before.id)


async def test_somebody_who_wants_to_be_rid_of_an_account_does_not_name_who_gets_it(house: House) -> None:
    dispute = await a_dispute(house)
    filed = await dispute.file(dispute.owner, grounds=["overload"])
    assert filed.status_code == 201, filed.text
    assert filed.json()["beneficiary_id"] is None


async def test_a_manager_files_for_a_person_of_theirs(house: House) -> None:
    dispute = await a_dispute(house)
    filed = await dispute.file(dispute.boss, on_behalf_of=str(dispute.seller.id))
    assert filed.status_code == 201, filed.text
    body = filed.json()
    assert (body["appellant_id"], body["filed_by_id"]) == (str(dispute.seller.id), str(dispute.boss.id))
    assert body["statement"] == STATEMENT
    async with house.services.database.reading() as connection:
        entry = select(AuditEntry.actor_id, AuditEntry.on_behalf_of).where(AuditEntry.action == "appeal.filed")
        acted = (await connection.execute(entry)).one()
    assert tuple(acted) == (dispute.boss.id, dispute.seller.id)


async def test_a_manager_says_for_whom_they_file(house: House) -> None:
    dispute = await a_dispute(house)
    refused = await dispute.file(dispute.boss)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/on_behalf_of")


async def test_nobody_files_for_a_colleague_whom_they_do_not_lead(house: House) -> None:
    dispute = await a_dispute(house)
    refused = await dispute.file(dispute.owner, on_behalf_of=str(dispute.seller.id))
    assert (refused.status_code, refused.json()["code"]) == (403, "not_yours_to_appeal")


async def test_whoever_sees_the_account_but_is_not_concerned_may_not_appeal(house: House) -> None:
    dispute = await a_dispute(house)
    steward = await house.person("data_steward")
    refused = await dispute.file(steward)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_yours_to_appeal")


async def test_a_seller_whom_a_hard_rule_excluded_knows_of_it_but_was_not_passed_over(house: House) -> None:
    dispute = await a_dispute(house)
    excluded = await house.person("sales_rep", regions=["西北"])
    refused = await dispute.file(excluded)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_yours_to_appeal")


@pytest.mark.parametrize("role", ["tech_support", "admin", "archivist"])
async def test_for_strangers_the_assignment_does_not_exist(house: House, role: str) -> None:
    dispute = await a_dispute(house)
    stranger = await house.person(role)
    hidden = await dispute.file(stranger)
    unknown = await dispute.file(stranger, assignment_id=str(uuid4()))
    assert (hidden.status_code, hidden.json()["code"]) == (404, "not_found")
    assert {**hidden.json(), "request_id": ""} == {**unknown.json(), "request_id": ""}


async def test_without_a_rulebook_those_concerned_still_appeal_and_others_learn_nothing(house: House) -> None:
    owner, stranger = await house.person("sales_rep"), await house.person("sales_rep")
    account = await house.account()
    assignment = await house.assign(account, owner)
    dispute = Dispute(house, uuid4(), owner, owner, owner, owner, account, assignment)
    assert (await dispute.file(owner)).status_code == 201
    assert (await dispute.file(stranger)).status_code == 404


async def test_an_appeal_comes_within_the_filing_window_of_working_days(house: House) -> None:
    late = await a_dispute(house, started_at=datetime.now(UTC) - timedelta(days=30))
    refused = await late.file()
    assert (refused.status_code, refused.json()["code"]) == (409, "filing_window_closed")
    async with house.services.database.transaction() as session:
        await session.execute(insert(Setting).values(key="appeal_filing_working_days", value=40))
    assert (await late.file()).status_code == 201


async def test_an_assignment_that_has_ended_is_not_appealed_against(house: House) -> None:
    dispute = await a_dispute(house)
    async with house.services.database.transaction() as session:
        ended = update(Assignment).where(Assignment.id == dispute.assignment_id).values(ended_at=datetime.now(UTC))
        await session.execute(ended)
    refused = await dispute.file()
    assert (refused.status_code, refused.json()["code"]) == (409, "assignment_ended")


async def test_a_person_has_one_open_appeal_against_an_assignment_whoever_files_it(house: House) -> None:
    dispute = await a_dispute(house)
    await dispute.filed()
    again = await dispute.file()
    for_them = await dispute.file(dispute.boss, on_behalf_of=str(dispute.seller.id))
    for refused in (again, for_them):
        assert (refused.status_code, refused.json()["code"]) == (409, "appeal_already_open")


async def test_the_same_key_files_one_appeal(house: House) -> None:
    dispute = await a_dispute(house)
    async with house.client(dispute.seller, **{"Idempotency-Key": "once"}) as client:
        first, again = [await client.post("/v1/appeals", json=dispute.body()) for _ in range(2)]
    assert (again.status_code, again.content) == (201, first.content)


async def an_item(house: House, dispute: Dispute, class_: str) -> UUID:
    """An accepted item of the sellers' department."""
    id_ = uuid4()
    values = {
        "id": id_, "code": f"DA-{id_.hex[:8]}", "title": "绝密并购协议", "kind": "contract", "state": "accepted",
        "accepted_at": datetime(2026, 3, 2, tzinfo=UTC), "department_id": dispute.department_id,
        "confidentiality": class_, "depositor_id": dispute.boss.id, "retention": "permanent",
    }  # fmt: skip
    async with house.services.database.transaction() as session:
        await keep_archive(session)
        await session.execute(insert(ArchiveItem).values(values))
    return id_


async def test_an_appellant_cites_only_the_archive_items_that_they_may_know_of(house: House) -> None:
    dispute = await a_dispute(house)
    seen, hidden = await an_item(house, dispute, "secret"), await an_item(house, dispute, "top_secret")
    refusals = [await dispute.file(evidence=[{"kind": "archive_item", "id": str(one)}]) for one in (hidden, uuid4())]
    assert [answer.status_code for answer in refusals] == [422, 422]
    assert refusals[0].json() | {"request_id": ""} == refusals[1].json() | {"request_id": ""}
    wrong_kind = await dispute.file(evidence=[{"kind": "interaction", "id": str(seen)}])
    assert wrong_kind.status_code == 422
    filed = await dispute.file(evidence=[{"kind": "archive_item", "id": str(seen)}])
    assert filed.status_code == 201, filed.text
    assert filed.json()["evidence"] == [{"kind": "archive_item", "id": str(seen), "subject": None, "at": None}]
    async with house.services.database.reading() as connection:
        kept = await connection.scalar(select(Appeal.evidence))
    assert "绝密并购协议" not in str(kept)


async def test_whoever_hears_an_appeal_sees_only_the_items_that_they_may_know_of(house: House) -> None:
    dispute = await a_dispute(house)
    item = await an_item(house, dispute, "secret")
    visit = await an_interaction(house, dispute.account_id, dispute.seller)
    async with house.services.database.transaction() as session:
        await memberships.join(session, [(dispute.account_id, dispute.seller.id)], "helper")
    cited = [{"kind": "archive_item", "id": str(item)}, {"kind": "interaction", "id": str(visit)}]
    filed = await dispute.file(evidence=cited)
    assert filed.status_code == 201, filed.text
    path = filed.headers["Location"]

    async def evidence(who: Person) -> tuple[list[str], str]:
        answer = await dispute.ask(who, "GET", path)
        listed = (await dispute.ask(who, "GET", "/v1/appeals")).json()["items"][0]
        assert listed["evidence"] == answer.json()["evidence"]
        return [one["id"] for one in listed["evidence"]], answer.headers["ETag"]

    before = {person.code: await evidence(person) for person in (dispute.judge, dispute.seller)}
    assert {tuple(ids) for ids, _ in before.values()} == {(str(item), str(visit))}
    async with house.services.database.transaction() as session:
        await keep_archive(session)
        await session.execute(update(ArchiveItem).values(confidentiality="top_secret"))
    for person in (dispute.judge, dispute.seller):
        ids, etag = await evidence(person)
        assert ids == [str(visit)]
        assert etag != before[person.code][1]
    manager = await house.person("general_manager")
    assert (await evidence(manager))[0] == [str(item), str(visit)]


async def test_evidence_is_kept_as_it_stood_and_must_be_the_appellants_to_see(house: House) -> None:
    dispute = await a_dispute(house)
    own = await house.account(dispute.seller)
    visit = await an_interaction(house, own, dispute.seller)
    hidden = await an_interaction(house, await house.account(), dispute.owner)
    wanted = [{"kind": "interaction", "id": str(visit)}]
    refused = await dispute.file(evidence=[*wanted, {"kind": "interaction", "id": str(hidden)}])
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/evidence/1/id")
    filed = await dispute.file(evidence=wanted)
    kept = {"kind": "interaction", "id": str(visit), "subject": "季度拜访", "at": "2026-03-02T01:30:00.000000Z"}
    assert filed.json()["evidence"] == [kept]


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"grounds": []}, "/grounds"),
        ({"grounds": ["envy"]}, "/grounds/0"),
        ({"grounds": ["other", "other"]}, "/grounds"),
        ({"statement": ""}, "/statement"),
        ({"state": "upheld"}, "/state"),
        ({"reviewer_id": str(uuid4())}, "/reviewer_id"),
    ],
)
async def test_what_the_service_decides_is_not_the_appellants_to_write(
    house: House, fields: dict[str, Any], pointer: str
) -> None:
    dispute = await a_dispute(house)
    refused = await dispute.file(**fields)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]


async def test_filing_is_not_lost_when_nobody_independent_is_left(house: House) -> None:
    dispute = await a_dispute(house, assigned_by=None)
    async with house.services.database.transaction() as session:
        await session.execute(text("UPDATE role_grants SET state = 'revoked' WHERE role = 'director'"))
    filed = await dispute.file()
    assert (filed.status_code, filed.json()["state"], filed.json()["reviewer_id"]) == (201, "submitted", None)


async def test_managers_of_the_parties_see_the_state_and_strangers_nothing(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.filed()
    boss = await dispute.ask(dispute.boss, "GET", path)
    body = boss.json()
    shown = {name for name, value in body.items() if value is not None}
    assert shown == {"id", "state", "instance", "decide_by", "redacted", "version", "created_at", "updated_at"}
    assert set(body["redacted"]) == set(body) - shown - {"decided_at", "escalate_by"}
    assert boss.headers["ETag"] == '"1-state"'
    elsewhere = await house.department()
    other_boss = await house.person("department_manager", department_id=elsewhere)
    assert (await dispute.ask(other_boss, "GET", path)).status_code == 404
    async with house.services.database.transaction() as session:
        await session.execute(update(Staff).where(Staff.id == dispute.owner.id).values(department_id=elsewhere))
    assert [(await dispute.ask(one, "GET", path)).status_code for one in (dispute.boss, other_boss)] == [200, 200]
    for role in ("director", "key_account_manager", "admin", "sales_rep"):
        stranger = await house.person(role)
        assert (await dispute.ask(stranger, "GET", path)).status_code == 404
        assert (await dispute.ask(stranger, "GET", "/v1/appeals")).json()["items"] == []


@pytest.mark.parametrize("role", ["general_manager", "auditor"])
async def test_the_general_manager_and_the_auditor_see_everything(house: House, role: str) -> None:
    dispute = await a_dispute(house, assigned_by=None)
    path = await dispute.filed()
    seen = await dispute.ask(await house.person(role), "GET", path)
    assert (seen.json()["statement"], seen.json()["redacted"]) == (STATEMENT, [])


async def test_the_owner_concerned_reads_what_is_said(house: House) -> None:
    dispute = await a_dispute(house)
    seen = await dispute.ask(dispute.owner, "GET", await dispute.filed())
    assert (seen.json()["statement"], seen.json()["redacted"]) == (STATEMENT, ["fairness_effect"])


async def test_a_colleague_learns_who_owns_the_account_from_neither_body_nor_filter(house: House) -> None:
    dispute = await a_dispute(house)
    appeal = (await dispute.file()).json()["id"]
    query = f"/v1/appeals?respondent_id={dispute.owner.id}"
    found = {
        name: [item["id"] for item in (await dispute.ask(who, "GET", query)).json()["items"]]
        for name, who in (("colleague", dispute.seller), ("owner", dispute.owner), ("reviewer", dispute.judge))
    }
    assert found == {"colleague": [], "owner": [appeal], "reviewer": [appeal]}
    both = await dispute.ask(dispute.owner, "GET", f"{query}&ground=existing_relationship")
    assert [item["respondent_id"] for item in both.json()["items"]] == [str(dispute.owner.id)]


async def test_a_filter_does_not_tell_a_manager_what_the_body_hides(house: House) -> None:
    dispute = await a_dispute(house)
    await dispute.filed()
    for query in (
        f"appellant_id={dispute.seller.id}",
        "ground=existing_relationship",
        f"account_id={dispute.account_id}",
    ):
        assert (await dispute.ask(dispute.boss, "GET", f"/v1/appeals?{query}")).json()["items"] == []
        assert len((await dispute.ask(dispute.seller, "GET", f"/v1/appeals?{query}")).json()["items"]) == 1
    assert len((await dispute.ask(dispute.boss, "GET", "/v1/appeals?state=submitted")).json()["items"]) == 1


async def test_appeals_are_listed_by_deadline(house: House) -> None:
    leader = await house.person("general_manager")
    paths = [await (await a_dispute(house, assigned_by=leader.id)).filed() for _ in range(3)]
    async with house.services.database.transaction() as session:
        for days, path in zip((3, 1, 2), paths, strict=True):
            due = datetime.now(UTC) + timedelta(days=days)
            await session.execute(update(Appeal).where(Appeal.id == path.rsplit("/")[-1]).values(decide_by=due))
    async with house.client(leader) as client:
        first = (await client.get("/v1/appeals", params={"sort": "decide_by", "limit": 2})).json()
        rest = (
            await client.get("/v1/appeals", params={"sort": "decide_by", "limit": 2, "cursor": first["next_cursor"]})
        ).json()
    found = [f"/v1/appeals/{item['id']}" for item in first["items"] + rest["items"]]
    assert found == [paths[1], paths[2], paths[0]]


async def test_an_appeal_is_withdrawn_by_whoever_filed_it_and_may_be_filed_again(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.filed()
    for other, status in ((dispute.owner, 403), (dispute.judge, 403), (dispute.boss, 403)):
        assert (await dispute.ask(other, "POST", f"{path}/withdraw", {})).status_code == status
    gone = await dispute.ask(dispute.seller, "POST", f"{path}/withdraw", {"reason": "已协商解决"})
    assert (gone.status_code, gone.json()["state"], gone.json()["version"]) == (200, "withdrawn", 2)
    again = await dispute.ask(dispute.seller, "POST", f"{path}/withdraw", {})
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")
    assert (await dispute.file()).status_code == 201


async def test_what_an_appeal_says_is_in_no_timeline_and_no_message(house: House) -> None:
    dispute = await a_dispute(house)
    await dispute.filed()
    colleague = await house.person("sales_rep")
    steward = await house.person("data_steward")
    assert (await dispute.ask(colleague, "GET", f"/v1/accounts/{dispute.account_id}/timeline")).status_code == 404
    timeline = f"/v1/accounts/{dispute.account_id}/timeline"
    theirs = (await dispute.ask(dispute.owner, "GET", timeline)).json()["items"]
    others = await dispute.ask(steward, "GET", timeline)
    assert "appeal.filed" in {item["action"] for item in theirs}
    assert (others.status_code, "appeal" in others.text, "assignment" in others.text) == (200, False, False)
    async with house.services.database.reading() as connection:
        entries = select(AuditEntry.account_id, AuditEntry.data).where(AuditEntry.subject_type == "appeal")
        kept = [tuple(row) for row in await connection.execute(entries)]
    assert kept == [(dispute.account_id, {"instance": 1})]
