"""Mediation through HTTP: a third party, minutes, a proposal, two answers; silence accepts nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from service.jobs.appeals import end_overdue_mediations, escalate_overdue_appeals, remind_of_appeals
from service.models import Appeal, Mediation
from tests.dispute import Dispute, a_dispute
from tests.house import House, Person

PROPOSAL = {"minutes": "双方均到场陈述。", "outcome": "partially_upheld", "remedy": {"kind": "share", "percent": 40}}
LATER = timedelta(days=60)


async def mediated(dispute: Dispute) -> tuple[str, Person]:
    """The path of an appeal in mediation, and who mediates."""
    path, mediator = await dispute.heard(), await dispute.house.person("mediator")
    begun = await dispute.ask(dispute.judge, "POST", f"{path}/mediate", {})
    assert (begun.status_code, begun.json()["mediator_id"]) == (200, str(mediator.id)), begun.text
    return path, mediator


async def proposed(dispute: Dispute) -> tuple[str, Person]:
    """The same once the mediator has proposed."""
    path, mediator = await mediated(dispute)
    answer = await dispute.ask(mediator, "POST", f"{path}/propose", PROPOSAL)
    assert answer.status_code == 200, answer.text
    return path, mediator


async def said(dispute: Dispute, path: str, who: Person, answer: str) -> dict[str, Any]:
    """The appeal, or the problem, after an answer."""
    return dict((await dispute.ask(who, "POST", f"{path}/answer", {"answer": answer})).json())


async def test_both_sides_accept_and_the_reviewer_decides_with_the_clock_resumed(house: House) -> None:
    dispute = await a_dispute(house)
    path, mediator = await proposed(dispute)
    before = (await dispute.ask(mediator, "GET", path)).json()
    assert (before["state"], before["mediations"][0]["minutes"]) == ("mediation", PROPOSAL["minutes"])
    assert (await said(dispute, path, dispute.seller, "accept"))["state"] == "mediation"
    after = await said(dispute, path, dispute.owner, "accept")
    assert (after["state"], after["instance"], after["reviewer_id"]) == ("under_review", 1, str(dispute.judge.id))
    [mediation] = after["mediations"]
    assert (mediation["result"], mediation["proposal"]["remedy"]) == ("agreed", PROPOSAL["remedy"])
    decided = await dispute.decide(path, "partially_upheld", remedy=PROPOSAL["remedy"])
    assert decided.status_code == 200, decided.text


@pytest.mark.parametrize("who", ["seller", "owner"])
async def test_one_refusal_returns_the_appeal_to_its_reviewer(house: House, who: str) -> None:
    dispute = await a_dispute(house)
    path, _ = await proposed(dispute)
    after = await said(dispute, path, getattr(dispute, who), "refuse")
    assert (after["state"], after["mediations"][0]["result"]) == ("under_review", "refused")
    assert (await dispute.decide(path, "upheld")).status_code == 200


async def test_silence_accepts_nothing_and_the_same_instance_goes_on(house: House) -> None:
    dispute = await a_dispute(house)
    path, _ = await proposed(dispute)
    await said(dispute, path, dispute.seller, "accept")
    services, later = house.services, datetime.now(UTC) + LATER
    assert await escalate_overdue_appeals(services.database, services.settings, later) == 0
    assert await end_overdue_mediations(services.database, services.settings, later) == 1
    body = (await dispute.ask(dispute.seller, "GET", path)).json()
    assert (body["state"], body["instance"], body["mediations"][0]["result"]) == ("under_review", 1, "lapsed")
    assert datetime.fromisoformat(body["decide_by"]) > later
    assert await end_overdue_mediations(services.database, services.settings, later + LATER) == 0


async def test_the_clock_goes_on_where_it_stood(house: House) -> None:
    dispute = await a_dispute(house)
    path, _ = await mediated(dispute)
    async with house.services.database.transaction() as session:
        await session.execute(update(Appeal).values(days_left=0))
    body = await said(dispute, path, dispute.owner, "refuse")
    assert datetime.fromisoformat(body["decide_by"]) - datetime.now(UTC) < timedelta(days=1)


async def test_an_acceptance_needs_a_proposal_and_a_new_one_asks_again(house: House) -> None:
    dispute = await a_dispute(house)
    path, mediator = await mediated(dispute)
    assert (await said(dispute, path, dispute.seller, "accept"))["code"] == "state_conflict"
    await dispute.ask(mediator, "POST", f"{path}/propose", PROPOSAL)
    await said(dispute, path, dispute.seller, "accept")
    again = PROPOSAL | {"outcome": "upheld", "remedy": None}
    body = (await dispute.ask(mediator, "POST", f"{path}/propose", again)).json()
    assert body["mediations"][0]["appellant_answer"] is None
    assert (await said(dispute, path, dispute.owner, "accept"))["state"] == "mediation"


async def test_who_may_do_what_in_a_mediation(house: House) -> None:
    dispute = await a_dispute(house)
    path, mediator = await mediated(dispute)
    for other in (dispute.seller, dispute.owner, dispute.judge):
        assert (await dispute.ask(other, "POST", f"{path}/propose", PROPOSAL)).status_code == 403
    for outsider in (mediator, dispute.judge):
        assert (await dispute.ask(outsider, "POST", f"{path}/answer", {"answer": "refuse"})).status_code == 403
    assert (await dispute.ask(dispute.judge, "POST", f"{path}/recuse", {"reason": "x"})).status_code == 409
    assert (await dispute.decide(path, "rejected")).json()["code"] == "illegal_transition"
    twice = await dispute.ask(dispute.judge, "POST", f"{path}/mediate", {})
    assert (twice.status_code, twice.json()["code"]) == (409, "illegal_transition")


async def test_the_mediator_is_a_third_party(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    nobody = await dispute.ask(dispute.judge, "POST", f"{path}/mediate", {})
    assert (nobody.status_code, nobody.json()["code"]) == (409, "no_independent_reviewer")
    for who, code in ((dispute.judge, "reviewer_is_party"), (dispute.owner, "reviewer_is_party"),
                      (await house.person("sales_rep"), "reviewer_without_role")):  # fmt: skip
        named = await dispute.ask(dispute.judge, "POST", f"{path}/mediate", {"mediator_id": str(who.id)})
        assert (named.status_code, named.json()["code"]) == (403, code)
    leader = await house.person("general_manager")
    drawn = await dispute.ask(dispute.judge, "POST", f"{path}/mediate", {})
    assert drawn.json()["mediator_id"] == str(leader.id)


async def test_whoever_mediated_is_not_drawn_for_the_second_instance(house: House) -> None:
    dispute = await a_dispute(house)
    path, mediator = await proposed(dispute)
    await said(dispute, path, dispute.owner, "refuse")
    await dispute.decide(path, "rejected")
    escalated = await dispute.ask(dispute.seller, "POST", f"{path}/escalate", {"reason": "不服"})
    assert escalated.json()["reviewer_id"] is None
    leader = await house.person("general_manager")
    named = await dispute.ask(leader, "POST", f"{path}/review", {"reviewer_id": str(mediator.id)})
    assert named.json()["code"] == "reviewer_mediated"


async def test_there_is_nothing_to_mediate_where_the_owner_wants_to_be_rid_of_the_account(house: House) -> None:
    dispute = await a_dispute(house)
    path = (await dispute.file(dispute.owner, grounds=["overload"])).headers["Location"]
    await dispute.ask(dispute.judge, "POST", f"{path}/review", {})
    await house.person("mediator")
    refused = await dispute.ask(dispute.judge, "POST", f"{path}/mediate", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "state_conflict")


async def test_an_appeal_withdrawn_in_mediation_ends_both(house: House) -> None:
    dispute = await a_dispute(house)
    path, _ = await proposed(dispute)
    body = (await dispute.ask(dispute.seller, "POST", f"{path}/withdraw", {})).json()
    assert (body["state"], body["mediations"][0]["result"]) == ("withdrawn", "withdrawn")
    assert (
        await end_overdue_mediations(house.services.database, house.services.settings, datetime.now(UTC) + LATER) == 0
    )


async def test_who_is_silent_is_reminded_of_a_proposal(house: House) -> None:
    dispute = await a_dispute(house)
    await proposed(dispute)
    services = house.services
    assert await remind_of_appeals(services.database, services.settings, datetime.now(UTC)) == 0
    later = datetime.now(UTC) + LATER
    assert await remind_of_appeals(services.database, services.settings, later) == 1
    assert await remind_of_appeals(services.database, services.settings, later) == 0


async def test_the_database_itself_takes_no_silence_for_acceptance(house: House) -> None:
    dispute = await a_dispute(house)
    await proposed(dispute)
    with pytest.raises(Exception, match="silence_is_no_acceptance"):
        async with house.services.database.transaction() as session:
            await session.execute(update(Mediation).values(result="agreed", ended_at=datetime.now(UTC)))
