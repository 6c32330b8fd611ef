"""Who is who in an event: the people whom a notice may concern, by the names that the table of notices uses."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, cast
from uuid import UUID

from sqlalchemy import func, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.people import LEADERS, SALES_ROLES, Role
from service.domain.states import PlanState, StaffStatus
from service.models import (
    Appeal,
    ArchiveItem,
    ArchiveVersion,
    AuditEntry,
    Decision,
    Delegation,
    Department,
    DistributionPlan,
    Import,
    ImportRow,
    Loan,
    ReadingSession,
    Review,
    ReviewOpinion,
    RoleGrant,
    Rulebook,
    Staff,
    TierEvaluation,
)

People = dict[UUID, dict[str, Any]]
Finder = Callable[[AsyncConnection, Any], Awaitable[People]]
UNDER_APPEAL = "held_back:under_appeal"


def told(people: Iterable[Any]) -> People:
    """People about whom there is nothing more to tell; ids as the evidence writes them too."""
    return {person if isinstance(person, UUID) else UUID(person): {} for person in people if person}


def of_data(*path: str) -> Finder:
    """Whom the event itself names, one or several."""

    async def find(_connection: AsyncConnection, entry: Any) -> People:
        value = entry.data
        for name in path:
            value = (value or {}).get(name)
        return told(value if isinstance(value, list) else [value])

    return find


def of_row(column: Any, *where: Any) -> Finder:
    """Whom the subject's row names now; `where`: conditions on it."""

    async def find(connection: AsyncConnection, entry: Any) -> People:
        return told(await connection.scalars(select(column).where(column.class_.id == entry.subject_id, *where)))

    return find


def holders(*roles: str, where: Any = None) -> Finder:
    """Everybody active who holds one of the roles; `where`: a condition on the subject's row, of which there is one."""

    async def find(connection: AsyncConnection, entry: Any) -> People:
        if where is not None and await connection.scalar(where(entry)) is None:
            return {}
        return told(await connection.scalars(holding(*roles)))

    return find


def holding(*roles: str) -> Any:
    """The ids of whoever is active and holds one of the roles."""
    return (
        select(Staff.id)
        .join(RoleGrant, RoleGrant.staff_id == Staff.id)
        .where(
            Staff.status == StaffStatus.ACTIVE,
            Staff.deleted_at.is_(None),
            RoleGrant.state == "effective",
            RoleGrant.role.in_(sorted(roles)),
        )
        .distinct()
    )


def deciders(model: type[Any]) -> Finder:
    """Who might decide on what was asked and still waits: leaders, and deputies in charge of a department."""

    async def find(connection: AsyncConnection, entry: Any) -> People:
        waits = select(model.id).where(model.id == entry.subject_id, model.state == "requested")
        if await connection.scalar(waits) is None:
            return {}
        in_charge = select(Department.deputy_in_charge_id).where(Department.deleted_at.is_(None))
        return told(await connection.scalars(union(holding(*LEADERS), in_charge)))

    return find


def of_late_paper(people: Callable[[Any], Any]) -> Finder:
    """Those whom a statement finds, where an item's paper became overdue."""

    async def find(connection: AsyncConnection, entry: Any) -> People:
        changed = entry.data.get("changes", {}).get("paper_state", {})
        return told(await connection.scalars(people(entry))) if changed.get("to") == "overdue" else {}

    return find


async def moved_by_plan(connection: AsyncConnection, entry: Any) -> People:
    """Everybody to whom a plan gave an account, or from whom it took one, with how many."""
    of_plan = Decision.plan_id == entry.subject_id
    moved = (Decision.winner_id.is_distinct_from(Decision.previous_owner_id), Decision.reason != UNDER_APPEAL)
    people: People = {}
    for column, name in ((Decision.winner_id, "gained"), (Decision.previous_owner_id, "lost")):
        counted = select(column, func.count()).where(of_plan, *moved, column.is_not(None)).group_by(column)
        for person, number in await connection.execute(counted):
            people.setdefault(cast("UUID", person), {"gained": 0, "lost": 0})[name] = number
    return people


async def owners_by_import(connection: AsyncConnection, entry: Any) -> People:
    """Everybody whom an import made the owner of accounts, with how many."""
    holder = AuditEntry.data["staff_id"].as_string()
    in_file = select(ImportRow.account_id).where(ImportRow.import_id == entry.subject_id)
    started = (
        AuditEntry.action == "assignment.started",
        AuditEntry.account_id.in_(in_file),
        AuditEntry.data["import_id"].as_string() == str(entry.subject_id),
    )
    counted = await connection.execute(select(holder, func.count()).where(*started).group_by(holder))
    return {UUID(person): {"gained": number} for person, number in counted}


async def invited(connection: AsyncConnection, entry: Any) -> People:
    """Whom a review concerns."""
    return told(
        await connection.scalars(select(ReviewOpinion.staff_id).where(ReviewOpinion.review_id == entry.subject_id))
    )


async def manager_of_team(connection: AsyncConnection, entry: Any) -> People:
    """The manager of the department under review."""
    of_team = select(Department.manager_id).join(Review, Review.department_id == Department.id)
    return told(await connection.scalars(of_team.where(Review.id == entry.subject_id)))


def unheard(entry: Any) -> Any:
    """The appeal, where nobody hears it."""
    return select(Appeal.id).where(Appeal.id == entry.subject_id, Appeal.reviewer_id.is_(None))


def to_be_approved(entry: Any) -> Any:
    """The plan, while it waits; not one that only asks what would be."""
    waits = (DistributionPlan.state == PlanState.PROPOSED, DistributionPlan.what_if.is_(None))
    return select(DistributionPlan.id).where(DistributionPlan.id == entry.subject_id, *waits)


def to_be_confirmed(entry: Any) -> Any:
    """The grant, while it waits for a second person."""
    return select(RoleGrant.id).where(RoleGrant.id == entry.subject_id, RoleGrant.state == "proposed")


def to_be_accepted(entry: Any) -> Any:
    """The item, while nobody has accepted its deposit."""
    return select(ArchiveItem.id).where(ArchiveItem.id == entry.subject_id, ArchiveItem.state == "deposited")


def further_file(entry: Any) -> Any:
    """The file, while it waits and its item does not: else that is told already."""
    waits = (ArchiveVersion.id == entry.subject_id, ArchiveVersion.state == "deposited")
    of_item = select(ArchiveVersion.id).join(ArchiveItem, ArchiveItem.id == ArchiveVersion.item_id)
    return of_item.where(*waits, ArchiveItem.state == "accepted")


PARTIES: dict[tuple[str, str], Finder] = {
    ("assignment", "holder"): of_data("staff_id"),
    ("membership", "member"): of_data("staff_id"),
    ("task", "assignee"): of_data("changes", "assignee_id", "to"),
    ("import", "creator"): of_row(Import.created_by),
    ("import", "owners"): owners_by_import,
    ("distribution_plan", "asker"): of_row(DistributionPlan.author_id, DistributionPlan.what_if.is_not(None)),
    ("distribution_plan", "author"): of_row(DistributionPlan.author_id),
    ("distribution_plan", "approver"): of_row(DistributionPlan.approver_id),
    ("distribution_plan", "approvers"): holders(*LEADERS, where=to_be_approved),
    ("distribution_plan", "affected"): moved_by_plan,
    ("tier_evaluation", "creator"): of_row(TierEvaluation.created_by),
    ("rulebook", "author"): of_row(Rulebook.author_id),
    ("rulebook", "sellers"): holders(*SALES_ROLES),
    ("rulebook", "silent"): of_data("silent_ids"),
    ("review", "invited"): invited,
    ("review", "manager"): manager_of_team,
    ("review", "opener"): of_row(Review.opened_by),
    ("rule", "author"): of_row(Rulebook.author_id),
    ("rule", "publisher"): of_row(Rulebook.publisher_id),
    ("fairness", "leaders"): holders(*LEADERS),
    ("appeal", "appellant"): of_row(Appeal.appellant_id),
    ("appeal", "filer"): of_row(Appeal.filed_by_id),
    ("appeal", "respondent"): of_row(Appeal.respondent_id),
    ("appeal", "reviewer"): of_row(Appeal.reviewer_id),
    ("appeal", "mediator"): of_row(Appeal.mediator_id),
    ("appeal", "appointers"): holders(Role.GENERAL_MANAGER, where=unheard),
    ("appeal", "silent"): of_data("silent_ids"),
    ("appeal", "due_reviewer"): of_data("reviewer_id"),
    ("role_grant", "holder"): of_row(RoleGrant.staff_id),
    ("role_grant", "confirmers"): holders(*LEADERS, where=to_be_confirmed),
    ("delegation", "holder"): of_row(Delegation.holder_id),
    ("loan", "borrower"): of_row(Loan.borrower_id),
    ("loan", "applicant"): of_row(Loan.applicant_id),
    ("loan", "deciders"): deciders(Loan),
    ("reading_session", "reader"): of_row(ReadingSession.reader_id),
    ("reading_session", "archivists"): holders(Role.ARCHIVIST),
    ("reading_session", "deciders"): deciders(ReadingSession),
    ("archive_item", "archivists"): holders(Role.ARCHIVIST, where=to_be_accepted),
    ("archive_version", "archivists"): holders(Role.ARCHIVIST, where=further_file),
    ("archive_item", "holder_of_late_paper"): of_late_paper(
        lambda entry: select(ArchiveItem.paper_holder_id).where(ArchiveItem.id == entry.subject_id)
    ),
    ("archive_item", "keepers_of_late_paper"): of_late_paper(lambda _entry: holding(Role.ARCHIVIST)),
    ("incident", "incident_readers"): holders(Role.ARCHIVIST, Role.GENERAL_MANAGER),
}
