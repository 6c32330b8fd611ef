"""Why an account went where it went: recomputed from the stored snapshot, and held against what was stored."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.distribution.decisions import Decision as Decided
from service.domain.distribution.explanation import explain
from service.domain.distribution.groups import Group
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.own_answer import why
from service.domain.distribution.wording import filled
from service.errors import NotFound, Sentence
from service.models import Account, Assignment, Decision, Staff
from service.policy import Actor, allowed
from service.policy.rules import POLICIES
from service.queries.kept_ledgers import Source, on_ledger

BY_HAND = {
    "manual": Sentence(
        "{account} was given to {person} by hand: {reason}", "{account} 由人工分配给 {person}：{reason}"
    ),
    "appeal": Sentence("{account} went to {person} after an appeal.", "{account} 经申诉归 {person}。"),
    "handover": Sentence("{account} was handed over to {person}.", "{account} 已移交给 {person}。"),
}


async def explanation_json(connection: AsyncConnection, actor: Actor, assignment_id: UUID) -> tuple[bytes, int, str]:
    """The members of ExplanationView with the assignment's version and what the caller sees of it."""
    row = await behind(connection, actor, assignment_id)
    own_id = str(actor.id) if row.may_own else None
    full, own = None, None
    unit: Group = ()
    if row.snapshot_sha256:
        question = Question(row, own_id)
        full, own, unit = await on_ledger(connection, Source(row.snapshot_sha256, row.plan_id, row.place), question)
    view = {
        "assignment_id": str(assignment_id),
        "account_id": str(row.account_id),
        "account_code": row.account_code,
        "origin": row.origin,
        "full": full,
        "own": own,
        "by_hand": None if row.snapshot_sha256 else by_hand(row),
        "counted_with": await counted_with(connection, actor, row.account_id, unit) if row.may_full else [],
    }
    return orjson.dumps(view), row.version, "-".join(name for name in ("full", "own") if view[name]) or "by_hand"


async def behind(connection: AsyncConnection, actor: Actor, assignment_id: UUID) -> Any:
    """The assignment and the decision behind it; NotFound for whoever may see neither it all nor their own part."""
    rules = POLICIES[Assignment]
    full, own = (rules[action].predicate(actor, Assignment) for action in ("explain", "explain_own"))
    columns: tuple[Any, ...] = (
        Assignment.account_id,
        Assignment.origin,
        Assignment.reason.label("given_reason"),
        Assignment.assigned_by,
        Assignment.version,
        Account.code.label("account_code"),
        Staff.code.label("staff_code"),
        full.label("may_full"),
        own.label("may_own"),
        *(getattr(Decision, name) for name in DECIDED),
    )
    statement = (
        select(*columns)
        .join(Account, and_(Account.id == Assignment.account_id, Account.deleted_at.is_(None)))
        .join(Staff, Staff.id == Assignment.staff_id)
        .outerjoin(Decision, Decision.id == Assignment.decision_id)
        .where(Assignment.id == assignment_id, or_(full, own))
    )
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return row


DECIDED = (
    "plan_id", "kind", "snapshot_sha256", "engine_version", "position", "place", "winner_id", "runner_up_id",
    "margin", "remedy",
)  # fmt: skip


class Question:
    """What a caller may learn of a decision: all of it, their own part, or both; and what counted as one with it."""

    def __init__(self, row: Any, own_id: str | None) -> None:
        self.row, self.own_id = row, own_id

    def __call__(self, ledger: Ledger) -> tuple[dict[str, Any] | None, dict[str, Any] | None, Group]:
        """The full explanation and the personal answer, as far as the caller may see them, and the account's group."""
        account_id, kind = str(self.row.account_id), self.row.kind
        explanation = explain(ledger, account_id, kind)
        agree(self.row, explanation.decision)
        decision = replace(explanation.decision, engine_version=self.row.engine_version)
        explanation = replace(explanation, decision=decision)
        known = self.own_id in ledger.instance.person_numbers
        own = why(ledger, account_id, self.own_id, kind).to_mapping() if self.own_id and known else None
        unit = next((ids for ids in ledger.instance.snapshot.groups if account_id in ids), ())
        return explanation.to_mapping() if self.row.may_full else None, own, unit


async def counted_with(
    connection: AsyncConnection, actor: Actor, account_id: UUID, unit: Group
) -> list[dict[str, Any]]:
    """The other accounts, of those that the actor may see, that counted as one with this, and why."""
    columns = (Account.id, Account.code, Account.name_match)
    part_of_it = Account.id == func.any([UUID(id_) for id_ in unit])
    statement = select(*columns).where(part_of_it, allowed(actor, "see", Account)).order_by(Account.id)
    rows = (await connection.execute(statement)).all()
    name = next((row.name_match for row in rows if row.id == account_id), None)
    return [
        {
            "account_id": str(row.id),
            "account_code": row.code,
            "because": "same_name" if row.name_match == name else "group",
        }
        for row in rows
        if row.id != account_id
    ]


def agree(row: Any, recomputed: Decided) -> None:
    """The recomputed decision is the stored one, to the bit; else evidence was tampered with or the rule changed."""
    stored = (row.winner_id, row.runner_up_id, row.margin, row.position, row.snapshot_sha256)
    people = (UUID(one) if one else None for one in (recomputed.winner, recomputed.runner_up))
    again = (*people, recomputed.margin, recomputed.position, recomputed.snapshot_sha256)
    assert stored == again, f"the decision recomputed for account {row.account_code} is not the stored one"


def by_hand(row: Any) -> dict[str, Any]:
    """What is known of an assignment for which no rule was asked."""
    sentence = BY_HAND.get(row.origin, BY_HAND["handover"])
    told = filled(sentence, account=row.account_code, person=row.staff_code, reason=row.given_reason or "–")
    return {
        "reason": row.given_reason,
        "assigned_by": str(row.assigned_by) if row.assigned_by else None,
        "sentences": [told._asdict()],
    }
