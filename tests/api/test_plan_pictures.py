"""The fairness of a plan as pictures and as a workbook, through HTTP."""

import re
import zipfile
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest

from tests.house import House, Person
from tests.sharing import Sharing, path_of

SVG = "{http://www.w3.org/2000/svg}"


async def drawn(house: House, who: Person, path: str, language: str = "zh-CN") -> ET.Element:
    async with house.client(who, **{"Accept-Language": language}) as client:
        answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert "script" not in answer.text
    return ET.fromstring(answer.text)


def words(picture: ET.Element) -> list[str]:
    return [element.text or "" for element in picture.iter(f"{SVG}text")]


async def a_plan(house: House, sellers: int = 3) -> tuple[Sharing, str]:
    sharing = await Sharing.of(house, sellers=sellers)
    for number in range(sellers * 3):
        await sharing.account(sharing.sellers[number % 2], potential_value_base=1000 + 700 * number)
    return sharing, f"{path_of(await sharing.planned())}/fairness"


@pytest.mark.parametrize("chart", ["loads", "lorenz", "attainable"])
async def test_each_chart_is_labelled_in_the_callers_language(house: House, chart: str) -> None:
    sharing, path = await a_plan(house)
    chinese = words(await drawn(house, sharing.leader, f"{path}/charts/{chart}"))
    english = words(await drawn(house, sharing.leader, f"{path}/charts/{chart}?load=workload", "en"))
    assert "潜在价值" in chinese[0]
    assert english[0].endswith(": hours")
    assert not re.search("[\u4e00-\u9fff]", "".join(english))


async def test_no_word_stands_among_lines_and_columns_and_long_codes_are_cut_at_their_beginning(house: House) -> None:
    sharing, path = await a_plan(house)
    await house.person("sales_rep", code="EMPLOYEE-OF-THE-NORTHERN-BRANCH-0007", name="林涛")
    for chart in ("loads", "lorenz", "attainable"):
        plan = f"{path_of(await sharing.planned())}/fairness" if chart == "loads" else path
        picture = await drawn(house, sharing.leader, f"{plan}/charts/{chart}")
        bottom = float(picture.get("height") or 0) - 72
        for element in picture.iter(f"{SVG}text"):
            among = float(element.get("x") or 0) > 64 and 92 < float(element.get("y") or 0) < bottom
            assert not among, element.text
        if chart == "loads":
            assert "…BRANCH-0007" in words(picture)


async def test_loads_show_everybody_before_and_after_and_name_only_whom_the_reader_may_know(house: House) -> None:
    sharing, path = await a_plan(house)
    codes = {seller.code for seller in sharing.sellers}
    whole = await drawn(house, sharing.leader, f"{path}/charts/loads", "en")
    assert codes <= set(words(whole))
    assert len([one for one in whole.iter(f"{SVG}rect") if one.find(f"{SVG}title") is not None]) == 6
    outsider = await house.person("key_account_manager", department_id=await house.department())
    hidden = set(words(await drawn(house, outsider, f"{path}/charts/loads", "en")))
    assert not codes & hidden
    assert {"person 1", "person 2", "person 3"} <= hidden


async def test_many_people_are_dots(house: House) -> None:
    sharing, path = await a_plan(house, sellers=41)
    picture = await drawn(house, sharing.leader, f"{path}/charts/loads")
    assert len(list(picture.iter(f"{SVG}circle"))) == 82
    assert "每点代表一人，负荷高者在前" in words(picture)


async def test_a_load_that_is_not_there_and_an_unknown_chart_are_not_found(house: House) -> None:
    sharing, path = await a_plan(house)
    assert (await sharing.ask(sharing.leader, "GET", f"{path}/charts/loads", load="tier:none")).status_code == 404
    assert (await sharing.ask(sharing.leader, "GET", f"{path}/charts/pie")).status_code in {404, 422}
    assert (await sharing.ask(sharing.sellers[0], "GET", f"{path}/charts/loads")).status_code == 404


async def test_the_workbook_has_a_sheet_a_load_with_native_charts(house: House) -> None:
    sharing, path = await a_plan(house)
    async with house.client(sharing.leader, **{"Accept-Language": "zh-CN"}) as client:
        answer = await client.get(f"{path}/workbook")
    assert answer.status_code == 200
    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        names = archive.namelist()
        book = archive.read("xl/workbook.xml").decode()
        texts = archive.read("xl/sharedStrings.xml").decode()
        charts = [archive.read(name).decode() for name in names if name.startswith("xl/charts/chart")]
    sheets = re.findall(r'<sheet name="([^"]+)"', book)
    assert sheets[:2] == ["概要", "潜在价值"]
    headings = {
        "最高负荷（公平份额的倍数），方案前",
        "工作时间（1 为全职）",
        "方案前（公平份额的倍数）",
        "可达份额（公平份额的倍数）",
    }
    assert headings | {"负荷累计占比，完全均衡（1 为全部）"} <= set(re.findall(r"<t[^>]*>([^<]+)</t>", texts))
    assert len(charts) == 3 * (len(sheets) - 1)
    assert any("洛伦兹曲线" in chart for chart in charts)
    assert {seller.code for seller in sharing.sellers} <= set(re.findall(r"<t[^>]*>([^<]+)</t>", texts))
