"""Files as people keep them, from upload to accounts: other formats, odd rows, real companies."""

import csv
import gzip
import io
import json
from pathlib import Path

import pytest
from pytickersymbols import PyTickerSymbols

from tests.adapters.spreadsheets.workbench import packed, text_row, workbook_parts
from tests.house import House
from tests.sending import Sender, counts, csv_of

SHARED = Path(__file__).parents[3] / "shared" / "data"


async def test_formula_cells_give_their_last_value_or_say_that_they_have_none(house: House, tmp_path: Path) -> None:
    cells = text_row(1, "客户名称", "潜在价值") + (
        '<row r="2"><c t="inlineStr"><is><t>华兴</t></is></c><c><f>2*50</f><v>100</v></c></row>'
        '<row r="3"><c t="inlineStr"><is><t>东方</t></is></c><c><f>SUM(1,2)</f></c></row>'
        '<row r="4"><c t="inlineStr"><is><t>江海</t></is></c><c t="e"><v>#REF!</v></c></row>'
    )
    sender = await Sender.of(house)
    import_ = await sender.taken(packed(tmp_path / "a.xlsx", workbook_parts(cells)).read_bytes(), "a.xlsx")
    assert await sender.codes(import_) == [[], ["formula_without_value"], ["cell_error"]]
    assert [row["kept"] for row in await sender.rows(import_)] == [{}, {"潜在价值": "=SUM(1,2)"}, {"潜在价值": "#REF!"}]
    values = {item["name"]: item["potential_value"] for item in await sender.items("/v1/accounts")}
    assert values == {"华兴": {"amount": "100.00", "currency": "CNY"}, "东方": None, "江海": None}


async def test_a_merged_heading_of_two_rows_is_read_as_one(house: House, tmp_path: Path) -> None:
    cells = (
        text_row(1, "客户名称", "联系人", "", "地域分布")
        + text_row(2, "", "联系人姓名", "手机", "")
        + text_row(3, "华兴", "陈静", "13800138000", "华东")
    )
    merges = (
        '<mergeCells count="2"><mergeCell ref="A1:A2"/><mergeCell ref="B1:C1"/><mergeCell ref="D1:D2"/></mergeCells>'
    )
    sender = await Sender.of(house)
    content = packed(tmp_path / "a.xlsx", workbook_parts(cells, after=merges)).read_bytes()
    assert counts(await sender.taken(content, "a.xlsx")) == {"created": 1}
    [account] = await sender.items("/v1/accounts")
    [contact] = await sender.items(f"/v1/accounts/{account['id']}/contacts")
    assert (account["region"], contact["name"], contact["mobile"]) == ("华东", "陈静", "13800138000")


async def test_a_surrogate_in_a_workbook_does_not_stop_the_others(house: House, tmp_path: Path) -> None:
    cells = text_row(1, "客户名称", "备注") + text_row(2, "华兴", "坏_xD800_字") + text_row(3, "东方", "好")
    sender = await Sender.of(house)
    import_ = await sender.taken(packed(tmp_path / "a.xlsx", workbook_parts(cells)).read_bytes(), "a.xlsx")
    assert import_["counts"]["created"] == 2


async def test_the_named_sheet_is_read(house: House) -> None:
    sender = await Sender.of(house)
    content = (Path(__file__).parents[1] / "data" / "division_of_labour.xlsx").read_bytes()
    named = await sender.send(content, "a.xlsx", sheet="分工表")
    other = await sender.send(content, "a.xlsx", sheet="没有")
    assert (named.status_code, named.json()["sheet"]) == (201, "分工表")
    assert other.json()["errors"][0]["code"] == "no_such_sheet"


async def test_lines_of_json_are_rows(house: House) -> None:
    lines = [
        {"客户名称": "华兴", "产品": ["产品A", "产品B"], "潜在价值": 1200.5},
        {"客户名称": "东方", "电话": {"手机": "1"}},
    ]
    content = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + '\n{"客户名称": "江海",}\n'
    sender = await Sender.of(house)
    import_ = await sender.taken(content.encode(), "客户.ndjson")
    assert await sender.codes(import_) == [[], ["nested_value"], ["malformed_json"]]
    [first] = await sender.items("/v1/accounts", q="华兴")
    assert (first["products"], first["potential_value"]["amount"]) == (["产品A", "产品B"], "1200.50")


async def test_totals_pasted_headings_and_broken_rows_are_told_and_not_entered(house: House) -> None:
    sender = await Sender.of(house)
    content = (
        csv_of(("客户名称", "潜在价值"), ("华兴", "100"), ("客户名称", "潜在价值"), ("东方", "200"), ("合计", "300"))
        + '"江海,1\n'.encode()
    )
    import_ = await sender.taken(content)
    assert await sender.codes(import_) == [[], ["repeated_heading_row"], [], ["total_row"], ["unclosed_quote"]]
    assert {item["name"] for item in await sender.items("/v1/accounts")} == {"华兴", "东方"}


async def test_two_thousand_listed_companies_come_in(house: House) -> None:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("external id", "company", "country", "industry", "revenue"))
    companies = list(PyTickerSymbols().get_all_stocks())
    for number, company in enumerate(companies):
        metadata = company.get("metadata") or {}
        industry = (company.get("industries") or [""])[0]
        writer.writerow((number, company["name"], company.get("country", ""), industry, metadata.get("revenue", "")))
    sender = await Sender.of(house, "data_steward")
    import_ = await sender.taken(text.getvalue().encode())
    assert import_["counts"]["rows"] == len(companies) > 1000
    rejected = await sender.rows(import_, outcome="rejected", limit=200)
    assert len(rejected) < 20
    assert all(row["errors"] for row in rejected)
    again = await sender.taken(text.getvalue().encode())
    assert counts(again)["unchanged"] == import_["counts"]["created"]


@pytest.mark.parametrize(
    ("path", "rows", "most_rejected"),
    [
        ("companies_sp500/constituents.csv", 503, 0),
        ("crm_maven_opportunities/accounts.csv", 85, 0),
        ("companies_global_financedatabase/raw_SHZ.csv.gz", None, 20),
    ],
)
async def test_real_lists_come_in(house: House, path: str, rows: int | None, most_rejected: int) -> None:
    file = SHARED / path
    if not file.exists():
        pytest.skip(f"{file} is not here")
    content = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    sender = await Sender.of(house, "data_steward")
    import_ = await sender.taken(content, file.name.removesuffix(".gz"))
    found = import_["counts"]
    assert found["rows"] == (rows or found["rows"]) > 0
    assert found["rejected"] <= most_rejected
    again = await sender.taken(content, file.name.removesuffix(".gz"))
    assert (again["counts"]["created"], again["counts"]["unchanged"]) == (0, found["created"])
