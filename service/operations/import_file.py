"""The file of an import read by its mapping: keys first, then rows in chunks, in memory that does not grow with it."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from service.domain.cell_reading import Habits
from service.domain.import_keys import STAFF, KeyReader, MatchOn, RepeatedKeys
from service.domain.import_mapping import columns_of
from service.domain.import_records import RecordReader
from service.domain.row_reading import RowReader
from service.domain.staff_records import StaffReader
from service.domain.tables import Row
from service.models import Import
from service.operations.import_arrival import opened, records
from service.operations.import_planning import Judged

CHUNK = 1000


class ImportFile:
    """Opens a file and reads all of its keys; raises `InvalidInput` for one that cannot be read."""

    def __init__(self, path: Path, import_: Import) -> None:
        columns, match_on = columns_of(import_.mapping), MatchOn(import_.match_on)
        self._table, self._headings = opened(
            path,
            name=import_.filename,
            target=import_.target,
            encoding=import_.encoding,
            sheet=import_.sheet,
        )
        self._rows = RowReader(
            columns,
            import_.target,
            habits=Habits(import_.currency, import_.decimal_mark, import_.day_first),
            headings=self._headings.cells,
            delimited=self._table.format == "csv",
        )
        self._keys = KeyReader(columns, match_on, import_.target)
        self.records = StaffReader(columns) if import_.target == STAFF else RecordReader(columns, match_on)
        self.keys = RepeatedKeys()
        self.total = 0
        for row in records(self._table, self._headings):
            self.total += 1
            if key := self._keys.read(row.cells):
                self.keys.add(key)
        self.keys.settle()

    def chunks(self) -> Iterator[list[Judged]]:
        """The rows in the order of the file, understood but not decided."""
        rows = records(self._table, self._headings)
        while chunk := [self._judged(row) for row in islice(rows, CHUNK)]:
            yield chunk

    def _judged(self, row: Row) -> Judged:
        """One row as it was understood."""
        return Judged(row, self.records.read(self._rows.read(row)), self._keys.read(row.cells))
