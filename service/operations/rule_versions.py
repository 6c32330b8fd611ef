"""Rules with versions: drafted by one person, published and retired by another."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.events import Event
from service.domain.states import VERSION_TRANSITIONS, VersionState
from service.errors import Sentence
from service.journal import record
from service.operations.versions import Versions, expect
from service.policy import Actor, fetch

FINAL = Sentence("A published version never changes; draft the next one.", "已发布的版本不再变更；请起草新版本。")


@dataclass(frozen=True)
class RuleVersions:
    """A kind of rules with versions by code and number: its table, who published it, its events."""

    model: type[Any]
    publisher: str
    published: type[Event]
    retired: type[Event]

    async def next_number(self, session: AsyncSession, code: str) -> int:
        """The number after the last version of a code."""
        last = select(func.coalesce(func.max(self.model.number), 0)).where(self.model.code == code)
        return int((await session.execute(last)).scalar_one()) + 1

    async def fetched(
        self, session: AsyncSession, actor: Actor, action: str, id_: UUID, version: Versions, state: VersionState
    ) -> Any:
        """The version, if the actor may do this and its state leads there."""
        found = await fetch(session, actor, action, self.model, id_)
        expect(found, version)
        VERSION_TRANSITIONS.check(VersionState(found.state), state)
        session.info["made"] = found
        return found

    async def publish(self, session: AsyncSession, actor: Actor, draft: Any, reason: str | None) -> None:
        """Makes a draft count, and retires the version of its code that counted before."""
        same_code = select(self.model).where(self.model.code == draft.code, self.model.state == VersionState.PUBLISHED)
        previous = await session.scalar(same_code.with_for_update())
        if previous:
            await self.retire(session, actor, previous, reason)
        draft.state, draft.published_at = VersionState.PUBLISHED, datetime.now(UTC)
        setattr(draft, self.publisher, actor.id)
        draft.version += 1
        await record(session, actor, self.published(draft.id, data=told(draft, reason)))

    async def retire(self, session: AsyncSession, actor: Actor, rules: Any, reason: str | None) -> None:
        """Ends the use of a published version; what was decided by it stays."""
        rules.state, rules.retired_at = VersionState.RETIRED, datetime.now(UTC)
        rules.version += 1
        await record(session, actor, self.retired(rules.id, data=told(rules, reason)))


def told(rules: Any, reason: str | None) -> dict[str, Any]:
    """What the evidence tells of a version."""
    return {"code": rules.code, "number": rules.number, "reason": reason}
