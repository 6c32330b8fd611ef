"""The states of things and which state leads where."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from service.errors import IllegalTransition, Sentence

State = TypeVar("State", bound=StrEnum)


class Transitions(Generic[State]):
    """One state machine as a table: each state with the states that it leads to."""

    def __init__(self, table: Mapping[State, frozenset[State]]) -> None:
        states = set(type(next(iter(table))))
        if states != set(table):
            raise ValueError(f"no row for {states - set(table)}")
        self.table = dict(table)

    def allows(self, source: State, target: State) -> bool:
        """Whether the one state leads to the other."""
        return target in self.table[source]

    def check(self, source: State, target: State) -> None:
        """Nothing, or `IllegalTransition` with both states in its sentence."""
        if not self.allows(source, target):
            raise IllegalTransition(
                Sentence(f"The state {source} does not lead to {target}.", f"状态 {source} 不能转换到 {target}。")
            )


class VersionState(StrEnum):
    """A version of a tier scheme or rulebook.

    分级方案或规则手册版本的状态。
    """

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


VERSION_TRANSITIONS = Transitions(
    {
        VersionState.DRAFT: frozenset({VersionState.PUBLISHED}),
        VersionState.PUBLISHED: frozenset({VersionState.RETIRED}),
        VersionState.RETIRED: frozenset(),
    }
)


class EvaluationState(StrEnum):
    """A run of a tier scheme.

    分级方案评定的状态。
    """

    PREVIEW = "preview"
    APPROVED = "approved"
    APPLIED = "applied"


EVALUATION_TRANSITIONS = Transitions(
    {
        EvaluationState.PREVIEW: frozenset({EvaluationState.APPROVED}),
        EvaluationState.APPROVED: frozenset({EvaluationState.APPLIED}),
        EvaluationState.APPLIED: frozenset(),
    }
)


class PlanState(StrEnum):
    """A distribution plan.

    分配方案的状态。
    """

    DRAFT = "draft"
    COMPUTING = "computing"
    PROPOSED = "proposed"
    APPROVED = "approved"
    APPLIED = "applied"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"
    FAILED = "failed"


PLAN_TRANSITIONS = Transitions(
    {
        PlanState.DRAFT: frozenset({PlanState.COMPUTING, PlanState.CANCELLED}),
        PlanState.COMPUTING: frozenset({PlanState.PROPOSED, PlanState.FAILED, PlanState.CANCELLED}),
        PlanState.PROPOSED: frozenset(
            {PlanState.APPROVED, PlanState.REJECTED, PlanState.SUPERSEDED, PlanState.CANCELLED}
        ),
        PlanState.APPROVED: frozenset({PlanState.APPLIED, PlanState.SUPERSEDED, PlanState.CANCELLED}),
        PlanState.APPLIED: frozenset(),
        PlanState.REJECTED: frozenset(),
        PlanState.SUPERSEDED: frozenset(),
        PlanState.CANCELLED: frozenset(),
        PlanState.FAILED: frozenset(),
    }
)
UNSETTLED_PLANS = frozenset({PlanState.DRAFT, PlanState.COMPUTING, PlanState.PROPOSED, PlanState.APPROVED})


class AppealState(StrEnum):
    """An appeal; its instance, 1 or 2, is counted apart.

    申诉的状态；一审或二审另行记录。
    """

    SUBMITTED = "submitted"
    UNDER_REVIEW = "under_review"
    MEDIATION = "mediation"
    UPHELD = "upheld"
    PARTIALLY_UPHELD = "partially_upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


# A missed deadline leads from under_review to under_review, and an escalation
# from a decision back to it, both in the next instance (`appeals.next_instance`).
APPEAL_TRANSITIONS = Transitions(
    {
        AppealState.SUBMITTED: frozenset({AppealState.UNDER_REVIEW, AppealState.WITHDRAWN}),
        AppealState.UNDER_REVIEW: frozenset(
            {
                AppealState.UNDER_REVIEW,
                AppealState.MEDIATION,
                AppealState.UPHELD,
                AppealState.PARTIALLY_UPHELD,
                AppealState.REJECTED,
                AppealState.WITHDRAWN,
            }
        ),
        AppealState.MEDIATION: frozenset({AppealState.UNDER_REVIEW, AppealState.WITHDRAWN}),
        AppealState.UPHELD: frozenset(),
        AppealState.PARTIALLY_UPHELD: frozenset({AppealState.UNDER_REVIEW}),
        AppealState.REJECTED: frozenset({AppealState.UNDER_REVIEW}),
        AppealState.WITHDRAWN: frozenset(),
    }
)


OPEN_APPEALS = frozenset({AppealState.SUBMITTED, AppealState.UNDER_REVIEW, AppealState.MEDIATION})


class TaskState(StrEnum):
    """A task; overdue is derived from its dates, never stored.

    任务的状态；逾期由日期得出，不另存储。
    """

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    CANCELLED = "cancelled"


TASK_TRANSITIONS = Transitions(
    {
        TaskState.NOT_STARTED: frozenset({TaskState.IN_PROGRESS, TaskState.DONE, TaskState.CANCELLED}),
        TaskState.IN_PROGRESS: frozenset({TaskState.NOT_STARTED, TaskState.DONE, TaskState.CANCELLED}),
        TaskState.DONE: frozenset({TaskState.IN_PROGRESS}),
        TaskState.CANCELLED: frozenset({TaskState.NOT_STARTED}),
    }
)
OPEN_TASK_STATES = (TaskState.NOT_STARTED, TaskState.IN_PROGRESS)


class ImportState(StrEnum):
    """A file on its way in; `validated` is the end of a dry run, which may be run for real.

    导入的状态；`validated` 为校验结束，可转为正式写入。
    """

    RECEIVED = "received"
    AWAITING_MAPPING = "awaiting_mapping"
    RUNNING = "running"
    VALIDATED = "validated"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


IMPORT_TRANSITIONS = Transitions(
    {
        ImportState.RECEIVED: frozenset(
            {ImportState.AWAITING_MAPPING, ImportState.RUNNING, ImportState.FAILED, ImportState.CANCELLED}
        ),
        ImportState.AWAITING_MAPPING: frozenset({ImportState.RUNNING, ImportState.FAILED, ImportState.CANCELLED}),
        ImportState.RUNNING: frozenset(
            {ImportState.VALIDATED, ImportState.COMPLETED, ImportState.FAILED, ImportState.CANCELLED}
        ),
        ImportState.VALIDATED: frozenset({ImportState.RUNNING, ImportState.CANCELLED}),
        ImportState.COMPLETED: frozenset(),
        ImportState.FAILED: frozenset(),
        ImportState.CANCELLED: frozenset(),
    }
)


class JobState(StrEnum):
    """A job; a worker that dies leaves its job to be queued again.

    作业的状态；执行程序中断时，作业重新排队。
    """

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


JOB_TRANSITIONS = Transitions(
    {
        JobState.QUEUED: frozenset({JobState.RUNNING, JobState.CANCELLED}),
        JobState.RUNNING: frozenset({JobState.QUEUED, JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED}),
        JobState.SUCCEEDED: frozenset(),
        JobState.FAILED: frozenset(),
        JobState.CANCELLED: frozenset(),
    }
)


class StaffStatus(StrEnum):
    """Where somebody stands with the company; only the active act and are assigned to.

    人员的状态；仅在职者可以操作并参与分配。
    """

    INVITED = "invited"
    ACTIVE = "active"
    ON_LEAVE = "on_leave"
    LEFT = "left"


STAFF_TRANSITIONS = Transitions(
    {
        StaffStatus.INVITED: frozenset({StaffStatus.ACTIVE, StaffStatus.LEFT}),
        StaffStatus.ACTIVE: frozenset({StaffStatus.ON_LEAVE, StaffStatus.LEFT}),
        StaffStatus.ON_LEAVE: frozenset({StaffStatus.ACTIVE, StaffStatus.LEFT}),
        StaffStatus.LEFT: frozenset({StaffStatus.INVITED}),
    }
)


class GrantState(StrEnum):
    """A role grant; one that needs a second person waits as proposed.

    角色授予的状态；须第二人确认者为待批准。
    """

    PROPOSED = "proposed"
    EFFECTIVE = "effective"
    REFUSED = "refused"
    REVOKED = "revoked"


OPEN_GRANTS = (GrantState.PROPOSED, GrantState.EFFECTIVE)
"""States of a role that somebody holds or waits for."""
GRANT_TRANSITIONS = Transitions(
    {
        GrantState.PROPOSED: frozenset({GrantState.EFFECTIVE, GrantState.REFUSED}),
        GrantState.EFFECTIVE: frozenset({GrantState.REVOKED}),
        GrantState.REFUSED: frozenset(),
        GrantState.REVOKED: frozenset(),
    }
)


class ArchiveState(StrEnum):
    """An item of the archive: the archivist accepts what a department deposits.

    档案的状态：部门交存，档案管理员接收。
    """

    DEPOSITED = "deposited"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    DESTROYED = "destroyed"


ARCHIVE_TRANSITIONS = Transitions(
    {
        ArchiveState.DEPOSITED: frozenset({ArchiveState.ACCEPTED, ArchiveState.WITHDRAWN}),
        ArchiveState.ACCEPTED: frozenset({ArchiveState.DESTROYED}),
        ArchiveState.WITHDRAWN: frozenset(),
        ArchiveState.DESTROYED: frozenset(),
    }
)


class VersionOfItemState(StrEnum):
    """One file of an item of the archive.

    档案文件的状态。
    """

    DEPOSITED = "deposited"
    ACCEPTED = "accepted"
    REFUSED = "refused"


VERSION_OF_ITEM_TRANSITIONS = Transitions(
    {
        VersionOfItemState.DEPOSITED: frozenset({VersionOfItemState.ACCEPTED, VersionOfItemState.REFUSED}),
        VersionOfItemState.ACCEPTED: frozenset(),
        VersionOfItemState.REFUSED: frozenset(),
    }
)


class ProposalState(StrEnum):
    """What one person proposed and a second decides.

    由一人提议、第二人决定的事项的状态。
    """

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


PROPOSAL_TRANSITIONS = Transitions(
    {
        ProposalState.PROPOSED: frozenset({ProposalState.CONFIRMED, ProposalState.REFUSED, ProposalState.WITHDRAWN}),
        ProposalState.CONFIRMED: frozenset(),
        ProposalState.REFUSED: frozenset(),
        ProposalState.WITHDRAWN: frozenset(),
    }
)


class PaperState(StrEnum):
    """Where the paper of an item is, whatever became of electronic loans; only its return ends being overdue.

    纸质原件的状态，与电子借阅无关；只有归还才能结束逾期。
    """

    IN_ARCHIVE = "in_archive"
    OUT = "out"
    OVERDUE = "overdue"
    LOST = "lost"


PAPER_TRANSITIONS = Transitions(
    {
        PaperState.IN_ARCHIVE: frozenset({PaperState.OUT, PaperState.LOST}),
        PaperState.OUT: frozenset({PaperState.IN_ARCHIVE, PaperState.OVERDUE, PaperState.LOST}),
        PaperState.OVERDUE: frozenset({PaperState.IN_ARCHIVE, PaperState.LOST}),
        PaperState.LOST: frozenset({PaperState.IN_ARCHIVE}),
    }
)


class LoanState(StrEnum):
    """A loan; the paper's custody is counted apart.

    借阅的状态；纸质原件的保管另行记录。
    """

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    ACTIVE = "active"
    RETURNED = "returned"
    EXPIRED = "expired"
    REVOKED = "revoked"
    LOST = "lost"


LOAN_TRANSITIONS = Transitions(
    {
        LoanState.REQUESTED: frozenset({LoanState.APPROVED, LoanState.REFUSED, LoanState.CANCELLED}),
        LoanState.APPROVED: frozenset({LoanState.ACTIVE, LoanState.LAPSED}),
        LoanState.ACTIVE: frozenset({LoanState.RETURNED, LoanState.EXPIRED, LoanState.REVOKED, LoanState.LOST}),
        LoanState.REFUSED: frozenset(),
        LoanState.CANCELLED: frozenset(),
        LoanState.LAPSED: frozenset(),
        LoanState.RETURNED: frozenset(),
        LoanState.EXPIRED: frozenset(),
        LoanState.REVOKED: frozenset(),
        LoanState.LOST: frozenset(),
    }
)


class ReadingState(StrEnum):
    """A reading session; granted at a place by the archivist after an approval.

    档案室阅览的状态；批准之后由档案管理员在指定地点安排。
    """

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    ACTIVE = "active"
    ENDED = "ended"
    EXPIRED = "expired"
    REVOKED = "revoked"


READING_TRANSITIONS = Transitions(
    {
        ReadingState.REQUESTED: frozenset({ReadingState.APPROVED, ReadingState.REFUSED, ReadingState.CANCELLED}),
        ReadingState.APPROVED: frozenset({ReadingState.ACTIVE, ReadingState.LAPSED}),
        ReadingState.ACTIVE: frozenset({ReadingState.ENDED, ReadingState.EXPIRED, ReadingState.REVOKED}),
        ReadingState.REFUSED: frozenset(),
        ReadingState.CANCELLED: frozenset(),
        ReadingState.LAPSED: frozenset(),
        ReadingState.ENDED: frozenset(),
        ReadingState.EXPIRED: frozenset(),
        ReadingState.REVOKED: frozenset(),
    }
)
