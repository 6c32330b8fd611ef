"""If-Match as RFC 9110 has it: one tag, many, any; weak and foreign ones never match."""

import httpx
import pytest

from tests.house import House

PATCH = {"Content-Type": "application/merge-patch+json"}


async def changed(house: House, *if_match: str) -> httpx.Response:
    """The answer to a change of an account of version 2."""
    account = await house.account()
    async with house.client(await house.person("data_steward")) as client:
        path = f"/v1/accounts/{account}"
        first = await client.patch(path, json={"kind": "a"}, headers=PATCH | {"If-Match": '"1-full"'})
        assert (first.status_code, first.json()["version"]) == (200, 2), first.text
        headers = [("Content-Type", PATCH["Content-Type"]), *(("If-Match", value) for value in if_match)]
        return await client.patch(path, json={"kind": "b"}, headers=headers)


@pytest.mark.parametrize(
    "if_match",
    [
        ('"2-full"',),
        ("*",),
        (" * ",),
        ('"1-full", "2-full"',),
        ('"2-full","7-full"',),
        ('"abc", W/"1-full", "2-full"',),
        ('"1-full"', '"2-full"'),
        ('"2-0123456789abcdef.zh-cn"',),
    ],
)
async def test_a_tag_of_the_present_version_among_those_named_lets_the_change_in(
    house: House, if_match: tuple[str, ...]
) -> None:
    answer = await changed(house, *if_match)
    assert (answer.status_code, answer.json()["version"]) == (200, 3), answer.text


@pytest.mark.parametrize(
    "if_match",
    ['"1-full"', '"1-full", "3-full"', 'W/"2-full"', '"abc"', "2-full", "2", '"2-full', '*, "2-full"',
     '"2-full" "2-full"', '"-2-full"', '"2"', '"00000000002-full"', "", ",", '"2-full",'],
)  # fmt: skip
async def test_everything_else_is_stale(house: House, if_match: str) -> None:
    answer = await changed(house, if_match)
    assert (answer.status_code, answer.json()["code"]) == (412, "precondition_failed"), answer.text


async def test_any_version_is_not_any_record(house: House) -> None:
    seller = await house.person("sales_rep")
    hidden = await house.account()
    async with house.client(seller) as client:
        answer = await client.patch(f"/v1/accounts/{hidden}", json={"kind": "a"}, headers=PATCH | {"If-Match": "*"})
    assert answer.status_code == 404


async def test_settings_and_team_members_take_any_version_too(house: House) -> None:
    async with house.client(await house.person("admin")) as client:
        path = "/v1/settings/appeal_filing_working_days"
        stale = await client.patch(path, json={"value": 9}, headers=PATCH | {"If-Match": '"7-en"'})
        answer = await client.patch(path, json={"value": 9}, headers=PATCH | {"If-Match": "*"})
    assert (stale.status_code, answer.status_code, answer.json()["value"]) == (412, 200, 9)
