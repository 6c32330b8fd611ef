"""Hostile and homely workbooks made by hand, part by part."""

import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def workbook_parts(
    cells: str, *, strings: str = "", styles: str = "", after: str = "", properties: str = "", head: str = ""
) -> dict[str, str]:
    """The parts of a workbook with one sheet; `cells` is what stands in `sheetData`, `after` what follows it."""
    return {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": _relations(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/_rels/workbook.xml.rels": _relations(
            ("rId1", "worksheet", "worksheets/sheet1.xml"),
            ("rId2", "sharedStrings", "/xl/sharedStrings.xml"),
            ("rId3", "styles", "styles.xml"),
        ),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">{properties}<sheets>'
        '<sheet name="客户" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{strings}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}">{styles}</styleSheet>',
        "xl/worksheets/sheet1.xml": f'{head}<worksheet xmlns="{_MAIN}">'
        f"<sheetData>{cells}</sheetData>{after}</worksheet>",
    }


def packed(path: Path, parts: Mapping[str, str | bytes]) -> Path:
    """The parts zipped."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def text_row(number: int, *texts: str) -> str:
    """One row of inline strings."""
    cells = "".join(f'<c t="inlineStr"><is><t>{escape(text)}</t></is></c>' for text in texts)
    return f'<row r="{number}">{cells}</row>'


def xls(*rows: list[str | float]) -> bytes:
    """A BIFF8 workbook with one sheet in a compound file (MS-XLS, MS-CFB), as small as one can be."""
    name = "客户".encode("utf-16-le")
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 0))
    for number, row in enumerate(rows):
        sheet += b"".join(_biff_cell(number, column, cell) for column, cell in enumerate(row))
    begin = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x05, 0, 0, 0, 0))
    at = len(begin) + 4 + 8 + len(name) + 4
    bound = _record(0x0085, struct.pack("<IBBBB", at, 0, 0, len(name) // 2, 1) + name)
    return _compound_file(begin + bound + _record(0x000A, b"") + sheet + _record(0x000A, b""))


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _biff_cell(row: int, column: int, cell: str | float) -> bytes:
    if isinstance(cell, str):
        return _record(0x0204, struct.pack("<HHHHB", row, column, 0, len(cell), 1) + cell.encode("utf-16-le"))
    return _record(0x0203, struct.pack("<HHHd", row, column, 0, cell))


def _compound_file(stream: bytes) -> bytes:
    """One stream of 4096 bytes named Workbook: header, allocation table, directory, eight sectors."""
    end, free = 0xFFFFFFFE, 0xFFFFFFFF
    sizes = struct.pack("<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0, 0)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + sizes + struct.pack("<I", free) * 108
    table = struct.pack("<128I", 0xFFFFFFFD, end, *range(3, 10), end, *[free] * 118)
    entries = (("Root Entry", 5, 1, end, 0), ("Workbook", 2, free, 2, 4096))
    return header + table + b"".join(_entry(*entry) for entry in entries) + bytes(256) + stream.ljust(4096, b"\0")


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le")
    nobody = 0xFFFFFFFF
    links = struct.pack("<HBBIII", len(encoded) + 2, kind, 1, nobody, nobody, child)
    return encoded.ljust(64, b"\0") + links + bytes(36) + struct.pack("<III", start, size, 0)


def _relations(*relations: tuple[str, str, str]) -> str:
    found = "".join(
        f'<Relationship Id="{key}" Type="{_RELATIONS}/{kind}" Target="{to}"/>' for key, kind, to in relations
    )
    return f'<Relationships xmlns="{_PACKAGE}">{found}</Relationships>'
