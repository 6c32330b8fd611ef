"""What a verdict teaches: a draft of the rulebook's next version that links back to it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.merge_patch import merged
from service.errors import NoPublishedRulebook, Sentence, StateConflict
from service.models import Appeal, AppealVerdict, Rulebook
from service.operations.rulebooks import draft_rulebook
from service.policy import Actor, fetch
from service.queries.snapshots import published_rulebook

NOT_DECIDED = Sentence("The appeal has no verdict of yours yet.", "该申诉尚无您作出的裁决。")


async def draft_amendment(session: AsyncSession, actor: Actor, appeal_id: UUID, patch: Mapping[str, Any]) -> Rulebook:
    """The published rules with a merge patch, as a draft by whoever decided; one for each verdict."""
    appeal = await fetch(session, actor, "amend", Appeal, appeal_id)
    last = select(AppealVerdict.id).where(
        AppealVerdict.appeal_id == appeal.id, AppealVerdict.instance == appeal.instance
    )
    precedent_id = await session.scalar(last)
    if precedent_id is None:
        raise StateConflict(NOT_DECIDED)
    published = await published_rulebook(await session.connection())
    if published is None:
        raise NoPublishedRulebook
    code = await session.scalar(select(Rulebook.code).where(Rulebook.id == published.id))
    assert code
    definition = merged(published.definition, patch)
    return await draft_rulebook(session, actor, code, definition, precedent_id)
