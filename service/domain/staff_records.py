"""What one row of a list of people says of a person: columns of ours, their status, and the roles they are to hold."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from service.domain.cell_reading import Value
from service.domain.contact_details import Standing, read_email
from service.domain.headings import Column
from service.domain.import_flaws import Remarks
from service.domain.import_records import ImportRecord, as_cell
from service.domain.people import ROLE_NAMES, Role
from service.domain.row_reading import CellProblem, RowReading
from service.domain.tables import cell_text
from service.domain.written_values import folded

STAFF_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,39}")
MOST_WORDS, LONGEST_WORD = 100, 50
LARGEST_COUNT, LARGEST_HOURS = 100_000, Decimal(1_000_000)
NEEDED = ("staff.code", "staff.name")
ROLES = "staff.roles"
_THOUSANDTH, _CENT = Decimal("0.001"), Decimal("0.01")


class StaffReader:
    """Turns the readings of one file's rows into people; a value that a person cannot have is kept and told."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._remarks = Remarks(columns)

    def read(self, reading: RowReading) -> ImportRecord:
        """The record; every value that found no column is kept under its heading."""
        if reading.is_rejected:
            return ImportRecord(reading.kept, reading.problems)
        rest, problems = dict(reading.values), list(reading.problems)
        kept = dict(reading.kept)
        for field, code in list(_unfit(rest)):
            kept[self._remarks.heading(field)] = cell_text(as_cell(rest.pop(field)))
            problems.append(self._remarks.problem(code, field, rejects=field in NEEDED))
        roles, unknown = _roles(rest.pop(ROLES, ()))
        if unknown:
            kept[self._remarks.heading(ROLES)] = cell_text(unknown)
            problems.append(self._remarks.problem("unknown_role", ROLES))
        staff = {name: _column(name, rest.pop(f"staff.{name}")) for name in STATED if f"staff.{name}" in rest}
        kept.update((self._remarks.heading(field), cell_text(as_cell(value))) for field, value in rest.items())
        return ImportRecord(kept, tuple(problems), staff=staff, roles=roles)

    def problem(self, code: str, field: str | None = None, *, rejects: bool = False) -> CellProblem:
        """One problem with its sentence, at the column of a field where there is one."""
        return self._remarks.problem(code, field, rejects=rejects)


def _unfit(values: Mapping[str, Value]) -> Iterator[tuple[str, str]]:
    """The fields whose values a person cannot have, and why."""
    for name, (code, fits) in FITS.items():
        field = f"staff.{name}"
        if field in values and not fits(values[field]):
            yield field, code


def _roles(words: Any) -> tuple[tuple[Role, ...], tuple[str, ...]]:
    """The roles that some words mean, and the words that mean none."""
    found = {word: ROLE_WORDS.get(folded(word)) for word in words}
    known = tuple(dict.fromkeys(role for role in found.values() if role))
    return known, tuple(word for word, role in found.items() if role is None)


def _is_short(value: Any) -> bool:
    """Whether a text is no longer than the API takes it."""
    return len(value) <= 200


def _are_words(value: Any) -> bool:
    """Whether a list holds no more, and no longer, words than the API takes."""
    return len(value) <= MOST_WORDS and max(map(len, value)) <= LONGEST_WORD


Fit = tuple[str, Callable[[Any], bool]]
FITS: Mapping[str, Fit] = MappingProxyType(
    {
        "code": ("bad_staff_code", lambda value: STAFF_CODE.fullmatch(value) is not None),
        **dict.fromkeys(("name", "title", "department"), ("text_too_long", _is_short)),
        "email": ("bad_email", lambda value: _is_short(value) and read_email(value).standing is Standing.VALID),
        **dict.fromkeys(("regions", "industries", "products"), ("text_too_long", _are_words)),
        "experience_level": ("experience_out_of_range", lambda value: 1 <= value <= 5),
        "fte": ("fte_out_of_range", lambda value: 0 < value.quantize(_THOUSANDTH) <= 1),
        "max_accounts": ("number_too_large", lambda value: value <= LARGEST_COUNT),
        "max_workload_hours": ("hours_out_of_range", lambda value: 0 <= value.quantize(_CENT) < LARGEST_HOURS),
    }
)
"""Column of a person → the code of what is wrong, and whether a value fits; bounds as in `StaffCreate`."""
STATED = (*FITS, "status")
ROLE_WORDS: Mapping[str, Role] = MappingProxyType(
    {
        folded(word): role
        for role, name in ROLE_NAMES.items()
        if role is not Role.INTEGRATION
        for word in (role, role.replace("_", " "), name.en, name.zh)
    }
    | dict.fromkeys(("销售", "销售员", "销售代表", "sales", "seller"), Role.SALES_REP)
)
"""How lists name the roles that people hold; an integration holds API keys instead."""
_PLACES = MappingProxyType({"fte": _THOUSANDTH, "max_workload_hours": _CENT})


def _column(name: str, value: Any) -> Any:
    """A value as its column holds it."""
    if name in _PLACES:
        return value.quantize(_PLACES[name])
    return list(value) if isinstance(value, tuple) else value
