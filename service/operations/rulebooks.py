"""What a user can do with rulebooks: draft, change, publish, retire."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.distribution.published import rulebook_text
from service.domain.distribution.rulebook import Rulebook as Rules
from service.domain.merge_patch import merged
from service.domain.people import SALES_ROLES
from service.domain.states import VERSION_TRANSITIONS, VersionState
from service.errors import AuthorIsApprover, CandidateIsApprover, Sentence, StateConflict
from service.journal import record
from service.models import Rulebook, new_id
from service.operations.versions import Versions, expect
from service.policy import Actor, fetch, require

FINAL = Sentence("A published version never changes; draft the next one.", "已发布的版本不再变更；请起草新版本。")
BY_AUTHOR = Sentence("The author of a rulebook does not publish it.", "规则手册的起草人不得自行发布。")
BY_CANDIDATE = Sentence(
    "Whoever is given accounts by these rules does not publish them.", "按此规则获得客户者不得发布。"
)


async def create_rulebook(session: AsyncSession, actor: Actor, code: str, definition: Mapping[str, Any]) -> Rulebook:
    """Drafts a rulebook, what is left out being the default; a code that exists already gets its next number."""
    require(actor, "create", Rulebook)
    number = select(func.coalesce(func.max(Rulebook.number), 0) + 1).where(Rulebook.code == code)
    rulebook = Rulebook(
        id=new_id(),
        code=code,
        number=(await session.execute(number)).scalar_one(),
        state=VersionState.DRAFT,
        author_id=actor.id,
        **written(definition),
    )
    session.add(rulebook)
    session.info["made"] = rulebook
    data = {"code": code, "number": rulebook.number}
    await record(session, actor, events.RulebookCreated(rulebook.id, data=data))
    return rulebook


async def update_rulebook(
    session: AsyncSession, actor: Actor, rulebook_id: UUID, version: Versions, patch: Mapping[str, Any]
) -> Rulebook:
    """Changes a draft by a merge patch of its definition; a published version stays what it is."""
    rulebook = await fetch(session, actor, "edit", Rulebook, rulebook_id)
    expect(rulebook, version)
    if rulebook.state != VersionState.DRAFT:
        raise StateConflict(FINAL)
    before, values = rulebook.definition, written(merged(rulebook.definition, patch))
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


def written(definition: Mapping[str, Any]) -> dict[str, Any]:
    """A definition made complete, with its text in both languages; InvalidInput tells every fault with its place."""
    rules = Rules.from_mapping(definition, "/definition")
    return {
        "definition": rules.to_mapping(),
        "text_en": rulebook_text(rules, "en"),
        "text_zh": rulebook_text(rules, "zh-CN"),
    }


async def publish_rulebook(
    session: AsyncSession, actor: Actor, rulebook_id: UUID, version: Versions, reason: str | None
) -> Rulebook:
    """Makes a draft the law of distribution, and retires the version of its code that was it before."""
    rulebook = await fetch(session, actor, "publish", Rulebook, rulebook_id)
    expect(rulebook, version)
    VERSION_TRANSITIONS.check(VersionState(rulebook.state), VersionState.PUBLISHED)
    if rulebook.author_id == actor.id:
        raise AuthorIsApprover(BY_AUTHOR)
    if actor.roles & SALES_ROLES:
        raise CandidateIsApprover(BY_CANDIDATE)
    previous = await session.scalar(
        select(Rulebook)
        .where(Rulebook.code == rulebook.code, Rulebook.state == VersionState.PUBLISHED)
        .with_for_update()
    )
    if previous:
        await retire(session, actor, previous, reason)
    rulebook.state, rulebook.publisher_id = VersionState.PUBLISHED, actor.id
    rulebook.published_at = datetime.now(UTC)
    rulebook.version += 1
    session.info["made"] = rulebook
    data = {"code": rulebook.code, "number": rulebook.number, "reason": reason}
    await record(session, actor, events.RulebookPublished(rulebook.id, data=data))
    return rulebook


async def retire_rulebook(
    session: AsyncSession, actor: Actor, rulebook_id: UUID, version: Versions, reason: str | None
) -> Rulebook:
    """Ends the use of a published version; what was decided by it stays."""
    rulebook = await fetch(session, actor, "retire", Rulebook, rulebook_id)
    expect(rulebook, version)
    VERSION_TRANSITIONS.check(VersionState(rulebook.state), VersionState.RETIRED)
    session.info["made"] = rulebook
    await retire(session, actor, rulebook, reason)
    return rulebook


async def retire(session: AsyncSession, actor: Actor, rulebook: Rulebook, reason: str | None) -> None:
    """The change and its evidence."""
    rulebook.state, rulebook.retired_at = VersionState.RETIRED, datetime.now(UTC)
    rulebook.version += 1
    data = {"code": rulebook.code, "number": rulebook.number, "reason": reason}
    await record(session, actor, events.RulebookRetired(rulebook.id, data=data))
