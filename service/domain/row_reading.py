"""One mapped row: typed values by field, what is kept as it was typed, and what was not understood."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from service.domain.amounts import Money
from service.domain.cell_reading import Habits, Value, reader_of
from service.domain.currencies import MARKS, currency_of_country
from service.domain.headings import Column, heading_key
from service.domain.import_fields import FIELDS, ORDER_KINDS, REQUIRED, Kind
from service.domain.invalid import Sentence
from service.domain.tables import Cell, CellFlaw, Row, cell_text, column_letters, visible
from service.domain.unreadable import Unreadable, sentence


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What is wrong with a cell, or without a column with the row; `rejects` where the row cannot stand so."""

    code: str
    detail: Sentence
    column: int | None = None
    heading: str | None = None
    field: str | None = None
    rejects: bool = False


@dataclass(frozen=True, slots=True)
class RowReading:
    """A row as it was understood.

    `values` has the fields that hold something; `kept` has, by heading, each cell for which no value stands in full.
    """

    number: int
    values: Mapping[str, Value]
    kept: Mapping[str, str]
    problems: tuple[CellProblem, ...]

    @property
    def is_rejected(self) -> bool:
        """Whether the row must be mended before it can be taken."""
        return any(problem.rejects for problem in self.problems)


class RowReader:
    """Reads the rows of one file by a confirmed mapping.

    `columns` as suggested or changed, one for each column from the first; `target` a key of `TARGETS`; `headings` the
    heading row, to know it when it comes again; `delimited` where a cell too many means that the cells have shifted.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        target: str,
        *,
        habits: Habits | None = None,
        headings: Sequence[str] = (),
        delimited: bool = False,
    ) -> None:
        self._columns, self._target, self._delimited = tuple(columns), target, delimited
        self._habits = habits or Habits()
        self._headings = [heading_key(heading) for heading in headings]
        self._first_heading = next(filter(None, headings), None)
        self._names = distinct_names(self._columns)
        self._fields = [column.field for column in self._columns]
        self._readers = [reader_of(column, self._kind(column), self._habits) for column in self._columns]
        self._currency_at = self._index_of("account.potential_currency")
        self._region_at = self._index_of("account.region")
        self._has_money = any(self._kind(column) is Kind.MONEY for column in self._columns)

    def read(self, row: Row) -> RowReading:
        """The row's values; no cell is lost: a value says all of it, or it is kept."""
        if row.flaws and any(flaw.column is None for flaw in row.flaws):
            return self._broken(row, *row.flaws)
        if (code := self._no_record(row.cells)) is not None:
            return self._broken(row, CellFlaw(code))
        values: dict[str, Value] = {}
        kept: dict[str, str] = {}
        problems = self._read_cells(row, values, kept)
        self._complete_money(values)
        problems.extend(self._surplus(row.cells, kept))
        problems.extend(self._whole_row(values, problems))
        return RowReading(row.number, values, kept, tuple(problems))

    def _read_cells(self, row: Row, values: dict[str, Value], kept: dict[str, str]) -> list[CellProblem]:
        """Each cell put among the values, the kept, or both; and what was wrong with any."""
        problems = [self._problem(flaw.code, flaw.column) for flaw in row.flaws]
        unreadable = {flaw.column for flaw in row.flaws} if row.flaws else ()
        hints = self._hints(row.cells) if self._has_money else ()
        for index, (cell, field, read) in enumerate(zip(row.cells, self._fields, self._readers, strict=False)):
            if cell is None or cell == "":
                continue
            value, whole = None, False
            if index not in unreadable:
                try:
                    value, whole = read(cell, hints)
                except Unreadable as flaw:
                    problems.append(self._problem(flaw.code, index))
            if value is not None and field is not None:
                values[field] = value
            if not whole or (field is None and value is not None):
                kept[self._names[index]] = visible(cell_text(cell))
        return problems

    def _kind(self, column: Column) -> Kind:
        """How a column is read: orders are typed only where orders are what the file brings."""
        if column.field is None:
            return Kind.VERBATIM
        if self._target == "orders" and column.field in ORDER_KINDS:
            return ORDER_KINDS[column.field]
        return FIELDS[column.field].kind

    def _broken(self, row: Row, *flaws: CellFlaw) -> RowReading:
        """A row that could not be taken apart, or holds no record: kept as it stands, rejected."""
        kept = {column_letters(index): visible(cell_text(cell)) for index, cell in enumerate(row.cells)}
        problems = (CellProblem(flaw.code, sentence(flaw.code, **flaw.facts), rejects=True) for flaw in flaws)
        return RowReading(row.number, {}, kept, tuple(problems))

    def _problem(self, code: str, index: int | None, field: str | None = None) -> CellProblem:
        """What is wrong in a column; a field that the target needs rejects the row."""
        column = self._columns[index] if index is not None and index < len(self._columns) else None
        field = column.field if column else field
        heading = column.heading if column else None
        return CellProblem(code, sentence(code), index, heading, field, rejects=field in REQUIRED[self._target])

    def _hints(self, cells: Sequence[Cell]) -> tuple[str, ...]:
        """The currencies that a shared mark may mean in this row: its own column's, its country's, the author's."""
        own = MARKS.get(self._text_at(self._currency_at, cells).casefold(), ())
        home = currency_of_country(self._text_at(self._region_at, cells))
        found = (*own[: len(own) == 1], home, self._habits.currency)
        return tuple(code for code in found if code)

    def _index_of(self, field: str) -> int | None:
        """The column of a field."""
        return self._fields.index(field) if field in self._fields else None

    def _text_at(self, index: int | None, cells: Sequence[Cell]) -> str:
        """The text of a cell, "" where there is none."""
        return cell_text(cells[index]).strip() if index is not None and index < len(cells) else ""

    def _complete_money(self, values: dict[str, Value]) -> None:
        """Unmarked amounts take the row's currency, else the author's."""
        stated = values.get("account.potential_currency")
        fallback = stated if isinstance(stated, str) else self._habits.currency
        if fallback is None:
            return
        for field, value in values.items():
            if isinstance(value, Money) and value.currency is None:
                values[field] = replace(value, currency=fallback)

    def _surplus(self, cells: Sequence[Cell], kept: dict[str, str]) -> Iterator[CellProblem]:
        """Cells beyond the last heading are kept by their column's letters, and told once."""
        beyond = range(len(self._columns), len(cells))
        found = {column_letters(index): text for index in beyond if (text := visible(cell_text(cells[index]).strip()))}
        if found:
            kept.update(found)
            code = "row_longer_than_headings"
            yield CellProblem(code, sentence(code), column=len(self._columns), rejects=self._delimited)

    def _whole_row(self, values: dict[str, Value], problems: Sequence[CellProblem]) -> Iterator[CellProblem]:
        """What is wrong with the row as one."""
        told = {problem.field for problem in problems}
        for field in REQUIRED[self._target]:
            if field not in values and field not in told:
                yield self._problem("required_missing", self._index_of(field), field)
        yield from self._task_as_one(values, told)

    def _task_as_one(self, values: dict[str, Value], told: set[str | None]) -> Iterator[CellProblem]:
        """A task is done exactly when it has an actual date; a blank state beside one says that it is done."""
        state, actual = values.get("task.state"), values.get("task.actual_on")
        if actual is not None and state is None and "task.state" not in told:
            values["task.state"] = "done"
        elif (state == "done") != (actual is not None):
            code, field = (
                ("done_without_date", "task.actual_on") if actual is None else ("date_without_done", "task.state")
            )
            yield replace(self._problem(code, self._index_of(field), field), rejects=True)

    def _no_record(self, cells: Sequence[Cell]) -> str | None:
        """Why a row is no record: the headings come again, as in pasted sheets, or it adds up the others."""
        first = next((cell for cell in cells if cell is not None and cell != ""), None)
        if not isinstance(first, str) or len(first) > _LONGEST_MARK:
            return None
        if first == self._first_heading:
            keys = [heading_key(cell_text(cell)) for cell in cells[: len(self._headings)]]
            return "repeated_heading_row" if keys == self._headings else None
        return "total_row" if first.replace(" ", "").casefold() in _TOTALS and _is_total(cells) else None


_TOTALS = frozenset(
    {"合计", "总计", "小计", "共计", "合計", "總計", "小計", "total", "subtotal", "grandtotal", "sum", "gesamt"}
)
_LONGEST_MARK = 100


def _is_total(cells: Sequence[Cell]) -> bool:
    """Whether no more than one cell, the word for a total, holds letters."""
    return sum(isinstance(cell, str) and any(map(str.isalpha, cell)) for cell in cells) == 1


def distinct_names(columns: Sequence[Column]) -> list[str]:
    """The headings as keys: one that comes again, or is blank, bears its column's letters."""
    names: list[str] = []
    for column in columns:
        letters = column_letters(column.column)
        name = column.heading or letters
        names.append(f"{name} ({letters})" if name in names else name)
    return names
