"""Holidays through HTTP, and the calendar that they make."""

from datetime import date

from service.queries.calendar import business_calendar
from tests.house import House

NATIONAL_DAY = {"on_date": "2026-10-01", "kind": "holiday", "name": "国庆节"}
MAKE_UP = {"on_date": "2026-10-10", "kind": "make_up", "name": "国庆节调休"}


async def test_days_off_and_make_up_days_make_the_business_calendar(house: House) -> None:
    admin = await house.person("admin")
    async with house.client(admin) as client:
        for day in (MAKE_UP, NATIONAL_DAY):
            created = await client.post("/v1/holidays", json=day)
            assert created.status_code == 201, created.text
        listed = (await client.get("/v1/holidays", params={"on_from": "2026-10-01", "limit": 1})).json()
        rest = await client.get("/v1/holidays", params={"on_from": "2026-10-01", "cursor": listed["next_cursor"]})
    assert [item["name"] for item in listed["items"] + rest.json()["items"]] == ["国庆节", "国庆节调休"]
    async with house.services.database.reading() as connection:
        calendar = await business_calendar(connection, "Asia/Shanghai")
    assert calendar.add_working_days(date(2026, 9, 30), 1) > date(2026, 10, 1)
    assert calendar.add_working_days(date(2026, 10, 9), 1) == date(2026, 10, 10)


async def test_a_day_stands_in_the_calendar_once_and_can_be_taken_out(house: House) -> None:
    admin = await house.person("admin")
    async with house.client(admin) as client:
        created = await client.post("/v1/holidays", json=NATIONAL_DAY)
        twice = await client.post("/v1/holidays", json=NATIONAL_DAY | {"kind": "make_up"})
        assert (twice.status_code, twice.json()["code"]) == (409, "already_exists")
        path = created.headers["Location"]
        assert (await client.delete(path)).status_code == 428
        assert (await client.delete(path, headers={"If-Match": created.headers["ETag"]})).status_code == 204
        assert (await client.get(path)).status_code == 404
        assert (await client.post("/v1/holidays", json=NATIONAL_DAY)).status_code == 201


async def test_everybody_reads_the_calendar_and_only_an_admin_writes_it(house: House) -> None:
    seller = await house.person("sales_rep")
    async with house.client(seller) as client:
        assert (await client.get("/v1/holidays")).status_code == 200
        assert (await client.post("/v1/holidays", json=NATIONAL_DAY)).status_code == 403
