"""Any file with rows opened by what it holds, not by its name."""

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Literal

from service.adapters.spreadsheets.archives import check_archive
from service.adapters.spreadsheets.delimited import delimiter_of, read_delimited
from service.adapters.spreadsheets.encodings import codec_named, encoding_of
from service.adapters.spreadsheets.json_lines import is_json_lines, read_json_lines
from service.adapters.spreadsheets.old_workbooks import read_old_sheet, sheets_of
from service.adapters.spreadsheets.workbooks import Sheet, Workbook, open_workbook, read_sheet, says_anything
from service.domain.invalid import FieldError
from service.domain.tables import Row
from service.domain.unreadable import refusal, sentence

Format = Literal["csv", "xlsx", "xls", "ods", "ndjson"]

_SUFFIXES: dict[Format, tuple[str, ...]] = {
    "csv": (".csv", ".txt", ".tsv", ".tab"),
    "xlsx": (".xlsx", ".xlsm", ".xltx", ".xltm"),
    "xls": (".xls", ".xlt"),
    "ods": (".ods", ".ots"),
    "ndjson": (".ndjson", ".jsonl"),
}
_ZIP, _OLE = b"PK", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NO_TABLE = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"{\\rtf")
_OTHER_TEXT = ("[{", "<html", "<!doctype", "<?xml", "<table", "<workbook")
_SAMPLE = 1 << 16


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one file, which may be read more than once, and how they were found.

    `notices` tell what was odd and yet no reason to refuse; `headings_first` where the format says so by definition.
    """

    format: Format
    rows: Callable[[], Iterator[Row]]
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    headings_first: bool = False
    notices: tuple[FieldError, ...] = ()

    def head(self, count: int) -> list[Row]:
        """The first rows that say anything."""
        return list(islice(self.rows(), count))


def open_table(path: Path, *, name: str = "", encoding: str | None = None, sheet: str | None = None) -> Table:
    """The table in a file; `name` is what its sender called it, `encoding` overrides detection of a text's.

    Of several sheets the named one is read, else the first shown one that says anything. Raises `InvalidInput` with
    pointer `/file` for whatever cannot be read; reading rows may raise it too, where a file breaks off.
    """
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
    if not head.strip(codecs.BOM_UTF8 + codecs.BOM_UTF16_LE + b" \t\r\n\x00"):
        raise refusal("empty_file")
    notices = partial(_notices, name)
    if head.startswith(_ZIP):
        return _archive(path, sheet, notices)
    if head.startswith(_OLE):
        return _old(path, "xls", sheet, notices)
    if head.startswith(_NO_TABLE):
        raise refusal("unknown_format")
    codec = codec_named(encoding) if encoding else "utf-8"
    if is_json_lines(head.decode(codec, errors="ignore")):
        if codec != "utf-8":  # where it is, a line that breaks it is refused alone
            codec = encoding_of(path, codec)
        rows = partial(read_json_lines, path, codec)
        return Table("ndjson", rows, codec, headings_first=True, notices=notices("ndjson"))
    return _text(path, encoding, notices)


_Notices = Callable[[Format], tuple[FieldError, ...]]


def _notices(name: str, found: Format) -> tuple[FieldError, ...]:
    """What is odd about the name."""
    suffix = Path(name).suffix.casefold()
    named = next((kind for kind, suffixes in _SUFFIXES.items() if suffix in suffixes), None)
    if named is None or named == found:
        return ()
    code = "extension_mismatch"
    return (FieldError(code, sentence(code, named=named.upper(), found=found.upper()), pointer="/file"),)


def _archive(path: Path, sheet: str | None, notices: _Notices) -> Table:
    """The table of a zip archive that is a workbook."""
    entries = check_archive(path)
    if "content.xml" in entries:
        return _old(path, "ods", sheet, notices)
    if "[Content_Types].xml" not in entries:
        raise refusal("not_a_workbook")
    workbook = open_workbook(path)
    chosen = _chosen(workbook, sheet)
    return Table(
        "xlsx",
        partial(read_sheet, workbook, chosen),
        sheet=chosen.name,
        sheets=tuple(found.name for found in workbook.sheets),
        notices=notices("xlsx"),
    )


def _chosen(workbook: Workbook, name: str | None) -> Sheet:
    """The sheet of a name, or the first shown one that says anything."""
    if name is not None:
        for sheet in workbook.sheets:
            if sheet.name == name:
                return sheet
        raise refusal("no_such_sheet")
    for sheet in workbook.sheets:
        if sheet.is_visible and says_anything(workbook, sheet):
            return sheet
    raise refusal("empty_file" if workbook.sheets else "not_a_workbook")


def _old(path: Path, found: Format, sheet: str | None, notices: _Notices) -> Table:
    """The table of an XLS or ODS file; an encrypted XLSX looks like an XLS from without."""
    if found == "xls" and _holds(path, "EncryptedPackage".encode("utf-16-le")):
        raise refusal("encrypted_file")
    sheets = sheets_of(path)
    if sheet is not None and sheet not in sheets:
        raise refusal("no_such_sheet")
    candidates = sheets if sheet is None else (sheet,)
    for name in candidates:
        if sheet is not None or next(read_old_sheet(path, name), None) is not None:
            rows = partial(read_old_sheet, path, name)
            return Table(found, rows, sheet=name, sheets=sheets, notices=notices(found))
    raise refusal("empty_file")


def _holds(path: Path, needle: bytes) -> bool:
    """Whether the bytes occur anywhere in the file."""
    with path.open("rb") as file:
        tail = b""
        while chunk := file.read(_SAMPLE):
            if needle in tail + chunk:
                return True
            tail = chunk[-len(needle) :]
    return False


def _text(path: Path, encoding: str | None, notices: _Notices) -> Table:
    """The table of a text that is CSV, unless it is some other thing altogether."""
    codec = encoding_of(path, encoding)
    with path.open(encoding=codec, newline="") as stream:
        head = stream.read(_SAMPLE)
    if head.lstrip("\ufeff \t\r\n").casefold().startswith(_OTHER_TEXT) or _is_binary(head):
        raise refusal("unknown_format")
    delimiter = delimiter_of(path, codec)
    return Table("csv", partial(read_delimited, path, codec, delimiter), codec, delimiter, notices=notices("csv"))


def _is_binary(head: str) -> bool:
    """Whether more than one character in fifty is a control character."""
    controls = sum(character < " " and character not in "\t\r\n\f" for character in head)
    return controls * 50 > len(head)
