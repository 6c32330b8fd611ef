"""Notices (通知): who is told of what happened. A table: event → party → kind of notice.

Each person is told once of an event, by the first party that they are. The words of a kind stand in notice_texts.py.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

Facts = dict[str, object]
BOTH_SIDES = ("appellant", "filer", "respondent")
# How long after each attempt the next one comes; a mail that never got through is given up after the last.
MAIL_PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=10),
    timedelta(hours=24),
)


class Language(StrEnum):
    """The languages that notices are written in.

    通知所用的语言。
    """

    EN = "en"
    ZH = "zh-CN"


def sides(kind: str) -> dict[str, str]:
    """Appellant, whoever filed for them, and the person who has the account."""
    return dict.fromkeys(BOTH_SIDES, kind)


ADDRESSEES: Mapping[str, Mapping[str, str]] = {
    "assignment.started": {"holder": "account_given"},
    "assignment.ended": {"holder": "account_taken"},
    "membership.started": {"member": "team_joined"},
    "membership.ended": {"member": "team_left"},
    "task.created": {"assignee": "task_given"},
    "task.changed": {"assignee": "task_given"},
    "import.finished": {"creator": "import_finished", "owners": "import_gave"},
    "distribution_plan.proposed": {
        "asker": "what_if_computed",
        "author": "plan_computed",
        "approvers": "plan_to_approve",
    },
    "distribution_plan.failed": {"author": "plan_failed"},
    "distribution_plan.superseded": {"author": "plan_superseded", "approver": "plan_superseded"},
    "distribution_plan.approved": {"author": "plan_approved"},
    "distribution_plan.rejected": {"author": "plan_rejected"},
    "distribution_plan.cancelled": {"author": "plan_cancelled", "approver": "plan_cancelled"},
    "distribution_plan.applied": {"affected": "plan_moved", "author": "plan_applied", "approver": "plan_applied"},
    "tier_evaluation.computed": {"creator": "evaluation_computed"},
    "tier_evaluation.approved": {"creator": "evaluation_approved"},
    "rulebook.published": {"author": "rulebook_published", "sellers": "rulebook_to_read"},
    "rulebook.reminded": {"silent": "rulebook_reminder"},
    "review.opened": {"invited": "review_to_comment", "manager": "review_to_decide"},
    "review.closed": {"opener": "review_closed", "manager": "review_closed", "invited": "review_closed"},
    "rule.overturned": {"author": "rule_overturned", "publisher": "rule_overturned"},
    "fairness.drifted": {"leaders": "fairness_drifted"},
    "appeal.filed": {
        "reviewer": "appeal_to_review",
        "appellant": "appeal_filed_for_you",
        "respondent": "appeal_against_yours",
        "appointers": "appeal_without_reviewer",
    },
    "appeal.reviewed": {"reviewer": "appeal_to_review"} | sides("appeal_taken_on"),
    "appeal.recused": {"reviewer": "appeal_to_review", "appointers": "appeal_without_reviewer"}
    | sides("appeal_recused"),
    "appeal.escalated": {"reviewer": "appeal_to_review", "appointers": "appeal_without_reviewer"}
    | sides("appeal_escalated"),
    "appeal.reminded": {"silent": "appeal_answer_due", "due_reviewer": "appeal_decision_due"},
    "appeal.mediated": {"mediator": "appeal_to_mediate"} | sides("appeal_mediated"),
    "appeal.proposed": sides("appeal_proposed"),
    "appeal.answered": {"mediator": "appeal_answered"} | sides("appeal_answered"),
    "appeal.resumed": {"reviewer": "appeal_resumed"} | sides("appeal_resumed"),
    "appeal.upheld": sides("appeal_upheld"),
    "appeal.settled": sides("appeal_settled"),
    "appeal.rejected": sides("appeal_rejected"),
    "appeal.withdrawn": {"reviewer": "appeal_withdrawn", "mediator": "appeal_withdrawn"} | sides("appeal_withdrawn"),
    "appeal.redeemed": sides("appeal_redeemed"),
    "appeal.lapsed": sides("appeal_lapsed"),
    "role_grant.requested": {"confirmers": "grant_to_confirm"},
    "role_grant.activated": {"holder": "grant_activated"},
    "role_grant.refused": {"holder": "grant_refused"},
    "role_grant.ended": {"holder": "grant_ended"},
    "delegation.granted": {"holder": "delegation_granted"},
    "delegation.revoked": {"holder": "delegation_revoked"},
    "loan.requested": {"borrower": "loan_asked_for_you", "deciders": "loan_to_decide"},
    "loan.approved": {"borrower": "loan_approved", "applicant": "loan_approved"},
    "loan.refused": {"borrower": "loan_refused", "applicant": "loan_refused"},
    "loan.lapsed": {"borrower": "loan_lapsed"},
    "loan.expired": {"borrower": "loan_expired"},
    "loan.revoked": {"borrower": "loan_revoked"},
    "reading_session.requested": {"deciders": "reading_to_decide"},
    "reading_session.approved": {"reader": "reading_approved", "archivists": "reading_to_grant"},
    "reading_session.refused": {"reader": "reading_refused"},
    "reading_session.lapsed": {"reader": "reading_lapsed"},
    "reading_session.activated": {"reader": "reading_granted"},
    "reading_session.expired": {"reader": "reading_expired"},
    "reading_session.revoked": {"reader": "reading_revoked"},
    "archive_item.deposited": {"archivists": "deposit_to_accept"},
    "archive_version.deposited": {"archivists": "deposit_to_accept"},
    "archive_item.described": {"holder_of_late_paper": "paper_to_return", "keepers_of_late_paper": "paper_overdue"},
    "incident.opened": {"incident_readers": "incident_opened"},
}
# Of what has no record that its reader may open, the notice itself is all there is to see.
WITHOUT_SUBJECT = frozenset(
    {"plan_moved", "import_gave", "team_left", "fairness_drifted", "incident_opened", "paper_to_return"}
)
