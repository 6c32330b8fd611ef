"""Setting a password: by invitation, or with the one that you have."""

import asyncio
from datetime import UTC, datetime, timedelta
from unicodedata import normalize

import pytest
from sqlalchemy import update

from service.models import Invitation
from tests.house import House
from tests.logins import OTHER, PASSWORD, actions, bearer, invitation, log_in, member, token

COMPOSED = "Zürich 马到成功 2026"


async def test_an_invitation_sets_the_first_password_and_activates(house: House) -> None:
    person = await house.person("sales_rep", status="invited")
    link = await invitation(house, person)
    async with house.client() as client:
        accepted = await client.post("/v1/auth/password", json={"token": link, "new_password": PASSWORD})
        assert accepted.status_code == 204, accepted.text
        answer = await log_in(client, person.code)
        me = await client.get(f"/v1/staff/{person.id}", headers=bearer(answer))
    assert (me.status_code, me.json()["status"]) == (200, "active")
    assert await actions(house) == ["staff.invited", "staff.activated", "password.changed", "login.succeeded"]


async def test_a_link_works_once_and_only_the_latest(house: House) -> None:
    person = await house.person("sales_rep", status="invited")
    old, new = await invitation(house, person), await invitation(house, person)
    async with house.client() as client:
        statuses = [
            (await client.post("/v1/auth/password", json={"token": link, "new_password": PASSWORD})).status_code
            for link in (old, "made-up", new, new)
        ]
        refused = await client.post("/v1/auth/password", json={"token": new, "new_password": PASSWORD})
    assert statuses == [422, 422, 204, 422]
    assert refused.json()["code"] == "invalid_link"


async def test_an_expired_link_and_one_of_somebody_who_left_are_no_good(house: House) -> None:
    late, gone = await house.person(status="invited"), await house.person(status="invited")
    links = [await invitation(house, late), await invitation(house, gone)]
    past = datetime.now(UTC) - timedelta(seconds=1)
    async with house.services.database.transaction() as session:
        await session.execute(update(Invitation).where(Invitation.staff_id == late.id).values(expires_at=past))
    admin = await house.person("admin")
    async with house.client(admin) as client:
        await client.post(f"/v1/staff/{gone.id}/leave", json={})
    async with house.client() as client:
        for link in links:
            refused = await client.post("/v1/auth/password", json={"token": link, "new_password": PASSWORD})
            assert (refused.status_code, refused.json()["code"]) == (422, "invalid_link")


async def test_one_link_used_by_many_at_once_sets_one_password(committed_house: House) -> None:
    house = committed_house
    person = await house.person(status="invited")
    link = await invitation(house, person)
    async with house.client() as client:
        answers = await asyncio.gather(
            *(
                client.post("/v1/auth/password", json={"token": link, "new_password": f"{PASSWORD} {n}"})
                for n in range(5)
            )
        )
    assert sorted(answer.status_code for answer in answers) == [204, 422, 422, 422, 422]


async def test_an_invitation_is_shown_once(house: House) -> None:
    admin, person = await house.person("admin"), await house.person()
    async with house.client(admin, **{"Idempotency-Key": "once"}) as client:
        first = await client.post(f"/v1/staff/{person.id}/invitation")
        again = await client.post(f"/v1/staff/{person.id}/invitation")
    assert (first.status_code, again.status_code) == (201, 409)
    assert again.json()["code"] == "secret_already_shown"


async def test_power_is_not_reached_by_inviting(house: House) -> None:
    admin, leader, chief = [await house.person(role) for role in ("admin", "director", "general_manager")]
    seller = await house.person("sales_rep")
    async with house.client(admin) as client:
        over_chief = await client.post(f"/v1/staff/{chief.id}/invitation")
        oneself = await client.post(f"/v1/staff/{admin.id}/invitation")
        left = await client.post(f"/v1/staff/{(await house.person(status='left')).id}/invitation")
    async with house.client(leader) as client:
        by_leader = await client.post(f"/v1/staff/{chief.id}/invitation")
        over_admin = await client.post(f"/v1/staff/{admin.id}/invitation")
    async with house.client(seller) as client:
        by_seller = await client.post(f"/v1/staff/{leader.id}/invitation")
    assert [answer.status_code for answer in (over_chief, oneself, left)] == [403, 403, 409]
    assert [answer.status_code for answer in (by_leader, over_admin, by_seller)] == [201, 403, 403]


async def test_power_is_not_reached_by_inviting_before_it_is_given(house: House) -> None:
    person = await house.person(status="invited")
    early = await invitation(house, person)
    async with house.client(await house.person("admin")) as client:
        wanted = {"staff_id": str(person.id), "role": "director", "reason": "接任"}
        proposed = (await client.post("/v1/role-grants", json=wanted)).headers["Location"]
        meanwhile = await client.post(f"/v1/staff/{person.id}/invitation")
    async with house.client(await house.person("general_manager")) as client:
        approved = await client.post(f"{proposed}/approve", json={"reason": "同意"})
        invited = await client.post(f"/v1/staff/{person.id}/invitation")
    assert [answer.status_code for answer in (meanwhile, approved, invited)] == [403, 200, 201]
    async with house.client() as client:
        links = (early, invited.json()["token"])
        used = [await client.post("/v1/auth/password", json={"token": one, "new_password": PASSWORD}) for one in links]
    assert [answer.status_code for answer in used] == [422, 204]


async def test_a_changed_password_ends_every_earlier_token(house: House) -> None:
    person = await member(house)
    async with house.client() as client:
        first = await log_in(client, person.code)
        body = {"current_password": PASSWORD, "new_password": OTHER}
        changed = await client.post("/v1/auth/password", json=body, headers=bearer(first))
        assert changed.status_code == 204, changed.text
        assert (await client.get("/v1/me", headers=bearer(first))).status_code == 401
        refreshed = await token(client, grant_type="refresh_token", refresh_token=first.json()["refresh_token"])
        assert refreshed.status_code == 400
        assert (await log_in(client, person.code)).status_code == 400
        second = await log_in(client, person.code, OTHER)
        assert (await client.get("/v1/me", headers=bearer(second))).status_code == 200


async def test_the_current_password_is_asked_for_and_guessing_it_is_throttled(house: House) -> None:
    person = await member(house)
    async with house.client(person) as client:
        guesses = [
            await client.post(
                "/v1/auth/password", json={"current_password": f"guess number {n}", "new_password": OTHER}
            )
            for n in range(6)
        ]
    assert [guess.status_code for guess in guesses] == [422] * 5 + [429]
    assert guesses[0].json()["code"] == "wrong_password"


@pytest.mark.parametrize(
    "body",
    [
        {"new_password": OTHER},
        {"token": "x", "current_password": PASSWORD, "new_password": OTHER},
        {"current_password": PASSWORD, "new_password": "short"},
        {"current_password": PASSWORD, "new_password": "x" * 201},
        {"current_password": PASSWORD, "new_password": PASSWORD},
    ],
)
async def test_a_password_that_will_not_do_is_refused_and_not_echoed(house: House, body: dict[str, str]) -> None:
    person = await member(house)
    async with house.client(person) as client:
        refused = await client.post("/v1/auth/password", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_input")
    assert PASSWORD not in refused.text
    assert OTHER not in refused.text


async def test_a_stranger_changes_no_password(house: House) -> None:
    person = await member(house)
    async with house.client() as client:
        body = {"current_password": PASSWORD, "new_password": OTHER}
        stranger = await client.post("/v1/auth/password", json=body)
        forged = await client.post("/v1/auth/password", json=body, headers={"Authorization": "Bearer made.up.token"})
        assert (await log_in(client, person.code)).status_code == 200
    assert (stranger.status_code, forged.status_code) == (401, 401)


async def test_the_same_characters_composed_otherwise_are_the_same_password(house: House) -> None:
    person = await house.person(status="invited")
    link = await invitation(house, person)
    async with house.client() as client:
        await client.post("/v1/auth/password", json={"token": link, "new_password": normalize("NFD", COMPOSED)})
        assert (await log_in(client, person.code, normalize("NFC", COMPOSED))).status_code == 200
