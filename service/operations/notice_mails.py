"""Notices by mail: claimed before each attempt, written in the reader's language, settled after it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.mail import Letter
from service.database import act_as
from service.domain.notice_texts import told
from service.domain.notices import MAIL_PAUSES
from service.models import Notice, Staff
from service.queries.actors import staff_actor
from service.queries.notices import visible
from service.settings import Settings


async def give_up(session: AsyncSession, now: datetime) -> None:
    """Mails that were tried as often as there are pauses are not tried again."""
    tried = due(now) & (Notice.mail_attempts >= len(MAIL_PAUSES))
    await session.execute(update(Notice).where(tried).values(mail_state="failed", mail_due_at=None))


async def claim(session: AsyncSession, now: datetime) -> UUID | None:
    """The notice whose mail is due first, its next attempt set already: a crash only delays it; None where none is."""
    untried = due(now) & (Notice.mail_attempts < len(MAIL_PAUSES))
    first = select(Notice).where(untried).order_by(Notice.mail_due_at).limit(1).with_for_update(skip_locked=True)
    notice = (await session.scalars(first)).one_or_none()
    if notice is None:
        return None
    notice.mail_due_at = now + MAIL_PAUSES[notice.mail_attempts]
    notice.mail_attempts += 1
    return notice.id


def due(now: datetime) -> ColumnElement[bool]:
    """Notices whose mail is to be tried now."""
    return and_(Notice.mail_state == "pending", Notice.mail_due_at <= now)


async def letter(session: AsyncSession, notice_id: UUID, settings: Settings) -> Letter | None:
    """What goes out; None for somebody without address, who left, or may no longer see what it is about."""
    notice = await session.get_one(Notice, notice_id)
    connection = await session.connection()
    actor = await staff_actor(connection, notice.staff_id)
    reader = await session.get_one(Staff, notice.staff_id)
    if actor is None or reader.email is None:
        return None
    await act_as(session, notice.staff_id, "")
    subject = (notice.subject_type, notice.subject_id)
    if subject[0] and subject[1] and not await visible(connection, actor, [(subject[0], subject[1])]):
        return None
    words, language = told(notice.kind, notice.facts), reader.language or settings.language
    return Letter(
        id=notice.id,
        to=reader.email,
        title=words.title.in_language(language),
        text=words.text.in_language(language),
        link=notice.link,
        language=language,
        at=notice.at,
    )


async def settle(session: AsyncSession, notice_id: UUID, outcome: str) -> None:
    """How it ended: sent, or failed for good."""
    settled = update(Notice).where(Notice.id == notice_id, Notice.mail_state == "pending")
    await session.execute(settled.values(mail_state=outcome, mail_due_at=None))
