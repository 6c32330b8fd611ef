"""The dossier of an account: its grades' checklists, and what of it the reader may know the archive to hold."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.archives import ORIGINAL_GROUPS
from service.domain.dossier import Held, completeness, wanted_groups
from service.domain.tier_schemes import read_scheme
from service.models import AccountTier, ArchiveItem, TierScheme
from service.policy import Actor, allowed
from service.queries.archives import CURRENT
from service.queries.json_view import json_value

SHOWN = 5
ITEM = ("id", "code", "title", "kind", "confidentiality", "rank", "state", "dated_on", "created_at")


async def dossier(connection: AsyncConnection, actor: Actor, account_id: UUID, language: str) -> dict[str, Any]:
    """The members of DossierView."""
    grades = (await connection.execute(current_grades(account_id))).all()
    wanted = wanted_groups(originals_of(grades))
    found = {row.group: row for row in await connection.execute(known_groups(actor, account_id))}
    groups = [group_view(group, found.get(group), language, required=group in wanted) for group in ORIGINAL_GROUPS]
    held = [group["group"] for group in groups if group["state"] == Held.HELD]
    return {
        "account_id": str(account_id),
        "grades": [{"scheme_code": grade.scheme_code, "tier": grade.tier} for grade in grades],
        "groups": groups,
        "missing": sorted(wanted - set(held)),
        "completeness": str(completeness(wanted, held)),
    }


def current_grades(account_id: UUID) -> Select[Any]:
    """The grades that the account holds now, each with the scheme that gave it."""
    return (
        select(AccountTier.scheme_code, AccountTier.tier, TierScheme.definition)
        .join(TierScheme, TierScheme.id == AccountTier.scheme_id)
        .where(AccountTier.account_id == account_id, AccountTier.ended_at.is_(None))
        .order_by(AccountTier.scheme_code)
    )


def originals_of(grades: Sequence[Any]) -> Iterator[tuple[int, ...] | None]:
    """What each grade asks for; None where it says nothing."""
    for grade in grades:
        tier = read_scheme(grade.definition).tier(grade.tier)
        yield tier.originals if tier else None


def known_groups(actor: Actor, account_id: UUID) -> Select[Any]:
    """Of each group with an item that the actor may know of: whether one is held, and the newest."""
    there = and_(ArchiveItem.state == "accepted", or_(ArchiveItem.original_held, CURRENT.is_not(None)))
    group, newest = ArchiveItem.original_group, (ArchiveItem.created_at.desc(), ArchiveItem.id)
    items = (
        select(
            group,
            there.label("there"),
            func.row_number().over(partition_by=group, order_by=newest).label("place"),
            json_value({name: getattr(ArchiveItem, name) for name in ITEM}).label("told"),
        )
        .where(
            ArchiveItem.account_id == account_id,
            ArchiveItem.state.in_(("deposited", "accepted")),
            group.is_not(None),
            allowed(actor, "see", ArchiveItem),
        )
        .subquery()
    )
    told = func.json_agg(aggregate_order_by(items.c.told, items.c.place)).filter(items.c.place <= SHOWN)
    columns = (items.c.original_group.label("group"), func.bool_or(items.c.there).label("held"), told.label("items"))
    return select(*columns).group_by(items.c.original_group)


def group_view(group: int, found: Any, language: str, *, required: bool) -> dict[str, Any]:
    """The members of DossierGroup."""
    state = Held.MISSING if found is None else Held.HELD if found.held else Held.DEPOSITED
    return {
        "group": group,
        "name": ORIGINAL_GROUPS[group].in_language(language),
        "required": required,
        "state": state,
        "items": [] if found is None else found.items,
    }
