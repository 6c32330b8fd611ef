"""Rows written so that nothing is taken for a formula, and rejected rows that can be mended and sent again."""

import csv
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

import pytest
from python_calamine import CalamineWorkbook

from service.adapters.spreadsheets import writing
from service.adapters.spreadsheets.opening import open_table
from service.adapters.spreadsheets.rejected_rows import PROBLEM_HEADING, write_rejected
from service.adapters.spreadsheets.writing import begins_like_a_formula, write_csv, write_xlsx
from service.domain.cell_reading import Habits, written
from service.domain.headings import find_headings
from service.domain.invalid import InvalidInput
from service.domain.row_reading import RowReader, RowReading
from service.domain.tables import Cell

HOSTILE = ["=1+1", "+86 138", "-5", "@SUM(A1)", "＝1+1", " =1", "\t=1", "\r=1", "\x01=1", "＠x"]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_may_be_taken_for_a_formula_is_known(text: str) -> None:
    assert begins_like_a_formula(text)


@pytest.mark.parametrize("text", ["", "华兴", "a=b", "5-6", "'=1", "（注）"])
def test_what_is_no_formula_is_left_alone(text: str) -> None:
    assert not begins_like_a_formula(text)


def test_csv_is_what_excel_opens_and_holds_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    write_csv(
        path,
        ["名称", "=值"],
        [[text, None] for text in HOSTILE] + [["华兴", Decimal("-5.50")], [date(2024, 2, 15), -5]],
    )
    data = path.read_bytes()
    assert data.startswith("\ufeff名称,'=值\r\n".encode())
    lines = list(csv.reader(data.decode("utf-8-sig").splitlines(keepends=True)[1:]))
    texts = [line for line in lines if line and line[0].startswith("'")]
    assert len(texts) == len(HOSTILE)
    assert lines[-2:] == [["华兴", "-5.50"], ["2024-02-15", "-5"]]


@pytest.mark.parametrize("text", [text for text in HOSTILE if "\x01" not in text])
def test_what_was_guarded_reads_back_as_it_was(tmp_path: Path, text: str) -> None:
    path = tmp_path / "out.csv"
    write_csv(path, ["名称"], [[text]])
    (row,) = list(open_table(path).rows())[1:]
    assert written(row.cells[0]) == text.strip()


def test_xlsx_keeps_types_and_makes_every_text_a_text(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    moment = datetime(2024, 2, 15, 8, 30)  # noqa: DTZ001
    row: list[Cell] = ["=1+1", "华兴", 5, Decimal("5.25"), True, date(2024, 2, 15), moment, None, 12345678901234567]
    write_xlsx(path, [f"列{number}" for number in range(len(row))], [row], sheet="导出")
    sheet = CalamineWorkbook.from_path(path).get_sheet_by_name("导出")
    assert sheet.to_python()[1] == ["=1+1", "华兴", 5, 5.25, True, date(2024, 2, 15), moment, "", "12345678901234567"]
    assert list(open_table(path).rows())[1].cells == (*row[:7], None, "12345678901234567")


def test_what_xlsx_cannot_hold_is_refused_and_not_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidInput) as refused:
        write_xlsx(tmp_path / "out.xlsx", ["名称"], [["x" * 32_768]])
    assert refused.value.errors[0].code == "cell_too_long_for_xlsx"
    monkeypatch.setattr(writing, "MOST_ROWS_XLSX", 3)
    with pytest.raises(InvalidInput) as refused:
        write_xlsx(tmp_path / "out.xlsx", ["名称"], [["a"], ["b"], ["c"]])
    assert refused.value.errors[0].code == "too_many_rows_for_xlsx"


SENT = "客户名称,潜在价值,电话\r\n,5万,138\r\n华兴,1-2万,'+86 138\r\n合计,10,\r\n东方,3万,139,多余\r\n"


def read_all(path: Path) -> tuple[list[str], list[tuple[tuple[Cell, ...], RowReading]]]:
    table = open_table(path)
    headings = find_headings([row.cells for row in table.head(20)])
    reader = RowReader(
        headings.columns, "accounts", habits=Habits("CNY"), headings=headings.cells, delimited=table.format == "csv"
    )
    rows = list(table.rows())[headings.rows_above :]
    return list(headings.cells), [(row.cells, reader.read(row)) for row in rows]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_rejected_rows_come_back_as_a_file_that_can_be_mended_and_sent_again(
    tmp_path: Path, kind: Literal["csv", "xlsx"]
) -> None:
    sent = tmp_path / "sent.csv"
    sent.write_text(SENT, encoding="utf-8", newline="")
    headings, read = read_all(sent)
    rejected = [(cells, reading.problems) for cells, reading in read if reading.is_rejected]
    assert len(rejected) == 3
    back = tmp_path / f"rejected.{kind}"
    write_rejected(back, kind, headings, rejected)

    rows = [row.cells for row in open_table(back).rows()]
    assert rows[0] == (PROBLEM_HEADING, "客户名称", "潜在价值", "电话")
    assert rows[1][0] == "客户名称: 此字段必填。 This field is needed."
    assert rows[3][1:] == ("东方", "3万", "139", "多余")

    _, again = read_all(back)
    assert again[0][1].values == read[0][1].values
    assert [problem.code for problem in again[0][1].problems] == ["required_missing"]
    assert again[0][1].problems[0].heading == "客户名称"


def test_reasons_come_in_the_language_asked_for(tmp_path: Path) -> None:
    sent = tmp_path / "sent.csv"
    sent.write_text(SENT, encoding="utf-8", newline="")
    headings, read = read_all(sent)
    write_rejected(tmp_path / "zh.csv", "csv", headings, [(read[0][0], read[0][1].problems)], language="zh-CN")
    assert list(open_table(tmp_path / "zh.csv").rows())[1].cells[0] == "客户名称: 此字段必填。"
