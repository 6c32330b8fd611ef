"""NDJSON: strict I-JSON, one object a line."""

from decimal import Decimal
from pathlib import Path

import pytest

from service.adapters.spreadsheets.opening import open_table
from service.domain.invalid import InvalidInput
from service.domain.tables import Row


def rows(tmp_path: Path, content: str | bytes) -> list[Row]:
    path = tmp_path / "data.ndjson"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    table = open_table(path, name=path.name)
    assert (table.format, table.headings_first, table.notices) == ("ndjson", True, ())
    return list(table.rows())


def test_members_become_columns_in_the_order_in_which_they_first_come(tmp_path: Path) -> None:
    found = rows(tmp_path, '{"name": "华兴", "n": 1.10}\n\n{"phone": null, "name": "东方", "ok": true}\r\n')
    assert [(row.number, row.cells) for row in found] == [
        (0, ("name", "n", "phone", "ok")),
        (1, ("华兴", Decimal("1.10"), None, None)),
        (3, ("东方", None, None, True)),
    ]


def test_money_and_lists_have_the_shapes_of_the_api(tmp_path: Path) -> None:
    line = '{"value": {"amount": "1234.50", "currency": "CNY"}, "products": ["A", "B"], "deep": {"a": [1]}}'
    found = rows(tmp_path, line)[1]
    assert found.cells == ("1234.50 CNY", ("A", "B"), '{"a": [1]}')
    assert [(flaw.code, flaw.column) for flaw in found.flaws] == [("nested_value", 2)]


@pytest.mark.parametrize(
    "line",
    [
        b'{"name": "a", "name": "b"}',
        b'{"name": NaN}',
        b'{"name": -Infinity}',
        b'{"name": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"name": ["\\ud800"]}',
        b'{"name": "\xff"}',
        b'{"name": "a"',
        b'{"name": "a"} {"name": "b"}',
        b'["name"]',
        b'"name"',
        b'{"name": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"name": ' + b"9" * 10_000 + b"}",
    ],
)
def test_a_line_that_is_no_i_json_object_is_refused_alone(tmp_path: Path, line: bytes) -> None:
    found = rows(tmp_path, b'{"name": "first"}\n' + line + b'\n{"name": "last"}\n')
    assert [[flaw.code for flaw in row.flaws] for row in found[1:]] == [[], ["malformed_json"], []]
    assert found[3].cells[0] == "last"


def test_a_line_longer_than_any_record_is_refused_alone(tmp_path: Path) -> None:
    found = rows(tmp_path, '{"name": "' + "x" * 3_000_000 + '"}\n{"name": "last"}\n')
    assert [[flaw.code for flaw in row.flaws] for row in found[1:]] == [["row_too_long"], []]
    assert found[2].number == 2


def test_more_members_than_any_table_has_columns_are_refused(tmp_path: Path) -> None:
    line = "{" + ",".join(f'"m{number}": 1' for number in range(1001)) + "}"
    with pytest.raises(InvalidInput) as refused:
        rows(tmp_path, line)
    assert refused.value.errors[0].code == "too_many_columns"


@pytest.mark.parametrize("encoding", ["GB18030", "Big5", "UTF-16"])
def test_lines_in_a_stated_encoding_are_read_in_it(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "data.ndjson"
    path.write_bytes('{"name": "華興"}\n{"name": "東方"}\n'.encode(encoding))
    table = open_table(path, encoding=encoding)
    assert table.format == "ndjson"
    assert [row.cells for row in table.rows()] == [("name",), ("華興",), ("東方",)]
    again = open_table(path, encoding=table.encoding)
    assert list(again.rows()) == list(table.rows())


def test_a_line_that_is_not_utf_8_is_refused_alone_where_utf_8_is_stated_too(tmp_path: Path) -> None:
    path = tmp_path / "data.ndjson"
    path.write_bytes(b'{"name": "\xff"}\n{"name": "b"}\n')
    rows = list(open_table(path, encoding="utf-8").rows())
    assert [[flaw.code for flaw in row.flaws] for row in rows] == [[], ["malformed_json"], []]


def test_bytes_that_the_stated_encoding_does_not_have_are_refused_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "data.ndjson"
    path.write_bytes(b'{"name": "a"}\n{"name": "\xff\xff"}\n')
    with pytest.raises(InvalidInput) as refused:
        open_table(path, encoding="GB18030")
    [flaw] = refused.value.errors
    assert (flaw.code, "2" in flaw.detail.en) == ("undecodable_bytes", True)
