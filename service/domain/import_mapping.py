"""Which column is which field, as somebody confirmed it over what was suggested."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from service.domain.headings import Column, confirmed, missing_fields
from service.domain.import_fields import FIELDS, TARGETS
from service.domain.import_keys import STAFF, MatchOn, key_field
from service.domain.invalid import Flaws


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody's word on one column, named by position or heading: a field, or None to keep its cells verbatim."""

    field: str | None
    column: int | None = None
    heading: str | None = None
    multiplier: Decimal | None = None
    currency: str | None = None


def chosen(columns: Sequence[Column], choices: Sequence[Choice], target: str) -> tuple[Column, ...]:
    """The columns after somebody's choices; those not named stay as suggested, but give up a field chosen elsewhere.

    Raises `InvalidInput` with pointers below `/mapping`.
    """
    flaws = Flaws()
    found = {position: _place(choice, columns) for position, choice in enumerate(choices)}
    taken: set[str] = set()
    for position, choice in enumerate(choices):
        at = f"/mapping/{position}"
        if found[position] is None or list(found.values()).count(found[position]) > 1:
            flaws.add(at, "no_such_column", "This names no column, or one named before.", "该列不存在，或重复指定。")
        if choice.field is not None and not _is_field(choice.field, target):
            flaws.add(f"{at}/field", "no_such_field", "This import has no such field.", "此导入没有该字段。")
        elif choice.field in taken:
            flaws.add(f"{at}/field", "field_taken", "Another column has this field.", "另一列已使用该字段。")
        taken |= {choice.field} if choice.field else set()
    flaws.refuse()
    by_column = {place: choices[position] for position, place in found.items()}
    return tuple(_applied(column, by_column.get(column.column), taken) for column in columns)


def check_complete(columns: Sequence[Column], target: str, match_on: MatchOn) -> None:
    """Nothing, or `InvalidInput` where a needed field, or the one that rows are matched on, has no column."""
    flaws = Flaws()
    for field in missing_fields(columns, target):
        flaws.add("/mapping", "required_missing", f"No column fills {field}.", f"没有列对应字段 {field}。")
    needed = key_field(match_on, target)
    if target == STAFF and match_on is not MatchOn.CODE:
        flaws.add("/match_on", "match_not_for_staff", "People are found by their staff code.", "员工按工号匹配。")
    if needed not in {column.field for column in columns}:
        flaws.add("/match_on", "match_unmapped", f"No column fills {needed}.", f"没有列对应字段 {needed}。")
    flaws.refuse()


def columns_of(mapping: Sequence[Mapping[str, Any]]) -> tuple[Column, ...]:
    """The columns of a stored mapping."""
    return tuple(
        Column(
            stored["column"],
            stored["heading"],
            stored["field"],
            Decimal(stored["confidence"]),
            Decimal(stored["multiplier"]),
            stored["currency"],
        )
        for stored in mapping
    )


def _place(choice: Choice, columns: Sequence[Column]) -> int | None:
    """The column that a choice names; None where there is none, or more than one of the heading."""
    if choice.column is not None:
        return choice.column if choice.column < len(columns) else None
    same = [column.column for column in columns if column.heading == choice.heading]
    return same[0] if len(same) == 1 else None


def _is_field(name: str, target: str) -> bool:
    """Whether a file of the target may fill the field."""
    return name in FIELDS and name.partition(".")[0] in TARGETS[target]


def _applied(column: Column, choice: Choice | None, taken: set[str]) -> Column:
    """One column after the choices."""
    if choice is None:
        return confirmed(column, None) if column.field in taken else column
    changed = confirmed(column, choice.field)
    return replace(
        changed, multiplier=choice.multiplier or changed.multiplier, currency=choice.currency or changed.currency
    )
