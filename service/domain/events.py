"""What happened, in past tense: each class names its subject and its verb."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Event:
    """A fact about one subject; `data` holds strings, integers, booleans, null, lists and objects only.

    Other systems hear of it where it is `published`.
    """

    subject_type: ClassVar[str]
    type: ClassVar[str]
    published: ClassVar[bool] = True

    subject_id: UUID | None
    account_id: UUID | None = None
    data: Mapping[str, Any] = field(default_factory=dict)

    def __init_subclass__(cls) -> None:
        """Derives `appeal` and `appeal.upheld` from the name AppealUpheld."""
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()
        cls.subject_type, verb = words.rsplit("_", 1)
        cls.type = f"{cls.subject_type}.{verb}"


class AccessRefused(Event):
    """Somebody asked for what they may not do."""


class DepartmentCreated(Event):
    """A department was set up."""


class DepartmentChanged(Event):
    """A department was renamed, moved, or got another manager or deputy."""


class DepartmentDeleted(Event):
    """A department was closed."""


class StaffCreated(Event):
    """A person was entered."""


class StaffChanged(Event):
    """What is known of a person changed."""


class StaffDeleted(Event):
    """A person was removed."""


class StaffActivated(Event):
    """A person acts and is assigned to from now on."""


class StaffSuspended(Event):
    """A person is on leave until they are activated again."""


class StaffLeft(Event):
    """A person left the company: roles and tokens ended at once."""


class StaffReplaced(Event):
    """What a person had was handed over to others, by a plan; they get nothing new from now on."""


class StaffReinstated(Event):
    """A person who had left is expected back."""


class StaffInvited(Event):
    """A person got a one-time link that sets a password."""


class StaffRevoked(Event):
    """All tokens of a person ended."""


class PasswordChanged(Event):
    """A person changed their password."""


class LoginSucceeded(Event):
    """Somebody logged in."""


class LoginFailed(Event):
    """Somebody tried to log in and could not."""


class RefreshTokenReused(Event):
    """A refresh token came a second time: somebody has a copy, its family ended."""


class RoleGrantRequested(Event):
    """A powerful role waits for a second person."""


class RoleGrantActivated(Event):
    """A person holds a role from now on."""


class RoleGrantRefused(Event):
    """The second person said no."""


class RoleGrantEnded(Event):
    """A person no longer holds a role."""


class AbsenceCreated(Event):
    """A person is away on some days."""


class AbsenceChanged(Event):
    """The days of an absence changed."""


class AbsenceDeleted(Event):
    """An absence was called off."""


class IdentityLinked(Event):
    """A subject of the identity provider stands for a person from now on."""


class IdentityUnlinked(Event):
    """A subject of the identity provider no longer stands for a person."""


class ApiKeyCreated(Event):
    """An integration got a credential."""


class ApiKeyRevoked(Event):
    """An integration's credential ended."""


class HolidayCreated(Event):
    """A day off or a make-up working day was entered."""


class HolidayDeleted(Event):
    """A calendar day was taken out."""


class ExchangeRateCreated(Event):
    """A dated exchange rate was entered."""


class ExchangeRateDeleted(Event):
    """An exchange rate was taken out."""


class SettingChanged(Event):
    """A number or schedule was changed from its default."""


class AccountCreated(Event):
    """An account was entered."""


class AccountChanged(Event):
    """Fields of an account changed."""


class AccountProposed(Event):
    """A change of what decides distribution waits for verification."""


class AccountVerified(Event):
    """What decides distribution was verified."""


class AccountDisproved(Event):
    """A proposed change was turned down."""


class AccountDeleted(Event):
    """An account was removed."""


class ContactCreated(Event):
    """A contact was entered."""


class ContactChanged(Event):
    """Fields of a contact changed."""


class ContactDeleted(Event):
    """A contact was removed."""


class AllianceObservationCreated(Event):
    """Somebody saw where a contact stands."""


class AllianceObservationDeleted(Event):
    """What was seen of a contact was taken back."""


class MembershipStarted(Event):
    """A person joined an account's team."""


class MembershipEnded(Event):
    """A person left an account's team."""


class ImportCreated(Event):
    """A file was taken in."""


class ImportConfirmed(Event):
    """An import's mapping was confirmed and the run started."""


class ImportCancelled(Event):
    """An import was called off."""


class ImportFinished(Event):
    """An import ended; the counts tell how."""


class TierSchemeCreated(Event):
    """A tier scheme was drafted."""


class TierSchemeChanged(Event):
    """A draft scheme changed."""


class TierSchemePublished(Event):
    """A tier scheme became final."""


class TierSchemeRetired(Event):
    """A tier scheme is no longer used."""


class TierEvaluationCreated(Event):
    """A scheme was run over the accounts."""


class TierEvaluationComputed(Event):
    """Every account was judged; the counts tell how."""


class TierEvaluationApproved(Event):
    """An evaluation was approved."""


class TierEvaluationQueued(Event):
    """An approved evaluation waits to be applied."""


class TierEvaluationApplied(Event):
    """The grades of an evaluation count from now on."""


class AccountTierChanged(Event):
    """An account's grade changed."""


class AccountTierExtended(Event):
    """What a grade promises was dated further."""


class RulebookCreated(Event):
    """A rulebook was drafted."""


class RulebookChanged(Event):
    """A draft rulebook changed."""


class RulebookPublished(Event):
    """A rulebook became the law of distribution."""


class RulebookRetired(Event):
    """A rulebook no longer applies."""


class RulebookAcknowledged(Event):
    """Somebody has read a published rulebook."""


class RulebookReminded(Event):
    """Those who sell and have not acknowledged a rulebook were reminded."""


class RulebookTestCreated(Event):
    """A draft rulebook must refuse, or allow, an account to a person."""


class RulebookTestDeleted(Event):
    """A draft rulebook's test was taken away."""


class DistributionPlanCreated(Event):
    """A plan was asked for."""


class DistributionPlanProposed(Event):
    """A plan was computed and waits for a second person."""


class DistributionPlanFailed(Event):
    """A plan could not be computed."""


class DistributionPlanApproved(Event):
    """A plan was approved."""


class DistributionPlanRejected(Event):
    """A plan was turned down."""


class DistributionPlanCancelled(Event):
    """A plan was called off."""


class DistributionPlanSuperseded(Event):
    """A plan no longer fits the data."""


class DistributionPlanQueued(Event):
    """An approved plan's application was asked for."""


class DistributionPlanApplied(Event):
    """A plan's assignments count from now on."""


class FairnessDrifted(Event):
    """Since the last plan loads have drifted further apart than the company tolerates."""


class AssignmentStarted(Event):
    """A person became responsible for an account."""


class AssignmentEnded(Event):
    """A person is no longer responsible for an account."""


class AssignmentPinned(Event):
    """An assignment is left alone by redistribution until a date."""


class AssignmentUnpinned(Event):
    """An assignment takes part in redistribution again."""


class AppealFiled(Event):
    """Somebody appealed against an assignment."""


class AppealReviewed(Event):
    """An independent reviewer took an appeal on."""


class AppealWithdrawn(Event):
    """The appellant withdrew."""


class AppealUpheld(Event):
    """An appeal was found right, and the account reassigned."""


class AppealRejected(Event):
    """An appeal was found wrong."""


class AppealSettled(Event):
    """An appeal was found right in part, and that part carried out or promised."""


class AppealEscalated(Event):
    """An appeal went to the second instance."""


class AppealRecused(Event):
    """A reviewer stepped back, and the next one was drawn."""


class AppealReminded(Event):
    """A deadline of an appeal is near."""


class AppealMediated(Event):
    """A third party began to mediate; the clock of the review stands still."""


class AppealProposed(Event):
    """The mediator put a proposal to both sides."""


class AppealAnswered(Event):
    """One side said what it thinks of the proposal."""


class AppealResumed(Event):
    """A mediation ended, and the review goes on where it stood."""


class AppealRedeemed(Event):
    """What a verdict promised for later was carried out."""


class AppealLapsed(Event):
    """What a verdict promised for later cannot be carried out any more."""


class RuleOverturned(Event):
    """Verdicts on a rule of the published rulebook often find for the appellant."""


class InteractionLogged(Event):
    """A visit, call, meeting or message was recorded."""


class InteractionChanged(Event):
    """A fresh interaction was corrected by its author."""


class InteractionAmended(Event):
    """An interaction got an addition."""


class InteractionDeleted(Event):
    """An interaction was removed."""


class DivisionChanged(Event):
    """The size of an account's project changed, or who answers for its stages."""


class TaskCreated(Event):
    """Somebody has something to do for an account."""


class TaskChanged(Event):
    """A task changed."""


class TaskDeleted(Event):
    """A task was removed."""


class ReviewOpened(Event):
    """A team's distribution is being reviewed."""


class ReviewCommented(Event):
    """Somebody whom a review concerns said what they think."""


class ReviewRebalanced(Event):
    """A rebalancing was asked for in a review."""


class ReviewDecided(Event):
    """Something was decided in a review."""


class ReviewClosed(Event):
    """A review was closed with its decisions."""


class NoticeRead(Event):
    """Somebody read what they were told."""

    published = False


class JobCancelled(Event):
    """Work that outlives its request was called off."""


class ArchiveEvent(Event):
    """A fact about the archive: evidence alone, of no account and for no other system, and without a title's words."""

    published = False


class ArchiveItemDeposited(ArchiveEvent):
    """A department deposited something."""


class ArchiveItemDescribed(ArchiveEvent):
    """What is known of an item changed."""


class ArchiveItemAccepted(ArchiveEvent):
    """The archivist accepted a deposit."""


class ArchiveItemWithdrawn(ArchiveEvent):
    """A deposit was taken back, or turned down, before it was accepted."""


class ArchiveItemRead(ArchiveEvent):
    """Somebody read what is known of a classified item."""


class ArchiveItemsListed(ArchiveEvent):
    """Somebody read a list with classified items in it."""


class ArchiveItemOpened(ArchiveEvent):
    """Somebody opened the content of an item."""


class ArchiveItemRaised(ArchiveEvent):
    """An item's class was raised, at once."""


class ArchiveItemLowered(ArchiveEvent):
    """An item's class was lowered, by two people or on the day that two people had set."""


class ArchiveItemHeld(ArchiveEvent):
    """An item is under legal hold: nobody destroys it."""


class ArchiveItemReleased(ArchiveEvent):
    """Two people lifted a legal hold."""


class ArchiveItemDestroyed(ArchiveEvent):
    """Two people had an item's content destroyed after its retention."""


class ArchiveVersionDeposited(ArchiveEvent):
    """A file was sealed as a version of an item."""


class ArchiveVersionAccepted(ArchiveEvent):
    """The archivist accepted a version."""


class ArchiveVersionRefused(ArchiveEvent):
    """The archivist turned a version down."""


class ArchiveVersionVerified(ArchiveEvent):
    """The stored bytes of a version were compared with its record."""


class ArchiveLinkCreated(ArchiveEvent):
    """An item refers to another, or to a document elsewhere."""


class ArchiveLinkRemoved(ArchiveEvent):
    """An item no longer refers to something."""


class CustodyReceiptRecorded(ArchiveEvent):
    """The paper of an item changed hands, or was looked for."""


class ArchiveProposalMade(ArchiveEvent):
    """Somebody proposed what takes two people."""


class ArchiveProposalConfirmed(ArchiveEvent):
    """The second person agreed."""


class ArchiveProposalRefused(ArchiveEvent):
    """The second person said no."""


class ArchiveProposalWithdrawn(ArchiveEvent):
    """A proposal was taken back."""


class DelegationGranted(ArchiveEvent):
    """A general manager away on business lets somebody approve in their stead."""


class DelegationRevoked(ArchiveEvent):
    """A delegation ended before its time."""


class LoanRequested(ArchiveEvent):
    """Somebody asked to borrow an item, or their manager did for them."""


class LoanApproved(ArchiveEvent):
    """A loan may begin."""


class LoanRefused(ArchiveEvent):
    """A loan was not approved."""


class LoanCancelled(ArchiveEvent):
    """A request was taken back."""


class LoanLapsed(ArchiveEvent):
    """An approved loan did not begin in time, or may not begin any more."""


class LoanActivated(ArchiveEvent):
    """The borrower acknowledged their duties; the item is open to them."""


class LoanReturned(ArchiveEvent):
    """The borrower gave a loan back before its end."""


class LoanExpired(ArchiveEvent):
    """A loan came to its end."""


class LoanRevoked(ArchiveEvent):
    """A loan was ended before its time."""


class LoanLost(ArchiveEvent):
    """Somebody reported that what was lent is lost."""


class IncidentOpened(ArchiveEvent):
    """Something of the archive was lost."""


class ReadingSessionRequested(ArchiveEvent):
    """Somebody asked to read a confidential item."""


class ReadingSessionApproved(ArchiveEvent):
    """A reading session may be granted."""


class ReadingSessionRefused(ArchiveEvent):
    """A reading session was not approved."""


class ReadingSessionCancelled(ArchiveEvent):
    """A request was taken back."""


class ReadingSessionLapsed(ArchiveEvent):
    """An approved reading session did not begin in time, or may not begin any more."""


class ReadingSessionActivated(ArchiveEvent):
    """The archivist granted a reading session at a place."""


class ReadingSessionViewed(ArchiveEvent):
    """Somebody saw one page."""


class ReadingSessionEnded(ArchiveEvent):
    """A reading session was closed."""


class ReadingSessionExpired(ArchiveEvent):
    """A reading session came to its end."""


class ReadingSessionRevoked(ArchiveEvent):
    """A reading session was ended before its time."""
