"""Who may do what, resource by resource: the tables of access.md, written once."""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.dialects.postgresql import array

from service.domain.people import ACCOUNT_CREATORS, BASICS_READERS, LEADERS, PLAN_AUTHORS, REVIEWER_ROLES, Role
from service.models import (
    Absence,
    Account,
    AccountMembership,
    AccountTier,
    AllianceObservation,
    ApiKey,
    Appeal,
    AppealVerdict,
    Assignment,
    AuditCheckpoint,
    AuditEntry,
    Contact,
    Decision,
    Department,
    DistributionPlan,
    Entitlement,
    ExchangeRate,
    FairnessReport,
    Holiday,
    Identity,
    Import,
    Interaction,
    Job,
    Notice,
    Review,
    ReviewOpinion,
    RoleGrant,
    Rulebook,
    Setting,
    Snapshot,
    Staff,
    Task,
    TierEvaluation,
    TierScheme,
    TierSheet,
)
from service.policy.actor import Actor
from service.policy.hierarchy import departments_under
from service.policy.relations import (
    author,
    creator,
    deciding_line,
    departments,
    is_actor,
    led_department,
    line,
    named,
    oneself,
    sales_team,
    team,
)
from service.policy.rules import NOBODY, declare, related, role, scope

ADMIN, STEWARD, AUDITOR = Role.ADMIN, Role.DATA_STEWARD, Role.AUDITOR
leaders = role(*LEADERS)
everyone = role(*Role) | scope("directory:read")

# --- accounts and daily work ---

full_view = team | line | leaders | role(STEWARD, AUDITOR) | scope("accounts:read") | departments
work = team | line | role(STEWARD) | scope("accounts:write") | departments
log = team | line | role(STEWARD)
decide = deciding_line | leaders
sensitive = sales_team | line | scope("contacts:sensitive") | departments

declare(
    Account,
    see=full_view | role(*BASICS_READERS),
    see_values=full_view,
    see_timeline=full_view,
    see_waiting=role(*PLAN_AUTHORS, STEWARD, AUDITOR) | leaders,
    see_dossier=team | line | leaders | role(STEWARD, AUDITOR),  # no integration: it sees nothing of the archive
    see_sensitive=sensitive,
    create=role(*ACCOUNT_CREATORS) | scope("accounts:write"),
    create_verified=role(Role.KEY_ACCOUNT_MANAGER, Role.DEPARTMENT_MANAGER, STEWARD),
    edit=work,
    log=log,
    build_team=line | leaders,
    verify=line | role(STEWARD),
    delete=decide,
    assign=decide,
    route=decide,
    grade=decide,
)
declare(
    Contact,
    see=full_view | role(*BASICS_READERS),
    see_sensitive=sensitive,
    observe=sales_team | line,
    edit=work,
    delete=work,
)
declare(AllianceObservation, see=sensitive, delete=author)
declare(AccountMembership, see=full_view | role(*BASICS_READERS), end=line | leaders)
declare(Interaction, see=full_view, edit=author, delete=author, amend=log)
declare(Task, see=full_view, edit=work, delete=work)
declare(
    Import,
    see=creator | role(STEWARD, AUDITOR),
    create=role(*ACCOUNT_CREATORS, ADMIN) | scope("accounts:write"),
    run=creator,
)

# --- versions that people draft and others publish ---


def _published(_actor: Actor, model: type[Rulebook | TierScheme]) -> ColumnElement[bool]:
    return model.state != "draft"


published = related(_published)

# --- tiers ---

declare(
    TierScheme,
    see=role(*PLAN_AUTHORS, AUDITOR) | leaders | published,
    create=role(*PLAN_AUTHORS),
    edit=creator,
    publish=leaders,
    retire=leaders,
)
declare(
    TierEvaluation,
    see=role(*PLAN_AUTHORS, AUDITOR) | leaders,
    create=role(*PLAN_AUTHORS),
    approve=leaders,
    apply=role(*PLAN_AUTHORS) | leaders,
)
declare(TierSheet, see=full_view)
declare(AccountTier, see=full_view)
declare(Entitlement, see=full_view)

# --- distribution ---


declare(
    Rulebook,
    see=role(*PLAN_AUTHORS, AUDITOR) | leaders | published | author,
    see_tests=role(*PLAN_AUTHORS, AUDITOR) | leaders,
    create=role(*PLAN_AUTHORS),
    edit=author,
    publish=leaders,
    retire=leaders,
    acknowledge=published,
)
declare(
    DistributionPlan,
    see=role(*PLAN_AUTHORS, AUDITOR) | leaders,
    create=role(*PLAN_AUTHORS),
    compute=author,
    approve=leaders,
    apply=role(*PLAN_AUTHORS) | leaders,
    cancel=author | leaders,
    export=leaders | role(AUDITOR),
)

declare(FairnessReport, see=role(*Role))


def _under_my_review(actor: Actor, model: type[Assignment]) -> ColumnElement[bool]:
    """Assignments against which the actor hears an appeal."""
    mine = is_actor("reviewer_id")(actor, Appeal)
    return exists().where(Appeal.assignment_id == model.id, mine).correlate_except(Appeal)


def _behind_my_review(actor: Actor, model: type[Decision]) -> ColumnElement[bool]:
    """Decisions behind such assignments."""
    mine = _under_my_review(actor, Assignment)
    same = (Assignment.account_id == model.account_id, Assignment.decision_id == model.id)
    return exists().where(*same, mine).correlate_except(Assignment)


def _considered(actor: Actor, model: type[Assignment]) -> ColumnElement[bool]:
    """Assignments whose decision considered the actor, eligible or excluded."""
    return (
        exists()
        .where(
            Decision.id == model.decision_id,
            Snapshot.sha256 == Decision.snapshot_sha256,
            Snapshot.people.contains(array([named(0, actor.id)])),
        )
        .correlate_except(Decision, Snapshot)
    )


holder, under_review = related(is_actor("staff_id")), related(_under_my_review)
declare(
    Assignment,
    see=full_view | holder | under_review,
    pin=decide,
    explain=line | leaders | role(AUDITOR) | under_review,
    explain_own=holder | related(_considered),
)
declare(
    Decision,
    see=line | leaders | role(AUDITOR) | related(_behind_my_review),
    see_of_plan=role(*PLAN_AUTHORS, AUDITOR) | leaders,
)

# --- appeals ---


hearing = related(is_actor("reviewer_id"))
appealing = related(is_actor("appellant_id")) | related(is_actor("filed_by_id"))
answering = related(is_actor("respondent_id"))
mediating = related(is_actor("mediator_id"))
heard = answering | hearing | related(is_actor("first_decider_id")) | mediating
concerned = appealing | heard
overseeing = role(Role.GENERAL_MANAGER, AUDITOR)


def _of_my_people(actor: Actor, model: type[Appeal]) -> ColumnElement[bool]:
    """Appeals of people whose department, or one of its parents, the actor leads: their state only."""
    mine = select(Staff.id).where(Staff.department_id.in_(departments_below(actor)))
    return or_(model.appellant_id.in_(mine), model.respondent_id.in_(mine))


def departments_below(actor: Actor) -> Select[UUID]:
    """The department that the actor leads and everything beneath it."""
    return departments_under(led_department(actor))


declare(
    Appeal,
    see=overseeing | concerned | related(_of_my_people),
    see_content=overseeing | concerned,
    see_owner=team | line | leaders | overseeing | heard,
    see_effect=overseeing | hearing,
    see_statistics=leaders | role(AUDITOR),
    withdraw=appealing,
    escalate=appealing,
    review=role(*REVIEWER_ROLES),
    appoint=role(Role.GENERAL_MANAGER),
    recuse=hearing,
    mediate=hearing,
    propose=mediating,
    answer=appealing | answering,
    decide=hearing,
    amend=hearing,
)
declare(AppealVerdict, see=role(*Role))

# --- reviews ---


def _invited(actor: Actor, model: type[Review]) -> ColumnElement[bool]:
    """Reviews that concern the actor."""
    mine = is_actor("staff_id")(actor, ReviewOpinion)
    return exists().where(ReviewOpinion.review_id == model.id, mine).correlate_except(ReviewOpinion)


planners = role(*PLAN_AUTHORS)
declare(
    Review,
    see=planners | leaders | role(AUDITOR) | related(_invited),
    create=planners | leaders,
    comment=related(_invited),
    decide=planners | leaders,
    rebalance=planners,
)
declare(ReviewOpinion, see=planners | leaders | role(AUDITOR) | holder)

# --- people and standing ---

declare(Department, see=everyone, create=role(ADMIN), edit=role(ADMIN), delete=role(ADMIN))
declare(
    Staff,
    see=everyone | oneself,
    see_details=role(ADMIN, AUDITOR) | leaders | oneself,
    create=role(ADMIN),
    edit=role(ADMIN),
    move=role(ADMIN),
    delete=role(ADMIN),
    invite=role(ADMIN) | leaders,
    revoke=role(ADMIN),
    see_handover=role(*PLAN_AUTHORS, AUDITOR) | leaders,
)
declare(
    RoleGrant,
    see=role(ADMIN, AUDITOR) | leaders | related(is_actor("staff_id")),
    create=role(ADMIN) | leaders,
    approve=leaders,
    refuse=leaders | related(is_actor("granted_by")),
    revoke=role(ADMIN) | leaders,
)
declare(
    Absence,
    see=role(ADMIN, AUDITOR) | leaders | related(is_actor("staff_id")),
    create=role(ADMIN) | leaders,
    edit=role(ADMIN) | leaders,
    delete=role(ADMIN) | leaders,
)
declare(
    Identity,
    see=role(ADMIN, AUDITOR) | leaders | holder,
    link=role(ADMIN) | leaders,
    unlink=role(ADMIN) | leaders,
)
declare(ApiKey, see=role(ADMIN, AUDITOR), create=role(ADMIN), revoke=role(ADMIN))
declare(Holiday, see=everyone, create=role(ADMIN), delete=role(ADMIN))
declare(ExchangeRate, see=everyone, create=role(ADMIN, Role.FINANCE), delete=role(ADMIN, Role.FINANCE))
declare(Setting, see=role(ADMIN, AUDITOR) | leaders, edit=role(ADMIN))
declare(Job, see=creator | role(AUDITOR), cancel=creator)
declare(Notice, see=holder, read=holder)
declare(AuditEntry, see=role(AUDITOR, Role.GENERAL_MANAGER), edit=NOBODY)
declare(AuditCheckpoint, see=role(AUDITOR, Role.GENERAL_MANAGER))
