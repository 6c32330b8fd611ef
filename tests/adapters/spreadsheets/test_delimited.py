"""CSV as people send it: encodings, delimiters, line ends, quotes out of place."""

import random
import tracemalloc
from pathlib import Path

import pytest

from service.adapters.spreadsheets.opening import Table, open_table
from service.domain.invalid import InvalidInput
from service.domain.tables import Cell

CHINESE = "客户名称,负责人,联系方式\r\n华兴科技有限公司,张伟,138xxxxxx88\r\n东方电器集团,李娜,139xxxxxx66\r\n"
TRADITIONAL = "客戶名稱,負責人,聯絡電話\r\n華興科技有限公司,張偉,0912345678\r\n東方電器集團,李娜,0922000000\r\n"


def table(tmp_path: Path, content: str | bytes, *, encoding: str | None = None, name: str = "data.csv") -> Table:
    path = tmp_path / "upload"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return open_table(path, name=name, encoding=encoding)


def cells(found: Table) -> list[tuple[Cell, ...]]:
    return [row.cells for row in found.rows()]


def refusal(tmp_path: Path, content: str | bytes, *, encoding: str | None = None) -> tuple[str, str]:
    with pytest.raises(InvalidInput) as refused:
        list(table(tmp_path, content, encoding=encoding).rows())
    error = refused.value.errors[0]
    assert error.pointer == "/file"
    return error.code, error.detail.en


@pytest.mark.parametrize(
    ("codec", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16-le"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
    ],
)
def test_the_encodings_of_chinese_spreadsheets_are_recognised(tmp_path: Path, codec: str, found: str) -> None:
    opened = table(tmp_path, CHINESE.encode(codec))
    assert (opened.format, opened.encoding) == ("csv", found)
    assert cells(opened)[0] == ("客户名称", "负责人", "联系方式")
    assert cells(opened)[2] == ("东方电器集团", "李娜", "139xxxxxx66")


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("big5", TRADITIONAL),
        ("cp932", "会社名,業種\n日本電気株式会社,電機\nトヨタ自動車株式会社,自動車\n"),
        ("cp949", "회사명,업종\n삼성전자,전자\n현대자동차,자동차\n"),
        ("cp1252", "Firma,Ort\nMüller GmbH,München\nGröße AG,Köln\n"),
        ("cp1252", "Société,Ville\nÉlectricité générale,Orléans\n"),
        ("cp1251", "Компания,Город\nГазпром,Москва\nЛукойл,Пермь\n"),
    ],
)
def test_other_legacy_encodings_are_recognised_too(tmp_path: Path, codec: str, text: str) -> None:
    lines = [tuple(line.split(",")) for line in text.split()] if " " not in text else None
    found = cells(table(tmp_path, text.encode(codec)))
    assert found == (lines or [tuple(line.split(",")) for line in text.strip().split("\n")])


def test_a_rare_foreign_name_deep_in_a_file_decides_its_encoding(tmp_path: Path) -> None:
    text = "Company,City\n" + "Acme,London\n" * 50_000 + "华兴,上海\n"
    assert cells(table(tmp_path, text.encode("gb18030")))[-1] == ("华兴", "上海")


@pytest.mark.parametrize("label", ["Big5", "GB18030", "gbk", "GB2312", "UTF-16", "utf_16_le", "utf8"])
def test_a_stated_encoding_overrides_detection(tmp_path: Path, label: str) -> None:
    text = TRADITIONAL if label == "Big5" else CHINESE
    codec = {"GB2312": "gbk", "utf_16_le": "utf-16-le", "utf8": "utf-8"}.get(label, label)
    assert cells(table(tmp_path, text.encode(codec), encoding=label))[0][0] in ("客户名称", "客戶名稱")


def test_an_unknown_encoding_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, CHINESE, encoding="klingon")[0] == "unknown_encoding"


def test_a_byte_that_is_not_valid_is_refused_with_its_line_and_never_replaced(tmp_path: Path) -> None:
    broken = CHINESE.encode() * 3 + b"\xff\xfe,x,y\r\n" + CHINESE.encode()
    assert refusal(tmp_path, broken) == (
        "undecodable_bytes",
        "Line 10 is not valid UTF-8; state the right encoding or mend the line.",
    )
    assert refusal(tmp_path, CHINESE.encode("gb18030"), encoding="utf-8")[1].startswith("Line 1 ")
    assert refusal(tmp_path, "a,b\nc,".encode("utf-16-le") + b"\x00\xd8x\x00", encoding="utf-16-le")[1].startswith(
        "Line 2 "
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    lines = [("名称", "金额", "备注"), ("华兴", "1.5", "好"), ("东方", "2.5", "a b")]
    found = table(tmp_path, "\n".join(delimiter.join(line) for line in lines))
    assert found.delimiter == delimiter
    assert cells(found) == lines


def test_decimal_commas_do_not_win_over_semicolons(tmp_path: Path) -> None:
    found = table(tmp_path, "Firma;Umsatz;Ort\nA;1,5;Bonn\nB;2,5;Köln\n")
    assert cells(found)[1] == ("A", "1,5", "Bonn")


def test_the_first_line_of_excel_states_the_delimiter(tmp_path: Path) -> None:
    found = table(tmp_path, "sep=;\r\na;b,c,d\r\n1;2,3,4\r\n")
    assert [(row.number, row.cells) for row in found.rows()] == [(2, ("a", "b,c,d")), (3, ("1", "2,3,4"))]


def test_line_ends_may_be_mixed_and_blank_rows_count(tmp_path: Path) -> None:
    found = table(tmp_path, "a,b\r\n1,2\n3,4\r5,6\r\n\r\n,\n7,8")
    assert [(row.number, row.cells[0]) for row in found.rows()] == [(1, "a"), (2, "1"), (3, "3"), (4, "5"), (7, "7")]


def test_a_cell_may_have_several_lines(tmp_path: Path) -> None:
    found = table(tmp_path, 'name,note\r\n华兴,"第一行\r\n第二行, ""引号"""\r\n东方,x\r\n')
    assert cells(found)[1:] == [("华兴", '第一行\r\n第二行, "引号"'), ("东方", "x")]


def test_a_stray_quote_costs_its_own_row_and_is_reported_with_its_text(tmp_path: Path) -> None:
    rows = list(table(tmp_path, 'name,note\n"华兴"x,1\n东方,2\n5" 屏幕,3\n').rows())
    assert [(row.cells, [flaw.code for flaw in row.flaws]) for row in rows[1:]] == [
        (('"华兴"x,1',), ["stray_quote"]),
        (("东方", "2"), []),
        (('5" 屏幕', "3"), []),
    ]


@pytest.mark.parametrize("rest", [3, 5000])
def test_a_quote_that_is_never_closed_costs_one_row_not_the_rest_of_the_file(tmp_path: Path, rest: int) -> None:
    rows = list(table(tmp_path, 'name,note\n"华兴,1\n' + "东方,2\n" * rest).rows())
    assert rows[1].flaws[0].code == "unclosed_quote"
    assert rows[1].cells == ('"华兴,1',)
    assert [row.cells for row in rows[2:]] == [("东方", "2")] * rest


def test_rows_may_be_shorter_or_longer_than_the_headings(tmp_path: Path) -> None:
    assert cells(table(tmp_path, "a,b,c\n1\n1,2,3,4\n")) == [("a", "b", "c"), ("1",), ("1", "2", "3", "4")]


def test_a_row_of_twenty_thousand_cells_is_refused_alone(tmp_path: Path) -> None:
    rows = list(table(tmp_path, "a,b\n" + "x," * 20_000 + "\n1,2\n").rows())
    assert [[flaw.code for flaw in row.flaws] for row in rows] == [[], ["too_many_columns"], []]


def test_a_line_longer_than_any_record_is_refused_alone(tmp_path: Path) -> None:
    rows = list(table(tmp_path, "a,b\n" + "x" * 3_000_000 + "\n1,2\n").rows())
    assert [[flaw.code for flaw in row.flaws] for row in rows] == [[], ["row_too_long"], []]
    assert rows[2].cells == ("1", "2")


def test_nul_bytes_stay_in_their_cell_for_the_reading_to_report(tmp_path: Path) -> None:
    text = "name,note\n" + "华兴,一个普通的备注，足够长\n" * 5 + "东\x00方,x\n"
    assert cells(table(tmp_path, text))[-1] == ("东\x00方", "x")


@pytest.mark.parametrize("content", ["", "\ufeff", "\n\n  \r\n", b"\xff\xfe"])
def test_an_empty_file_is_refused(tmp_path: Path, content: str | bytes) -> None:
    assert refusal(tmp_path, content)[0] == "empty_file"


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7 x",
        b"\x1f\x8b\x08\x00",
        b"<html><table>",
        b'[{"a": 1}]',
        bytes(range(32)) * 9,
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    assert refusal(tmp_path, content)[0] == "unknown_format"


def test_a_name_that_says_something_else_is_reported_and_the_content_believed(tmp_path: Path) -> None:
    found = table(tmp_path, CHINESE, name="客户.xlsx")
    assert found.format == "csv"
    assert [notice.code for notice in found.notices] == ["extension_mismatch"]
    assert found.notices[0].detail.zh == "文件名表示 XLSX，内容实为 CSV；已按内容读取。"
    assert not table(tmp_path, CHINESE, name="客户.CSV").notices


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    def peak(rows: int) -> int:
        path = tmp_path / f"{rows}.csv"
        with path.open("w", encoding="gb18030") as file:
            file.write("客户名称,备注\n")
            file.writelines(f"华兴{random.random()},备注{number}\n" for number in range(rows))
        tracemalloc.start()
        count = sum(1 for _ in open_table(path).rows())
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert count == rows + 1
        return highest

    peak(1000)
    assert peak(60_000) < peak(20_000) * 1.1
