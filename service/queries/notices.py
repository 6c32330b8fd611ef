"""Notices as JSON: one's own, in both languages; of what somebody may no longer see nothing is told."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.adapters.keys import KeyRing
from service.domain.notice_texts import told
from service.models import (
    AccountMembership,
    Appeal,
    ArchiveItem,
    Assignment,
    Base,
    Delegation,
    DistributionPlan,
    Import,
    Loan,
    Notice,
    ReadingSession,
    Review,
    RoleGrant,
    Rulebook,
    Task,
    TierEvaluation,
)
from service.policy import Actor, allowed
from service.queries.listing import Asked, Listing, any_of, either, page
from service.queries.single import single

Subject = tuple[str, UUID]
SUBJECTS: dict[str, type[Base]] = {
    "assignment": Assignment,
    "membership": AccountMembership,
    "task": Task,
    "import": Import,
    "distribution_plan": DistributionPlan,
    "tier_evaluation": TierEvaluation,
    "review": Review,
    "rulebook": Rulebook,
    "appeal": Appeal,
    "role_grant": RoleGrant,
    "delegation": Delegation,
    "loan": Loan,
    "reading_session": ReadingSession,
    "archive_item": ArchiveItem,
}
COLUMNS: dict[str, Any] = {name: getattr(Notice, name) for name in (
    "id", "kind", "at", "subject_type", "subject_id", "link", "facts", "read_at", "version",
)}  # fmt: skip


def notice_columns(_actor: Actor) -> Mapping[str, Any]:
    """What NoticeView is made of before its words are told."""
    return COLUMNS


NOTICES = Listing(
    model=Notice,
    columns=notice_columns,
    filters={"read": either(Notice.read_at.is_not(None), Notice.read_at.is_(None)), "kind": any_of(Notice.kind)},
)


async def notices_page(connection: AsyncConnection, keys: KeyRing, actor: Actor, asked: Asked) -> bytes:
    """One page of the caller's own notices."""
    whole = orjson.loads(await page(connection, keys, actor, NOTICES, asked))
    whole["items"] = await worded(connection, actor, whole["items"])
    return orjson.dumps(whole)


async def notice_json(connection: AsyncConnection, actor: Actor, notice_id: UUID) -> tuple[str, int]:
    """One notice's JSON text and its version."""
    row = await single(connection, actor, Notice, COLUMNS, notice_id)
    [item] = await worded(connection, actor, [orjson.loads(row.json)])
    return orjson.dumps(item).decode(), row.version


async def worded(connection: AsyncConnection, actor: Actor, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Notices with their words, or with nothing of what the reader may no longer see."""
    subjects = [(one["subject_type"], UUID(one["subject_id"])) for one in items if one["subject_type"]]
    seen = await visible(connection, actor, subjects)
    return [
        worded_one(item, known=not item["subject_type"] or (item["subject_type"], UUID(item["subject_id"])) in seen)
        for item in items
    ]


def worded_one(item: dict[str, Any], *, known: bool) -> dict[str, Any]:
    """The members of NoticeView."""
    facts = item.pop("facts")
    if not known:
        return item | dict.fromkeys(("title", "text", "link", "subject_type", "subject_id")) | {"withheld": True}
    words = told(item["kind"], facts)
    return item | {"title": words.title._asdict(), "text": words.text._asdict(), "withheld": False}


async def visible(
    connection: AsyncConnection, actor: Actor, subjects: Iterable[Subject], action: str = "see"
) -> set[Subject]:
    """Those of some subjects on which the actor may do this; row-level security must know the actor."""
    by_type: dict[str, set[UUID]] = defaultdict(set)
    for kind, id_ in subjects:
        by_type[kind].add(id_)
    seen: set[Subject] = set()
    for kind, ids in by_type.items():
        model: Any = SUBJECTS[kind]
        statement = select(model.id).where(model.id == func.any(list(ids)), allowed(actor, action, model))
        seen |= {(kind, id_) for id_ in await connection.scalars(statement)}
    return seen
