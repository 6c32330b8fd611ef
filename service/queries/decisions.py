"""Decisions as JSON: those of a plan, what waits in it and why, and everybody's own."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Text,
    and_,
    bindparam,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB, array
from sqlalchemy.ext.asyncio import AsyncConnection

from service.adapters.keys import KeyRing
from service.domain.distribution.candidacy import Candidacy, candidacy
from service.domain.distribution.deciding import TASK_BOUND
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.own_answer import told_shortly
from service.domain.distribution.waiting import waiting_for
from service.domain.distribution.wording import REASONS, failed_mapping, reason_sentence, remedy_sentence
from service.domain.states import PlanState
from service.models import Assignment, Decision, DistributionPlan, Snapshot
from service.policy import Actor
from service.policy.relations import named
from service.queries.assignments import account_code, staff_code
from service.queries.kept_ledgers import Source, on_ledger
from service.queries.listing import Asked, Filter, Listing, any_of, equals, page
from service.queries.snapshots import HELD_BACK


def imagined_code(column: Any) -> Any:
    """The code of a person whom only a what-if plan knows."""
    added = func.jsonb_array_elements(DistributionPlan.what_if["added_people"]).column_valued("added")
    person = added.op("->>")
    return (
        select(person("code"))
        .select_from(DistributionPlan)
        .where(DistributionPlan.id == Decision.plan_id, person("id") == cast(column, Text))
        .correlate(Decision)
        .scalar_subquery()
    )


TEXTS = {reason: reason_sentence(reason)._asdict() for reason in (*REASONS, *(f"held_back:{one}" for one in HELD_BACK))}
REASON_TEXT = cast(literal(orjson.dumps(TEXTS).decode(), Text()), JSONB)[Decision.reason]
COLUMNS: dict[str, Any] = {name: getattr(Decision, name) for name in (
    "id", "kind", "plan_id", "account_id", "snapshot_sha256", "rulebook_id", "engine_version", "position", "place",
    "previous_owner_id", "winner_id", "runner_up_id", "reason", "remedy", "decided_at",
)} | {
    "account_code": account_code(Decision),
    "previous_owner_code": staff_code(Decision, Decision.previous_owner_id),
    "winner_code": func.coalesce(staff_code(Decision, Decision.winner_id), imagined_code(Decision.winner_id)),
    "runner_up_code": func.coalesce(staff_code(Decision, Decision.runner_up_id), imagined_code(Decision.runner_up_id)),
    "margin": cast(Decision.margin, Text),
    "reason_text": REASON_TEXT,
}  # fmt: skip
WON = func.coalesce(Decision.winner_id == bindparam("principal_0", type_=Decision.winner_id.type), False)
Item = dict[str, Any]
Told = Callable[[Ledger, int, Item], Item]


def is_move(name: str) -> ColumnElement[bool]:
    """true: the account changes hands, or gets or loses its owner; false: it stays."""
    return Decision.winner_id.is_distinct_from(Decision.previous_owner_id) == bindparam(name, type_=Boolean())


def is_waiting(name: str) -> ColumnElement[bool]:
    """true: nobody gets the account; false: somebody does."""
    return Decision.winner_id.is_(None) == bindparam(name, type_=Boolean())


def is_won(name: str) -> ColumnElement[bool]:
    """true: the caller got the account; false: somebody else or nobody did."""
    return WON.is_not_distinct_from(bindparam(name, type_=Boolean()))


def of_account_code(name: str) -> ColumnElement[bool]:
    """Decisions about the account with a code."""
    matches: ColumnElement[bool] = account_code(Decision) == bindparam(name, type_=Text())
    return matches


def decision_columns(_actor: Actor) -> Mapping[str, Any]:
    """The members of DecisionView."""
    return COLUMNS


def waiting_columns(_actor: Actor) -> Mapping[str, Any]:
    """What UnassignedView is made of before the remedies are told."""
    names = ("account_id", "account_code", "plan_id", "snapshot_sha256", "previous_owner_id", "reason", "remedy")
    return {name: COLUMNS[name] for name in (*names, "reason_text")}


def own_columns(_actor: Actor) -> Mapping[str, Any]:
    """What OwnDecisionView is made of before the own line is told; no name, contact or value of the account."""
    names = (
        *("kind", "account_id", "account_code", "plan_id", "snapshot_sha256", "place"),
        *("reason", "reason_text", "decided_at"),
    )
    same = (Assignment.account_id == Decision.account_id, Assignment.decision_id == Decision.id)
    given = select(Assignment.id).where(*same).limit(1).correlate(Decision)
    own = {"decision_id": Decision.id, "assignment_id": given.scalar_subquery(), "won": WON}
    own["winner_id"] = Decision.winner_id  # for the words; it does not go out
    return own | {name: COLUMNS[name] for name in names}


def considered(actor: Actor) -> ColumnElement[bool]:
    """Decisions of applied plans and routings in which the actor was a candidate, eligible or excluded."""
    if actor.kind != "staff":
        return false()
    candidate = exists().where(
        Snapshot.sha256 == Decision.snapshot_sha256, Snapshot.people.contains(array([named(0, actor.id)]))
    )
    applied = exists().where(DistributionPlan.id == Decision.plan_id, DistributionPlan.state == PlanState.APPLIED)
    mine = named(0, actor.id)
    # whoever came after a ledger was opened is not in its snapshot
    chosen = or_(Decision.winner_id == mine, Decision.runner_up_id == mine)
    return and_(or_(candidate, chosen), or_(Decision.kind == "route", applied))


ORDERS = {"position": Decision.position, "decided_at": Decision.id}
PLAN_FILTERS = {
    "plan_id": equals(Decision.plan_id),
    "moved": Filter(is_move),
    "waiting": Filter(is_waiting),
    "winner_id": equals(Decision.winner_id),
    "previous_owner_id": equals(Decision.previous_owner_id),
    "account_code": Filter(of_account_code),
    "reason": any_of(Decision.reason),
}
# Whoever sees a plan sees all its decisions; outside a plan the account's line does.
OF_PLAN: dict[str, Any] = {"guarded": {"plan_id": "see_of_plan"}}
DECISIONS = Listing(Decision, decision_columns, PLAN_FILTERS, ORDERS, **OF_PLAN)
UNASSIGNED = Listing(Decision, waiting_columns, PLAN_FILTERS, ORDERS, **OF_PLAN, name="unassigned")
OWN = Listing(
    Decision,
    own_columns,
    {"plan_id": equals(Decision.plan_id), "account_code": Filter(of_account_code), "won": Filter(is_won)},
    ORDERS,
    rows=considered,
    name="me/decisions",
)


async def unassigned_page(connection: AsyncConnection, keys: KeyRing, actor: Actor, asked: Asked) -> bytes:
    """One page of what waits in a plan, each with its remedy in words."""
    return await told_page(connection, await page(connection, keys, actor, UNASSIGNED, asked), remedy)


async def own_page(connection: AsyncConnection, keys: KeyRing, actor: Actor, asked: Asked) -> bytes:
    """One page of own decisions, each with the own line of it."""
    own_id = str(actor.id)
    content = await page(connection, keys, actor, OWN, asked)
    return await told_page(connection, content, lambda ledger, number, item: own_line(ledger, number, item, own_id))


async def told_page(connection: AsyncConnection, content: bytes, told: Told) -> bytes:
    """A page with what the ledger of each item's snapshot tells about its account; the ledgers' keys are left out."""
    whole = orjson.loads(content)
    items = whole["items"]
    for source in sorted({source_of(item) for item in items}, key=lambda one: one.place or 0):
        mine = [item for item in items if source_of(item) == source]
        for item, answer in zip(mine, await on_ledger(connection, source, Telling(told, mine)), strict=True):
            item.update(answer)
    return orjson.dumps(whole)


def source_of(item: Item) -> Source:
    """What an item was computed from."""
    plan_id = item["plan_id"]
    return Source(item["snapshot_sha256"], UUID(plan_id) if plan_id else None, item.get("place"))


class Telling:
    """What is told of some accounts, with their region and grade as the decision saw them."""

    def __init__(self, told: Told, items: list[Item]) -> None:
        self.told, self.items = told, items

    def __call__(self, ledger: Ledger) -> list[Item]:
        """One answer an item, in their order."""
        instance = ledger.instance
        numbers = [instance.account_numbers[item["account_id"]] for item in self.items]
        entries = [instance.snapshot.accounts[number] for number in numbers]
        return [
            {"region": entry.region, "tier": entry.tier, **self.told(ledger, number, item)}
            for entry, number, item in zip(entries, numbers, self.items, strict=True)
        ]


def remedy(ledger: Ledger, account: int, _item: Item) -> Item:
    """What would help an account that waits, and whom it concerns."""
    waiting = waiting_for(ledger, account)
    return {"remedy_text": remedy_sentence(waiting)._asdict(), "detail": dict(waiting.detail)}


def own_line(ledger: Ledger, account: int, item: Item, person_id: str) -> Item:
    """How a decision ended for one person, also in words: their score where the rules allowed them, else what did not.

    The winner's id, which the words need, is taken off the item.
    """
    numbers, winner_id = ledger.instance.person_numbers, item.pop("winner_id")
    had_it = ledger.instance.snapshot.accounts[account].owner == person_id
    with ledger.without(account) as holder:
        own = candidacy(ledger, account, numbers[person_id], holder)
        winner = candidacy(ledger, account, numbers[winner_id], holder) if winner_id in numbers else None
    if item["reason"] in TASK_BOUND or not ledger.instance.roll.free[account]:
        reason = item["reason_text"] or reason_sentence(item["reason"])._asdict()
        return {"result": "not_ruled", "score": None, "failed": [], "text": reason}
    result = result_of(own, won=item["won"])
    return {
        "result": result,
        "text": told_shortly(own, winner, item["account_code"], result, had_it=had_it)._asdict(),
        "score": None if own.failed else own.points(own.score),
        "failed": [failed_mapping(one) for one in (*own.failed, *own.full)],
    }


def result_of(own: Candidacy, *, won: bool) -> str:
    """won, lost, no_room or excluded."""
    if own.failed:
        return "excluded"
    if own.full:
        return "no_room"
    return "won" if won else "lost"
