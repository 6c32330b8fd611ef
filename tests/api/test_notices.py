"""/v1/me/notices: everybody is told once of what concerns them, with the reason, in both languages."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from sqlalchemy.exc import NoResultFound

from service.domain.notice_texts import TEMPLATES
from service.domain.notices import ADDRESSEES
from service.jobs.archives import note_late_paper
from service.models import new_id
from service.operations.notices import Teller
from service.queries.notice_parties import PARTIES
from tests.archive import Archive
from tests.dispute import REASONS, a_dispute
from tests.house import House
from tests.lending import Lending
from tests.noticing import kinds, notices, tell_all
from tests.sending import Sender, csv_of
from tests.sharing import Sharing, path_of


async def test_the_new_and_the_former_owner_are_told_with_the_reason(house: House) -> None:
    dispute = await a_dispute(house)
    body = {
        "account_id": str(dispute.account_id),
        "staff_id": str(dispute.seller.id),
        "replaces_id": str(dispute.assignment_id),
        "reason": "客户要求更换 {联系人}",
    }
    answer = await dispute.ask(dispute.boss, "POST", "/v1/assignments", body)
    assert answer.status_code == 201, answer.text
    await tell_all(house)
    [given], [taken] = await notices(house, dispute.seller), await notices(house, dispute.owner)
    assert (given["kind"], taken["kind"]) == ("account_given", "account_taken")
    assert given["subject_id"] == answer.json()["id"]
    for told in (given, taken):
        assert "客户要求更换 {联系人}" in told["text"]["en"]
        assert "原因：客户要求更换 {联系人}" in told["text"]["zh"]
        assert answer.json()["account_code"] in told["title"]["zh"]
    assert await notices(house, dispute.boss) == []


async def test_whoever_loses_by_hand_what_a_plan_gave_them_is_told(house: House) -> None:
    sharing = await Sharing.of(house, sellers=2)
    account_id = await sharing.account()
    await sharing.applied()
    assignment = (await sharing.ask(sharing.leader, "GET", "/v1/assignments", current="true")).json()["items"][0]
    winner, other = sorted(sharing.sellers, key=lambda one: str(one.id) != assignment["staff_id"])
    body = {"account_id": str(account_id), "staff_id": str(other.id), "replaces_id": assignment["id"], "reason": "休假"}
    assert (await sharing.ask(sharing.author, "POST", "/v1/assignments", body)).status_code == 201
    await tell_all(house)
    assert await kinds(house, winner) == ["plan_moved", "account_taken"]
    assert await kinds(house, other) == ["account_given"]


async def test_telling_again_makes_no_second_notice(house: House) -> None:
    dispute = await a_dispute(house)
    await dispute.heard()
    assert await tell_all(house) > 0
    before = await notices(house, dispute.seller)
    assert await tell_all(house) == 0
    assert await notices(house, dispute.seller) == before


async def test_each_side_of_an_appeal_is_told_of_each_step(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    assert (await dispute.decide(path, "rejected")).status_code == 200
    await tell_all(house)
    assert await kinds(house, dispute.seller) == ["appeal_taken_on", "appeal_rejected"]
    assert await kinds(house, dispute.owner) == ["appeal_against_yours", "appeal_taken_on", "appeal_rejected"]
    assert await kinds(house, dispute.judge) == ["appeal_to_review"]
    verdict = (await notices(house, dispute.seller))[-1]
    assert REASONS["reason_en"] in verdict["text"]["en"]
    assert REASONS["reason_zh"] in verdict["text"]["zh"]
    assert verdict["link"] == path


async def test_an_upheld_appeal_tells_of_the_new_owner_too(house: House) -> None:
    dispute = await a_dispute(house)
    assert (await dispute.decide(await dispute.heard(), "upheld")).status_code == 200
    await tell_all(house)
    assert set(await kinds(house, dispute.seller)) >= {"appeal_upheld", "account_given"}
    assert set(await kinds(house, dispute.owner)) >= {"appeal_upheld", "account_taken"}


async def test_without_an_independent_reviewer_the_general_manager_is_told(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    await dispute.ask(dispute.judge, "POST", f"{path}/recuse", {"reason": "曾与当事人共事"})
    leader = await house.person("general_manager")
    await tell_all(house)
    assert await kinds(house, leader) == ["appeal_without_reviewer"] * 2
    assert "appeal_recused" in await kinds(house, dispute.seller)
    assert "曾与当事人共事" not in str(await notices(house, dispute.seller))


async def test_both_sides_and_the_mediator_are_told_of_a_mediation(house: House) -> None:
    dispute = await a_dispute(house)
    mediator = await house.person("mediator")
    path = await dispute.filed()
    shown = (await dispute.ask(dispute.seller, "GET", path)).json()
    reviewer = mediator if shown["reviewer_id"] == str(mediator.id) else dispute.judge
    other = dispute.judge if reviewer is mediator else mediator
    await dispute.ask(reviewer, "POST", f"{path}/review", {})
    begun = await dispute.ask(reviewer, "POST", f"{path}/mediate", {"mediator_id": str(other.id)})
    assert begun.status_code == 200, begun.text
    await tell_all(house)
    assert (await kinds(house, other))[-1] == "appeal_to_mediate"
    for side in (dispute.seller, dispute.owner):
        assert (await kinds(house, side))[-1] == "appeal_mediated"


async def test_a_plan_tells_each_person_once_whatever_it_moves(house: House) -> None:
    sharing = await Sharing.of(house, sellers=2)
    for _ in range(6):
        await sharing.account()
    plan = await sharing.planned()
    await tell_all(house)
    assert await kinds(house, sharing.leader) == ["plan_to_approve"]
    approved = await sharing.step(plan, "approve")
    assert (await sharing.ran(await sharing.step(approved.json(), "apply")))["state"] == "applied"
    await tell_all(house)
    assert {"plan_computed", "plan_approved", "plan_applied"} <= set(await kinds(house, sharing.author))
    told = [await notices(house, seller) for seller in sharing.sellers]
    assert [[one["kind"] for one in each] for each in told] == [["plan_moved"], ["plan_moved"]]
    assert "rulebook: 3; that it took from you: 0." in told[0][0]["text"]["en"]
    assert told[0][0]["link"] == f"/v1/me/decisions?plan_id={plan['id']}"
    async with house.client(sharing.sellers[0]) as client:
        assert len((await client.get(told[0][0]["link"])).json()["items"]) == 6
        assert (await client.get(path_of(plan))).status_code == 404


async def test_of_what_somebody_may_no_longer_see_nothing_is_told(house: House) -> None:
    dispute = await a_dispute(house)
    code = (await dispute.ask(dispute.boss, "GET", f"/v1/accounts/{dispute.account_id}")).json()["code"]
    helper = await house.person("tech_support")
    path = f"/v1/accounts/{dispute.account_id}/team"
    joined = await dispute.ask(dispute.boss, "POST", path, {"staff_id": str(helper.id), "role": "tech_support"})
    assert joined.status_code == 201, joined.text
    await tell_all(house)
    [before] = await notices(house, helper)
    assert (before["kind"], before["withheld"]) == ("team_joined", False)
    assert code in before["title"]["en"]
    async with house.client(dispute.boss) as client:
        gone = await client.delete(joined.headers["Location"], headers={"If-Match": "*"})
    assert gone.status_code == 204, gone.text
    await tell_all(house)
    hidden, left = await notices(house, helper)
    assert (hidden["withheld"], hidden["title"], hidden["text"], hidden["link"], hidden["subject_id"]) == (
        True, None, None, None, None,
    )  # fmt: skip
    assert left["kind"] == "team_left"
    assert code not in str((hidden, left))


async def test_only_its_reader_knows_of_a_notice_and_marks_it_once(house: House) -> None:
    dispute = await a_dispute(house)
    await dispute.heard()
    await tell_all(house)
    [first] = await notices(house, dispute.seller, kind="appeal_taken_on")
    path = f"/v1/me/notices/{first['id']}"
    for stranger in (dispute.owner, dispute.boss, await house.person("general_manager", "admin")):
        for method, address in (("GET", path), ("POST", f"{path}/read")):
            assert (await dispute.ask(stranger, method, address)).status_code == 404
    async with house.client(dispute.seller) as client:
        shown = await client.get(path)
        again = await client.get(path, headers={"If-None-Match": shown.headers["ETag"]})
        read, twice = await client.post(f"{path}/read"), await client.post(f"{path}/read")
    assert (shown.status_code, again.status_code) == (200, 304)
    assert (shown.json()["read_at"], read.json()["version"]) == (None, 2)
    assert read.headers["ETag"] != shown.headers["ETag"]
    assert read.json() == twice.json()
    assert [one["id"] for one in await notices(house, dispute.seller, read="true")] == [first["id"]]
    assert first["id"] not in {one["id"] for one in await notices(house, dispute.seller, read="false")}


async def test_notices_come_by_pages_without_a_gap(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    await dispute.decide(path, "rejected")
    await tell_all(house)
    found: list[str] = []
    async with house.client(dispute.owner) as client:
        query = {"limit": "1"}
        while True:
            page = (await client.get("/v1/me/notices", params=query)).json()
            found += [one["kind"] for one in page["items"]]
            if page["next_cursor"] is None:
                break
            query["cursor"] = page["next_cursor"]
    assert found == ["appeal_rejected", "appeal_taken_on", "appeal_against_yours"]


async def test_a_what_if_plan_is_told_to_whoever_asked_and_waits_for_nobody(house: House) -> None:
    sharing = await Sharing.of(house, sellers=1)
    await sharing.account()
    await sharing.planned(what_if={"definition": {"move_price": 7}})
    await tell_all(house)
    [told] = await notices(house, sharing.author, kind="what_if_computed")
    assert "neither approved nor applied" in told["text"]["en"]
    assert "plan_computed" not in await kinds(house, sharing.author)
    assert await kinds(house, sharing.leader) == []


async def test_an_import_tells_each_owner_once_whatever_it_gives_them(house: House) -> None:
    department = await house.department()
    sender = await Sender.of(house, department_id=department)
    sellers = [await house.person("sales_rep", department_id=department) for _ in range(2)]
    named = (sellers[0], sellers[0], sellers[1])
    rows = [(f"KH-{at}", f"示例{at}有限公司", seller.code) for at, seller in enumerate(named)]
    await sender.taken(csv_of(("客户编号", "客户名称", "负责人"), *rows))
    await tell_all(house)
    [[first], [second]] = [await notices(house, seller) for seller in sellers]
    assert (first["kind"], first["link"], second["kind"]) == ("import_gave", "/v1/accounts", "import_gave")
    assert "owner of accounts: 2." in first["text"]["en"]
    assert "客户表“客户.csv”将 1 个客户登记为由您负责" in second["text"]["zh"]


async def test_a_loan_is_told_to_whoever_decides_and_to_its_borrower_without_a_title(house: House) -> None:
    lending = await Lending.open(house)
    item = await lending.item("secret", title="并购意向书")
    loan = (await lending.ask("seller", item)).json()["id"]
    await tell_all(house)
    told = {who for who in lending.people if "loan_to_decide" in await kinds(house, lending.people[who])}
    assert told == {"general_manager", "deputy"}
    assert (await lending.post("deputy", f"/loans/{loan}/approve")).status_code == 200
    await tell_all(house)
    [approved] = await notices(house, lending.people["seller"], kind="loan_approved")
    assert approved["subject_id"] == loan
    assert "并购意向书" not in str(approved)


def test_every_event_that_is_told_has_its_people_and_its_words() -> None:
    for event, parties in ADDRESSEES.items():
        for party, kind in parties.items():
            assert (event.rsplit(".", 1)[0], party) in PARTIES, (event, party)
            assert kind in TEMPLATES, kind
    assert {kind for parties in ADDRESSEES.values() for kind in parties.values()} == set(TEMPLATES)


async def test_whoever_is_given_a_task_is_told_and_so_is_whoever_takes_it_over(house: House) -> None:
    dispute = await a_dispute(house)
    body = {
        "account_id": str(dispute.account_id),
        "subject": "商务谈判",
        "assignee_id": str(dispute.owner.id),
        "planned_on": "2026-12-01",
    }
    made = await dispute.ask(dispute.boss, "POST", "/v1/tasks", body)
    assert made.status_code == 201, made.text
    async with house.client(dispute.owner) as client:
        headers = {"If-Match": "*", "Content-Type": "application/merge-patch+json"}
        path, to_boss = made.headers["Location"], {"assignee_id": str(dispute.boss.id)}
        assert (await client.patch(path, json=to_boss, headers=headers)).status_code == 200
        assert (await client.patch(path, json={"note": "改期"}, headers=headers)).status_code == 200
    await tell_all(house)
    [told] = await notices(house, dispute.owner)
    assert (told["kind"], told["link"]) == ("task_given", path)
    assert told["text"]["zh"] == "由您负责：商务谈判。预计完成日期：2026-12-01。"
    assert await kinds(house, dispute.boss) == ["task_given"]


async def test_a_powerful_role_is_told_to_those_who_may_confirm_it_and_then_to_its_holder(house: House) -> None:
    admin, leader, person = [await house.person(role) for role in ("admin", "general_manager", "sales_rep")]
    async with house.client(admin) as client:
        body = {"staff_id": str(person.id), "role": "director", "reason": "接任"}
        granted = await client.post("/v1/role-grants", json=body)
    await tell_all(house)
    async with house.client(leader) as client:
        assert (await client.post(f"{granted.headers['Location']}/approve", json={})).status_code == 200
    await tell_all(house)
    assert await kinds(house, leader) == ["grant_to_confirm"]
    assert await kinds(house, admin) == []
    [told] = await notices(house, person)
    assert (told["kind"], told["text"]["zh"]) == ("grant_activated", "您已获授角色 总监。原因：接任")


async def test_the_archivist_is_told_of_late_paper_without_its_title(house: House) -> None:
    archive = await Archive.of(house)
    item_id = await archive.accepted("unclassified", title="并购意向书")
    later = datetime.now(UTC) + timedelta(hours=1)
    out = {"kind": "handed_out", "person_id": str(archive.seller.id), "due_at": later.isoformat()}
    await archive.ask(archive.archivist, f"{item_id}/receipts", out, 201)
    database, settings = house.services.database, house.services.settings
    assert await note_late_paper(database, settings, later + timedelta(hours=1)) == 1
    await tell_all(house)
    [late] = await notices(house, archive.archivist, kind="paper_overdue")
    assert late["link"] == f"/v1/archives/{item_id}"
    assert "并购意向书" not in str(late)
    [mine] = await notices(house, archive.seller)
    assert (mine["kind"], mine["link"], mine["withheld"]) == ("paper_to_return", None, False)


async def test_the_archivist_is_told_of_what_waits_to_be_accepted_once(house: House) -> None:
    archive = await Archive.of(house)
    waiting = await archive.deposit("secret", title="并购意向书")
    await archive.send(waiting)
    taken = await archive.accepted("secret")
    await archive.send(taken)
    await archive.ask(archive.archivist, f"{await archive.deposit()}/withdraw", {"reason": "重复"}, 204)
    await tell_all(house)
    told = await notices(house, archive.archivist)
    assert {one["kind"] for one in told} == {"deposit_to_accept"}
    assert sorted(one["link"] for one in told) == sorted(f"/v1/archives/{one}" for one in (waiting, taken))
    assert "并购意向书" not in str(told)
    assert await kinds(house, archive.seller) == []


async def test_the_holder_of_a_delegation_is_told(house: House) -> None:
    lending = await Lending.open(house)
    made = await lending.delegation()
    await lending.post("general_manager", f"/delegations/{made.json()['id']}/revoke", reason="已返回公司")
    await tell_all(house)
    assert await kinds(house, lending.people["other_deputy"]) == ["delegation_granted", "delegation_revoked"]


async def test_nobody_is_told_of_what_is_not_there_any_more(house: House) -> None:
    async with house.services.database.transaction(request_id="test") as session:
        teller = Teller(session, "Asia/Shanghai", mailing=False)
        for action in ADDRESSEES:
            kind = action.rsplit(".", 1)[0]
            entry = SimpleNamespace(
                id=new_id(), at=datetime.now(UTC), action=action, actor_id=None, subject_type=kind,
                subject_id=new_id(), account_id=None, data={"staff_id": str(new_id()), "instance": 1},
            )  # fmt: skip
            with suppress(NoResultFound):
                async with session.begin_nested():
                    assert await teller.tell(entry) == 0
