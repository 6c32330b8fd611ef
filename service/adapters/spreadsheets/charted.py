"""A workbook of tables of numbers with native charts beside them; text cells stay text (see writing)."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

Row = Sequence[str | float | None]


@dataclass(frozen=True)
class Chart:
    """A native chart of some columns of its sheet: kind column or scatter; `series` are pairs of x and y columns."""

    kind: str
    title: str
    axes: tuple[str, str]
    series: Sequence[tuple[int, int]]
    upper: float | None = None


@dataclass(frozen=True)
class Sheet:
    """A table with headings, and the charts beside it."""

    name: str
    headings: Sequence[str]
    rows: Sequence[Row]
    charts: Sequence[Chart] = ()


def charted_workbook(sheets: Sequence[Sheet]) -> bytes:
    """The XLSX file of some sheets."""
    stream = BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as workbook:
        formats = {
            "heading": workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
            "text": workbook.add_format({"quote_prefix": True}),
            "number": workbook.add_format({"num_format": "0.000"}),
            "whole": workbook.add_format({"num_format": "0"}),
        }
        for sheet in sheets:
            write_sheet(workbook, sheet, formats)
    return stream.getvalue()


def write_sheet(workbook: Any, sheet: Sheet, formats: dict[str, Any]) -> None:
    """One sheet: its table, then its charts to the right."""
    table = workbook.add_worksheet(sheet.name)
    table.freeze_panes(1, 0)
    table.set_column(0, len(sheet.headings) - 1, 16)
    for column, heading in enumerate(sheet.headings):
        table.write_string(0, column, heading, formats["heading"])
    for at, row in enumerate(sheet.rows, 1):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                table.write_string(at, column, cell, formats["text"])
            elif cell is not None:
                table.write_number(at, column, cell, formats["whole" if isinstance(cell, int) else "number"])
    for at, chart in enumerate(sheet.charts):
        table.insert_chart(1 + at * 24, len(sheet.headings) + 1, drawn(workbook, sheet, chart))


def drawn(workbook: Any, sheet: Sheet, chart: Chart) -> Any:
    """One native chart."""
    kind = {"type": "scatter", "subtype": "straight"} if chart.kind == "scatter" else {"type": chart.kind}
    native = workbook.add_chart(kind)
    last = len(sheet.rows)
    for x, y in chart.series:
        native.add_series(
            {
                "name": [sheet.name, 0, y],
                "categories": [sheet.name, 1, x, last, x],
                "values": [sheet.name, 1, y, last, y],
            }
        )
    upper = {} if chart.upper is None else {"max": chart.upper}
    native.set_title({"name": chart.title, "name_font": {"size": 13}})
    native.set_x_axis({"name": chart.axes[0], **(upper if chart.kind == "scatter" else {})})
    native.set_y_axis({"name": chart.axes[1], "min": 0, "major_gridlines": {"visible": True}, **upper})
    native.set_legend({"position": "top"})
    native.set_size({"width": 860, "height": 440})
    return native
