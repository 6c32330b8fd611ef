"""NDJSON, one I-JSON object (RFC 7493) a line: no duplicate key, no NaN, no lone surrogate, no number made a float."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import orjson

from service.domain.tables import MOST_COLUMNS, Cell, CellFlaw, Row
from service.domain.unreadable import refusal

LONGEST_LINE = 1 << 20
"""Bytes of a line."""


def is_json_lines(head: str) -> bool:
    """Whether the first line of a text that says anything is an object, as far as it can be seen."""
    line = head.lstrip("\ufeff \t\r\n")
    return line.startswith("{") and line[1:].lstrip()[:1] in ('"', "}")


def read_json_lines(path: Path, codec: str = "utf-8") -> Iterator[Row]:
    """First the names of all members as a row of headings, number 0; then a row for each line, numbered by line.

    `codec`: UTF-8 as the RFC says, or what the sender says instead, in which the whole file is known to be.
    """
    names = _names(path, codec)
    yield Row(0, tuple(names))
    columns = {name: column for column, name in enumerate(names)}
    for number, line in _lines(path, codec):
        if len(line) > LONGEST_LINE:
            yield Row(number, (), (CellFlaw("row_too_long", facts={"limit": LONGEST_LINE}),))
            continue
        try:
            row = _row(number, _members(line), columns)
        except (ValueError, KeyError, RecursionError):
            yield Row(number, (line.decode(errors="backslashreplace").strip(),), (CellFlaw("malformed_json"),))
            continue
        yield row


def _names(path: Path, codec: str) -> list[str]:
    """The names of all members of all objects, in the order in which they first come."""
    names: dict[str, None] = {}
    for _, line in _lines(path, codec):
        try:
            members = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue
        if isinstance(members, dict):
            names.update(dict.fromkeys(members))
        if len(names) > MOST_COLUMNS:
            raise refusal("too_many_columns", limit=MOST_COLUMNS)
    return list(names)


def _lines(path: Path, codec: str) -> Iterator[tuple[int, bytes]]:
    """The lines that say anything, in UTF-8; of one that is too long as much as shows that it is."""
    with path.open(encoding=codec, errors="surrogateescape", newline="\n") as file:
        number = 0
        while line := file.readline(LONGEST_LINE + 1):
            number += 1
            if number == 1:
                line = line.removeprefix("\ufeff")
            rest = line
            while len(rest) > LONGEST_LINE and not rest.endswith("\n"):
                rest = file.readline(LONGEST_LINE + 1)
            if not line.isspace():
                yield number, line.encode(errors="surrogateescape")


def _members(line: bytes) -> dict[str, Any]:
    """The object of a line; ValueError for anything that is no I-JSON object."""
    found = _DECODER.decode(line.decode("utf-8"))
    if not isinstance(found, dict):
        raise ValueError("no object")  # noqa: TRY004 - what a decoder raises
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The members of an object, each name once and every text free of lone surrogates."""
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a name comes twice")
    for name, value in pairs:
        for text in (name, *(value if isinstance(value, list) else [value])):
            if isinstance(text, str):
                text.encode()
    return members


def _refuse(_: str) -> NoReturn:
    """NaN and the infinities are no JSON."""
    raise ValueError("not a number")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_float=Decimal, parse_constant=_refuse)


def _row(number: int, members: dict[str, Any], columns: dict[str, int]) -> Row:
    """The members of an object in their columns."""
    cells: list[Cell] = [None] * len(columns)
    flaws: list[CellFlaw] = []
    for name, value in members.items():
        column = columns[name]
        if isinstance(value, dict) and value.keys() == {"amount", "currency"}:
            cells[column] = f"{value['amount']} {value['currency']}"
        elif isinstance(value, list) and all(isinstance(entry, str) for entry in value):
            cells[column] = tuple(value)
        elif isinstance(value, dict | list):
            cells[column] = json.dumps(value, ensure_ascii=False, default=str)
            flaws.append(CellFlaw("nested_value", column))
        else:
            cells[column] = value
    return Row(number, tuple(cells), tuple(flaws))
