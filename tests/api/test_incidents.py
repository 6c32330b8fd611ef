"""Originals that are lost: who reports it, what follows, who knows of it; secret paper that goes out with a loan."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from service.database import keep_archive
from service.jobs.archives import note_late_paper
from service.models import CustodyReceipt, Incident
from tests.house import House
from tests.lending import Lending, code

ACCOUNT = "返还途中遗失，沿途查找未果"


@pytest.fixture
async def company(house: House) -> Lending:
    return await Lending.open(house)


async def item(company: Lending, class_: str, **fields: Any) -> str:
    """An item whose original lies in the archive."""
    kept = {"original_held": True, "paper_state": "in_archive", "place": "二号库"}
    return str(await company.item(class_, **kept | fields))


async def hand_out(company: Lending, item_id: str, who: str, **fields: Any) -> Any:
    body = {"kind": "handed_out", "person_id": str(company.people[who].id), **fields}
    return await company.post("archivist", f"/archives/{item_id}/receipts", **body)


async def late_paper(company: Lending) -> int:
    """How many papers became overdue now."""
    services = company.house.services
    return await note_late_paper(services.database, services.settings, datetime.now(UTC))


async def report(company: Lending, who: str, item_id: str) -> Any:
    return await company.post(who, "/incidents", item_id=item_id, account=ACCOUNT)


async def test_whoever_has_the_paper_reports_its_loss_and_an_incident_opens(company: Lending) -> None:
    item_id = await item(company, "unclassified")
    assert (await hand_out(company, item_id, "seller")).status_code == 201
    answer = await report(company, "seller", item_id)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["item_id"], told["loan_id"], told["account"], told["paper_state"]) == (item_id, None, ACCOUNT, "lost")
    assert told["reported_by"] == str(company.people["seller"].id)
    assert answer.headers["Location"] == f"/v1/incidents/{told['id']}"
    shown = (await company.get("archivist", f"/archives/{item_id}")).json()
    assert (shown["paper_state"], shown["original_held"], shown["paper_holder_id"]) == ("lost", False, None)
    receipts = (await company.get("archivist", f"/archives/{item_id}/receipts?sort=-created_at")).json()["items"]
    assert {(one["kind"], one["person_id"]) for one in receipts} == {
        ("handed_out", str(company.people["seller"].id)),
        ("lost", str(company.people["seller"].id)),
    }
    assert code(await report(company, "archivist", item_id)) == (409, "illegal_transition")


async def test_an_incident_tells_when_the_paper_was_found(company: Lending) -> None:
    item_id = await item(company, "unclassified")
    incident = (await report(company, "archivist", item_id)).json()["id"]
    found = await company.post("archivist", f"/archives/{item_id}/receipts", kind="found", place="一号库")
    assert found.status_code == 201
    assert (await company.get("archivist", f"/incidents/{incident}")).json()["paper_state"] == "in_archive"


async def test_nobody_else_reports_a_loss(company: Lending) -> None:
    item_id = await item(company, "secret")
    for who in ("seller", "general_manager", "deputy", "auditor"):
        assert code(await report(company, who, item_id)) == (403, "forbidden")
    for who in ("stranger", "admin"):
        assert code(await report(company, who, item_id)) == (404, "not_found")
    assert code(await report(company, "archivist", str(await company.item("unclassified")))) == (
        409,
        "illegal_transition",
    )


async def test_an_incident_is_known_to_those_who_answer_for_it_and_to_whoever_reported_it(company: Lending) -> None:
    item_id = await item(company, "unclassified")
    await hand_out(company, item_id, "seller")
    incident = (await report(company, "seller", item_id)).json()["id"]
    knowing = {"general_manager", "archivist", "auditor", "seller"}
    for who in company.people:
        status = (await company.get(who, f"/incidents/{incident}")).status_code
        assert status == (200 if who in knowing else 404), who
        listed = (await company.get(who, f"/incidents?item_id={item_id}")).json()["items"]
        assert [one["id"] for one in listed] == ([incident] if who in knowing else [])


async def test_whoever_reported_a_loss_forgets_it_when_the_item_is_hidden_from_them(company: Lending) -> None:
    item_id = await item(company, "unclassified")
    await hand_out(company, item_id, "stranger")
    incident = (await report(company, "stranger", item_id)).json()["id"]
    assert (await company.get("stranger", f"/incidents/{incident}")).status_code == 200
    raised = {"confidentiality": "secret", "reason": "复核"}
    assert (await company.post("archivist", f"/archives/{item_id}/raise", **raised)).status_code == 200
    assert (await company.get("stranger", f"/incidents/{incident}")).status_code == 404
    assert (await company.get("stranger", "/incidents")).json()["items"] == []


async def test_secret_paper_goes_out_with_its_borrower_and_is_due_at_the_loans_end(company: Lending) -> None:
    item_id = await item(company, "secret")
    assert code(await hand_out(company, item_id, "seller")) == (409, "paper_stays")
    loan = await company.lent(UUID(item_id), seconds=3600)
    assert code(await hand_out(company, item_id, "colleague")) == (409, "paper_stays")
    late = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    receipt = (await hand_out(company, item_id, "seller", due_at=late)).json()
    ends = (await company.get("seller", f"/loans/{loan}")).json()["expires_at"]
    shown = (await company.get("archivist", f"/archives/{item_id}")).json()
    assert receipt["due_at"] == shown["paper_due_at"] == ends
    assert await late_paper(company) == 0
    assert (await company.post("seller", f"/loans/{loan}/return")).json()["state"] == "returned"
    shown = (await company.get("archivist", f"/archives/{item_id}")).json()
    assert (shown["paper_state"], shown["paper_holder_id"]) == ("out", str(company.people["seller"].id))
    assert await late_paper(company) == 1
    shown = (await company.get("archivist", f"/archives/{item_id}")).json()
    assert (shown["paper_state"], shown["paper_holder_id"]) == ("overdue", str(company.people["seller"].id))
    assert await late_paper(company) == 0


async def test_unclassified_paper_is_due_with_its_holders_loan_and_without_one_as_agreed(company: Lending) -> None:
    lent, unlent = [await item(company, "unclassified") for _ in range(2)]
    loan = (await company.ask("director", UUID(lent), seconds=3600)).json()["id"]
    assert (await company.begin("director", loan)).status_code == 200
    ends = (await company.get("director", f"/loans/{loan}")).json()["expires_at"]
    assert (await hand_out(company, lent, "director")).json()["due_at"] == ends
    assert (await hand_out(company, unlent, "director")).json()["due_at"] is None
    later = (await company.ask("director", UUID(unlent))).json()["id"]
    assert (await company.begin("director", later)).status_code == 200
    assert (await company.post("director", f"/loans/{later}/return")).status_code == 200
    revoked = await company.post("archivist", f"/loans/{loan}/revoke", reason="清点")
    assert revoked.status_code == 200
    assert await late_paper(company) == 1
    states = [(await company.get("archivist", f"/archives/{one}")).json()["paper_state"] for one in (lent, unlent)]
    assert states == ["overdue", "out"]


@pytest.mark.parametrize("class_", ["confidential", "top_secret"])
async def test_paper_above_secret_never_leaves(company: Lending, class_: str) -> None:
    item_id = await item(company, class_)
    assert code(await hand_out(company, item_id, "general_manager")) == (409, "paper_stays")


async def test_paper_lost_with_its_loan_is_lost_for_the_archive_too(company: Lending) -> None:
    item_id = await item(company, "secret")
    loan = await company.lent(UUID(item_id))
    await hand_out(company, item_id, "seller")
    lost = await company.post("seller", f"/loans/{loan}/report-lost", account=ACCOUNT)
    assert lost.status_code == 200
    assert (await company.get("archivist", f"/archives/{item_id}")).json()["paper_state"] == "lost"
    (incident,) = (await company.get("archivist", f"/incidents?loan_id={loan}")).json()["items"]
    assert (incident["id"], incident["paper_state"]) == (lost.json()["incident_id"], "lost")
    async with company.house.services.database.transaction() as session:
        await keep_archive(session)
        kinds = sorted(await session.scalars(select(CustodyReceipt.kind)))
        assert (kinds, len((await session.scalars(select(Incident.id))).all())) == (["handed_out", "lost"], 1)


async def test_a_loan_that_is_lost_leaves_paper_alone_that_somebody_else_has(company: Lending) -> None:
    item_id = await item(company, "secret")
    loan = await company.lent(UUID(item_id))
    assert (await company.post("seller", f"/loans/{loan}/report-lost", account=ACCOUNT)).status_code == 200
    assert (await company.get("archivist", f"/archives/{item_id}")).json()["paper_state"] == "in_archive"
