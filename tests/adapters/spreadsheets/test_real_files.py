"""The tables of daily work as people type them, and real files where they are at hand, from bytes to values."""

import gzip
import shutil
import tracemalloc
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from service.adapters.spreadsheets.opening import Table, open_table
from service.domain.cell_reading import Habits
from service.domain.headings import Headings, find_headings
from service.domain.import_fields import REQUIRED
from service.domain.row_reading import RowReader, RowReading

TYPED = Path(__file__).parents[2] / "data"
SHARED = Path(__file__).parents[4] / "shared" / "data"


def opened(path: Path, target: str = "accounts") -> tuple[Table, Headings, RowReader]:
    table = open_table(path, name=path.name)
    head = [row.cells for row in table.head(20)]
    headings = find_headings(head, target, surely_first=table.headings_first)
    reader = RowReader(
        headings.columns, target, habits=Habits("CNY"), headings=headings.cells, delimited=table.format == "csv"
    )
    return table, headings, reader


def read(path: Path, target: str = "accounts") -> list[RowReading]:
    table, headings, reader = opened(path, target)
    return [reader.read(row) for row in list(table.rows())[headings.rows_above :]]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("target", ["accounts", "tasks"])
def test_the_division_table_is_read_completely(kind: str, target: str) -> None:
    early, current, waiting = read(TYPED / f"division_of_labour.{kind}", target)
    assert early.values == {
        "account.name": "华兴科技有限公司",
        "task.assignee": "张伟",
        "task.contact": "138xxxxxx88",
        "task.subject": "商务谈判",
        "task.planned_on": date(2024, 2, 15),
        "task.actual_on": date(2024, 2, 10),
        "task.state": "done",
        "task.note": "提前完成",
    }
    assert "task.actual_on" not in current.values
    assert (current.values["task.state"], current.values["task.note"]) == ("in_progress", "需提前准备相关材料")
    assert waiting.values["task.state"] == "not_started"
    for reading in (early, current, waiting):
        assert (reading.problems, reading.kept) == ((), {})


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_daily_management_table_is_read_completely(kind: str) -> None:
    first, second, third = read(TYPED / f"daily_management.{kind}")
    assert first.values == {
        "account.name": "华兴科技有限公司",
        "account.industry": "制造业",
        "contact.name": "陈静",
        "contact.mobile": "138xxxxxx88",
        "contact.email": "chenjing@example.com",
        "order.history": "2023-01-01，产品A，¥10,000",
        "order.progress": "已下单",
        "service.records": "2023-01-05 电话回访，客户满意",
        "campaign.participation": "参加春季新品发布会",
    }
    assert third.values["contact.email"] == "-"
    for reading in (first, second, third):
        assert (reading.problems, reading.kept) == ((), {})


def shared(name: str, tmp_path: Path) -> Path:
    """A real file, unpacked; it is never copied into the project."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{SHARED} is absent on this machine")
    if path.suffix != ".gz":
        return path
    unpacked = tmp_path / path.stem
    with gzip.open(path) as source, unpacked.open("wb") as target:
        shutil.copyfileobj(source, target)
    return unpacked


@pytest.mark.parametrize(
    ("name", "target", "expected", "rows"),
    [
        (
            "companies_global_financedatabase/companies_24k.csv.gz",
            "accounts",
            {"symbol": "account.code", "name": "account.name", "country": "account.region", "market_cap": None},
            24_259,
        ),
        (
            "companies_sp500/constituents.csv",
            "accounts",
            {"Security": "account.name", "GICS Sub-Industry": "account.industry", "Founded": None},
            503,
        ),
        (
            "crm_maven_opportunities/accounts.csv",
            "accounts",
            {"account": "account.name", "sector": "account.industry", "revenue": "account.potential_value"},
            85,
        ),
        (
            "crm_maven_opportunities/sales_pipeline.csv",
            "accounts",
            {"account": "account.name", "sales_agent": "account.owner", "close_value": "order.amount"},
            8_800,
        ),
        (
            "crm_maven_opportunities/sales_teams.csv",
            "staff",
            {"sales_agent": "staff.name", "manager": "staff.manager", "regional_office": "staff.regions"},
            35,
        ),
        (
            "complaints_cfpb/complaints_full_columns.csv",
            "accounts",
            {"Company": "account.name", "Company public response": None, "Date sent to company": None},
            268,
        ),
        (
            "companies_global_financedatabase/raw_SHZ.csv.gz",
            "accounts",
            {"symbol": "account.code", "name": "account.name", "summary": None, "market_cap": None},
            None,
        ),
    ],
)
def test_a_real_file_is_mapped_sensibly_and_no_row_is_lost(
    tmp_path: Path, name: str, target: str, expected: dict[str, str | None], rows: int | None
) -> None:
    table, headings, reader = opened(shared(name, tmp_path), target)
    found = {column.heading: column.field for column in headings.columns}
    assert {heading: found[heading] for heading in expected} == expected
    assert not headings.flaws
    readings = [reader.read(row) for row in table.rows()][1:]
    assert rows is None or len(readings) == rows
    lacking = sum(not set(REQUIRED[target]) <= set(reading.values) for reading in readings)
    assert sum(reading.is_rejected for reading in readings) == lacking
    assert {problem.code for reading in readings for problem in reading.problems} <= {
        "required_missing",
        "unknown_currency",
    }


def test_half_a_million_real_order_lines_are_mapped_from_their_head(tmp_path: Path) -> None:
    table, headings, reader = opened(shared("tx_onlineretail_cc0/onlineretail.csv.gz", tmp_path), "orders")
    assert [column.field for column in headings.columns] == [
        *("order.number", "order.product_code", "order.product", "order.quantity"),
        *("order.ordered_on", "order.unit_price", "account.code", "account.region"),
    ]
    first = reader.read(table.head(2)[1])
    assert first.values["order.ordered_on"] == date(2010, 12, 1)
    assert first.kept == {"InvoiceDate": "2010-12-01 08:26:00"}


def test_memory_does_not_grow_with_a_workbook(tmp_path: Path) -> None:
    def peak(rows: int) -> int:
        path = tmp_path / f"{rows}.xlsx"
        with xlsxwriter.Workbook(path, {"constant_memory": False}) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, ["客户名称", "电话", "备注"])
            for row in range(1, rows + 1):
                sheet.write_row(row, 0, [f"华兴{row}", f"138{row:08d}", f"备注{row} 需提前准备相关材料"])
        tracemalloc.start()
        count = sum(1 for _ in open_table(path).rows())
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert count == rows + 1
        return highest

    peak(500)
    assert peak(9_000) < peak(3_000) * 1.3  # thrice the rows; blocks and caches fill up once
