"""Reading sessions through the API: approved, granted at a place, seen page by page, and nothing else."""

import io
import random
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select, update

from service.adapters.reading_room.marks import number_in, number_of
from service.database import keep_archive
from service.models import ArchiveItem, AuditEntry, ReadingSession, ReadingView
from service.operations.lending_ends import end_lending, record_end
from service.policy import system_actor
from service.queries.reading_sessions import view_of_mark
from tests.adapters.reading_room.files import pdf
from tests.adapters.reading_room.test_marks import sent_on
from tests.house import House
from tests.lending import DUTIES, Lending, code

PLACE = {"place": "档案室 2 号桌", "networks": ["127.0.0.0/8"]}


@pytest.fixture
async def company(house: House) -> Lending:
    return await Lending.open(house)


async def ask(company: Lending, who: str, item: UUID, **fields: object) -> httpx.Response:
    body = {"item_id": str(item), "purpose": "核对附件", "duration_seconds": 3600, "acknowledged": DUTIES}
    return await company.post(who, "/reading-sessions", **(body | fields))


async def granted(company: Lending, item: UUID) -> str:
    id_ = (await ask(company, "seller", item)).json()["id"]
    assert (await company.post("deputy", f"/reading-sessions/{id_}/approve")).status_code == 200
    assert (await company.post("archivist", f"/reading-sessions/{id_}/grant", **PLACE)).status_code == 200
    return str(id_)


async def document(company: Lending, pages: int = 2) -> UUID:
    item = await company.item("confidential")
    await company.version(item, await company.house.person("office_assistant"), pdf(pages))
    return item


async def see(company: Lending, session_id: str, page: int = 1, who: str = "seller") -> httpx.Response:
    return await company.post(who, f"/reading-sessions/{session_id}/views", page=page)


async def test_a_page_is_seen_as_a_picture_that_bears_its_view_and_leaves_evidence(company: Lending) -> None:
    session_id = await granted(company, await document(company))
    first, second = await see(company, session_id, 1), await see(company, session_id, 2)
    assert (first.status_code, first.headers["content-type"], first.headers["page-count"]) == (200, "image/jpeg", "2")
    assert first.headers["cache-control"] == "no-store"
    assert first.headers["view-id"] != second.headers["view-id"]
    for answer in (first, second):
        found = number_in(sent_on(answer.content, random.Random(1)), company.house.services.keys.watermark)
        assert found == number_of(UUID(answer.headers["view-id"]))
    async with company.house.services.database.transaction() as session:
        await keep_archive(session)
        seen = (await session.scalars(select(ReadingView).order_by(ReadingView.at))).all()
        told = (await session.scalars(select(AuditEntry).where(AuditEntry.action == "reading_session.viewed"))).all()
        assert (await session.scalars(select(ReadingSession.views))).one() == 2
        whose = await view_of_mark(session, seen[1].mark)
    assert [str(view.id) for view in seen] == [first.headers["view-id"], second.headers["view-id"]]
    assert [(entry.data["view_id"], entry.data["page"]) for entry in told] == [
        (str(view.id), view.page) for view in seen
    ]
    assert (whose.name, whose.page, str(whose.session_id)) == ("张伟", 2, session_id)


async def test_a_session_is_approved_as_a_secret_loan_is_and_granted_by_the_archivist(company: Lending) -> None:
    item = await document(company)
    id_ = (await ask(company, "seller", item)).json()["id"]
    path = f"/reading-sessions/{id_}"
    assert code(await company.post("archivist", f"{path}/grant", **PLACE)) == (409, "illegal_transition")
    assert code(await company.post("office_director", f"{path}/approve")) == (403, "forbidden")
    assert code(await company.post("other_deputy", f"{path}/approve")) == (404, "not_found")
    await company.delegation("other_deputy")
    approved = (await company.post("other_deputy", f"{path}/approve")).json()
    assert (approved["state"], approved["approved_as"]) == ("approved", "delegate")
    assert code(await see(company, id_)) == (403, "forbidden")
    for who in ("general_manager", "deputy", "seller"):
        assert code(await company.post(who, f"{path}/grant", **PLACE)) == (403, "forbidden")
    active = (await company.post("archivist", f"{path}/grant", **PLACE)).json()
    assert (active["state"], active["place"], active["networks"]) == ("active", "档案室 2 号桌", ["127.0.0.0/8"])


@pytest.mark.parametrize("class_", ["unclassified", "secret", "top_secret"])
async def test_only_confidential_items_are_read(company: Lending, class_: str) -> None:
    item = await company.item(class_)
    assert code(await ask(company, "general_manager", item)) == (403, "forbidden")


async def test_who_may_not_see_an_item_does_not_ask_to_read_it(company: Lending) -> None:
    item = await company.item("confidential")
    for who in ("stranger", "admin"):
        assert code(await ask(company, who, item)) == (404, "not_found")
        assert code(await ask(company, who, uuid4())) == (404, "not_found")
    for who in ("archivist", "auditor"):
        assert code(await ask(company, who, item)) == (403, "forbidden")


async def test_duties_and_four_hours_hold_for_reading_too(company: Lending) -> None:
    item = await company.item("confidential")
    assert code(await ask(company, "seller", item, acknowledged=DUTIES[:1])) == (422, "duties_not_acknowledged")
    assert code(await ask(company, "seller", item, duration_seconds=14401)) == (422, "invalid_input")
    assert code(await company.post("archivist", f"/reading-sessions/{uuid4()}/grant", **PLACE)) == (404, "not_found")


async def test_nobody_grants_what_they_approved(company: Lending) -> None:
    both = await company.house.person("archivist", "general_manager")
    company.people["both"] = both
    id_ = (await ask(company, "seller", await document(company))).json()["id"]
    assert (await company.post("both", f"/reading-sessions/{id_}/approve")).status_code == 200
    assert code(await company.post("both", f"/reading-sessions/{id_}/grant", **PLACE)) == (403, "second_person_needed")


async def test_pages_are_shown_at_the_place_and_to_the_reader_alone(company: Lending) -> None:
    item = await document(company)
    id_ = (await ask(company, "seller", item)).json()["id"]
    await company.post("deputy", f"/reading-sessions/{id_}/approve")
    elsewhere = {"place": "分部", "networks": ["10.1.2.0/24", "2001:db8::/32"]}
    await company.post("archivist", f"/reading-sessions/{id_}/grant", **elsewhere)
    assert code(await see(company, id_)) == (403, "not_at_this_place")
    for who in ("general_manager", "archivist", "deputy"):
        assert code(await see(company, id_, who=who)) == (403, "forbidden")
    assert code(await see(company, id_, who="colleague")) == (404, "not_found")


async def test_nothing_is_shown_after_the_end_whoever_has_noted_it(company: Lending) -> None:
    item = await document(company)
    session_id = await granted(company, item)
    database = company.house.services.database
    async with database.transaction() as session:
        await keep_archive(session)
        back = timedelta(hours=2)
        moved = {"starts_at": ReadingSession.starts_at - back, "expires_at": ReadingSession.expires_at - back}
        await session.execute(update(ReadingSession).values(moved))
    assert code(await see(company, session_id)) == (403, "forbidden")
    assert (await company.get("seller", f"/reading-sessions/{session_id}")).json()["state"] == "expired"
    async with database.transaction() as session:
        await keep_archive(session)
        assert await record_end(session)


async def test_a_session_that_ended_by_itself_stands_in_nobodys_way(company: Lending) -> None:
    item = await document(company)
    session_id = await granted(company, item)
    async with company.house.services.database.transaction() as session:
        await keep_archive(session)
        back = timedelta(hours=2)
        moved = {"starts_at": ReadingSession.starts_at - back, "expires_at": ReadingSession.expires_at - back}
        await session.execute(update(ReadingSession).values(moved))
    assert code(await company.post("seller", f"/reading-sessions/{session_id}/end")) == (409, "illegal_transition")
    assert (await ask(company, "seller", item)).status_code == 201
    told = (await company.get("seller", f"/reading-sessions/{session_id}")).json()
    assert (told["state"], told["ended_at"]) == ("expired", told["expires_at"])


@pytest.mark.parametrize("end", ["end", "revoke", "raise", "delegation"])
async def test_a_session_that_was_ended_shows_nothing(company: Lending, end: str) -> None:
    item = await document(company)
    if end == "delegation":
        letter = (await company.delegation("other_deputy")).json()["id"]
        session_id = (await ask(company, "seller", item)).json()["id"]
        await company.post("other_deputy", f"/reading-sessions/{session_id}/approve")
        await company.post("archivist", f"/reading-sessions/{session_id}/grant", **PLACE)
        assert (await see(company, session_id)).status_code == 200
        await company.post("general_manager", f"/delegations/{letter}/revoke", reason="已返回")
    else:
        session_id = await granted(company, item)
    if end == "raise":
        async with company.house.services.database.transaction() as session:
            await keep_archive(session)
            await end_lending(session, system_actor("archive"), item, "raised")
            await session.execute(update(ArchiveItem).values(confidentiality="top_secret"))
    elif end != "delegation":
        reason = {"reason": "安全检查"} if end == "revoke" else {}
        assert (await company.post("archivist", f"/reading-sessions/{session_id}/{end}", **reason)).status_code == 200
    assert (await see(company, session_id)).status_code == (404 if end == "raise" else 403)


async def test_files_that_are_no_pages_are_refused_clearly(company: Lending) -> None:
    item = await company.item("confidential")
    office = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    await company.version(item, await company.house.person("office_assistant"), b"PK\x03\x04", office)
    assert code(await see(company, await granted(company, item))) == (422, "pages_not_shown")
    damaged = await company.item("confidential")
    await company.version(damaged, await company.house.person("office_assistant"), b"%PDF-1.7 broken")
    assert code(await see(company, await granted(company, damaged))) == (422, "damaged_pages")
    session_id = await granted(company, await document(company, pages=1))
    assert code(await see(company, session_id, page=2)) == (422, "no_such_page")


async def test_the_picture_is_no_document(company: Lending) -> None:
    session_id = await granted(company, await document(company))
    picture = (await see(company, session_id)).content
    assert picture.startswith(b"\xff\xd8\xff")
    assert b"%PDF" not in picture
    assert io.BytesIO(picture).getbuffer().nbytes > 10_000


async def test_the_views_of_a_session_are_for_those_who_audit(company: Lending) -> None:
    session_id = await granted(company, await document(company))
    ids = [(await see(company, session_id, page)).headers["view-id"] for page in (2, 1)]
    for who in company.people:
        answer = await company.get(who, f"/reading-sessions/{session_id}/views")
        if who in {"auditor", "general_manager"}:
            assert [(one["id"], one["page"]) for one in answer.json()["items"]] == [(ids[0], 2), (ids[1], 1)]
        elif who in {"archivist", "office_director", "deputy", "seller"}:
            assert answer.status_code == 403, who
        else:
            assert answer.status_code == 404, who
    newest = await company.get("auditor", f"/reading-sessions/{session_id}/views?sort=-at&limit=1")
    assert [one["page"] for one in newest.json()["items"]] == [1]
    assert newest.json()["next_cursor"] is not None
