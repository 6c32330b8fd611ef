"""What a user can do with rulebooks: draft, change, publish, retire, acknowledge."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.distribution.published import rulebook_text
from service.domain.distribution.rulebook import Rulebook as Rules
from service.domain.merge_patch import merged
from service.domain.people import SALES_ROLES
from service.domain.states import VersionState
from service.errors import (
    AuthorIsApprover,
    CandidateIsApprover,
    Forbidden,
    Sentence,
    StateConflict,
)
from service.journal import record
from service.models import Rulebook, RulebookAcknowledgement, new_id
from service.operations.blocked_pairs import NOTHING, expect_pairs
from service.operations.rule_versions import FINAL, RuleVersions
from service.operations.rulebook_tests import expect_tests_pass, take_over_tests
from service.operations.versions import Versions, expect
from service.policy import Actor, fetch, require
from service.queries.rulebooks import silent_sellers

PLACE = "/definition"
BOOKS = RuleVersions(Rulebook, "publisher_id", events.RulebookPublished, events.RulebookRetired)
NOT_IN_FORCE = Sentence("Only the published version is acknowledged.", "只能确认已发布的版本。")
BY_AUTHOR = Sentence("The author of a rulebook does not publish it.", "规则手册的起草人不得自行发布。")
BY_CANDIDATE = Sentence(
    "Whoever is given accounts by these rules does not publish them.", "按此规则获得客户者不得发布。"
)


async def create_rulebook(session: AsyncSession, actor: Actor, code: str, definition: Mapping[str, Any]) -> Rulebook:
    """Drafts a rulebook, what is left out being the default.

    A code that exists already gets its next number, and the tests of the version before.
    """
    require(actor, "create", Rulebook)
    return await draft_rulebook(session, actor, code, definition)


async def draft_rulebook(
    session: AsyncSession, actor: Actor, code: str, definition: Mapping[str, Any], precedent_id: UUID | None = None
) -> Rulebook:
    """A draft by somebody who may write one; `precedent_id`: the verdict from which it was opened."""
    rulebook = Rulebook(
        id=new_id(),
        code=code,
        number=await BOOKS.next_number(session, code),
        state=VersionState.DRAFT,
        author_id=actor.id,
        precedent_id=precedent_id,
        **await written(session, actor, definition),
    )
    session.add(rulebook)
    session.info["made"] = rulebook
    data = {"code": code, "number": rulebook.number, "precedent_id": precedent_id}
    await record(session, actor, events.RulebookCreated(rulebook.id, data=data))
    await session.flush()
    await take_over_tests(session, rulebook)
    return rulebook


async def update_rulebook(
    session: AsyncSession, actor: Actor, rulebook_id: UUID, version: Versions, patch: Mapping[str, Any]
) -> Rulebook:
    """Changes a draft by a merge patch of its definition; a published version stays what it is."""
    rulebook = await fetch(session, actor, "edit", Rulebook, rulebook_id)
    expect(rulebook, version)
    if rulebook.state != VersionState.DRAFT:
        raise StateConflict(FINAL)
    before = rulebook.definition
    values = await written(session, actor, merged(before, patch), before)
    changes = {
        name: {"from": before[name], "to": value}
        for name, value in values["definition"].items()
        if value != before[name]
    }
    if changes:
        for name, value in values.items():
            setattr(rulebook, name, value)
        rulebook.version += 1
        await record(session, actor, events.RulebookChanged(rulebook.id, data={"changes": changes}))
    return rulebook


async def written(
    session: AsyncSession, actor: Actor, definition: Mapping[str, Any], before: Mapping[str, Any] = NOTHING
) -> dict[str, Any]:
    """A definition made complete, with its text in both languages; InvalidInput tells every fault with its place."""
    rules = Rules.from_mapping(definition, PLACE)
    await expect_pairs(session, actor, definition, PLACE, before)
    return {
        "definition": rules.to_mapping(),
        "text_en": rulebook_text(rules, "en"),
        "text_zh": rulebook_text(rules, "zh-CN"),
    }


async def publish_rulebook(
    session: AsyncSession, actor: Actor, rulebook_id: UUID, version: Versions, reason: str | None, timezone: str
) -> Rulebook:
    """Makes a draft that passes its tests the law of distribution; the version of its code before is retired.

    InvalidInput where a blocked pair names nobody, as when it is written: it may have been written before that was so.
    """
    rulebook: Rulebook = await BOOKS.fetched(session, actor, "publish", rulebook_id, version, VersionState.PUBLISHED)
    if rulebook.author_id == actor.id:
        raise AuthorIsApprover(BY_AUTHOR)
    if actor.roles & SALES_ROLES:
        raise CandidateIsApprover(BY_CANDIDATE)
    await expect_pairs(session, actor, rulebook.definition, PLACE)
    await expect_tests_pass(session, rulebook, timezone)
    await BOOKS.publish(session, actor, rulebook, reason)
    return rulebook


async def retire_rulebook(
    session: AsyncSession, actor: Actor, rulebook_id: UUID, version: Versions, reason: str | None
) -> Rulebook:
    """Ends the use of a published version; what was decided by it stays."""
    rulebook: Rulebook = await BOOKS.fetched(session, actor, "retire", rulebook_id, version, VersionState.RETIRED)
    await BOOKS.retire(session, actor, rulebook, reason)
    return rulebook


async def acknowledge_rulebook(session: AsyncSession, actor: Actor, rulebook_id: UUID) -> None:
    """Notes that the caller has read a published rulebook; the first time counts."""
    rulebook = await fetch(session, actor, "acknowledge", Rulebook, rulebook_id)
    if actor.kind != "staff":
        raise Forbidden
    if rulebook.state != VersionState.PUBLISHED:
        raise StateConflict(NOT_IN_FORCE)
    noted = insert(RulebookAcknowledgement).values(rulebook_id=rulebook_id, staff_id=actor.id).on_conflict_do_nothing()
    first = await session.scalar(noted.returning(RulebookAcknowledgement.staff_id))
    if first:
        await record(session, actor, events.RulebookAcknowledged(rulebook_id, data={"staff_id": actor.id}))


async def remind_of_rulebook(session: AsyncSession, actor: Actor, rulebook_id: UUID, now: datetime) -> bool:
    """Reminds everybody who sells and has not acknowledged a published rulebook; False where nobody needs it."""
    rulebook = await session.get_one(Rulebook, rulebook_id, with_for_update=True, populate_existing=True)
    silent = await silent_sellers(await session.connection(), rulebook_id)
    if rulebook.state != VersionState.PUBLISHED or not silent:
        return False
    rulebook.reminded_at = now
    await record(session, actor, events.RulebookReminded(rulebook_id, data={"silent_ids": silent}))
    return True
