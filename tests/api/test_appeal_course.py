"""The course of an appeal through HTTP: recusal, the second instance, reminders, a reviewer who is overdue."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, text, update

from service.jobs.appeals import escalate_overdue_appeals, remind_of_appeals
from service.models import Appeal, AuditEntry, Setting
from tests.dispute import Dispute, a_dispute
from tests.house import House

WHY = {"reason": "本人曾与当事人共事。"}


async def changed(house: House, path: str, **values: Any) -> None:
    """An appeal that changed behind the service's back."""
    async with house.services.database.transaction() as session:
        await session.execute(update(Appeal).where(Appeal.id == path.rsplit("/", maxsplit=1)[-1]).values(values))


async def told(house: House, action: str) -> list[dict[str, Any]]:
    """What the evidence tells of each time that something happened."""
    async with house.services.database.reading() as connection:
        entries = select(AuditEntry.data).where(AuditEntry.action == action).order_by(AuditEntry.position)
        return list(await connection.scalars(entries))


async def recused(dispute: Dispute, path: str) -> dict[str, Any]:
    """The appeal as its appellant reads it after the judge stepped back."""
    left = await dispute.ask(dispute.judge, "POST", f"{path}/recuse", WHY)
    assert (left.status_code, left.content) == (204, b"")
    return dict((await dispute.ask(dispute.seller, "GET", path)).json())


async def escalated(dispute: Dispute, path: str) -> dict[str, Any]:
    """The answer to the appellant's wish for a second instance."""
    return dict((await dispute.ask(dispute.seller, "POST", f"{path}/escalate", {"reason": "未考虑拜访记录。"})).json())


async def test_a_reviewer_steps_back_and_the_next_is_drawn_with_the_full_time(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    await changed(house, path, decide_by=datetime.now(UTC))
    next_one = await house.person("mediator")
    body = await recused(dispute, path)
    assert (body["state"], body["instance"]) == ("under_review", 1)
    assert body["reviewer_id"] == str(next_one.id)
    assert datetime.fromisoformat(body["decide_by"]) > datetime.now(UTC) + timedelta(days=4)
    assert (await dispute.decide(path, "rejected")).status_code == 404
    assert (await dispute.decide(path, "rejected", by=next_one)).status_code == 200
    [entry] = await told(house, "appeal.recused")
    assert (entry["recused_id"], entry["reason"]) == (str(dispute.judge.id), WHY["reason"])


async def test_whoever_stepped_back_is_not_drawn_or_appointed_again(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.filed()
    body = await recused(dispute, path)
    assert (body["state"], body["reviewer_id"]) == ("submitted", None)
    leader = await house.person("general_manager")
    named = await dispute.ask(leader, "POST", f"{path}/review", {"reviewer_id": str(dispute.judge.id)})
    assert (named.status_code, named.json()["code"]) == (403, "reviewer_recused")
    await house.person("mediator")
    assert (await dispute.ask(dispute.judge, "POST", f"{path}/review", {})).status_code == 404


async def test_with_nobody_left_after_a_recusal_an_outside_mediator_is_appointed(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    leader = await house.person("general_manager")
    async with house.services.database.transaction() as session:
        by_hand = text("UPDATE assignments SET assigned_by = :leader WHERE id = :id")
        await session.execute(by_hand, {"leader": leader.id, "id": dispute.assignment_id})
    assert (await recused(dispute, path))["reviewer_id"] is None
    own = await dispute.ask(leader, "POST", f"{path}/review", {})
    assert (own.status_code, own.json()["code"]) == (409, "no_independent_reviewer")
    outside = await house.person("mediator")
    named = await dispute.ask(leader, "POST", f"{path}/review", {"reviewer_id": str(outside.id)})
    assert (named.status_code, named.json()["reviewer_id"]) == (200, str(outside.id))


async def test_only_the_reviewer_steps_back_and_only_while_the_appeal_runs(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    assert (await dispute.ask(dispute.seller, "POST", f"{path}/recuse", WHY)).status_code == 403
    await dispute.decide(path, "rejected")
    late = await dispute.ask(dispute.judge, "POST", f"{path}/recuse", WHY)
    assert (late.status_code, late.json()["code"]) == (409, "state_conflict")


async def test_a_verdict_goes_to_somebody_else_in_the_second_instance_and_no_further(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    rejected = (await dispute.decide(path, "rejected")).json()
    assert rejected["escalate_by"] > rejected["decided_at"]
    second = await house.person("mediator")
    body = await escalated(dispute, path)
    assert (body["state"], body["instance"], body["reviewer_id"]) == ("under_review", 2, str(second.id))
    assert (body["decided_at"], body["escalate_by"]) == (None, None)
    assert (await dispute.decide(path, "rejected")).status_code == 403
    last = (await dispute.decide(path, "rejected", by=second)).json()
    assert [(one["instance"], one["outcome"]) for one in last["verdicts"]] == [(1, "rejected"), (2, "rejected")]
    assert last["escalate_by"] is None
    assert (await escalated(dispute, path))["code"] == "no_further_instance"


async def test_the_second_instance_may_uphold_what_the_first_rejected(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    await dispute.decide(path, "rejected")
    second = await house.person("mediator")
    await escalated(dispute, path)
    upheld = await dispute.decide(path, "upheld", by=second)
    assert (upheld.status_code, upheld.json()["state"]) == (200, "upheld")
    assert (await escalated(dispute, path))["code"] == "illegal_transition"


async def test_only_the_appellants_side_escalates_and_only_in_time(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    await house.person("mediator")
    early = await dispute.ask(dispute.seller, "POST", f"{path}/escalate", WHY)
    assert (early.status_code, early.json()["code"]) == (409, "state_conflict")
    await dispute.decide(path, "rejected")
    for other in (dispute.owner, dispute.judge):
        assert (await dispute.ask(other, "POST", f"{path}/escalate", WHY)).status_code == 403
    await changed(house, path, escalate_by=datetime.now(UTC) - timedelta(seconds=1))
    assert (await escalated(dispute, path))["code"] == "escalation_window_closed"


async def test_an_assignment_that_ended_meanwhile_is_not_taken_further(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    await dispute.decide(path, "rejected")
    async with house.services.database.transaction() as session:
        await session.execute(text("UPDATE assignments SET ended_at = now()"))
    assert (await escalated(dispute, path))["code"] == "assignment_ended"


async def test_the_reviewer_is_reminded_once_on_the_working_day_before(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.filed()
    due = datetime.fromisoformat((await dispute.ask(dispute.seller, "GET", path)).json()["decide_by"])
    services = house.services
    run = [
        await remind_of_appeals(services.database, services.settings, at)
        for at in (due - timedelta(days=5), due - timedelta(hours=2), due - timedelta(hours=1))
    ]
    assert run == [0, 1, 0]
    [entry] = await told(house, "appeal.reminded")
    assert (entry["reviewer_id"], entry["instance"]) == (str(dispute.judge.id), 1)


async def test_every_new_reviewer_is_reminded_anew(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.filed()
    await house.person("mediator")
    services, later = house.services, datetime.now(UTC) + timedelta(days=90)
    assert await remind_of_appeals(services.database, services.settings, later) == 1
    assert await escalate_overdue_appeals(services.database, services.settings, later) == 1
    assert await remind_of_appeals(services.database, services.settings, later + timedelta(days=90)) == 1
    assert (await dispute.ask(dispute.seller, "GET", path)).json()["instance"] == 2


async def test_who_is_overdue_in_the_last_instance_is_replaced_by_the_general_manager(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    async with house.services.database.transaction() as session:
        await session.execute(insert(Setting).values(key="appeal_escalations", value=0))
    leader, other = await house.person("general_manager"), await house.person("mediator")
    wanted = {"reviewer_id": str(other.id)}
    refused = await dispute.ask(leader, "POST", f"{path}/review", wanted)
    assert (refused.status_code, refused.json()["code"]) == (409, "already_heard")
    await changed(house, path, decide_by=datetime.now(UTC) - timedelta(seconds=1))
    replaced = await dispute.ask(leader, "POST", f"{path}/review", wanted)
    assert (replaced.status_code, replaced.json()["reviewer_id"]) == (200, str(other.id))


async def test_the_contested_rule_is_the_appellants_word_until_the_reviewer_names_another(house: House) -> None:
    dispute = await a_dispute(house)
    path = (await dispute.file(rule="region")).headers["Location"]
    await dispute.ask(dispute.judge, "POST", f"{path}/review", {})
    body = (await dispute.decide(path, "rejected", rule="balance")).json()
    assert (body["rule"], [one["rule"] for one in body["verdicts"]]) == ("region", ["balance"])
