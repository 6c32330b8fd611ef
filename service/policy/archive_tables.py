"""Who may do what in the archive: the table of access.md by class, written once."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, exists, false, func, or_, select, true

from service.domain.archives import CONFIDENTIAL, KEEPERS, SECRET, TOP_SECRET, Confidentiality
from service.domain.lending import DIRECT_BORROWERS
from service.domain.people import ARCHIVE_STAFF, ARCHIVE_WORKERS, LEADERS, Role
from service.models import ArchiveItem, Delegation, Department, Loan
from service.policy.actor import Actor
from service.policy.relations import is_actor, team
from service.policy.rules import POLICIES, Predicate, Rule, declare, related, role

GENERAL_MANAGER, ARCHIVIST, AUDITOR = Role.GENERAL_MANAGER, Role.ARCHIVIST, Role.AUDITOR
ANY_CLASS = range(len(Confidentiality))
UNCLASSIFIED = range(SECRET)
BELOW_TOP_SECRET = range(TOP_SECRET)
UP_TO_CONFIDENTIAL = range(SECRET, CONFIDENTIAL + 1)
ONLY_SECRET, ONLY_CONFIDENTIAL, ONLY_TOP_SECRET = (range(rank, rank + 1) for rank in (SECRET, CONFIDENTIAL, TOP_SECRET))


def classed(rule: Rule, ranks: range, *roles: str) -> Rule:
    """The rule for rows of these ranks only; with roles, only for somebody who holds one of them."""

    def relation(actor: Actor, model: type[Any]) -> ColumnElement[bool]:
        if roles and not (actor.kind == "staff" and actor.roles & set(roles)):
            return false()
        whole = rule.predicate(actor, model)
        return whole if ranks == ANY_CLASS else and_(model.rank.between(ranks[0], ranks[-1]), whole)

    return related(relation)


def of_item(action: str) -> Callable[[Actor, type[Any]], ColumnElement[bool]]:
    """The relation of what belongs to an item (its `item_id`) on which the actor may do this.

    A scalar, because PostgreSQL takes an EXISTS for all items at once, where a page needs a few.
    """

    def relation(actor: Actor, model: type[Any]) -> ColumnElement[bool]:
        rule = POLICIES[ArchiveItem][action]
        if rule.holds_everywhere(actor):
            return model.item_id.is_not(None)  # type: ignore[no-any-return]
        mine = rule.predicate(actor, ArchiveItem)
        found = select(true()).where(ArchiveItem.id == model.item_id, mine).correlate_except(ArchiveItem)
        return found.scalar_subquery()

    return relation


def _own_department(actor: Actor, model: type[Any]) -> ColumnElement[bool]:
    column: ColumnElement[UUID | None] = model.department_id
    return column == bindparam("own_department", actor.department_id, column.type)


def _deputy_in_charge(actor: Actor, model: type[Any]) -> ColumnElement[bool]:
    mine = is_actor("deputy_in_charge_id")(actor, Department)
    return exists().where(Department.id == model.department_id, mine).correlate_except(Department)


def _not_accepted(_actor: Actor, model: type[Any]) -> ColumnElement[bool]:
    return model.accepted_at.is_(None)  # type: ignore[no-any-return]


def both(one: Predicate, other: Predicate) -> Rule:
    """Whoever stands in both relations to the row."""
    return related(lambda actor, model: and_(one(actor, model), other(actor, model)))


def _team_of_accepted(actor: Actor, model: type[Any]) -> ColumnElement[bool]:
    return and_(model.accepted_at.is_not(None), or_(*(one(actor, model) for one in team.relations)))


def _seen(actor: Actor, model: type[Any]) -> ColumnElement[bool]:
    """Items that the actor sees."""
    return ITEM["see"].predicate(actor, model)


def _seen_by_readers(actor: Actor, model: type[Any]) -> ColumnElement[bool]:
    """Items that the actor sees, unless they keep the archive or audit it."""
    return false() if actor.roles & {ARCHIVIST, AUDITOR} else _seen(actor, model)


def _on_loan(actor: Actor, model: type[Any]) -> ColumnElement[bool]:
    """Items that the actor has on an active loan at this moment, by the database's clock."""
    direct = bool(actor.roles & DIRECT_BORROWERS)
    return (
        exists()
        .where(
            Loan.item_id == model.id,
            is_actor("borrower_id")(actor, Loan),
            open_now(Loan),
            Loan.class_as_lent == model.confidentiality,
            true() if direct else Loan.way != "direct",
        )
        .correlate_except(Loan)
    )


def open_now(model: type[Any]) -> ColumnElement[bool]:
    """Loans and reading sessions that have not come to their end, nor their delegation to its own."""
    revoked = exists().where(Delegation.id == model.delegation_id, Delegation.state == "revoked")
    return and_(
        model.state == "active",
        model.expires_at > func.clock_timestamp(),
        ~revoked.correlate_except(Delegation),
    )


everything = related(lambda _actor, model: model.id.is_not(None))
own_department = related(_own_department)
depositor = both(is_actor("depositor_id"), _not_accepted)
deputy_in_charge = related(_deputy_in_charge)
own_deposit = classed(depositor, ANY_CLASS, *ARCHIVE_WORKERS)

ITEM: dict[str, Rule] = {
    "see": role(GENERAL_MANAGER, ARCHIVIST, AUDITOR)
    | classed(everything, UNCLASSIFIED, *ARCHIVE_STAFF)
    | classed(own_department | team, UP_TO_CONFIDENTIAL, *ARCHIVE_STAFF)
    | classed(everything, UP_TO_CONFIDENTIAL, *LEADERS)
    | classed(depositor, ANY_CLASS, *ARCHIVE_STAFF),
    "open_as_team": classed(related(_team_of_accepted), UNCLASSIFIED, *ARCHIVE_WORKERS),  # where the setting is on
    "open": own_deposit
    | classed(related(_on_loan), UNCLASSIFIED, *ARCHIVE_WORKERS)
    | classed(both(_seen_by_readers, _on_loan), ONLY_SECRET, *ARCHIVE_WORKERS),
    # for a purpose, in the way of domain/lending.py; the archivist keeps without opening what is classified
    "borrow": classed(everything, UNCLASSIFIED, *ARCHIVE_WORKERS)
    | classed(related(_seen_by_readers), ONLY_SECRET, *ARCHIVE_WORKERS),
    "read": classed(related(_seen_by_readers), ONLY_CONFIDENTIAL, *ARCHIVE_WORKERS),
    "deposit": role(*ARCHIVE_WORKERS),
    "deposit_top_secret": role(ARCHIVIST, GENERAL_MANAGER),
    "version": classed(own_department | depositor, BELOW_TOP_SECRET, *ARCHIVE_WORKERS)
    | classed(everything, ONLY_TOP_SECRET, ARCHIVIST, GENERAL_MANAGER),
    "describe": role(ARCHIVIST) | own_deposit | classed(everything, ONLY_TOP_SECRET, GENERAL_MANAGER),
    "withdraw": role(ARCHIVIST) | own_deposit,
    "accept": role(ARCHIVIST),
    "raise": role(ARCHIVIST),
    "raise_to_top": role(GENERAL_MANAGER),
    "lower": classed(everything, BELOW_TOP_SECRET, GENERAL_MANAGER, ARCHIVIST)
    | classed(deputy_in_charge, BELOW_TOP_SECRET, *ARCHIVE_STAFF)
    | classed(everything, ONLY_TOP_SECRET, *LEADERS),
    "destroy": classed(everything, BELOW_TOP_SECRET, *KEEPERS)
    | classed(everything, ONLY_TOP_SECRET, ARCHIVIST, GENERAL_MANAGER),
    "hold": classed(everything, BELOW_TOP_SECRET, *KEEPERS)
    | classed(everything, ONLY_TOP_SECRET, ARCHIVIST, GENERAL_MANAGER),
    "keep": role(ARCHIVIST),
    "report_loss": role(ARCHIVIST) | classed(both(is_actor("paper_holder_id"), _seen), ANY_CLASS, *ARCHIVE_WORKERS),
}
declare(ArchiveItem, **ITEM)
