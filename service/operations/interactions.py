"""What a user can do with interactions: log, correct within a day, amend, remove; commitments become tasks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.calendar import BusinessCalendar
from service.domain.interactions import (
    InteractionSettings,
    Outcome,
    Plan,
    check_interaction,
    require_editable,
    task_drafts,
)
from service.domain.merge_patch import merged
from service.errors import FieldError, Forbidden, InvalidInput, Sentence, StateConflict
from service.journal import record
from service.models import Account, Interaction, new_id
from service.operations.accounts import Made
from service.operations.changes import changes, rewrite
from service.operations.tasks import enter_task, require_sees
from service.operations.versions import Versions, expect
from service.policy import Actor, fetch
from service.queries.calendar import business_calendar
from service.queries.interactions import interaction_settings
from service.schemas.fields import utc
from service.schemas.interactions import (
    AmendmentCreate,
    Commitment,
    InteractionCreate,
    InteractionOutcome,
    InteractionPlan,
    InteractionUpdate,
)

Part = TypeVar("Part", InteractionPlan, InteractionOutcome)
PLAN, OUTCOME = TypeAdapter(Plan), TypeAdapter(Outcome)


@dataclass(frozen=True)
class Desk:
    """What an interaction is written with: the session, who writes, the company's calendar and settings, the time."""

    session: AsyncSession
    actor: Actor
    author_id: UUID
    calendar: BusinessCalendar
    settings: InteractionSettings
    now: datetime

    @classmethod
    async def open(cls, session: AsyncSession, actor: Actor, timezone: str) -> "Desk":
        """For a person only: an interaction is somebody's."""
        if actor.kind != "staff" or actor.id is None:
            raise Forbidden
        connection = await session.connection()
        calendar = await business_calendar(connection, timezone)
        return cls(session, actor, actor.id, calendar, await interaction_settings(connection), datetime.now(UTC))


async def log_interaction(session: AsyncSession, actor: Actor, wanted: InteractionCreate, timezone: str) -> UUID:
    """Records an interaction, planned or past; what was promised becomes tasks."""
    await fetch(session, actor, "log", Account, wanted.account_id)
    desk = await Desk.open(session, actor, timezone)
    check(desk, wanted.plan, wanted.outcome)
    columns = {"kind": wanted.kind.value, "subject": wanted.subject, **parts(wanted.plan, wanted.outcome)}
    interaction = Interaction(
        id=new_id(), account_id=wanted.account_id, author_id=desk.author_id, amendments=[], **columns
    )
    session.add(interaction)
    session.info["made"] = Made("interactions", interaction.id)
    event = events.InteractionLogged(interaction.id, interaction.account_id, {"changes": changes({}, columns)})
    await record(session, actor, event)
    if wanted.outcome:
        await enter_promises(desk, interaction, wanted.outcome, wanted.outcome.commitments)
    return interaction.id


async def update_interaction(
    session: AsyncSession,
    actor: Actor,
    interaction_id: UUID,
    version: Versions,
    patch: InteractionUpdate,
    timezone: str,
) -> None:
    """Corrects a fresh interaction, by its author; new commitments become tasks, dropped ones leave theirs."""
    interaction, desk = await fetch_fresh(session, actor, "edit", interaction_id, version, timezone)
    wanted = patch.model_dump(mode="json", exclude_unset=True)
    plan = after(InteractionPlan, interaction.plan, wanted, "plan")
    outcome = after(InteractionOutcome, interaction.outcome, wanted, "outcome")
    check(desk, plan, outcome)
    columns = {name: wanted[name] for name in ("kind", "subject") if name in wanted} | parts(plan, outcome)
    before = promises(interaction)
    if await change(desk, interaction, columns, events.InteractionChanged) and outcome:
        new = [promise for promise in outcome.commitments if promise not in before]
        await enter_promises(desk, interaction, outcome, new)


async def amend_interaction(
    session: AsyncSession, actor: Actor, interaction_id: UUID, version: Versions, wanted: AmendmentCreate, timezone: str
) -> None:
    """Adds to an interaction at any time, and tells the outcome of one that was only planned."""
    interaction = await fetch(session, actor, "amend", Interaction, interaction_id)
    expect(interaction, version)
    desk = await Desk.open(session, actor, timezone)
    addition = {
        "at": utc(desk.now),
        "author_id": str(desk.author_id),
        "note": wanted.note,
    }
    columns: dict[str, Any] = {"amendments": [*interaction.amendments, addition]}
    if wanted.outcome:
        if interaction.outcome is not None:
            raise StateConflict(Sentence("The outcome was told already.", "结果已经填写。"))
        check(desk, None, wanted.outcome)
        columns |= parts(None, wanted.outcome)
        columns.pop("plan")
    await change(desk, interaction, columns, events.InteractionAmended)
    if wanted.outcome:
        await enter_promises(desk, interaction, wanted.outcome, wanted.outcome.commitments)


async def delete_interaction(
    session: AsyncSession, actor: Actor, interaction_id: UUID, version: Versions, timezone: str
) -> None:
    """Hides a fresh interaction, by its author; its tasks stay."""
    interaction, desk = await fetch_fresh(session, actor, "delete", interaction_id, version, timezone)
    interaction.deleted_at = desk.now
    interaction.version += 1
    await record(session, actor, events.InteractionDeleted(interaction_id, interaction.account_id))


async def fetch_fresh(
    session: AsyncSession, actor: Actor, action: str, interaction_id: UUID, version: Versions, timezone: str
) -> tuple[Interaction, Desk]:
    """The interaction while its author may still edit it."""
    interaction = await fetch(session, actor, action, Interaction, interaction_id)
    expect(interaction, version)
    desk = await Desk.open(session, actor, timezone)
    require_editable(desk.author_id, interaction.author_id, interaction.created_at, desk.now, desk.settings)
    return interaction, desk


def check(desk: Desk, plan: InteractionPlan | None, outcome: InteractionOutcome | None) -> None:
    """The rules of the domain on what was sent."""
    planned = PLAN.validate_python(plan.model_dump()) if plan else None
    told = OUTCOME.validate_python(outcome.model_dump()) if outcome else None
    check_interaction(planned, told, desk.now, desk.calendar)


def parts(plan: InteractionPlan | None, outcome: InteractionOutcome | None) -> dict[str, Any]:
    """Both parts as columns, and when the interaction is or was."""
    starts_at = outcome.happened_at if outcome else plan.planned_at if plan else None
    return {
        "plan": plan.model_dump(mode="json") if plan else None,
        "outcome": outcome.model_dump(mode="json") if outcome else None,
        "starts_at": starts_at,
    }


def after(kind: type[Part], present: dict[str, Any] | None, wanted: Mapping[str, Any], name: str) -> Part | None:
    """One part as the patch leaves it; InvalidInput when it lacks what such a part needs."""
    told = merged(present, wanted[name]) if name in wanted else present
    if told is None:
        return None
    missing = [field for field, about in kind.model_fields.items() if about.is_required() and field not in told]
    if missing:
        sentence = Sentence("This field is needed.", "此字段必填。")
        raise InvalidInput(errors=[FieldError("missing", sentence, pointer=f"/{name}/{field}") for field in missing])
    return kind.model_validate(told)


def promises(interaction: Interaction) -> list[Commitment]:
    """What the interaction promised before a change."""
    return InteractionOutcome.model_validate(interaction.outcome).commitments if interaction.outcome else []


async def change(desk: Desk, interaction: Interaction, columns: Mapping[str, Any], kind: type[events.Event]) -> bool:
    """Writes new values and the evidence; False when nothing is new."""
    changed = rewrite(interaction, columns)
    if changed:
        event = kind(interaction.id, interaction.account_id, {"changes": changed})
        await record(desk.session, desk.actor, event)
    return bool(changed)


async def enter_promises(
    desk: Desk, interaction: Interaction, outcome: InteractionOutcome, commitments: Sequence[Commitment]
) -> None:
    """One task a commitment, for somebody who may see the account."""
    for position, promise in enumerate(outcome.commitments):
        if promise in commitments and promise.responsible_id:
            pointer = f"/outcome/commitments/{position}/responsible_id"
            await require_sees(desk.session, desk.actor, interaction.account_id, promise.responsible_id, pointer)
    new = outcome.model_copy(update={"commitments": list(commitments)})
    drafts = task_drafts(OUTCOME.validate_python(new.model_dump()), desk.author_id, desk.settings, desk.calendar)
    for draft in drafts:
        values = {
            "account_id": interaction.account_id,
            "subject": draft.subject,
            "assignee_id": draft.assignee_id,
            "planned_on": draft.planned_on,
            "origin": "interaction",
            "interaction_id": interaction.id,
        }
        await enter_task(desk.session, desk.actor, values)
