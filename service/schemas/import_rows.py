"""Rows of an import as JSON: what became of each, and which were rejected."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.schemas.fields import Body, Text50, View
from service.schemas.page import PageFilter
from service.schemas.wording import Wording


class RowOutcome(StrEnum):
    """What a row did to its account or person; of a dry run, what it would do.

    一行对其客户或人员的作用；校验时为将有的作用。
    """

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


class RowProblem(View):
    """What is wrong with a cell, or without a column with the row. 单元格的问题；未列明列时为整行的问题。"""

    code: str = Field(examples=["rate_missing"])
    detail: Wording
    column: str | None = Field(description="Letters of the column. 列的字母。", examples=["D"])
    heading: str | None = Field(examples=["潜在价值"])
    field: str | None = Field(examples=["account.potential_value"])
    rejects: bool = Field(
        description="true: the row must be mended; false: it was taken all the same. "
        "true：该行须改正；false：仍已接收。"
    )


class ImportRowView(View):
    """What became of one row. 一行的结果。"""

    row_number: int = Field(description="Number of the row in the file, as people count. 在文件中的行号，从 1 起。")
    outcome: RowOutcome
    account_id: UUID | None
    contact_id: UUID | None
    task_id: UUID | None
    staff_id: UUID | None = Field(
        description="The person, where people are what the file brings. 人员，用于导入人员表。"
    )
    cells: list[str | None] = Field(
        description="Every cell as it was typed; null where it is hidden from you. 每个单元格的原文；对您隐藏时为空。"
    )
    kept: dict[str, str] = Field(
        description="By heading, the cells for which no field of ours stands in full. "
        "没有完全对应字段的单元格，按表头列出。"
    )
    errors: list[RowProblem]


class ImportRowPage(View):
    """Some rows, and where the next ones begin. 一页行及下一页的起点。"""

    items: list[ImportRowView]
    next_cursor: str | None


class ImportRowFilter(PageFilter):
    """Which rows of the last run."""

    outcome: Annotated[list[RowOutcome], Field(max_length=4)] | None = Field(
        default=None, description="Outcomes. 结果。"
    )
    row_number: Annotated[list[int], Field(max_length=100)] | None = Field(
        default=None, description="Row numbers. 行号。"
    )
    code: Text50 | None = Field(
        default=None, description="Rows with this error or warning. 带有此错误或提示的行。", examples=["rate_missing"]
    )
    account_id: UUID | None = Field(default=None, description="Rows that concern this account. 涉及该客户的行。")


class RejectedFormat(StrEnum):
    """What the rejected rows come back as. 被拒绝行的文件格式。"""

    CSV = "csv"
    XLSX = "xlsx"


class RejectedFilter(Body):
    """How the rejected rows come back."""

    format: RejectedFormat = Field(
        default=RejectedFormat.XLSX, description="CSV (UTF-8 with BOM) or XLSX. CSV（UTF-8，带 BOM）或 XLSX。"
    )
