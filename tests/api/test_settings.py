"""Settings through HTTP."""

import pytest

from service.domain.company_settings import KNOWN_SETTINGS
from service.queries.settings import setting
from tests.house import House

PATCH = {"Content-Type": "application/merge-patch+json"}
PATH = "/v1/settings/appeal_filing_working_days"


async def test_every_setting_has_its_default_and_says_what_it_decides_in_both_languages(house: House) -> None:
    admin = await house.person("admin")
    async with house.client(admin) as client:
        english = (await client.get("/v1/settings")).json()
        chinese = (await client.get("/v1/settings", headers={"Accept-Language": "zh-CN"})).json()
    assert [item["key"] for item in english["items"]] == list(KNOWN_SETTINGS)
    for one, other in zip(english["items"], chinese["items"], strict=True):
        assert one["value"] == one["default"] == KNOWN_SETTINGS[one["key"]].default
        assert one["minimum"] <= one["default"] <= one["maximum"]
        assert one["description"] != other["description"]


async def test_a_changed_number_counts_from_then_on_and_null_takes_it_back(house: House) -> None:
    admin = await house.person("admin")
    async with house.client(admin, **PATCH) as client:
        before = await client.get(PATH)
        changed = await client.patch(PATH, json={"value": 15}, headers={"If-Match": before.headers["ETag"]})
        assert (changed.status_code, changed.json()["value"], changed.json()["version"]) == (200, 15, 1)
        async with house.services.database.reading() as connection:
            assert await setting(connection, "appeal_filing_working_days") == 15
        back = await client.patch(PATH, json={"value": None}, headers={"If-Match": changed.headers["ETag"]})
    assert (back.json()["value"], back.json()["version"]) == (10, 2)
    assert len({before.headers["ETag"], changed.headers["ETag"], back.headers["ETag"]}) == 3


@pytest.mark.parametrize(("value", "code"), [(0, "out_of_range"), (61, "out_of_range"), ("5", "int_type")])
async def test_a_number_outside_its_limits_is_refused(house: House, value: object, code: str) -> None:
    admin = await house.person("admin")
    async with house.client(admin, **PATCH) as client:
        refused = await client.patch(PATH, json={"value": value}, headers={"If-Match": '"0-en"'})
    assert refused.status_code == 422
    assert [(error["pointer"], error["code"]) for error in refused.json()["errors"]] == [("/value", code)]


async def test_a_stale_change_and_an_unknown_setting_are_refused(house: House) -> None:
    admin = await house.person("admin")
    async with house.client(admin, **PATCH) as client:
        stale = await client.patch(PATH, json={"value": 9}, headers={"If-Match": '"3-en"'})
        unknown = await client.get("/v1/settings/no_such_thing")
        still = await client.get(PATH)
    assert (stale.status_code, unknown.status_code) == (412, 404)
    assert (still.json()["value"], still.json()["version"]) == (10, 0)


async def test_only_an_admin_changes_settings_and_sellers_do_not_see_them(house: House) -> None:
    leader, seller = await house.person("director"), await house.person("sales_rep")
    async with house.client(leader, **PATCH) as client:
        assert (await client.get(PATH)).status_code == 200
        assert (await client.patch(PATH, json={"value": 9}, headers={"If-Match": '"0-en"'})).status_code == 403
    async with house.client(seller) as client:
        assert (await client.get("/v1/settings")).status_code == 403
