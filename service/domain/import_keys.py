"""Which rows of one file speak of the same account, found before any of them is taken.

Rows may share an account when they say the same of it and differ in the rest, as the rows of a division table do. Rows
that say different things of one account, or the same thing twice, clash: which one is meant is not guessed.
"""

from array import array
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np

from service.domain.headings import Column
from service.domain.names import match_key, normalised_name
from service.domain.tables import Cell, cell_text
from service.domain.written_values import is_nothing


class MatchOn(StrEnum):
    """By what a row finds its account.

    按何字段匹配客户。
    """

    CODE = "code"
    EXTERNAL_REF = "external_ref"
    NAME_REGION = "name_region"


STAFF = "staff"
KEY_FIELDS = {
    MatchOn.CODE: "account.code",
    MatchOn.EXTERNAL_REF: "account.external_ref",
    MatchOn.NAME_REGION: "account.name",
}
UNIQUE_FIELDS = ("account.code", "account.external_ref")

_SHORT = (1 << 32) - 1


def key_field(match_on: MatchOn, target: str) -> str:
    """The field that the rows of a file are matched on; people are always found by their staff code."""
    return "staff.code" if target == STAFF else KEY_FIELDS[match_on]


def usual_match(columns: Sequence[Column], target: str = "accounts") -> MatchOn:
    """The surest match that the columns allow: by code, else by another system's id, else by name and region."""
    if target == STAFF:
        return MatchOn.CODE
    filled = {column.field for column in columns}
    by_id = (match for match in (MatchOn.CODE, MatchOn.EXTERNAL_REF) if KEY_FIELDS[match] in filled)
    return next(by_id, MatchOn.NAME_REGION)


class Key(NamedTuple):
    """A row in numbers, 0 for what it does not say.

    `subject` is the name, code or id that it is matched on; `account` stands for everything else that it says of the
    account, or of the person, `rest` for the other cells; `code` and `reference` are those that it is not matched on.
    Those three that are only compared among rows of one subject have 32 bits, the others 64.
    """

    subject: int
    region: int
    account: int
    rest: int
    code: int
    reference: int


class KeyReader:
    """Reads the keys of one file's rows by a confirmed mapping."""

    def __init__(self, columns: Sequence[Column], match_on: MatchOn, target: str = "accounts") -> None:
        at = {column.field: column.column for column in columns if column.field}
        fields = {column.column: column.field or "" for column in columns}
        self._by_name = match_on is MatchOn.NAME_REGION
        self._subject_at = at.get(key_field(match_on, target))
        own = "staff." if target == STAFF else "account."
        self._region_at = at.get("account.region") if self._by_name else None
        self._unique_at = [at.get(field) if field != KEY_FIELDS[match_on] else None for field in UNIQUE_FIELDS]
        apart = {self._region_at, *self._unique_at, None if self._by_name else self._subject_at}
        self._account_at = [at for at, field in fields.items() if field.startswith(own) and at not in apart]
        self._rest_at = [at for at, field in fields.items() if not field.startswith((own, "file."))]

    def read(self, cells: Sequence[Cell]) -> Key | None:
        """The key of a row; None where it does not say which account it speaks of."""
        subject, region = _text(cells, self._subject_at), _text(cells, self._region_at)
        if not subject:
            return None
        code, reference = (_text(cells, at) for at in self._unique_at)
        return Key(
            _number(normalised_name(subject) if self._by_name else subject),
            _number(match_key(region), _SHORT) if region else 0,
            _number(tuple([_text(cells, at) for at in self._account_at]), _SHORT),
            _number(tuple([_text(cells, at) for at in self._rest_at]), _SHORT),
            _number(code) if code else 0,
            _number(reference) if reference else 0,
        )


class RepeatedKeys:
    """The keys of a whole file, 20 bytes a row; once all are added it tells which come again and which clash."""

    def __init__(self) -> None:
        self._parts = tuple(array(kind) for kind in "QIII")
        self._unique = {"code": (array("Q"), array("Q")), "reference": (array("Q"), array("Q"))}
        self._repeated: set[tuple[int, int]] = set()
        self._clashing: set[tuple[int, int]] = set()
        self._spread: set[int] = set()
        self._shared: set[int] = set()

    def add(self, key: Key) -> None:
        """One row more."""
        for part, number in zip(self._parts, key, strict=False):
            part.append(number)
        for name, (values, keys) in self._unique.items():
            if value := getattr(key, name):
                values.append(value)
                keys.append(_number(key[:2]))

    def settle(self) -> None:
        """Nothing more will be added; what was gathered shrinks to the keys that come again."""
        subject, region, account, rest = (np.asarray(part) for part in self._parts)
        order = np.lexsort((rest, account, region, subject))
        upper, lower = order[:-1], order[1:]
        same_subject = _same(subject, order)
        same_key = same_subject & _same(region, order)
        clash = same_key & (~_same(account, order) | _same(rest, order))
        # 0 sorts first: an account without a region stands directly above its namesake with one
        unclear = same_subject & ~same_key & (region[upper] == 0)

        def pairs(rows: _Rows) -> set[tuple[int, int]]:
            return set(zip(subject[rows].tolist(), region[rows].tolist(), strict=True))

        self._repeated = pairs(lower[same_key])
        self._clashing = pairs(lower[clash]) | pairs(upper[unclear])
        self._spread = set(subject[lower[same_subject & ~same_key]].tolist())
        for values, keys in (map(np.asarray, columns) for columns in self._unique.values()):
            order = np.lexsort((keys, values))
            self._shared.update(values[order[1:][_same(values, order) & ~_same(keys, order)]].tolist())
        self._parts, self._unique = (), {}

    def repeats(self, key: Key) -> bool:
        """Whether other rows share the key."""
        return key[:2] in self._repeated

    def clashes(self, key: Key) -> bool:
        """Whether it is not clear which account is meant, or what is said of it."""
        return key[:2] in self._clashing or key.code in self._shared or key.reference in self._shared

    def is_spread(self, key: Key) -> bool:
        """Whether accounts of this name stand in several regions, so that the name alone names none."""
        return key.subject in self._spread


_Rows = np.ndarray[tuple[int], np.dtype[np.int64]]


def _same(column: Any, order: _Rows) -> Any:
    """Whether each row but the first has the number of the row before it in an order."""
    ordered = column[order]
    return ordered[1:] == ordered[:-1]


def _text(cells: Sequence[Cell], at: int | None) -> str:
    """The text of a cell, "" where there is none or one that says so."""
    text = cell_text(cells[at]).strip() if at is not None and at < len(cells) else ""
    return "" if is_nothing(text) else text


def _number(value: object, mask: int = (1 << 64) - 1) -> int:
    """A value as a number that only this process knows, never 0."""
    return hash(value) & mask or 1
