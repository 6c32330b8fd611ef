"""XLSX, XLS and ODS: homely ones read as their authors see them, hostile ones refused before they unpack."""

import struct
import zipfile
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from python_calamine import CalamineWorkbook

from service.adapters.spreadsheets.number_formats import shown_as
from service.adapters.spreadsheets.opening import Table, open_table
from service.domain.invalid import InvalidInput
from service.domain.tables import Cell
from tests.adapters.spreadsheets.workbench import packed, text_row, workbook_parts, xls


def refusal(path: Path, *, sheet: str | None = None) -> str:
    with pytest.raises(InvalidInput) as refused:
        list(open_table(path, sheet=sheet).rows())
    return refused.value.errors[0].code


def by_hand(tmp_path: Path, cells: str, **parts: str) -> Table:
    return open_table(packed(tmp_path / "hand.xlsx", workbook_parts(cells, **parts)))


def cells(table: Table) -> list[tuple[Cell, ...]]:
    return [row.cells for row in table.rows()]


def test_values_have_the_types_that_their_author_saw(tmp_path: Path) -> None:
    path = tmp_path / "typed.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        day, instant = book.add_format({"num_format": "yyyy/m/d"}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        hour = book.add_format({"num_format": "hh:mm"})
        sheet.write_row(0, 0, ["华兴", 5, 0.1 + 0.2, True, "138xxxxxx88", 13812345678])
        sheet.write_datetime(1, 0, datetime(2024, 2, 15), day)  # noqa: DTZ001
        sheet.write_datetime(1, 1, datetime(2024, 2, 15, 8, 30), instant)  # noqa: DTZ001
        sheet.write_datetime(1, 2, time(8, 30), hour)
        sheet.write_number(1, 3, 10000, book.add_format({"num_format": '"¥"#,##0.00'}))
        sheet.write_number(1, 4, 5, book.add_format({"num_format": "[$€-407] #,##0"}))
        sheet.write_number(1, 5, 0.125, book.add_format({"num_format": "0.0%"}))
        sheet.write_string(4, 2, "远处")
    rows = list(open_table(path).rows())
    assert rows[0].cells == ("华兴", 5, Decimal("0.3"), True, "138xxxxxx88", 13812345678)
    assert rows[1].cells == (
        date(2024, 2, 15),
        datetime(2024, 2, 15, 8, 30),  # noqa: DTZ001
        time(8, 30),
        "¥ 10000",
        "€ 5",
        Decimal("0.125"),
    )
    assert (rows[2].number, rows[2].cells) == (5, (None, None, "远处"))


def test_a_stream_reads_what_a_whole_reader_reads(tmp_path: Path) -> None:
    path = tmp_path / "many.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for row in range(3000):
            sheet.write_row(row, 0, [f"客户{row}", f"x{row % 7} & <y>", row, row / 8, row % 2 == 0, f" 备注 {row} "])
    streamed = [[float(cell) if isinstance(cell, Decimal) else cell for cell in row] for row in cells(open_table(path))]
    whole = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert streamed == whole


def test_shared_strings_leave_readings_out_and_join_rich_text(tmp_path: Path) -> None:
    strings = (
        "<si><t>東京</t><rPh sb='0' eb='2'><t>トウキョウ</t></rPh></si><si><r><t>华</t></r><r><t>兴</t></r></si>"
        "<si><t>a_x000D_b_xD800_</t></si>"
    )
    row = "<row r='1'><c t='s' r='A1'><v>0</v></c><c t='s' r='B1'><v>1</v></c><c t='s' r='D1'><v>2</v></c></row>"
    assert cells(by_hand(tmp_path, row, strings=strings)) == [("東京", "华兴", None, "a\rb_xD800_")]


def test_a_prefixed_namespace_makes_no_difference(tmp_path: Path) -> None:
    parts = workbook_parts("")
    parts["xl/worksheets/sheet1.xml"] = (
        '<x:worksheet xmlns:x="urn:x"><x:sheetData><x:row r="1"><x:c r="B1"><x:v>5</x:v></x:c></x:row></x:sheetData>'
        '<x:mergeCells><x:mergeCell ref="A1:A2"/></x:mergeCells></x:worksheet>'
    )
    assert cells(open_table(packed(tmp_path / "x.xlsx", parts))) == [(None, 5)]


def test_days_may_be_counted_from_1904(tmp_path: Path) -> None:
    styles = "<cellXfs><xf numFmtId='0'/><xf numFmtId='14'/></cellXfs>"
    row = "<row><c s='1'><v>1</v></c><c s='1'><v>60</v></c><c s='1'><v>59</v></c></row>"
    since_1900 = by_hand(tmp_path, row, styles=styles)
    assert cells(since_1900) == [(date(1900, 1, 1), 60, date(1900, 2, 28))]
    since_1904 = by_hand(tmp_path, row, styles=styles, properties='<workbookPr date1904="1"/>')
    assert cells(since_1904) == [(date(1904, 1, 2), date(1904, 3, 1), date(1904, 2, 29))]


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("General", ""),
        ("0.00", ""),
        ("#,##0.00_);(#,##0.00)", ""),
        ("[h]:mm:ss", ""),
        ('0"小时"', ""),
        ("yyyy-mm-dd", "date"),
        ('yyyy"年"m"月"d"日"', "date"),
        ("[$-804]aaaa;@", ""),
        ("[$-F800]dddd, mmmm dd, yyyy", "date"),
        ("[$¥-804]#,##0.00", "CNY"),
        ("[$¥-411]#,##0", "JPY"),
        ("[$USD] #,##0", "USD"),
        ("[$$-409]#,##0", "USD"),
        ('"HK$"#,##0', "HK$"),
        ('#,##0"元"', "元"),
        ("[Red]#,##0", ""),
    ],
)
def test_a_number_format_tells_dates_and_currencies(code: str, shown: str) -> None:
    assert shown_as(code) == shown


def test_formulas_give_their_cached_value_and_tell_when_there_is_none(tmp_path: Path) -> None:
    row = (
        "<row r='1'><c r='A1'><f>1+1</f><v>2</v></c><c r='B1' t='str'><f>A1&amp;\"x\"</f><v>2x</v></c>"
        "<c r='C1'><f>SUM(A1:B1)</f></c><c r='D1' t='e'><f>1/0</f><v>#DIV/0!</v></c><c r='E1'><v>abc</v></c></row>"
    )
    found = next(by_hand(tmp_path, row).rows())
    assert found.cells == (2, "2x", "=SUM(A1:B1)", "#DIV/0!", "abc")
    assert [(flaw.code, flaw.column) for flaw in found.flaws] == [
        *(("formula_without_value", 2), ("cell_error", 3), ("cell_error", 4)),
    ]


def test_what_is_merged_over_rows_belongs_to_each_of_them(tmp_path: Path) -> None:
    path = tmp_path / "merged.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 2, "大客户管理分工表")
        sheet.merge_range(1, 0, 2, 0, "客户名称")
        sheet.merge_range(1, 1, 1, 2, "联系人信息")
        sheet.write_row(2, 1, ["姓名", "电话"])
        sheet.merge_range(3, 0, 5, 0, "华兴")
        sheet.write_row(3, 1, ["陈静", "1"])
        sheet.write_row(4, 1, ["刘洋", "2"])
    assert cells(open_table(path)) == [
        ("大客户管理分工表",),
        ("客户名称", "联系人信息"),
        ("客户名称", "姓名", "电话"),
        ("华兴", "陈静", "1"),
        ("华兴", "刘洋", "2"),
    ]


def test_the_first_shown_sheet_with_content_is_read_or_the_named_one(tmp_path: Path) -> None:
    path = tmp_path / "sheets.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("空表").activate()
        hidden = book.add_worksheet("旧表")
        hidden.write(0, 0, "旧")
        hidden.hide()
        book.add_worksheet("客户").write(0, 0, "新")
    found = open_table(path, name="sheets.xlsx")
    assert (found.sheet, found.sheets, cells(found)) == ("客户", ("空表", "旧表", "客户"), [("新",)])
    assert cells(open_table(path, sheet="旧表")) == [("旧",)]
    assert refusal(path, sheet="没有") == "no_such_sheet"


def test_a_workbook_without_content_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "empty.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet()
    assert refusal(path) == "empty_file"


def test_headings_alone_are_a_table(tmp_path: Path) -> None:
    assert cells(by_hand(tmp_path, text_row(1, "客户名称", "电话"))) == [("客户名称", "电话")]


def test_a_row_wider_than_any_table_is_reported(tmp_path: Path) -> None:
    row = "<row r='1'><c r='A1'><v>1</v></c><c r='XFD1'><v>2</v></c></row>"
    found = next(by_hand(tmp_path, row).rows())
    assert found.cells == (1,)
    assert [flaw.code for flaw in found.flaws] == ["too_many_columns"]


def test_a_bomb_is_refused_before_it_unpacks(tmp_path: Path) -> None:
    by_ratio = packed(tmp_path / "ratio.xlsx", workbook_parts(" " * 50_000_000))
    assert refusal(by_ratio) == "archive_bomb"
    by_size = tmp_path / "size.xlsx"
    with zipfile.ZipFile(by_size, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in workbook_parts("").items():
            archive.writestr(name, content)
        archive.writestr("xl/media/noise", b"x")
    data = bytearray(by_size.read_bytes())
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 200 << 20)
    by_size.write_bytes(data)
    assert refusal(by_size) == "archive_bomb"


def test_an_archive_that_unpacks_to_more_than_it_declares_is_damaged(tmp_path: Path) -> None:
    path = packed(tmp_path / "liar.xlsx", workbook_parts(text_row(1, "x" * 5000)))
    data = bytearray(path.read_bytes())
    at = data.rfind(b"xl/worksheets/sheet1.xml") - 46
    data[at + 24 : at + 28] = struct.pack("<I", 300)
    path.write_bytes(data)
    assert refusal(path) == "damaged_file"


def test_more_entries_than_any_workbook_has_are_refused(tmp_path: Path) -> None:
    parts = workbook_parts("") | {f"xl/media/{number}": "" for number in range(1000)}
    assert refusal(packed(tmp_path / "many.xlsx", parts)) == "too_many_entries"


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
    ],
)
def test_entities_and_document_types_are_refused(tmp_path: Path, head: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        list(by_hand(tmp_path, text_row(1, "x"), head=head).rows())
    assert refused.value.errors[0].code == "entities_refused"


def test_an_archive_within_an_archive_is_no_workbook(tmp_path: Path) -> None:
    inner = packed(tmp_path / "inner.xlsx", workbook_parts(text_row(1, "x"))).read_bytes()
    assert refusal(packed(tmp_path / "outer.xlsx", {"inner.xlsx": inner})) == "not_a_workbook"


def test_encrypted_files_are_told_from_damaged_ones(tmp_path: Path) -> None:
    path = packed(tmp_path / "locked.xlsx", workbook_parts(text_row(1, "x")))
    data = bytearray(path.read_bytes())
    data[data.rfind(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert refusal(path) == "encrypted_file"
    office = tmp_path / "office.xlsx"
    office.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + "EncryptedPackage".encode("utf-16-le"))
    assert refusal(office) == "encrypted_file"


@pytest.mark.parametrize("content", [b"PK\x03\x04 not really", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)])
def test_a_file_that_only_begins_like_a_workbook_is_damaged(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "damaged.xlsx"
    path.write_bytes(content)
    assert refusal(path) == "damaged_file"


@pytest.mark.parametrize(
    "cells_xml",
    [
        "<row r='1'><c t='s'><v>99</v></c></row>",
        "<row r='2'><c><v>1</v></c></row><row r='1'><c><v>2</v></c></row>",
        "<row r='1'><c r='?1'><v>1</v></c></row>",
        "<row r='1'><c><v>1</v>",
    ],
)
def test_a_sheet_that_contradicts_itself_is_damaged(tmp_path: Path, cells_xml: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        list(by_hand(tmp_path, cells_xml).rows())
    assert refused.value.errors[0].code == "damaged_file"


def test_macros_are_never_looked_at(tmp_path: Path) -> None:
    parts = workbook_parts(text_row(1, "客户名称")) | {"xl/vbaProject.bin": "Sub Auto_Open()"}
    assert cells(open_table(packed(tmp_path / "macro.xlsm", parts), name="macro.xlsm")) == [("客户名称",)]


ODS_CONTENT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet><table:table table:name="客户">{rows}</table:table></office:spreadsheet></office:body>
</office:document-content>"""


def ods(tmp_path: Path, rows: str) -> Path:
    return packed(
        tmp_path / "table.ods",
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": '<manifest xmlns="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
            "content.xml": ODS_CONTENT.format(rows=rows),
        },
    )


def test_an_ods_is_read_in_its_own_process(tmp_path: Path) -> None:
    rows = (
        '<table:table-row><table:table-cell office:value-type="string"><text:p>客户名称</text:p></table:table-cell>'
        '<table:table-cell office:value-type="float" office:value="1.5"/>'
        '<table:table-cell office:value-type="date" office:date-value="2024-02-15"/></table:table-row>'
    )
    found = open_table(ods(tmp_path, rows), name="客户.ods")
    assert (found.format, found.sheets) == ("ods", ("客户",))
    assert cells(found) == [("客户名称", Decimal("1.5"), date(2024, 2, 15))]


def test_an_ods_that_claims_a_giant_sheet_costs_its_child_not_the_service(tmp_path: Path) -> None:
    cell = '<table:table-cell table:number-columns-repeated="16000" office:value-type="float" office:value="1"/>'
    row = f'<table:table-row table:number-rows-repeated="1000000">{cell}</table:table-row>'
    assert refusal(ods(tmp_path, row)) == "damaged_file"


def test_an_xls_is_read_in_its_own_process(tmp_path: Path) -> None:
    path = tmp_path / "old.xls"
    path.write_bytes(xls(["客户名称", "电话"], ["华兴", 5.0]))
    found = open_table(path, name="old.xls")
    assert found.format == "xls"
    assert cells(found) == [("客户名称", "电话"), ("华兴", 5)]
