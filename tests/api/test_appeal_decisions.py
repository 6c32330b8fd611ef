"""Deciding appeals through HTTP: what would follow, what follows, and what may not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from service.domain.appeals import AppealSettings
from service.models import Appeal, Assignment, AuditEntry, Decision, Holiday, RoleGrant, Staff, new_id
from service.queries.calendar import business_calendar
from tests.dispute import REASONS, Dispute, a_dispute
from tests.house import LONG_AGO, House


async def owners(dispute: Dispute) -> list[tuple[Any, ...]]:
    """Every assignment of the account: person, origin, whether it counts now."""
    async with dispute.house.services.database.reading() as connection:
        rows = select(Assignment.staff_id, Assignment.origin, Assignment.ended_at.is_(None)).where(
            Assignment.account_id == dispute.account_id
        )
        return [tuple(row) for row in await connection.execute(rows.order_by(Assignment.started_at))]


async def changed(house: House, model: Any, id_: Any, **values: Any) -> None:
    """Something changed behind the appeal's back."""
    async with house.services.database.transaction() as session:
        await session.execute(update(model).where(model.id == id_).values(values))
    house.services.identities.forget()


async def test_upholding_gives_the_account_to_the_appellant_at_once(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    upheld = await dispute.decide(path, "upheld")
    assert upheld.status_code == 200, upheld.text
    body = upheld.json()
    [verdict] = body["verdicts"]
    assert (body["state"], verdict["reason_zh"]) == ("upheld", "拜访记录证明了三年的业务关系。")
    assert await owners(dispute) == [(dispute.owner.id, "manual", False), (dispute.seller.id, "appeal", True)]
    seen = await dispute.ask(dispute.seller, "GET", f"/v1/accounts/{dispute.account_id}")
    lost = await dispute.ask(dispute.owner, "GET", f"/v1/accounts/{dispute.account_id}")
    assert (seen.status_code, seen.json()["owner_id"], lost.status_code) == (200, str(dispute.seller.id), 404)


async def test_what_was_won_is_pinned_explained_and_evidenced(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    upheld = (await dispute.decide(path, "upheld")).json()
    async with house.services.database.reading() as connection:
        won = (await connection.execute(select(Assignment.__table__).where(Assignment.ended_at.is_(None)))).one()
        decision = (await connection.execute(select(Decision.__table__))).one()
        kept = (
            select(AuditEntry.action).where(AuditEntry.account_id == dispute.account_id).order_by(AuditEntry.position)
        )
        actions = list(await connection.scalars(kept))
        calendar = await business_calendar(connection, "Asia/Shanghai")
    assert (str(won.id), str(won.appeal_id)) == (upheld["new_assignment_id"], upheld["id"])
    assert won.pinned_until == calendar.deadline(datetime.now(UTC), AppealSettings().pin_working_days)
    assert (decision.kind, decision.winner_id, decision.previous_owner_id) == (
        "appeal",
        dispute.seller.id,
        dispute.owner.id,
    )
    assert won.decision_id == decision.id
    assert actions[-6:] == [
        "appeal.filed",
        "appeal.reviewed",
        "assignment.ended",
        "assignment.started",
        "assignment.pinned",
        "appeal.upheld",
    ]


async def test_rejecting_leaves_everything_as_it_is(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    rejected = await dispute.decide(path, "rejected")
    assert (rejected.status_code, rejected.json()["state"]) == (200, "rejected")
    assert (rejected.json()["new_assignment_id"], rejected.json()["fairness_effect"]) == (None, None)
    assert await owners(dispute) == [(dispute.owner.id, "manual", True)]


async def test_an_account_that_somebody_wanted_to_be_rid_of_goes_back_to_those_that_wait(house: House) -> None:
    dispute = await a_dispute(house)
    path = (await dispute.file(dispute.owner, grounds=["overload"])).headers["Location"]
    await dispute.ask(dispute.judge, "POST", f"{path}/review", {})
    effect = await dispute.ask(dispute.judge, "GET", f"{path}/effect")
    assert (effect.status_code, effect.json()["beneficiary_id"], effect.json()["hard_rules"]) == (200, None, [])
    upheld = await dispute.decide(path, "upheld")
    assert (upheld.status_code, upheld.json()["new_assignment_id"]) == (200, None)
    assert await owners(dispute) == [(dispute.owner.id, "manual", False)]


async def test_it_goes_to_the_rules_next_where_the_rule_was_asked(house: House) -> None:
    dispute = await a_dispute(house)
    decision = {
        "id": new_id(),
        "kind": "plan",
        "account_id": dispute.account_id,
        "position": 1,
        "winner_id": dispute.owner.id,
        "runner_up_id": dispute.seller.id,
        "reason": "lowest_score",
    }
    async with house.services.database.transaction() as session:
        await session.execute(insert(Decision).values(decision))
    await changed(house, Assignment, dispute.assignment_id, decision_id=decision["id"])
    path = (await dispute.file(dispute.owner, grounds=["overload"])).headers["Location"]
    await dispute.ask(dispute.judge, "POST", f"{path}/review", {})
    assert (await dispute.decide(path, "upheld")).status_code == 200
    assert (await owners(dispute))[-1] == (dispute.seller.id, "appeal", True)


async def test_the_effect_is_shown_before_anything_is_decided(house: House) -> None:
    dispute = await a_dispute(house)
    for _ in range(3):
        await house.account(dispute.owner)
    path = await dispute.heard()
    shown = await dispute.ask(dispute.judge, "GET", f"{path}/effect")
    assert shown.status_code == 200, shown.text
    body = shown.json()
    assert (body["holder_id"], body["beneficiary_id"]) == (str(dispute.owner.id), str(dispute.seller.id))
    assert body["hard_rules"] == []
    people = {person["person_id"]: person for person in body["fairness"]["people"]}
    value = {who: (people[str(who)]["before"]["value"], people[str(who)]["after"]["value"]) for who in
             (dispute.owner.id, dispute.seller.id)}  # fmt: skip
    assert value == {
        dispute.owner.id: ("2.000000", "1.500000"),
        dispute.seller.id: ("0.000000", "0.500000"),
    }
    assert await owners(dispute) == [(dispute.owner.id, "manual", True)]
    upheld = await dispute.decide(path, "upheld")
    assert upheld.json()["fairness_effect"] == body["fairness"]


async def test_fairness_of_the_company_is_not_for_the_parties(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    for party in (dispute.seller, dispute.owner, dispute.boss):
        assert (await dispute.ask(party, "GET", f"{path}/effect")).status_code == 403
    stranger = await house.person("director")
    assert (await dispute.ask(stranger, "GET", f"{path}/effect")).status_code == 404
    leader = await house.person("general_manager")
    assert (await dispute.ask(leader, "GET", f"{path}/effect")).status_code == 200
    await dispute.decide(path, "upheld")
    seen = (await dispute.ask(dispute.seller, "GET", path)).json()
    assert (seen["fairness_effect"], seen["redacted"]) == (None, ["fairness_effect"])
    past = await dispute.ask(dispute.judge, "GET", f"{path}/effect")
    assert (past.status_code, past.json()["code"]) == (409, "state_conflict")


async def test_a_hard_rule_in_the_way_is_named_and_nothing_changes(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    await changed(house, Staff, dispute.seller.id, regions=["西北"], max_accounts=0)
    shown = await dispute.ask(dispute.judge, "GET", f"{path}/effect")
    assert [(rule["rule"], set(rule["sentence"])) for rule in shown.json()["hard_rules"]] == [
        ("region", {"en", "zh"}),
        ("count_cap", {"en", "zh"}),
    ]
    refused = await dispute.decide(path, "upheld")
    assert (refused.status_code, refused.json()["code"]) == (409, "hard_rule_broken")
    assert [error["code"] for error in refused.json()["errors"]] == ["region", "count_cap"]
    seen = (await dispute.ask(dispute.judge, "GET", path)).json()
    assert (seen["state"], await owners(dispute)) == ("under_review", [(dispute.owner.id, "manual", True)])


async def test_only_the_reviewer_decides_and_only_what_they_took_on(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.filed()
    early = await dispute.decide(path, "upheld")
    assert (early.status_code, early.json()["code"]) == (409, "illegal_transition")
    await dispute.ask(dispute.judge, "POST", f"{path}/review", {})
    leader = await house.person("general_manager")
    for other in (dispute.seller, dispute.owner, dispute.boss, leader):
        assert (await dispute.decide(path, "upheld", by=other)).status_code == 403
    for stranger in (await house.person("director"), await house.person("mediator")):
        assert (await dispute.decide(path, "upheld", by=stranger)).status_code == 404
    assert (await dispute.decide(path, "upheld")).status_code == 200
    again = await dispute.decide(path, "rejected")
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")


async def made_line(dispute: Dispute) -> None:
    """The judge comes to lead the department above the sellers."""
    judge = {"department_id": dispute.department_id}
    await changed(dispute.house, Staff, dispute.judge.id, **judge)
    async with dispute.house.services.database.transaction() as session:
        grant = {"id": new_id(), "staff_id": dispute.judge.id, "role": "department_manager", "state": "effective"}
        await session.execute(insert(RoleGrant).values(grant | {"started_at": LONG_AGO}))


async def made_chooser(dispute: Dispute) -> None:
    """It turns out that the judge made the assignment."""
    await changed(dispute.house, Assignment, dispute.assignment_id, assigned_by=dispute.judge.id)


async def lost_role(dispute: Dispute) -> None:
    """The judge is no longer a director."""
    async with dispute.house.services.database.transaction() as session:
        ended = update(RoleGrant).where(RoleGrant.staff_id == dispute.judge.id).values(state="revoked")
        await session.execute(ended)
    dispute.house.services.identities.forget()


async def went_on_leave(dispute: Dispute) -> None:
    """The judge is away."""
    await changed(dispute.house, Staff, dispute.judge.id, status="on_leave")


@pytest.mark.parametrize(
    ("happening", "code"),
    [
        (made_line, "reviewer_in_line_of_party"),
        (made_chooser, "reviewer_approved_plan"),
        (lost_role, "reviewer_without_role"),
        (went_on_leave, "reviewer_inactive"),
    ],
)
async def test_independence_is_asked_again_when_the_appeal_is_decided(house: House, happening: Any, code: str) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    await happening(dispute)
    for outcome in ("upheld", "rejected"):
        refused = await dispute.decide(path, outcome)
        assert (refused.status_code, refused.json()["code"]) == (403, code)
    assert await owners(dispute) == [(dispute.owner.id, "manual", True)]


async def test_the_database_itself_refuses_a_party_as_reviewer(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    for party in (dispute.seller, dispute.owner):
        with pytest.raises(Exception, match="ck_appeals_independent"):
            await changed(house, Appeal, path.rsplit("/")[-1], reviewer_id=party.id)


async def test_an_assignment_that_ended_otherwise_is_not_undone(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    third = await house.person("sales_rep")
    ended = datetime.now(UTC)
    await changed(house, Assignment, dispute.assignment_id, ended_at=ended)
    await house.assign(dispute.account_id, third, started_at=ended)
    refused = await dispute.decide(path, "upheld")
    assert (refused.status_code, refused.json()["code"]) == (409, "assignment_ended")
    assert (await dispute.decide(path, "rejected")).status_code == 200
    assert (await owners(dispute))[-1] == (third.id, "manual", True)


async def test_decisions_are_due_in_working_days(house: House) -> None:
    dispute = await a_dispute(house)
    today = datetime.now(UTC).date()
    async with house.services.database.transaction() as session:
        free = [
            {"id": new_id(), "on_date": today + timedelta(days=ahead), "kind": "holiday", "name": "假日"}
            for ahead in range(1, 20)
        ]
        await session.execute(insert(Holiday), free)
    due = datetime.fromisoformat((await dispute.file()).json()["decide_by"])
    assert timedelta(days=19) < due - datetime.now(UTC) < timedelta(days=32)


async def test_a_verdict_needs_its_reason(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    for verdict in (
        {"outcome": "upheld"},
        REASONS | {"outcome": "upheld", "reason_en": ""},
        REASONS | {"outcome": "withdrawn"},
        REASONS | {"outcome": "partially_upheld"},
        REASONS | {"outcome": "upheld", "remedy": {"kind": "compensate"}},
    ):
        assert (await dispute.ask(dispute.judge, "POST", f"{path}/decide", verdict)).status_code == 422


async def test_a_repeated_verdict_with_the_same_key_is_answered_from_the_first(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    verdict = REASONS | {"outcome": "upheld"}
    async with house.client(dispute.judge, **{"Idempotency-Key": "verdict"}) as client:
        first, again = [await client.post(f"{path}/decide", json=verdict) for _ in range(2)]
    assert (first.status_code, again.content) == (200, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"


async def test_the_new_owner_may_in_turn_be_appealed_against_but_not_before_the_same_judge(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    upheld = (await dispute.decide(path, "upheld")).json()
    answer = await dispute.file(dispute.owner, assignment_id=upheld["new_assignment_id"])
    assert (answer.status_code, answer.json()["beneficiary_id"]) == (201, str(dispute.owner.id))
    assert answer.json()["reviewer_id"] is None


async def test_whoever_hears_an_appeal_sees_the_assignment_behind_it(house: House) -> None:
    dispute = await a_dispute(house)
    await dispute.filed()
    address = f"/v1/assignments/{dispute.assignment_id}"
    assert (await dispute.ask(dispute.judge, "GET", address)).status_code == 200
    stranger = await house.person("mediator")
    assert (await dispute.ask(stranger, "GET", address)).status_code == 404
