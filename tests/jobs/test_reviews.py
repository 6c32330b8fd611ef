"""Reviews are opened when they are due, and whoever has not read the rules is reminded."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, insert, select, update

from service.jobs.reviews import open_due_reviews, remind_of_rulebooks
from service.jobs.schedule import SCHEDULE
from service.models import AuditEntry, Review, Rulebook, Setting
from tests.house import House, Person
from tests.noticing import kinds, notices, tell_all
from tests.sharing import Sharing

QUARTER = timedelta(days=95)


async def run(house: House, later: timedelta = timedelta()) -> int:
    return await open_due_reviews(house.services.database, house.services.settings, datetime.now(UTC) + later)


async def reminded(house: House, later: timedelta = timedelta()) -> int:
    return await remind_of_rulebooks(house.services.database, house.services.settings, datetime.now(UTC) + later)


async def a_team(house: House) -> Sharing:
    sharing = await Sharing.of(house, sellers=2)
    for seller in sharing.sellers:
        await sharing.account(seller)
    return sharing


async def reviews(house: House) -> list[Review]:
    async with house.services.database.transaction() as session:
        return list(await session.scalars(select(Review).order_by(Review.id)))


async def test_a_team_is_reviewed_a_quarter_after_it_began_and_not_twice(house: House) -> None:
    sharing = await a_team(house)
    assert await run(house) == 0
    assert await run(house, QUARTER) == 1
    assert await run(house, QUARTER) == 0
    [review] = await reviews(house)
    assert (review.department_id, review.scheme_code, review.opened_by) == (sharing.department_id, "five_tiers", None)
    assert review.findings["accounts"] == 2
    assert await run(house, 2 * QUARTER) == 0


async def test_the_next_one_is_due_a_quarter_after_the_last(house: House) -> None:
    sharing = await a_team(house)
    await run(house, QUARTER)
    [review] = await reviews(house)
    keep = {"kind": "keep", "text": "维持现状"}
    for verb, body in (("decide", keep), ("close", {"summary": "完成"})):
        assert (await sharing.ask(sharing.leader, "POST", f"/v1/reviews/{review.id}/{verb}", body)).status_code == 200
    assert await run(house, QUARTER + timedelta(days=60)) == 0
    assert await run(house, 2 * QUARTER) == 1
    first, second = await reviews(house)
    assert second.since_at == first.until_at


async def test_how_often_is_a_setting(house: House) -> None:
    await a_team(house)
    async with house.services.database.transaction() as session:
        await session.execute(insert(Setting).values(key="review_months", value=12))
    assert await run(house, QUARTER) == 0
    assert await run(house, timedelta(days=370)) == 1


async def test_each_team_has_its_own_and_one_without_accounts_none(house: House) -> None:
    sharing = await a_team(house)
    other = await house.department(parent_id=sharing.department_id)
    await sharing.account(await house.person("sales_rep", department_id=other))
    await house.person("sales_rep", department_id=await house.department())
    assert await run(house, QUARTER) == 2
    found = {review.department_id: review.findings["accounts"] for review in await reviews(house)}
    assert found == {sharing.department_id: 3, other: 1}


async def acknowledged(house: House, who: Person, rulebook_id: object) -> None:
    async with house.client(who) as client:
        assert (await client.post(f"/v1/rulebooks/{rulebook_id}/acknowledgements")).status_code == 204


async def test_whoever_sells_and_has_not_read_the_rules_is_reminded_after_some_days(house: House) -> None:
    rulebook = await house.rulebook()
    reader, silent, engineer = [await house.person(role) for role in ("sales_rep", "sales_rep", "tech_support")]
    await acknowledged(house, reader, rulebook)
    assert await reminded(house) == 0
    assert await reminded(house, timedelta(days=10)) == 1
    assert await reminded(house, timedelta(days=10)) == 0
    await tell_all(house)
    assert [await kinds(house, one) for one in (reader, silent, engineer)] == [[], ["rulebook_reminder"], []]
    [told] = await notices(house, silent)
    assert told["link"] == f"/v1/rulebooks/{rulebook}"
    assert await reminded(house, timedelta(days=20)) == 1


async def test_nobody_is_reminded_of_what_everybody_has_read_or_is_retired(house: House) -> None:
    rulebook = await house.rulebook()
    reader = await house.person("sales_rep")
    await acknowledged(house, reader, rulebook)
    assert await reminded(house, timedelta(days=10)) == 0
    await house.person("sales_rep")
    async with house.services.database.transaction() as session:
        await session.execute(update(Rulebook).values(state="retired"))
    assert await reminded(house, timedelta(days=10)) == 0
    async with house.services.database.reading() as connection:
        told = select(func.count()).where(AuditEntry.action == "rulebook.reminded")
        assert await connection.scalar(told) == 0


async def test_a_publication_tells_everybody_who_sells(house: House) -> None:
    author, leader = await house.person("director"), await house.person("general_manager")
    seller = await house.person("sales_rep")
    async with house.client(author) as client:
        draft = await client.post("/v1/rulebooks", json={"code": "standard"})
    async with house.client(leader) as client:
        path = f"{draft.headers['Location']}/publish"
        published = await client.post(path, json={}, headers={"If-Match": draft.headers["ETag"]})
    assert published.status_code == 200, published.text
    await tell_all(house)
    assert await kinds(house, seller) == ["rulebook_to_read"]
    assert await kinds(house, author) == ["rulebook_published"]


def test_the_worker_runs_both_by_the_clock() -> None:
    assert {open_due_reviews, remind_of_rulebooks} <= {one.run for one in SCHEDULE.values()}
