"""The fairness report of now: JSON, pictures, workbook, through HTTP."""

import re
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest
from python_calamine import CalamineWorkbook

from tests.house import House, Person
from tests.sharing import Sharing

PATH = "/v1/reports/fairness"
SVG = "{http://www.w3.org/2000/svg}"


async def a_team(house: House) -> Sharing:
    sharing = await Sharing.of(house, sellers=3)
    for number in range(6):
        await sharing.account(sharing.sellers[number % 2], potential_value_base=1000 + 700 * number)
    return sharing


async def words(house: House, who: Person, path: str, language: str) -> list[str]:
    async with house.client(who, **{"Accept-Language": language}) as client:
        answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "image/svg+xml"
    return [element.text or "" for element in ET.fromstring(answer.text).iter(f"{SVG}text")]


async def test_it_is_the_report_of_fairness(house: House) -> None:
    sharing = await a_team(house)
    for who in (sharing.leader, sharing.author, sharing.sellers[0]):
        report = (await sharing.ask(who, "GET", PATH)).json()
        same = (await sharing.ask(who, "GET", "/v1/fairness")).json()
        assert report.keys() == same.keys()
        assert (report["people"], report["dimensions"]) == (same["people"], same["dimensions"])


@pytest.mark.parametrize(("chart", "chinese", "english"), [
    ("loads", "各人负荷：潜在价值", "Load per person: potential value"),
    ("lorenz", "洛伦兹曲线：潜在价值", "Lorenz curve: potential value"),
])  # fmt: skip
async def test_pictures_speak_the_callers_language_of_now(house: House, chart: str, chinese: str, english: str) -> None:
    sharing = await a_team(house)
    path = f"{PATH}/charts/{chart}"
    assert {chinese, "当前"} <= set(await words(house, sharing.leader, path, "zh-CN"))
    found = set(await words(house, sharing.leader, path, "en"))
    assert {english, "now"} <= found
    assert not {"before", "after"} & found


async def test_whom_the_reader_may_not_know_is_a_rank(house: House) -> None:
    sharing = await a_team(house)
    codes = {seller.code for seller in sharing.sellers}
    assert codes <= set(await words(house, sharing.leader, f"{PATH}/charts/loads", "en"))
    own = sharing.sellers[0]
    assert codes & set(await words(house, own, f"{PATH}/charts/loads", "en")) == {own.code}


@pytest.mark.parametrize(("language", "sheets", "now", "most"), [
    ("zh-CN", ["概要", "潜在价值", "各团队"], "当前（公平份额的倍数）", "最高负荷（公平份额的倍数），当前"),
    ("en", ["Summary", "Potential value", "Teams"], "Now (fair shares)", "Greatest load (fair shares), now"),
])  # fmt: skip
async def test_the_workbook_opens_with_a_sheet_a_load_and_the_teams(
    house: House, language: str, sheets: list[str], now: str, most: str
) -> None:
    sharing = await a_team(house)
    async with house.client(sharing.leader, **{"Accept-Language": language}) as client:
        answer = await client.get(f"{PATH}/workbook")
    assert answer.status_code == 200, answer.text
    book = CalamineWorkbook.from_filelike(BytesIO(answer.content))
    assert [book.sheet_names[at] for at in (0, 1, -1)] == sheets
    assert book.get_sheet_by_name(sheets[0]).to_python()[0][1] == most
    headings, *rows = book.get_sheet_by_name(sheets[1]).to_python()
    assert headings[2] == now
    assert all(re.search("[(（].+[)）]", heading) for heading in headings)
    assert {row[0] for row in rows} - {""} == {seller.code for seller in sharing.sellers}
    _, team = book.get_sheet_by_name(sheets[2]).to_python()
    assert team[2] == 6


async def test_a_load_that_is_not_there_is_not_found(house: House) -> None:
    sharing = await a_team(house)
    assert (await sharing.ask(sharing.leader, "GET", f"{PATH}/charts/loads", load="tier:none")).status_code == 404
