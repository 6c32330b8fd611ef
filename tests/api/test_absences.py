"""Absences through HTTP."""

from tests.house import House

PATCH = {"Content-Type": "application/merge-patch+json"}
SPRING = {"starts_on": "2026-02-16", "ends_on": "2026-02-20", "kind": "vacation", "note": "春节探亲"}


async def test_a_leader_enters_changes_and_calls_off_an_absence(house: House) -> None:
    leader, seller = await house.person("director"), await house.person("sales_rep")
    async with house.client(leader) as client:
        created = await client.post(f"/v1/staff/{seller.id}/absences", json=SPRING)
        assert created.status_code == 201, created.text
        path, etag = created.headers["Location"], created.headers["ETag"]
        changed = await client.patch(path, json={"ends_on": "2026-02-22"}, headers=PATCH | {"If-Match": etag})
        assert (changed.json()["ends_on"], changed.json()["version"]) == ("2026-02-22", 2)
        assert (await client.delete(path, headers={"If-Match": etag})).status_code == 412
        assert (await client.delete(path, headers={"If-Match": changed.headers["ETag"]})).status_code == 204
        assert (await client.get(path)).status_code == 404
        assert (await client.post(f"/v1/staff/{seller.id}/absences", json=SPRING)).status_code == 201


async def test_absences_of_one_person_do_not_overlap_and_end_after_they_start(house: House) -> None:
    leader, seller, other = [await house.person(role) for role in ("director", "sales_rep", "sales_rep")]
    path = f"/v1/staff/{seller.id}/absences"
    async with house.client(leader) as client:
        first = await client.post(path, json=SPRING)
        overlapping = await client.post(path, json=SPRING | {"starts_on": "2026-02-20", "ends_on": "2026-02-25"})
        turned = await client.post(path, json=SPRING | {"starts_on": "2026-03-02", "ends_on": "2026-03-01"})
        patched = await client.patch(
            first.headers["Location"],
            json={"ends_on": "2026-02-01"},
            headers=PATCH | {"If-Match": first.headers["ETag"]},
        )
        assert (await client.post(f"/v1/staff/{other.id}/absences", json=SPRING)).status_code == 201
    assert (overlapping.status_code, overlapping.json()["code"]) == (409, "absence_overlaps")
    assert turned.status_code == patched.status_code == 422
    assert turned.json()["errors"][0]["pointer"] == patched.json()["errors"][0]["pointer"] == "/ends_on"


async def test_colleagues_do_not_learn_why_somebody_is_away(house: House) -> None:
    leader, seller, other = [await house.person(role) for role in ("director", "sales_rep", "sales_rep")]
    path = f"/v1/staff/{seller.id}/absences"
    async with house.client(leader) as client:
        created = await client.post(path, json=SPRING)
    async with house.client(other) as client:
        assert (await client.get(path)).json()["items"] == []
        assert (await client.get(created.headers["Location"])).status_code == 404
        assert (await client.post(path, json=SPRING)).status_code == 403
    async with house.client(seller) as client:
        assert [item["kind"] for item in (await client.get(path)).json()["items"]] == ["vacation"]
        assert (await client.delete(created.headers["Location"], headers={"If-Match": '"1-full"'})).status_code == 403
    async with house.client(leader) as client:
        wrong_person = created.headers["Location"].replace(str(seller.id), str(other.id))
        assert (await client.get(wrong_person)).status_code == 404
        assert (await client.delete(wrong_person, headers={"If-Match": '"1-full"'})).status_code == 404


async def test_absences_are_listed_by_day(house: House) -> None:
    leader, seller = await house.person("director"), await house.person("sales_rep")
    path = f"/v1/staff/{seller.id}/absences"
    async with house.client(leader) as client:
        for starts, ends in (("2026-05-04", "2026-05-08"), ("2026-02-16", "2026-02-20")):
            await client.post(path, json=SPRING | {"starts_on": starts, "ends_on": ends})
        first = (await client.get(path, params={"limit": 1})).json()
        rest = (await client.get(path, params={"cursor": first["next_cursor"]})).json()
        march = (await client.get(path, params={"on_from": "2026-02-20", "on_to": "2026-03-31"})).json()
    assert [item["starts_on"] for item in first["items"] + rest["items"]] == ["2026-02-16", "2026-05-04"]
    assert [item["starts_on"] for item in march["items"]] == ["2026-02-16"]
