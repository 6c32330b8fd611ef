"""XLSX read as a stream: rows come out while the sheet flows by, and memory does not grow with the file.

Values are the cached ones: no formula, macro or link is ever followed. A formula that was never computed is reported.
"""

import posixpath
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from service.adapters.spreadsheets.archives import opened
from service.adapters.spreadsheets.merged_cells import Merge, fill_merged
from service.adapters.spreadsheets.number_formats import read_styles
from service.adapters.spreadsheets.shared_strings import shared_strings
from service.adapters.spreadsheets.sheet_cells import SheetCells
from service.adapters.spreadsheets.xml_streams import XmlStream
from service.domain.tables import MOST_COLUMNS, Row, parse_column
from service.domain.unreadable import refusal

MOST_MERGES = 100_000


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook: its name as shown on its tab, where it lies in the archive, whether it is shown."""

    name: str
    part: str
    is_visible: bool


@dataclass(frozen=True, slots=True)
class Workbook:
    """What a workbook says of itself, before any sheet is read; parts are names of entries, "" where there is none."""

    path: Path
    sheets: tuple[Sheet, ...]
    strings_part: str
    styles_part: str
    from_1904: bool


def open_workbook(path: Path) -> Workbook:
    """The workbook of an archive that `check_archive` let pass; raises `InvalidInput`."""
    with opened(path) as archive:
        root = next((target for kind, target in _relations(archive, "").values() if kind == "officeDocument"), None)
        if root is None:
            raise refusal("not_a_workbook")
        relations = _relations(archive, root)
        sheets, from_1904 = _sheets(archive, root, {key: target for key, (_, target) in relations.items()})
    parts = dict(relations.values())
    return Workbook(path, sheets, parts.get("sharedStrings", ""), parts.get("styles", ""), from_1904)


def read_sheet(workbook: Workbook, sheet: Sheet) -> Iterator[Row]:
    """The rows of a sheet that say anything, numbered as the sheet numbers them; raises `InvalidInput` on the way."""
    with opened(workbook.path) as archive, shared_strings() as strings, ExitStack() as sources:
        if workbook.strings_part:
            strings.read_from(sources.enter_context(archive.open(workbook.strings_part)))
        styles: list[str] = []
        if workbook.styles_part:
            with archive.open(workbook.styles_part) as source:
                styles = read_styles(source)
        cells = SheetCells(strings, styles, from_1904=workbook.from_1904)
        merges = list(_merges(archive, sheet.part))
        with archive.open(sheet.part) as source:
            yield from fill_merged(cells.rows(source), merges)


def says_anything(workbook: Workbook, sheet: Sheet) -> bool:
    """Whether any cell of a sheet has a value or a text; only as much is read as tells."""
    with opened(workbook.path) as archive, archive.open(sheet.part) as source:
        window = b""
        while chunk := source.read(_CHUNK):
            window += chunk
            if _CONTENT.search(window):
                return True
            window = window[-20:]
    return False


def _relations(archive: ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """The parts that a part (of "", the archive) refers to: id → last word of the kind, name of the entry."""
    folder, name = posixpath.split(part)
    entry = posixpath.join(folder, "_rels", f"{name}.rels")
    found: dict[str, tuple[str, str]] = {}

    def start(element: str, attributes: dict[str, str]) -> None:
        if element == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            target = attributes.get("Target", "")
            resolved = (
                target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            )
            found[attributes.get("Id", "")] = (kind, resolved)

    if entry not in archive.namelist():
        return found
    with archive.open(entry) as source:
        XmlStream(start, _ignore).run(source)
    return found


def _ignore(_: str) -> None:
    """Nothing is done where an element ends."""


def _sheets(archive: ZipFile, part: str, targets: dict[str, str]) -> tuple[tuple[Sheet, ...], bool]:
    """The worksheets in the order of their tabs, and whether days are counted from 1904."""
    sheets: list[Sheet] = []
    from_1904 = False

    def start(element: str, attributes: dict[str, str]) -> None:
        nonlocal from_1904
        if element == "workbookPr":
            from_1904 = attributes.get("date1904", "0") in ("1", "true")
        elif element == "sheet":
            relation = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
            is_visible = attributes.get("state", "visible") == "visible"
            sheets.append(Sheet(attributes.get("name", ""), targets.get(relation, ""), is_visible))

    with archive.open(part) as source:
        XmlStream(start, _ignore).run(source)
    names = set(archive.namelist())
    return tuple(sheet for sheet in sheets if sheet.part in names), from_1904


_CONTENT = re.compile(rb"<(?:\w+:)?[vtf][ >]")
_CELLS = re.compile(rb"sheetData")
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})[\"']")
_CHUNK = 1 << 16


def _merges(archive: ZipFile, part: str) -> Iterator[Merge]:
    """The merged areas of a sheet, which its file names only after the last cell."""
    found = 0
    with archive.open(part) as source:
        window, past_cells = b"", False
        while chunk := source.read(_CHUNK):
            window += chunk
            if not past_cells and (end := _end_of_cells(window)):
                window, past_cells = window[end:], True
            last = 0
            for match in _MERGE.finditer(window) if past_cells else ():
                last = match.end()
                if (found := found + 1) > MOST_MERGES:
                    raise refusal("too_many_merges", limit=MOST_MERGES)
                if (column := parse_column(match[1].decode())) < MOST_COLUMNS:
                    yield Merge(int(match[2]), int(match[4]), column)
            window = window[max(last, len(window) - 200) :]


def _end_of_cells(window: bytes) -> int:
    """Where the element that holds all cells has ended; 0 where it has not."""
    for found in _CELLS.finditer(window):
        opening = window[max(found.start() - 20, 0) : found.start()].rpartition(b"<")[2]
        if opening.startswith(b"/") or window[found.end() : found.end() + 2] == b"/>":
            return found.end()
    return 0
