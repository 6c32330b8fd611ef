"""Which column holds what: headings in Chinese, English and a little of other languages mapped to fields.

A suggestion is made to be confirmed; nothing is dropped: a column without a field is kept under its heading.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType

from service.domain.amounts import read_unit
from service.domain.currencies import resolve
from service.domain.import_fields import FIELDS, ORDER_KINDS, REQUIRED, TARGETS, Kind
from service.domain.tables import Cell, cell_text, column_letters, visible
from service.domain.unreadable import Unreadable

SAMPLE_ROWS = 20
"""The heading row is looked for among so many rows from the top."""

LONGEST_HEADING = 200
"""Characters of a heading."""

EXACT, WITHOUT_UNIT, ENDING = Decimal(1), Decimal("0.9"), Decimal("0.6")


@dataclass(frozen=True, slots=True)
class Column:
    """A column, its heading, and the field that it fills (None: kept under its heading) with how sure that is, 0 to 1.

    Numbers in it count `multiplier` (万元: 10000); `currency` is the ISO code that the heading states.
    """

    column: int
    heading: str
    field: str | None = None
    confidence: Decimal = Decimal(0)
    multiplier: Decimal = Decimal(1)
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class HeadingFlaw:
    """What keeps a mapping from being taken as it is: a code and the columns concerned."""

    code: str
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Headings:
    """What the top of a file told: how many rows come before the first record, its columns, and what is unclear."""

    rows_above: int
    cells: tuple[str, ...]
    columns: tuple[Column, ...]
    flaws: tuple[HeadingFlaw, ...]


def find_headings(rows: Sequence[Sequence[Cell]], target: str = "accounts", *, surely_first: bool = False) -> Headings:
    """The headings of a file from its first rows (at most `SAMPLE_ROWS` are looked at).

    Title rows may stand above; a second heading row under a merged one is joined to it. `surely_first` is for formats
    whose first row is the headings by definition. Raises `Unreadable("heading_row_not_found")`.
    """
    texts = [tuple(map(_heading_text, row)) for row in rows[:SAMPLE_ROWS]]
    at = 0 if surely_first and texts else _heading_row(texts, target)
    cells, last = texts[at], at
    if not surely_first and at + 1 < len(texts) and _continues(cells, texts[at + 1], target):
        last = at + 1
        below = texts[last]
        width = max(len(cells), len(below))
        cells = tuple(low or high for low, high in zip(_padded(below, width), _padded(cells, width), strict=True))
    columns = suggest(cells, target, unit=_stated_unit(texts[:at]))
    return Headings(last + 1, cells, columns, tuple(_flaws(columns, texts[last + 1 :])))


def suggest(headings: Sequence[str], target: str = "accounts", *, unit: str = "") -> tuple[Column, ...]:
    """A field for each heading, each field once: the surer match wins, then the better heading, then the left one.

    Headings that stand over several columns get no field: which one is meant is not guessed. `unit` is what a note
    above the table says of its amounts (单位：万元).
    """
    resources = _resources(headings, target)
    found = [_match(heading, resources) for heading in headings]
    repeated = {column for columns in _repeated(headings).values() for column in columns}
    ranked = sorted(
        (-match[1], match[2], column) for column, match in enumerate(found) if match and column not in repeated
    )
    taken: dict[str, int] = {}
    for _, _, column in ranked:
        match = found[column]
        assert match is not None
        taken.setdefault(match[0], column)
    by_column = {column: field for field, column in taken.items()}
    return tuple(
        _column(index, heading, by_column.get(index), found[index], unit) for index, heading in enumerate(headings)
    )


def confirmed(column: Column, field: str | None) -> Column:
    """The column with the field that somebody chose for it, in the unit that it had or that its heading states."""
    if field == column.field:
        return replace(column, confidence=EXACT)
    return _column(column.column, column.heading, field, (field, EXACT, 0) if field else None, "")


def missing_fields(columns: Sequence[Column], target: str) -> tuple[str, ...]:
    """The fields that the target needs and no column fills."""
    filled = {column.field for column in columns}
    return tuple(field for field in REQUIRED[target] if field not in filled)


def heading_key(heading: str) -> str:
    """A heading as it is compared: width, case, spaces, punctuation, traditional characters and numbering aside."""
    return "".join(_heading_words(heading))


def _heading_text(cell: Cell) -> str:
    """A cell as it may stand in the heading row; of a text that is no heading only the beginning."""
    text = visible(cell_text(cell).strip())
    return text if len(text) <= LONGEST_HEADING else f"{text[: LONGEST_HEADING - 1]}…"


_Match = tuple[str, Decimal, int]


@lru_cache(maxsize=4096)
def _match(heading: str, resources: tuple[str, ...]) -> _Match | None:
    """The field of one heading with its confidence and the rank of the heading among the field's own."""
    bare = _UNIT_NOTE.sub(" ", heading)
    for text, confidence in ((heading, EXACT), (bare, WITHOUT_UNIT)):
        if found := _look_up(heading_key(text), resources):
            return found[0], confidence, found[1]
    for ending in _endings(bare):
        if ending not in _GENERAL and (found := _look_up(ending, resources)):
            return found[0], ENDING, found[1]
    return None


def _look_up(key: str, resources: tuple[str, ...]) -> tuple[str, int] | None:
    """The field and rank of a heading key, in the first resource that knows it."""
    return next((_KNOWN[resource, key] for resource in resources if (resource, key) in _KNOWN), None)


def _endings(heading: str) -> Iterator[str]:
    """Shorter and shorter ends of a heading: by words in Latin, by characters in Chinese."""
    words = _heading_words(heading)
    for start in range(1, len(words)):
        yield "".join(words[start:])
    key = "".join(words)
    if key and not key.isascii():
        yield from (key[start:] for start in range(1, len(key) - 1) if not key[start].isascii())


_SIMPLIFIED = str.maketrans(
    "戶稱業聯絡電話郵負責狀態備註預計實際訂單務記錄歷區潛價額產國號編類級動參與況場願進時間職員幣別經說內總項辦資訊處貨銷購買應開發關係廠網",
    "户称业联络电话邮负责状态备注预计实际订单务记录历区潜价额产国号编类级动参与况场愿进时间职员币别经说内总项办资讯处货销购买应开发关系厂网",
)
_UNIT_NOTE = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]|[/／](?=[^/／]*$).*|[:：].*")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NUMBERING = re.compile(r"^\s*\d+\s*[.、)）]\s*")
_WORD = re.compile(r"[a-z0-9À-ɏ'#]+|[^\W_a-z0-9]+|#", re.IGNORECASE)


def _heading_words(heading: str) -> list[str]:
    """The words of a heading, normalised; camelCase is parted."""
    text = _CAMEL.sub(" ", _NUMBERING.sub("", unicodedata.normalize("NFKC", heading)))
    return _WORD.findall(text.casefold().translate(_SIMPLIFIED))


_KNOWN = MappingProxyType(
    {
        (field.name.partition(".")[0], heading_key(heading)): (field.name, rank)
        for field in reversed(tuple(FIELDS.values()))
        for rank, heading in reversed(tuple(enumerate(field.headings)))
    }
)
_GENERAL_WORDS = (
    "名称|姓名|类型|性质|状态|编号|日期|时间|内容|记录|方式|结果|说明|客户|公司|来源|部门|地址|产品|单价|经验|等级|"
    "name|type|kind|status|state|date|code|no|number|id|value|note|notes|comment|title|office|content|summary|details|"
    "result|group|total|item|description|source|account|area|location|city|position|index|row|security|sales|price|"
    "customer|client|team|action"
)
_GENERAL = frozenset(map(heading_key, _GENERAL_WORDS.split("|")))
"""Headings too general to be recognised at the end of a longer one: 产品名称 is no account's name."""


def _resources(headings: Sequence[str], target: str) -> tuple[str, ...]:
    """The resources that headings are looked for in; a column of tasks makes 状态 and 备注 the task's."""
    resources = TARGETS[target]
    keys = {heading_key(heading) for heading in headings}
    if "task" in resources and any(
        ("task", key) in _KNOWN and _KNOWN["task", key][0] == "task.subject" for key in keys
    ):
        return ("task", *(resource for resource in resources if resource != "task"))
    return resources


def _column(index: int, heading: str, field: str | None, match: _Match | None, unit: str) -> Column:
    """The suggestion for one column, with the unit that its heading states."""
    name = heading or column_letters(index)
    if field is None or match is None:
        return Column(index, name)
    column = Column(index, name, field, match[1])
    if not {FIELDS[field].kind, ORDER_KINDS.get(field)} & {Kind.MONEY, Kind.NUMBER}:
        return column
    notes = [note.strip("()（）[]【】/／:： ") for note in _UNIT_NOTE.findall(heading)]
    for stated in filter(None, map(read_unit, [*notes, unit])):
        try:
            return replace(column, multiplier=stated.multiplier, currency=resolve(stated.marks, ()))
        except Unreadable:
            return replace(column, multiplier=stated.multiplier)
    return column


_UNIT_ABOVE = re.compile(r"(?:单位|單位|unit|units)\s*[:：]?\s*([^\s)）]+)", re.IGNORECASE)


def _stated_unit(above: Sequence[Sequence[str]]) -> str:
    """What the rows above the headings say of the unit of amounts: 单位：万元."""
    found = (_UNIT_ABOVE.search(cell) for row in above for cell in row)
    return next((match[1] for match in found if match), "")


def _heading_row(texts: Sequence[Sequence[str]], target: str) -> int:
    """The row with the most recognised headings; without any, the first that may be a heading row at all."""
    resources = TARGETS[target]
    scores = [len({match[0] for cell in row if cell and (match := _match(cell, resources))}) for row in texts]
    best = max(range(len(texts)), key=lambda at: (scores[at], -at), default=None)
    if best is not None and scores[best] >= 1:
        filled = sum(bool(cell) for cell in texts[best])
        if (scores[best] >= 2 or scores[best] * 2 >= filled) and not _looks_like_data(texts[best], most=filled // 3):
            return best
    for at, row in enumerate(texts):
        filled_cells = [cell for cell in row if cell]
        wide = len(filled_cells) >= 2 and len(set(filled_cells)) == len(filled_cells)
        if wide and not _looks_like_data(row, most=0):
            return at
    raise Unreadable("heading_row_not_found")


_DATA = re.compile(r"[-+(¥￥$€£]?\s*\d[\d.,/:年月日\s-]*\D?|.*@.*\..*|https?://.*|.{61,}|[\dxX*]{7,}", re.DOTALL)


def _looks_like_data(row: Sequence[str], *, most: int) -> bool:
    """Whether more than `most` cells are numbers, dates, addresses or long texts, which no heading is."""
    return sum(_DATA.fullmatch(cell) is not None for cell in row if cell) > most


def _continues(above: Sequence[str], below: Sequence[str], target: str) -> bool:
    """Whether the next row is the lower half of a merged heading: it fills gaps, and all that it says is headings."""
    resources = TARGETS[target]
    said = [(column, cell) for column, cell in enumerate(below) if cell]
    gaps = [column for column, _ in said if column >= len(above) or not above[column]]
    same = [column for column, cell in said if column < len(above) and above[column] == cell]
    return bool(gaps) and len(said) > len(same) and all(_match(cell, resources) for _, cell in said)


def _padded(cells: Sequence[str], width: int) -> tuple[str, ...]:
    """The cells of a row up to a width."""
    return (*cells, *[""] * (width - len(cells)))


def _repeated(headings: Sequence[str]) -> dict[str, list[int]]:
    """Heading keys that stand over several columns, with those columns."""
    columns: dict[str, list[int]] = defaultdict(list)
    for index, heading in enumerate(headings):
        if heading:
            columns[heading_key(heading) or heading].append(index)
    return {key: found for key, found in columns.items() if len(found) > 1}


def _flaws(columns: Sequence[Column], records: Sequence[Sequence[str]]) -> Iterator[HeadingFlaw]:
    """Repeated headings, and columns with content but no heading."""
    headings = [column.heading if column.heading != column_letters(column.column) else "" for column in columns]
    for found in _repeated(headings).values():
        yield HeadingFlaw("repeated_heading", tuple(found))
    bare = [index for index, heading in enumerate(headings) if not heading]
    unnamed = tuple(index for index in bare if any(index < len(row) and row[index] for row in records))
    if unnamed:
        yield HeadingFlaw("heading_missing", unnamed)
