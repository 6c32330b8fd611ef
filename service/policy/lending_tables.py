"""Who may do what in lending: delegations, loans and reading sessions (access.md, "Archives")."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, and_, any_, exists, false, func, or_

from service.domain.lending import DELEGATES
from service.domain.people import ARCHIVE_WORKERS, Role
from service.models import Delegation, Department, Incident, Loan, ReadingSession, ReadingView, Staff
from service.policy.actor import Actor
from service.policy.archive_tables import of_item, open_now
from service.policy.relations import is_actor
from service.policy.rules import Predicate, Rule, declare, related, role

GENERAL_MANAGER, ARCHIVIST, AUDITOR = Role.GENERAL_MANAGER, Role.ARCHIVIST, Role.AUDITOR
OFFICE_DIRECTOR = Role.OFFICE_DIRECTOR
APPROVE = "approve"


def all_of(*relations: Predicate) -> Rule:
    """Whoever stands in all these relations to the row."""
    return related(lambda actor, model: and_(*(relation(actor, model) for relation in relations)))


def one_of(*relations: Predicate) -> Predicate:
    """The relation of standing in any of these."""
    return lambda actor, model: or_(*(relation(actor, model) for relation in relations))


def holding(*roles: str) -> Predicate:
    """The relation of holding one of these roles, to any row."""
    return lambda actor, model: model.id.is_not(None) if actor.roles & set(roles) else false()


def of_class(column: str, *names: str) -> Predicate:
    """Rows of these classes, whoever asks."""
    return lambda _actor, model: getattr(model, column).in_(names)


def in_charge(person: str) -> Predicate:
    """Rows of a person whose department is in the actor's charge (分管), for what may be known below top secret."""

    def relation(actor: Actor, model: type[Any]) -> ColumnElement[bool]:
        if not actor.roles & ARCHIVE_WORKERS:
            return false()
        mine = is_actor("deputy_in_charge_id")(actor, Department)
        led = exists().where(Staff.id == getattr(model, person), Department.id == Staff.department_id, mine)
        known = func.archive_class(model.item_id) != "top_secret"
        return and_(led.correlate_except(Staff, Department), known)

    return relation


def delegated(column: str) -> Predicate:
    """Rows of a class that somebody who is away has entrusted to the actor at this moment."""

    def relation(actor: Actor, model: type[Any]) -> ColumnElement[bool]:
        if not actor.roles & DELEGATES:
            return false()
        current = exists().where(current_delegation(actor), getattr(model, column) == any_(Delegation.classes))
        return current.correlate_except(Delegation)

    return relation


def current_delegation(actor: Actor) -> ColumnElement[bool]:
    """Delegations that the actor holds and that count at this moment."""
    return and_(
        is_actor("holder_id")(actor, Delegation),
        Delegation.state == "effective",
        Delegation.starts_at <= func.clock_timestamp(),
        Delegation.ends_at > func.clock_timestamp(),
        Delegation.actions.contains([APPROVE]),
    )


def rules(person: str, class_column: str, parties: Predicate) -> dict[str, Rule]:
    """What loans and reading sessions have in common."""
    known: Callable[..., ColumnElement[bool]] = of_item("see")
    delegate, deputy = delegated(class_column), in_charge(person)
    approver, classified = is_actor("approved_by"), of_class(class_column, "secret", "confidential")
    return {
        "see": role(GENERAL_MANAGER, ARCHIVIST, AUDITOR)
        | all_of(known, one_of(parties, approver, delegate, holding(OFFICE_DIRECTOR)))
        | all_of(classified, deputy),
        "decide": all_of(of_class(class_column, "unclassified"), holding(OFFICE_DIRECTOR))
        | all_of(classified, one_of(holding(GENERAL_MANAGER), deputy, delegate)),
        "cancel": related(parties),
        "revoke": role(GENERAL_MANAGER, ARCHIVIST) | all_of(known, approver, holding(*ARCHIVE_WORKERS)),
    }


borrower, reader = is_actor("borrower_id"), is_actor("reader_id")
declare(
    Loan,
    **rules("borrower_id", "class_as_lent", one_of(borrower, is_actor("applicant_id"))),
    activate=related(borrower),
    give_back=related(borrower),
    report_lost=related(borrower) | role(ARCHIVIST),
)
declare(
    ReadingSession,
    **rules("reader_id", "class_as_read", reader),
    grant=role(ARCHIVIST),
    look=all_of(of_item("read"), reader, lambda _actor, model: open_now(model)),
    end=related(reader) | role(ARCHIVIST),
)
declare(ReadingView, see=role(GENERAL_MANAGER, AUDITOR))  # those who read the audit log
declare(Incident, see=role(GENERAL_MANAGER, ARCHIVIST, AUDITOR) | all_of(of_item("see"), is_actor("reported_by")))
grantor, holder = related(is_actor("grantor_id")), related(is_actor("holder_id"))
declare(
    Delegation,
    see=role(GENERAL_MANAGER, AUDITOR) | grantor | holder,
    create=role(GENERAL_MANAGER),
    revoke=role(GENERAL_MANAGER) | grantor | holder,
)
