"""How people and integrations may stand to a row, and what a row of each resource needs."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from service.domain.people import Role
from service.models import (
    Absence,
    Account,
    AccountMembership,
    AllianceObservation,
    Appeal,
    AppealVerdict,
    ArchiveItem,
    ArchiveVersion,
    Assignment,
    AuditEntry,
    Base,
    Decision,
    Delegation,
    DistributionPlan,
    ExchangeRate,
    Holiday,
    Identity,
    Import,
    Incident,
    Interaction,
    Job,
    Loan,
    Notice,
    ReadingSession,
    Review,
    ReviewOpinion,
    RoleGrant,
    Rulebook,
    Staff,
    Task,
    TierEvaluation,
    TierScheme,
    TierSheet,
)

NO_ROLE, NO_SCOPE = "no role", "no scope"
ROLES = (*sorted(Role), NO_ROLE)
# How somebody stands to the account; `former_team` was on it, the others work in a department.
STANDINGS = ("none", "team", "former_team", "department", "parent_department", "child_department", "other_department")
# How a row names a person: resource → relation → the column.
NAMES: dict[type[Base], dict[str, str]] = {
    AllianceObservation: {"author": "author_id"},
    Interaction: {"author": "author_id"},
    Import: {"creator": "created_by"},
    Job: {"creator": "created_by"},
    TierScheme: {"creator": "created_by"},
    Rulebook: {"author": "author_id"},
    DistributionPlan: {"author": "author_id"},
    Assignment: {"holder": "staff_id"},
    Notice: {"holder": "staff_id"},
    ReviewOpinion: {"holder": "staff_id"},
    Absence: {"holder": "staff_id"},
    Identity: {"holder": "staff_id"},
    RoleGrant: {"holder": "staff_id", "granter": "granted_by"},
    Delegation: {"grantor": "grantor_id", "holder": "holder_id"},
    Loan: {"borrower": "borrower_id", "applicant": "applicant_id"},
    ReadingSession: {"reader": "reader_id"},
    ArchiveItem: {"paper_holder": "paper_holder_id"},
    Incident: {"reporter": "reported_by"},
    Appeal: {
        "appellant": "appellant_id",
        "filer": "filed_by_id",
        "respondent": "respondent_id",
        "reviewer": "reviewer_id",
        "first_reviewer": "first_decider_id",
        "go_between": "mediator_id",
    },
}
# Relations that another row makes, and rows that differ in themselves.
FURTHER: dict[type[Base], tuple[str, ...]] = {
    Assignment: ("reviewer", "candidate"),
    Decision: ("reviewer", "reviewer_of_another"),
    Staff: ("oneself",),
    ArchiveItem: ("depositor", "former_depositor", "deputy_in_charge", "borrower", "former_borrower"),
    Loan: ("approver", "deputy_in_charge", "delegate", "former_delegate"),
    ReadingSession: ("approver", "deputy_in_charge", "delegate", "former_delegate", "reader_now"),
    Review: ("invited",),
    Rulebook: ("published",),
    TierScheme: ("published",),
}
# What the constraints of a table ask for beyond a value of the right type.
FITTING: dict[type[Base], dict[str, Any]] = {
    AccountMembership: {"holder_kind": "staff", "role": "helper"},
    AuditEntry: {"data": "{}"},
    Task: {"state": "not_started"},
    Import: {
        "mode": "partial",
        "match_on": "code",
        "target": "accounts",
        "decimal_mark": ".",
        "state": "received",
        "currency": "CNY",
    },
    TierScheme: {"state": "draft", "method": "score"},
    TierEvaluation: {"state": "preview"},
    TierSheet: {"direction": "enters"},
    Rulebook: {"state": "draft"},
    Assignment: {"origin": "manual"},
    Decision: {"kind": "manual"},
    Appeal: {"state": "withdrawn"},
    AppealVerdict: {"instance": 1, "outcome": "rejected"},
    RoleGrant: {"state": "refused"},
    Holiday: {"kind": "holiday"},
    Job: {"state": "queued"},
    ArchiveItem: {"state": "accepted", "accepted_at": datetime(2020, 1, 1, tzinfo=UTC), "retention": "permanent"},
    ArchiveVersion: {"sealed_as": "secret", "wrapped_as": "secret"},
    Delegation: {
        "actions": ["approve"],
        "classes": ["secret", "confidential"],
        "starts_at": datetime(2020, 1, 1, tzinfo=UTC),
        "ends_at": datetime(2099, 1, 1, tzinfo=UTC),
    },
    Review: {
        "state": "open",
        "since_at": datetime(2020, 1, 1, tzinfo=UTC),
        "until_at": datetime(2020, 4, 1, tzinfo=UTC),
    },
    Loan: {"state": "refused"},
    ReadingSession: {"state": "refused"},
    ExchangeRate: {"rate": Decimal(1), "currency": "USD"},
}
# Rows of one resource whose rights differ: the resource's name in the tables goes on with /NAME.
VARIANTS: dict[type[Base], dict[str, dict[str, Any]]] = {
    ArchiveItem: {name: {"confidentiality": name} for name in ("unclassified", "secret", "confidential", "top_secret")},
    Loan: {
        "unclassified": {"class_as_lent": "unclassified", "way": "application"},
        "secret": {"class_as_lent": "secret", "way": "approval"},
    },
}
# An integration's reach: no departments set, the account's own, or another.
REACHES = ("everywhere", "departments", "other_departments")


@dataclass(frozen=True, order=True)
class Cell:
    """One question: may such a person, standing so, do this to such a row?"""

    resource: str
    action: str
    who: str
    standing: str


def resource_of(model: type[Base]) -> str:
    """The name of a resource in the tables: AccountTier is account_tier."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in model.__name__).lstrip("_")


def variants_of(model: type[Base]) -> dict[str, dict[str, Any]]:
    """The kinds of rows of a resource by their names in the tables, each with what its row holds."""
    kinds = VARIANTS.get(model, {})
    return {f"{resource_of(model)}/{name}": known for name, known in kinds.items()} or {resource_of(model): {}}


def standings_of(model: type[Base]) -> tuple[str, ...]:
    """How people may stand to a row of this resource."""
    by_account = STANDINGS if model is Account or hasattr(model, "account_id") else ("none",)
    return (*by_account, *NAMES.get(model, {}), *FURTHER.get(model, ()))
