"""Imports as JSON: a file on its way in, and its columns."""

from enum import StrEnum
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, Json, RootModel, StrictBool, StrictInt, model_validator

from service.domain.import_keys import MatchOn
from service.domain.states import ImportState
from service.errors import FieldFlaw
from service.schemas.fields import Body, CurrencyCode, DecimalText, Instant, Text50, Text200, View
from service.schemas.page import PageFilter
from service.schemas.wording import Wording


class ImportTarget(StrEnum):
    """What the rows of a file are first of all; but for `staff` the account of each row is found or entered too.

    文件各行的主要内容；除 `staff` 外，每行的客户也会被匹配或录入。
    """

    ACCOUNTS = "accounts"
    CONTACTS = "contacts"
    STAFF = "staff"
    TASKS = "tasks"


class ImportMode(StrEnum):
    """One rejected row keeps the whole file out, or the good rows go in. 有一行被拒绝即全部不写入，或写入合格行。"""

    ATOMIC = "atomic"
    PARTIAL = "partial"


class ColumnChoice(Body):
    """Which field a column fills; the column is named by its position or by its heading.

    某列对应的字段；列以位置或表头指明。
    """

    column: Annotated[StrictInt, Field(ge=0, le=999)] | None = Field(
        default=None, description="Position, 0 for A. 列的位置，A 列为 0。"
    )
    heading: Text200 | None = Field(
        default=None, description="The heading, where only one column has it. 表头；仅当唯一时可用。"
    )
    field: Text50 | None = Field(
        description="Field such as `account.name`, `contact.mobile`, `task.subject`; null keeps the cells "
        "verbatim. "
        "对应字段，如 `account.name`、`contact.mobile`、`task.subject`；空表示原样保留。",
        examples=["account.name"],
    )
    multiplier: DecimalText | None = Field(
        default=None,
        gt=0,
        le=10**12,
        description="What numbers in the column count, such as 10000 for 万. 该列数字的倍数，如“万”为 10000。",
    )
    currency: CurrencyCode | None = Field(
        default=None, description="Currency of unmarked amounts in the column. 该列中未注明货币的金额所用的货币。"
    )

    @model_validator(mode="after")
    def name_one_column(self) -> Self:
        """Exactly one of position and heading."""
        if (self.column is None) == (self.heading is None):
            raise FieldFlaw("one_of_two", "Name either column or heading.", "column 与 heading 须且只须填一个。")
        return self


Choices = Annotated[list[ColumnChoice], Field(max_length=1000)]


class ChoicesText(RootModel[Choices]):
    """The same as one JSON text, which a form may hold. 同样的内容，以一段 JSON 文本填入表单。"""


DecimalMark = Literal[".", ","]
MAPPING = "Columns whose field is another than suggested; the others stay as suggested. 与建议不同的列。"
MATCH_ON = (
    "By what a row finds its account: `code`, `external_ref`, or normalised name and region; "
    "by default the first that a column holds. People are found by their staff code (`code`). 按何字段匹配已有记录。"
)
CURRENCY = "Currency of amounts without a mark; the base currency by default. It also decides what ¥ or kr mean. 币种。"
DECIMAL_MARK = "What parts decimals in the file, where 1.234 may be read in two ways. 小数点符号。"
DAY_FIRST = (
    "Whether 05.02.2024 is in February (true) or in May (false); without it such a date is not understood. 日在月前。"
)


class ImportCreate(Body):
    """How a file is to be taken; the form's part `file` holds the file itself."""

    target: ImportTarget = Field(
        default=ImportTarget.ACCOUNTS,
        description="What the rows are; of `staff`, roles (角色) and who is active (状态) may be among the columns. "
        "表格内容；`staff` 的列可含角色与状态。",
    )
    confirm: bool = Field(
        default=False,
        description="true: run at once; false: wait until the mapping is confirmed. true：立即执行。",
    )
    validate_only: bool = Field(
        default=False, description="true: a dry run with the same report; nothing is written. true：仅校验，不写入。"
    )
    mode: ImportMode = Field(
        default=ImportMode.PARTIAL, description="All rows or none, or the good ones. 全部或仅合格行写入。"
    )
    match_on: MatchOn | None = Field(default=None, description=MATCH_ON)
    encoding: Text50 | None = Field(
        default=None,
        description="Overrides the detected encoding: UTF-8, UTF-16, GB18030, Big5, … 文件编码，不填则自动识别。",
    )
    sheet: Text200 | None = Field(
        default=None, description="Sheet of a workbook; the first that says anything. 工作表。"
    )
    currency: CurrencyCode | None = Field(default=None, description=CURRENCY)
    decimal_mark: DecimalMark | None = Field(default=None, description=DECIMAL_MARK)
    day_first: bool | None = Field(default=None, description=DAY_FIRST)
    mapping: Json[ChoicesText] | None = Field(default=None, description=f"JSON. {MAPPING}")


class ImportConfirm(Body):
    """The word to go: whatever is left out stays as the import has it. 开始执行；未填项沿用导入已有的设置。"""

    mapping: Choices = Field(default=[], description=MAPPING)
    mode: ImportMode | None = Field(
        default=None, description="All rows or none, or the good ones. 全部或仅合格行写入。"
    )
    validate_only: StrictBool | None = Field(
        default=None, description="true: a dry run; false: for real. true：仅校验；false：正式写入。"
    )
    match_on: MatchOn | None = Field(default=None, description=MATCH_ON)
    currency: CurrencyCode | None = Field(default=None, description=CURRENCY)
    decimal_mark: DecimalMark | None = Field(default=None, description=DECIMAL_MARK)
    day_first: StrictBool | None = Field(default=None, description=DAY_FIRST)


class ImportCancel(Body):
    """Calls an import off; rows that are in already stay. 取消导入；已写入的行保留。"""


class ImportColumn(View):
    """A column: its heading, the field that it fills, and how sure that is. 一列：表头、对应字段及把握程度。"""

    column: int = Field(description="Position, 0 for A. 列的位置，A 列为 0。")
    letters: str = Field(description="Name of the column as spreadsheets show it. 电子表格中的列名。", examples=["A"])
    heading: str = Field(examples=["客户名称"])
    field: str | None = Field(
        description="null: its cells are kept verbatim. 空表示该列原样保留。", examples=["account.name"]
    )
    confidence: str = Field(
        description="From 0 to 1; 1 for a heading that is known, or a field that was chosen. "
        "0 至 1；表头已知或字段由人指定时为 1。"
    )
    multiplier: str = Field(description="What numbers in the column count. 该列数字的倍数。", examples=["10000"])
    currency: str | None
    samples: list[str] = Field(
        description="Some cells; none where they are sensitive. 部分单元格示例；敏感列不显示。",
        examples=[["华兴科技有限公司"]],
    )


class ImportNotice(View):
    """What is odd about the file. 文件的异常之处。"""

    code: str = Field(examples=["repeated_heading"])
    detail: Wording
    columns: list[str] = Field(description="Letters of the columns concerned. 相关列的字母。")


class ImportCounts(View):
    """How many rows became what. 各种结果的行数。"""

    rows: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    with_warnings: int = Field(
        description="Rows that were taken although something in them was not understood. 已接收但部分内容无法识别的行。"
    )


class ImportProblem(View):
    """Why an import failed. 导入失败的原因。"""

    code: str = Field(examples=["rows_rejected"])
    en: str
    zh: str


class ImportView(View):
    """An import: a file, how it is read, and how far it is. 导入：文件、读取方式与进度。"""

    id: UUID
    target: ImportTarget
    filename: str = Field(
        description="What its sender called the file. 上传者所用的文件名。", examples=["大客户日常管理.xlsx"]
    )
    file_sha256: str
    file_size: int = Field(description="Bytes. 字节数。")
    format: str = Field(
        description="`csv`, `xlsx`, `xls`, `ods` or `ndjson`, by content. "
        "按内容判断：`csv`、`xlsx`、`xls`、`ods` 或 `ndjson`。"
    )
    encoding: str | None
    sheet: str | None = Field(description="The sheet of the workbook. 工作表名称。")
    currency: str
    decimal_mark: str | None
    day_first: bool | None
    mode: ImportMode
    validate_only: bool
    match_on: MatchOn
    mapping: list[ImportColumn]
    notices: list[ImportNotice]
    state: ImportState
    job_id: UUID | None = Field(description="The job of the last run. 最近一次执行的作业。")
    counts: ImportCounts | None = Field(description="There once a run has ended. 执行结束后才有。")
    problem: ImportProblem | None
    created_by: UUID
    version: int
    created_at: Instant
    updated_at: Instant


class ImportPage(View):
    """Some imports, and where the next ones begin. 一页导入及下一页的起点。"""

    items: list[ImportView]
    next_cursor: str | None


class ImportSort(StrEnum):
    """What imports are sorted by; a leading minus turns the order round. 导入的排序依据；前加减号为倒序。"""

    CREATED = "created_at"
    CREATED_DESC = "-created_at"


class ImportFilter(PageFilter):
    """Typed filters, one per field; repeat one for any of several values."""

    state: Annotated[list[ImportState], Field(max_length=7)] | None = Field(default=None, description="States. 状态。")
    target: Annotated[list[ImportTarget], Field(max_length=4)] | None = Field(
        default=None, description="Targets. 导入对象。"
    )
    file_sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$", max_length=64)] | None = Field(
        default=None, description="Imports of this very file. 该文件的导入。"
    )
    created_by: UUID | None = Field(default=None, description="Whose imports. 由谁导入。")
    sort: ImportSort = Field(default=ImportSort.CREATED_DESC, description="The order. 排序。")
