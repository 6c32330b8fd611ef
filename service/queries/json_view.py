"""PostgreSQL writes the JSON: one table from a column's type to how it goes out."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Numeric, Select, Text, case, cast, func, literal_column, null, select

PAIRS_AT_MOST = 50  # json_build_object takes 100 arguments


def json_object(columns: Mapping[str, Any]) -> ColumnElement[str]:
    """An SQL expression of one JSON object as text, a member a column."""
    return cast(json_value(columns), Text)


def json_value(columns: Mapping[str, Any]) -> ColumnElement[Any]:
    """The same as a JSON value, to stand inside another."""
    members = list(columns.items())
    assert len(members) <= PAIRS_AT_MOST, "split the view"
    return func.json_build_object(
        *(part for name, column in members for part in (literal_column(f"'{name}'"), outgoing(column)))
    )


def json_list(statement: Select[Any]) -> ColumnElement[Any]:
    """The rows of a statement of one JSON value each, in their order, as a list."""
    rows = statement.subquery()
    return select(func.coalesce(func.json_agg(rows.c[0]), literal_column("'[]'::json"))).scalar_subquery()


def outgoing(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column as it goes out: instants in UTC with Z, decimals as text, everything else as it is."""
    if isinstance(column.type, DateTime):
        return func.to_char(func.timezone("UTC", column), literal_column("""'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'"""))
    if isinstance(column.type, Numeric):
        return cast(column, Text)
    return column


def money(amount: Any, currency: Any) -> ColumnElement[Any]:
    """An amount with its currency as an object, or null."""
    pair = func.json_build_object(
        literal_column("'amount'"), cast(amount, Text), literal_column("'currency'"), currency
    )
    return case((amount.is_(None), null()), else_=pair)


def page_bytes(items: list[str], next_cursor: str | None, members: Mapping[str, str] = MappingProxyType({})) -> bytes:
    """A page's body from the JSON texts of its items and of its further members."""
    cursor = f'"{next_cursor}"' if next_cursor else "null"
    more = "".join(f',"{name}":{value}' for name, value in members.items())
    return f'{{"items":[{",".join(items)}],"next_cursor":{cursor}{more}}}'.encode()
