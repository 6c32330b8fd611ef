"""Appeals as JSON: one, many; what the managers of a party see is the state."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    bindparam,
    case,
    cast,
    column,
    exists,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    union,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.appeals import AppealSettings, EvidenceKind
from service.domain.states import OPEN_APPEALS
from service.errors import Forbidden, NotFound, StateConflict
from service.models import Appeal, AppealVerdict, ArchiveItem, Mediation, Setting, Staff
from service.policy import Actor, allowed
from service.policy.relations import named
from service.policy.rules import POLICIES
from service.policy.tables import departments_below
from service.queries.json_view import json_list, json_value
from service.queries.listing import Filter, Listing, any_of, before, equals
from service.queries.single import single

STATE_FIELDS = (
    "id",
    "state",
    "instance",
    "decide_by",
    "decided_at",
    "escalate_by",
    "version",
    "created_at",
    "updated_at",
)
CONTENT_FIELDS = (
    "assignment_id", "account_id", "appellant_id", "filed_by_id", "beneficiary_id", "grounds", "statement", "evidence",
    "rule", "reviewer_id", "mediator_id", "new_assignment_id", "verdicts", "mediations",
)  # fmt: skip
OWNER_FIELDS = ("respondent_id",)
EFFECT_FIELDS = ("fairness_effect",)


def appeal_columns(actor: Actor) -> Mapping[str, Any]:
    """The members of AppealView: the state for everybody who may know of it, the content for those concerned.

    Who got the account stays hidden from a colleague who does not see the account: in decisions too people are ranks.
    """
    content, owner, effect = may(actor, "see_content"), owner_too(actor), may(actor, "see_effect")
    columns: dict[str, Any] = {name: getattr(Appeal, name) for name in STATE_FIELDS}
    for condition, hideable in ((content, CONTENT_FIELDS), (owner, OWNER_FIELDS), (effect, EFFECT_FIELDS)):
        columns |= {name: case((condition, shown(actor, name)), else_=null()) for name in hideable}
    hidden = case(
        (effect, names()),
        (owner, names(*EFFECT_FIELDS)),
        (content, names(*OWNER_FIELDS, *EFFECT_FIELDS)),
        else_=names(*CONTENT_FIELDS, *OWNER_FIELDS, *EFFECT_FIELDS),
    )
    return columns | {"redacted": hidden}


def shown(actor: Actor, name: str) -> Any:
    """A column of the appeal, or a list of what belongs to it."""
    if name == "evidence":
        return known_evidence(actor)
    return PARTS[name] if name in PARTS else getattr(Appeal, name)


def known_evidence(actor: Actor) -> ColumnElement[Any]:
    """The evidence without the archive items of which the actor may not know: citing one makes it known to nobody."""
    one = (
        func.jsonb_array_elements(Appeal.evidence)
        .table_valued(column("value", JSONB), with_ordinality="place")
        .render_derived()
    )
    item = cast(one.c.value["id"].astext, ArchiveItem.id.type)
    seen = exists().where(ArchiveItem.id == item, allowed(actor, "see", ArchiveItem)).correlate_except(ArchiveItem)
    told = select(func.coalesce(func.jsonb_agg(aggregate_order_by(one.c.value, one.c.place)), literal([], JSONB)))
    return told.where(or_(one.c.value["kind"].astext != EvidenceKind.ARCHIVE_ITEM, seen)).scalar_subquery()


def view_class(actor: Actor) -> ColumnElement[str]:
    """The part of an ETag that stands for what was hidden: full, party, colleague or state, and archive items cited."""
    content, owner, effect = may(actor, "see_content"), owner_too(actor), may(actor, "see_effect")
    seen = ((effect, literal("full")), (owner, literal("party")), (content, literal("colleague")))
    cites = Appeal.evidence.contains([{"kind": str(EvidenceKind.ARCHIVE_ITEM)}])
    cited = case((cites, literal(".") + func.left(func.md5(cast(known_evidence(actor), Text)), 12)), else_="")
    return case((content, case(*seen) + cited), else_=literal("state"))


def owner_too(actor: Actor) -> ColumnElement[bool]:
    """The rows whose content the actor sees, and whom the account was given to as well."""
    return and_(may(actor, "see_content"), may(actor, "see_owner"))


def may(actor: Actor, action: str) -> ColumnElement[bool]:
    """The rows on which the actor may do this."""
    return POLICIES[Appeal][action].predicate(actor, Appeal)


def names(*fields: str) -> ColumnElement[Any]:
    """Field names as an array of the database."""
    return literal_column("'{" + ",".join(fields) + "}'::text[]", ARRAY(Text()))


def own_ids(actor: Actor) -> Any:
    """The appeals in which the actor has a part, or somebody whom they lead; each found by its index.

    A chain of OR would be asked of every appeal there is.
    """
    if POLICIES[Appeal]["see"].holds_everywhere(actor) or actor.kind != "staff":
        return None
    parts = [select(Appeal.id).where(column == named(0, actor.id)) for column in PARTS_IN]
    if actor.line:
        people = select(Staff.id).where(Staff.department_id.in_(departments_below(actor)))
        parts += [select(Appeal.id).where(column.in_(people)) for column in (Appeal.appellant_id, Appeal.respondent_id)]
    return union(*parts)


PARTS_IN = (
    Appeal.appellant_id, Appeal.filed_by_id, Appeal.respondent_id, Appeal.reviewer_id, Appeal.first_decider_id,
    Appeal.mediator_id,
)  # fmt: skip


def on_ground(name: str) -> ColumnElement[bool]:
    """Appeals that rest on one of the given grounds."""
    overlaps: ColumnElement[bool] = Appeal.grounds.overlap(bindparam(name, type_=Appeal.grounds.type))
    return overlaps


def part(model: Any, names: tuple[str, ...]) -> ColumnElement[Any]:
    """The rows that belong to the appeal, in the order of their making."""
    row = json_value({name: getattr(model, name) for name in names})
    return json_list(select(row).where(model.appeal_id == Appeal.id).order_by(model.id).correlate(Appeal))


PARTS = {
    "verdicts": part(AppealVerdict, (
        "id", "instance", "outcome", "remedy", "rule", "reason_en", "reason_zh", "reviewer_id", "decided_at",
    )),
    "mediations": part(Mediation, (
        "id", "instance", "mediator_id", "started_at", "answer_by", "minutes", "proposal", "proposed_at",
        "appellant_answer", "respondent_answer", "ended_at", "result",
    )),
}  # fmt: skip
APPEALS = Listing(
    model=Appeal,
    columns=appeal_columns,
    among=own_ids,
    filters={
        "state": any_of(Appeal.state),
        "instance": equals(Appeal.instance),
        "ground": Filter(on_ground),
        "assignment_id": equals(Appeal.assignment_id),
        "account_id": equals(Appeal.account_id),
        "appellant_id": equals(Appeal.appellant_id),
        "respondent_id": equals(Appeal.respondent_id),
        "reviewer_id": equals(Appeal.reviewer_id),
        "decide_by_to": before(Appeal.decide_by),
    },
    sorts={"created_at": Appeal.id, "decide_by": Appeal.decide_by},
    # else a filter would tell a manager or a colleague what the body hides
    guarded={
        **dict.fromkeys(("ground", "assignment_id", "account_id", "appellant_id", "reviewer_id"), "see_content"),
        "respondent_id": "see_owner",
    },
)


async def appeal_json(connection: AsyncConnection, actor: Actor, appeal_id: UUID) -> Any:
    """One appeal's JSON text, its version and its redaction class."""
    columns = appeal_columns(actor)
    return await single(connection, actor, Appeal, columns, appeal_id, view=view_class(actor))


async def open_appeal(connection: AsyncConnection, actor: Actor, action: str, appeal_id: UUID) -> Any:
    """What an open appeal asks for: 404 when the actor may not know of it, 403 when they may only see it, 409 later."""
    statement = select(
        Appeal.id,
        Appeal.state,
        Appeal.account_id,
        Appeal.respondent_id,
        Appeal.beneficiary_id,
        may(actor, action).label("may"),
    ).where(Appeal.id == appeal_id, allowed(actor, "see", Appeal))
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    if not row.may:
        raise Forbidden
    if row.state not in OPEN_APPEALS:
        raise StateConflict
    return row


async def appeal_settings(connection: AsyncConnection) -> AppealSettings:
    """The numbers that count now."""
    keys = {part.name: f"appeal_{part.name}" for part in fields(AppealSettings)}
    changed = select(Setting.key, Setting.value).where(Setting.key.in_(keys.values()))
    found = {row.key: int(row.value) for row in await connection.execute(changed)}
    return AppealSettings(**{name: found[key] for name, key in keys.items() if key in found})
