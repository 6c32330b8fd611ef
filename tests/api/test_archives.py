from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError

from service.database import keep_archive
from service.models import AuditEntry, Incident, OutboxMessage
from service.queries.archives import of_the_item
from tests.archive import PDF, Archive
from tests.house import House


@pytest.fixture
async def archive(house: House) -> Archive:
    return await Archive.of(house)


async def entries(house: House, *columns: Any) -> Sequence[Any]:
    async with house.services.database.reading() as connection:
        return (await connection.execute(select(*columns).order_by(AuditEntry.position))).all()


async def test_what_a_department_deposits_the_archivist_accepts(archive: Archive) -> None:
    item_id = await archive.deposit("secret", account_id=str(archive.account_id), retention="years_10")
    sent = (await archive.send(item_id)).json()
    assert (sent["number"], sent["state"], sent["size"]) == (1, "deposited", len(PDF))
    told = await archive.ask(archive.archivist, f"{item_id}/accept", {"original_held": True, "place": "二号库 3 架"})
    assert (told["state"], told["rank"], told["paper_state"], told["current_version"]) == (
        "accepted",
        1,
        "in_archive",
        1,
    )
    assert told["retain_until"] is not None
    receipts = await archive.get(archive.archivist, f"{item_id}/receipts")
    assert [receipt["kind"] for receipt in receipts["items"]] == ["received"]


async def test_ids_and_codes_tell_nothing_of_when(archive: Archive) -> None:
    item_id = await archive.deposit()
    sent = (await archive.send(item_id)).json()
    assert item_id[14] == sent["id"][14] == "4"


async def test_nobody_deposits_for_another_department_but_top_secret_items(archive: Archive) -> None:
    elsewhere = str(await archive.house.department())
    body = {"title": "纪要", "kind": "minutes", "confidentiality": "secret", "department_id": elsewhere}
    async with archive.house.client(archive.seller) as client:
        assert (await client.post("/v1/archives", json=body)).status_code == 403
        top = body | {"confidentiality": "top_secret"}
        assert (await client.post("/v1/archives", json=top)).status_code == 403
    assert await archive.deposit("top_secret", by=archive.manager, department_id=elsewhere)
    assert await archive.deposit("top_secret", by=archive.archivist, department_id=elsewhere)


async def test_a_seller_does_not_know_that_a_top_secret_item_exists(archive: Archive) -> None:
    home, account = str(archive.department_id), str(archive.account_id)
    item_id = await archive.deposit("top_secret", by=archive.manager, department_id=home, account_id=account)
    for person in (archive.seller, archive.deputy, archive.director, archive.office_director, archive.admin):
        await archive.get(person, item_id, 404)
        async with archive.house.client(person) as client:
            assert (await client.get("/v1/archives", params={"q": "供货"})).json()["items"] == []
            for path in ("content", "versions", "history", "links", "receipts", "proposals"):
                assert (await client.get(f"/v1/archives/{item_id}/{path}")).status_code == 404
    for person in (archive.manager, archive.archivist, archive.auditor):
        assert (await archive.get(person, item_id))["rank"] == 3


async def test_a_hidden_item_is_answered_like_a_random_id_and_leaves_the_same_entry(archive: Archive) -> None:
    hidden = await archive.deposit("top_secret", by=archive.manager)
    random = str(uuid4())
    for path in ("", "/content", "/versions", "/links", "/receipts", "/proposals", "/history"):
        told = []
        for item_id in (hidden, random):
            async with archive.house.client(archive.seller, **{"X-Request-Id": "the-same-request"}) as client:
                answer = await client.get(f"/v1/archives/{item_id}{path}")
            headers = {name: value for name, value in answer.headers.items() if not name.startswith("ratelimit")}
            told.append((answer.status_code, answer.text.replace(item_id, "ID"), headers))
        assert told[0] == told[1]
        assert told[0][0] == 404
    kept = [
        (row.action, row.subject_type, row.subject_id, row.account_id, row.data["method"], row.data["path"])
        for row in await entries(
            archive.house,
            AuditEntry.action,
            AuditEntry.subject_type,
            AuditEntry.subject_id,
            AuditEntry.account_id,
            AuditEntry.data,
        )
        if row.action == "access.refused"
    ]
    assert len(kept) == 14
    assert [(*one[:5], one[5].replace(hidden, "ID").replace(random, "ID")) for one in kept[::2]] == [
        (*one[:5], one[5].replace(hidden, "ID").replace(random, "ID")) for one in kept[1::2]
    ]


async def test_posts_about_a_hidden_item_are_answered_like_those_about_nothing(archive: Archive) -> None:
    hidden, random = await archive.deposit("top_secret", by=archive.manager), str(uuid4())
    bodies = {
        "accept": {},
        "withdraw": {"reason": "错"},
        "raise": {"confidentiality": "top_secret", "reason": "错"},
        "hold": {"reason": "错"},
        "links": {"url": "https://intranet.example.com/1"},
        "receipts": {"kind": "counted"},
        "proposals": {"action": "destroy", "reason": "错"},
    }
    for path, body in bodies.items():
        told = []
        for item_id in (hidden, random):
            async with archive.house.client(archive.seller, **{"X-Request-Id": "the-same-request"}) as client:
                answer = await client.post(f"/v1/archives/{item_id}/{path}", json=body)
            told.append((answer.status_code, answer.text.replace(item_id, "ID")))
        assert told[0] == told[1], path
        assert told[0][0] == 404
    assert (await archive.send(hidden)).status_code == (await archive.send(random)).status_code == 404


async def test_a_link_to_what_somebody_may_not_know_of_is_left_out_and_cannot_be_made(archive: Archive) -> None:
    shown, hidden = await archive.deposit("unclassified"), await archive.deposit("top_secret", by=archive.manager)
    await archive.ask(archive.seller, f"{shown}/links", {"target_id": hidden}, 404)
    await archive.ask(archive.seller, f"{shown}/links", {"target_id": str(uuid4())}, 404)
    await archive.ask(archive.archivist, f"{shown}/links", {"target_id": hidden}, 201)
    await archive.ask(archive.archivist, f"{shown}/links", {"url": "https://intranet.example.com/77"}, 201)
    await archive.ask(archive.archivist, f"{shown}/links", {"url": "http://intranet.example.com/77"}, 422)
    await archive.ask(archive.archivist, f"{shown}/links", {}, 422)
    assert len((await archive.get(archive.archivist, f"{shown}/links"))["items"]) == 2
    links = (await archive.get(archive.seller, f"{shown}/links"))["items"]
    assert [link["target_id"] for link in links] == [None]
    told = [(await archive.get(person, f"{shown}/history"))["items"] for person in (archive.archivist, archive.seller)]
    assert [[entry["action"] for entry in entries].count("archive_link.created") for entries in told] == [2, 1]


async def test_titles_stand_in_no_evidence_no_message_and_no_log(
    archive: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    title = "绝不外传之标的"
    item_id = await archive.deposit("secret", title=title, description=title, account_id=str(archive.account_id))
    async with archive.house.client(archive.seller) as client:
        headers = {"If-Match": "*", "Content-Type": "application/merge-patch+json"}
        changed = await client.patch(f"/v1/archives/{item_id}", json={"title": f"{title} 2"}, headers=headers)
        assert changed.status_code == 200, changed.text
        timeline = await client.get(f"/v1/accounts/{archive.account_id}/timeline")
        history = await client.get(f"/v1/accounts/{archive.account_id}/history")
    await archive.send(item_id)
    await archive.get(archive.auditor, f"{item_id}/history")
    for told in (timeline, history):
        assert item_id not in told.text
    rows = await entries(archive.house, AuditEntry.data, AuditEntry.account_id, AuditEntry.action)
    assert title not in orjson.dumps([row.data for row in rows]).decode()
    assert not [row for row in rows if row.action.startswith("archive") and row.account_id]
    async with archive.house.services.database.reading() as connection:
        sent = await connection.scalar(
            select(func.count()).select_from(OutboxMessage).where(OutboxMessage.type.startswith("archive"))
        )
    assert sent == 0
    assert title not in capsys.readouterr().out


async def test_reading_a_classified_item_is_evidence_and_an_unclassified_one_is_not(archive: Archive) -> None:
    secret, plain = await archive.deposit("secret"), await archive.deposit("unclassified")
    await archive.get(archive.colleague, secret)
    await archive.get(archive.colleague, plain)
    await archive.get(archive.colleague, "?limit=10")
    rows = await entries(archive.house, AuditEntry.action, AuditEntry.subject_id, AuditEntry.actor_id, AuditEntry.data)
    read = [row for row in rows if row.actor_id == archive.colleague.id]
    assert [(row.action, str(row.subject_id)) for row in read] == [
        ("archive_item.read", secret),
        ("archive_items.listed", "None"),
    ]
    assert read[1].data == {"items": [secret]}


async def test_answers_about_the_archive_are_kept_by_no_cache(archive: Archive) -> None:
    item_id = await archive.deposit("secret")
    for path in ("", f"/{item_id}", f"/{uuid4()}", f"/{item_id}/versions"):
        async with archive.house.client(archive.seller) as client:
            assert (await client.get(f"/v1/archives{path}")).headers["cache-control"] == "no-store"


async def test_nobody_accepts_what_they_deposited_themselves(archive: Archive) -> None:
    item_id = await archive.deposit("top_secret", by=archive.archivist)
    told = await archive.ask(archive.archivist, f"{item_id}/accept", {"original_held": True}, 403)
    assert told["code"] == "depositor_accepts"


async def test_from_confidential_upwards_the_original_is_handed_over(archive: Archive) -> None:
    item_id = await archive.deposit("confidential")
    await archive.send(item_id)
    told = await archive.ask(archive.archivist, f"{item_id}/accept", {"place": "二号库"}, 422)
    assert told["errors"][0]["code"] == "place_without_original"
    told = await archive.ask(archive.archivist, f"{item_id}/accept", {}, 409)
    assert told["code"] == "original_needed"
    await archive.ask(archive.archivist, f"{item_id}/accept", {"original_held": True})


async def test_there_is_something_to_accept(archive: Archive) -> None:
    item_id = await archive.deposit("unclassified")
    assert (await archive.ask(archive.archivist, f"{item_id}/accept", {}, 409))["code"] == "nothing_deposited"


async def test_only_the_archivist_accepts_and_keeps(archive: Archive) -> None:
    item_id = await archive.deposit("secret")
    for person in (archive.seller, archive.colleague, archive.manager, archive.office_director, archive.auditor):
        await archive.ask(person, f"{item_id}/accept", {"original_held": True}, 403)
        await archive.ask(person, f"{item_id}/receipts", {"kind": "counted"}, 403)


async def test_the_class_is_raised_at_once_and_never_sideways(archive: Archive) -> None:
    item_id = await archive.accepted("secret")
    assert (await archive.get(archive.colleague, item_id))["rank"] == 1
    higher = {"confidentiality": "confidential", "reason": "涉及报价"}
    await archive.ask(archive.manager, f"{item_id}/raise", higher, 403)
    told = await archive.ask(archive.archivist, f"{item_id}/raise", higher)
    assert (told["confidentiality"], told["rank"]) == ("confidential", 2)
    assert (await archive.ask(archive.archivist, f"{item_id}/raise", higher, 409))["code"] == "class_not_higher"
    top = {"confidentiality": "top_secret", "reason": "涉及并购"}
    await archive.ask(archive.archivist, f"{item_id}/raise", top, 403)
    await archive.ask(archive.manager, f"{item_id}/raise", top)
    await archive.get(archive.colleague, item_id, 404)
    await archive.get(archive.seller, item_id, 404)


async def test_a_patch_never_changes_the_class_nor_what_others_decide(archive: Archive) -> None:
    item_id = await archive.deposit("secret")
    headers = {"If-Match": "*", "Content-Type": "application/merge-patch+json"}
    for field in ("confidentiality", "rank", "state", "legal_hold", "depositor_id", "department_id", "accepted_at"):
        async with archive.house.client(archive.archivist) as client:
            answer = await client.patch(f"/v1/archives/{item_id}", json={field: "unclassified"}, headers=headers)
        assert answer.status_code == 422, field


async def test_once_accepted_only_the_archivist_describes_and_never_shortens_retention(archive: Archive) -> None:
    item_id = await archive.accepted("unclassified", retention="years_30")
    headers = {"If-Match": "*", "Content-Type": "application/merge-patch+json"}
    async with archive.house.client(archive.seller) as client:
        assert (await client.patch(f"/v1/archives/{item_id}", json={"title": "新"}, headers=headers)).status_code == 403
    async with archive.house.client(archive.archivist) as client:
        shorter = await client.patch(f"/v1/archives/{item_id}", json={"retention": "years_10"}, headers=headers)
        assert shorter.json()["code"] == "retention_shortened"
        longer = await client.patch(f"/v1/archives/{item_id}", json={"retention": "permanent"}, headers=headers)
        assert longer.json()["retain_until"] is None
        stale = await client.patch(
            f"/v1/archives/{item_id}", json={"title": "新"}, headers=headers | {"If-Match": '"1-full"'}
        )
        assert stale.status_code == 412


async def test_a_deposit_is_taken_back_with_its_content(archive: Archive) -> None:
    item_id = await archive.deposit("secret")
    await archive.send(item_id)
    assert (await archive.content(archive.seller, item_id)).content == PDF
    await archive.ask(archive.seller, f"{item_id}/withdraw", {"reason": "交错"}, 204)
    assert (await archive.content(archive.seller, item_id)).json()["code"] == "content_gone"
    await archive.ask(archive.archivist, f"{item_id}/accept", {"original_held": True}, 409)


async def incidents(archive: Archive) -> list[tuple[Any, ...]]:
    async with archive.house.services.database.transaction() as session:
        await keep_archive(session)
        found = await session.execute(select(Incident.account, Incident.loan_id, Incident.reported_by))
        return [tuple(row) for row in found]


async def test_paper_and_its_receipts_go_their_own_way(archive: Archive) -> None:
    item_id, secret = await archive.accepted("unclassified"), await archive.accepted("secret")
    out = {"kind": "handed_out", "person_id": str(archive.seller.id), "due_at": "2026-01-01T00:00:00Z"}
    told = await archive.ask(archive.archivist, f"{secret}/receipts", out, 409)
    assert told["code"] == "paper_stays"
    await archive.ask(archive.archivist, f"{item_id}/receipts", {"kind": "handed_out"}, 422)
    await archive.ask(archive.archivist, f"{item_id}/receipts", out, 201)
    await archive.ask(archive.archivist, f"{item_id}/receipts", out, 409)
    assert (await archive.get(archive.archivist, item_id))["paper_state"] == "out"
    await archive.ask(archive.archivist, f"{item_id}/receipts", {"kind": "lost", "note": "遍寻不着"}, 201)
    told = await archive.get(archive.archivist, item_id)
    assert (told["paper_state"], told["original_held"]) == ("lost", False)
    assert await incidents(archive) == [("遍寻不着", None, archive.archivist.id)]
    await archive.ask(archive.archivist, f"{item_id}/receipts", {"kind": "found", "place": "一号库"}, 201)
    told = await archive.get(archive.archivist, item_id)
    assert (told["paper_state"], told["place"]) == ("in_archive", "一号库")
    with pytest.raises(DBAPIError, match="append-only"):
        await archive.meddle(text("UPDATE custody_receipts SET note = ''"))


async def test_the_history_of_an_item_tells_what_became_of_it(archive: Archive) -> None:
    item_id = await archive.accepted("secret")
    await archive.ask(archive.archivist, f"{item_id}/raise", {"confidentiality": "confidential", "reason": "报价"})
    told = await archive.get(archive.colleague, f"{item_id}/history?sort=at")
    assert [entry["action"] for entry in told["items"]] == [
        "archive_item.deposited",
        "archive_version.deposited",
        "archive_item.accepted",
        "archive_item.raised",
    ]
    assert told["items"][-1]["data"]["to"] == "confidential"


async def test_a_history_is_looked_up_and_never_read_from_the_whole_log(archive: Archive) -> None:
    item_id = await archive.accepted("secret")
    statement = select(AuditEntry.id).where(of_the_item("item_id")).order_by(AuditEntry.position)
    words = str(statement.compile(dialect=postgresql.dialect())).replace("%(item_id)s", f"'{item_id}'")  # type: ignore[no-untyped-call]
    async with archive.house.services.database.transaction() as session:
        # a log as short as a test's is rather read in order; without both that, only a look-up by subject is left
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        await session.execute(text("SET LOCAL enable_indexscan = off"))
        plan = "\n".join(await session.scalars(text("EXPLAIN " + words)))
    assert "Index Cond: (subject_id = ANY" in plan, plan


async def test_items_are_filtered_paged_and_sorted(archive: Archive) -> None:
    made = [await archive.deposit("unclassified", title=f"合同 {n}") for n in range(3)]
    await archive.deposit("secret", kind="minutes", title="会议纪要")
    first = await archive.get(archive.seller, "?limit=2&confidentiality=unclassified&sort=-created_at")
    rest = await archive.get(
        archive.seller, f"?limit=2&confidentiality=unclassified&sort=-created_at&cursor={first['next_cursor']}"
    )
    assert {item["id"] for item in first["items"] + rest["items"]} == set(made)
    found = await archive.get(archive.seller, "?q=纪要")
    assert [item["kind"] for item in found["items"]] == ["minutes"]
    assert (await archive.get(archive.seller, "?q=100%25"))["items"] == []
    assert (await archive.get(archive.stranger, "?kind=minutes"))["items"] == []


async def test_an_integration_gets_nothing_of_the_archive(archive: Archive) -> None:
    from tests.policy.test_scopes import Scope, key_with

    item_id = await archive.accepted("unclassified")
    async with await key_with(archive.house, *Scope) as client:
        assert (await client.get("/v1/archives")).json()["items"] == []
        assert (await client.get(f"/v1/archives/{item_id}")).status_code == 404
