"""What one row of an import says of an account, of a contact and of a task, as columns of ours."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from types import MappingProxyType
from typing import Any

from service.domain.account_codes import is_code
from service.domain.amounts import Money
from service.domain.cell_reading import Value
from service.domain.contact_details import Email, Standing, read_contact, read_email, read_phone
from service.domain.headings import Column
from service.domain.import_flaws import Remarks
from service.domain.import_keys import KEY_FIELDS, MatchOn
from service.domain.people import Role
from service.domain.row_reading import CellProblem, RowReading
from service.domain.tables import cell_text

LONGEST = MappingProxyType(
    {
        **dict.fromkeys(("account.name", "account.external_ref", "account.source"), 200),
        **dict.fromkeys(("account.kind", "account.industry", "account.region", "contact.mobile"), 50),
        **dict.fromkeys(("contact.name", "contact.title", "contact.department", "contact.email"), 200),
        **dict.fromkeys(("contact.address", "task.subject", "task.assignee", "task.contact"), 200),
        **dict.fromkeys(("contact.note", "task.note"), 2000),
    }
)
"""Characters that a field takes, as through the API."""
PRODUCTS = 50
"""Entries that a list of products takes, and characters of each."""
LARGEST_AMOUNT = Decimal(10**18)

ACCOUNT_FIELDS = ("external_ref", "name", "kind", "industry", "region", "intent", "products", "lifecycle", "source")
CONTACT_FIELDS = ("name", "title", "department", "mobile", "email", "address", "note", "birth_on")
TASK_COLUMNS = MappingProxyType(
    {
        "subject": "subject",
        "assignee": "assignee_text",
        "contact": "contact_text",
        "planned_on": "planned_on",
        "actual_on": "actual_on",
        "state": "state",
        "note": "note",
    }
)

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """One row as columns of an account, a contact and a task, or of a person (empty where it brings none).

    `owner`: the name or staff code of whoever is responsible for the account; `roles`: those that a person is to
    hold; what found no column is `kept`.
    """

    kept: Mapping[str, str]
    problems: tuple[CellProblem, ...]
    account: Mapping[str, Any] = field(default_factory=dict)
    contact: Mapping[str, Any] = field(default_factory=dict)
    task: Mapping[str, Any] = field(default_factory=dict)
    owner: str | None = None
    staff: Mapping[str, Any] = field(default_factory=dict)
    roles: tuple[Role, ...] = ()

    @property
    def is_rejected(self) -> bool:
        """Whether the row must be mended before it can be taken."""
        return any(problem.rejects for problem in self.problems)


class RecordReader:
    """Turns the readings of one file's rows into records; `match_on` names the field without which no row stands."""

    def __init__(self, columns: Sequence[Column], match_on: MatchOn) -> None:
        self._remarks = Remarks(columns)
        self._needed = {KEY_FIELDS[match_on], "account.name"}

    def read(self, reading: RowReading) -> ImportRecord:
        """The record; every value that found no column is kept under its heading."""
        if reading.is_rejected:
            return ImportRecord(reading.kept, reading.problems)
        rest, problems = dict(reading.values), list(reading.problems)
        kept = dict(reading.kept)
        problems.extend(self._refit(rest, kept))
        account = _account(rest)
        owner = rest.pop("account.owner", None)
        contact = _contact(rest)
        problems.extend(self._contact_flaws(contact, rest))
        task = _task(rest)
        kept.update((self._remarks.heading(field), cell_text(as_cell(value))) for field, value in rest.items())
        told = {problem.field for problem in problems if problem.rejects}
        missing = [field for field in sorted(self._needed - told) if field.removeprefix("account.") not in account]
        problems.extend(self.problem("required_missing", field, rejects=True) for field in missing)
        stated = None if owner is None else str(owner)
        return ImportRecord(kept, tuple(problems), account, contact, task, stated)

    def problem(self, code: str, field: str | None = None, *, rejects: bool = False) -> CellProblem:
        """One problem with its sentence, at the column of a field where there is one."""
        return self._remarks.problem(code, field, rejects=rejects)

    def _refit(self, values: dict[str, Value], kept: dict[str, str]) -> Iterator[CellProblem]:
        """Values that their columns do not take go to what is kept; one that the row needs rejects it."""
        for name, code in list(_unfit(values)):
            kept[self._remarks.heading(name)] = cell_text(as_cell(values.pop(name)))
            yield self.problem(code, name, rejects=name in self._needed)

    def _contact_flaws(self, contact: Mapping[str, Any], rest: Mapping[str, Value]) -> Iterator[CellProblem]:
        """What is odd about the contact."""
        if not contact:
            if field := next((field for field in _DETAILS if field in rest), None):
                yield self.problem("contact_without_name", field)
        elif Standing.VALID not in (contact["mobile_state"], contact["email_state"]):
            yield self.problem("contact_unverified", "contact.name")


_DETAILS = ("contact.mobile", "contact.email", "contact.method")


def _unfit(values: Mapping[str, Value]) -> Iterator[tuple[str, str]]:
    """The fields whose values are too long, or no code."""
    for name, value in values.items():
        if name == "account.code":
            if not is_code(str(value)):
                yield name, "bad_code"
        elif name == "account.products":
            assert isinstance(value, tuple)
            if len(value) > PRODUCTS or max(map(len, value)) > PRODUCTS:
                yield name, "text_too_long"
        elif isinstance(value, str) and len(value) > LONGEST.get(name, len(value)):
            yield name, "text_too_long"


def _account(rest: dict[str, Value]) -> dict[str, Any]:
    """The account's columns, taken out of the values."""
    account: dict[str, Any] = {}
    for name in ("code", *ACCOUNT_FIELDS):
        if (value := rest.pop(f"account.{name}", None)) is not None:
            account[name] = list(value) if isinstance(value, tuple) else value
    money = rest.pop("account.potential_value", None)
    rest.pop("account.potential_currency", None)  # RowReader has given it to the amount
    if isinstance(money, Money):
        account["potential_value"] = money.amount.quantize(_CENT, ROUND_HALF_EVEN)
        account["potential_currency"] = money.currency
        account["potential_value_on"] = date(money.as_of, 12, 31) if money.as_of else None
    return account


def _contact(rest: dict[str, Value]) -> dict[str, Any]:
    """The contact's columns with what its number and address are good for; none without a name."""
    if "contact.name" not in rest:
        return {}
    method = rest.get("contact.method")
    if isinstance(method, str):
        kind = "contact.email" if isinstance(read_contact(method), Email) else "contact.mobile"
        if kind not in rest and len(method) <= LONGEST[kind]:
            rest[kind] = rest.pop("contact.method")
    contact = {name: rest.pop(f"contact.{name}") for name in CONTACT_FIELDS if f"contact.{name}" in rest}
    states = {
        "mobile_state": str(read_phone(str(contact.get("mobile", ""))).standing),
        "email_state": str(read_email(str(contact.get("email", ""))).standing),
    }
    return contact | states


def _task(rest: dict[str, Value]) -> dict[str, Any]:
    """The task's columns; none without something to do."""
    if "task.subject" not in rest:
        return {}
    return {column: rest.pop(f"task.{name}") for name, column in TASK_COLUMNS.items() if f"task.{name}" in rest}


def as_cell(value: Value) -> Any:
    """A value as a cell again; an amount without its currency, which stands beside it."""
    return value.amount if isinstance(value, Money) else value
