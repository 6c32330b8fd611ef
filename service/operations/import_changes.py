"""What a row's record makes of an account, a contact and a task: new values beside the present ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from service.domain.contact_details import Standing
from service.domain.import_flaws import FLAWS, clash
from service.domain.import_records import LARGEST_AMOUNT
from service.domain.names import match_key
from service.domain.people import LINE_DECIDERS
from service.domain.row_reading import CellProblem
from service.domain.states import TASK_TRANSITIONS, TaskState
from service.domain.unreadable import sentence
from service.models import Account, new_id
from service.operations.account_changes import DECIDING, proposal, written
from service.operations.accounts import originators
from service.operations.import_subjects import ACCOUNT_COLUMNS, CONTACT_COLUMNS, TASK_COLUMNS, Child, Subject
from service.operations.rates import Rates
from service.policy import Actor, holds

MONEY = ("potential_value", "potential_currency", "potential_value_on")
DETAILS = ("mobile", "email")


class Refused(Exception):  # noqa: N818 - what happened to the row
    """A row cannot be taken: the problem says why."""

    def __init__(self, problem: CellProblem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def refused(code: str) -> Refused:
    """The refusal of a whole row for a reason of ours."""
    return Refused(CellProblem(code, FLAWS.get(code) or sentence(code), rejects=True))


@dataclass(frozen=True, slots=True)
class Importer:
    """Who imports, what they may do with an account that the file brings, and whether it counts as verified."""

    actor: Actor
    rights: frozenset[str]
    verifies: bool

    @classmethod
    def of(cls, actor: Actor) -> "Importer":
        """The standing of an actor; whoever will be on a new account's team sees what is sensitive there."""
        sensitive = holds(actor, "see_sensitive", Account) or bool(originators(actor, new_id()))
        assigns = holds(actor, "assign", Account) or bool(actor.line and actor.roles & LINE_DECIDERS)
        further = {"see_sensitive": sensitive, "assign": assigns}
        rights = {"see", "see_values", "edit", *(right for right, is_held in further.items() if is_held)}
        return cls(actor, frozenset(rights), holds(actor, "create_verified", Account))

    def verified(self) -> dict[str, Any]:
        """The columns of somebody's word for what decides distribution."""
        return {"verified_at": datetime.now(UTC), "verified_by": self.actor.id}


def new_subject(importer: Importer, account: Mapping[str, Any], owner_id: UUID | None, rates: Rates) -> Subject:
    """An account that the file brings, for whom; nobody verifies what they are to be responsible for."""
    id_ = new_id()
    defaults = {"code": f"A-{id_.hex[-10:].upper()}", "lifecycle": "prospect", "products": []}
    values: dict[str, Any] = {**dict.fromkeys(ACCOUNT_COLUMNS), **defaults, **account}
    if importer.verifies and owner_id != importer.actor.id:
        values |= importer.verified()
    return Subject(id_, None, valued(values, rates), importer.rights)


def changed_account(importer: Importer, subject: Subject, account: Mapping[str, Any], rates: Rates) -> dict[str, Any]:
    """The account's columns after a row; what decides distribution waits for verification unless a verifier says it.

    A verifier's file that says all of it once more is their word for what somebody else entered.
    """
    values = dict(subject.values)
    if account.get("code", values["code"]) != values["code"]:
        raise Refused(clash(in_file=False))
    changed = {name: value for name, value in account.items() if value != values[name]}
    if not changed.keys() & set(MONEY[:2]) and account.get("potential_value_on") is None:
        changed.pop("potential_value_on", None)  # an amount that stays, stated without its day
    deciding = {name: changed.pop(name) for name in DECIDING if name in changed}
    if deciding and "verify" in subject.rights:
        changed |= deciding | importer.verified()
    elif deciding:
        waiting, fields = values["proposed"], written(deciding)
        if not waiting or not fields.items() <= waiting["fields"].items():  # the same file again proposes nothing new
            changed["proposed"] = proposal(waiting, fields, importer.actor)
    if "verify" in subject.rights and vouches(account, values):
        changed |= importer.verified()
    values |= changed
    return valued(values, rates) if changed.keys() & set(MONEY) else values


def vouches(account: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether a row states all that decides an account's distribution, none of it verified or contested so far."""
    if values["verified_at"] is not None or values["proposed"]:
        return False
    known = {name: values[name] for name in DECIDING if values.get(name)}
    return bool(known) and all(account.get(name) == value for name, value in known.items())


def valued(values: dict[str, Any], rates: Rates) -> dict[str, Any]:
    """The columns with the value in the base currency; refused where it is too large to be held."""
    base = rates.to_base(values)
    if max(base or 0, values["potential_value"] or 0) >= LARGEST_AMOUNT:
        raise refused("number_too_large")
    return values | {"potential_value_base": base}


Step = tuple[Child, dict[str, Any]]
"""A contact or task, and its columns after a row."""


def contact_step(subject: Subject, contact: Mapping[str, Any]) -> Step | None:
    """The contact of a row: the one of that name, or a new one; a number known to be good gives way to none worse."""
    if not contact:
        return None
    name = match_key(contact["name"])
    same = [child for child in subject.contacts if match_key(child.values["name"]) == name]
    if len(same) > 1:
        given = [contact.get(detail) for detail in DETAILS]
        same = [child for child in same if [child.values[detail] for detail in DETAILS] == given]
        if len(same) != 1:
            raise Refused(clash(in_file=False))
    child = same[0] if same else Child(new_id(), None, {})
    known = child.values or dict.fromkeys(CONTACT_COLUMNS)
    values = dict(contact)
    for detail in DETAILS:
        state = f"{detail}_state"
        if same and (detail not in contact or (contact[state] != Standing.VALID and known[state] == Standing.VALID)):
            values.pop(detail, None)
            values.pop(state)
    return child, {**known, **values}


def task_step(subject: Subject, task: Mapping[str, Any], assignee_id: UUID | None) -> Step | None:
    """The task of a row: the one of that subject, planned day and person, or a new one; nobody is put off a task."""
    if not task:
        return None
    key = (match_key(task["subject"]), task.get("planned_on"), match_key(task.get("assignee_text") or ""))
    for child in subject.tasks:
        known = child.values
        if (match_key(known["subject"]), known["planned_on"], match_key(known["assignee_text"] or "")) == key:
            return child, known | moved(known, task) | {"assignee_id": known["assignee_id"] or assignee_id}
    values = {**dict.fromkeys(TASK_COLUMNS), "state": TaskState.NOT_STARTED.value, **task}
    return Child(new_id(), None, {}), values | {"assignee_id": assignee_id}


def moved(known: Mapping[str, Any], task: Mapping[str, Any]) -> dict[str, Any]:
    """A known task's columns that a row states; refused where its state does not lead to the stated one."""
    state = task.get("state")
    if state and state != known["state"] and not TASK_TRANSITIONS.allows(TaskState(known["state"]), TaskState(state)):
        raise refused("illegal_transition")
    stated = {name: task[name] for name in ("contact_text", "note") if name in task}
    return stated | ({"state": state, "actual_on": task.get("actual_on")} if state else {})
