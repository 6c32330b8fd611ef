"""Tables."""

from service.models.accounts import Account, AccountMembership, AllianceObservation, Contact
from service.models.appeals import Appeal, AppealPromise, AppealVerdict, Mediation
from service.models.archives import ArchiveItem, ArchiveLink, ArchiveProposal, ArchiveVersion, CustodyReceipt
from service.models.base import Base, new_id
from service.models.daily_work import Interaction, Task
from service.models.distribution import (
    Assignment,
    Decision,
    DistributionPlan,
    Rulebook,
    RulebookAcknowledgement,
    RulebookTest,
    Snapshot,
)
from service.models.divisions import AccountDivision, StageDuty
from service.models.evidence import AuditCheckpoint, AuditEntry, AuditLeaf, OutboxMessage
from service.models.imports import Import, ImportRow
from service.models.infrastructure import ExchangeRate, Holiday, IdempotencyRecord, Job, RateWindow, Setting
from service.models.ledgers import FairnessReport, Ledger, LedgerEntry, LoadChange
from service.models.lending import Delegation, Incident, Loan, ReadingSession, ReadingView
from service.models.notices import Follower, Notice
from service.models.people import (
    Absence,
    ApiKey,
    Department,
    Identity,
    Invitation,
    Login,
    LoginThrottle,
    RefreshToken,
    RoleGrant,
    Staff,
)
from service.models.reviews import Review, ReviewOpinion
from service.models.tiers import AccountTier, Entitlement, TierEvaluation, TierScheme, TierSheet

__all__ = [
    "Absence",
    "Account",
    "AccountDivision",
    "AccountMembership",
    "AccountTier",
    "AllianceObservation",
    "ApiKey",
    "Appeal",
    "AppealPromise",
    "AppealVerdict",
    "ArchiveItem",
    "ArchiveLink",
    "ArchiveProposal",
    "ArchiveVersion",
    "Assignment",
    "AuditCheckpoint",
    "AuditEntry",
    "AuditLeaf",
    "Base",
    "Contact",
    "CustodyReceipt",
    "Decision",
    "Delegation",
    "Department",
    "DistributionPlan",
    "Entitlement",
    "ExchangeRate",
    "FairnessReport",
    "Follower",
    "Holiday",
    "IdempotencyRecord",
    "Identity",
    "Import",
    "ImportRow",
    "Incident",
    "Interaction",
    "Invitation",
    "Job",
    "Ledger",
    "LedgerEntry",
    "LoadChange",
    "Loan",
    "Login",
    "LoginThrottle",
    "Mediation",
    "Notice",
    "OutboxMessage",
    "RateWindow",
    "ReadingSession",
    "ReadingView",
    "RefreshToken",
    "Review",
    "ReviewOpinion",
    "RoleGrant",
    "Rulebook",
    "RulebookAcknowledgement",
    "RulebookTest",
    "Setting",
    "Snapshot",
    "Staff",
    "StageDuty",
    "Task",
    "TierEvaluation",
    "TierScheme",
    "TierSheet",
    "new_id",
]
