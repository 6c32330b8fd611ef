"""Notices by mail: claimed before each attempt, written in the reader's language, settled after it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.mail import Letter
from service.database import act_as
from service.domain.notice_texts import told
from service.domain.notices import MAIL_PAUSES
from service.models import Notice, Staff
from service.queries.actors import staff_actor
from service.queries.notices import visible
from service.settings import Settings

AT_ONCE = 20


async def claim(session: AsyncSession, now: datetime) -> list[UUID]:
    """The notices whose mail is due, each with its next attempt set already: a crash only delays it.

    A notice that was tried as often as there are pauses is given up.
    """
    due = select(Notice).where(Notice.mail_state == "pending", Notice.mail_due_at <= now)
    found = await session.scalars(due.order_by(Notice.mail_due_at).limit(AT_ONCE).with_for_update(skip_locked=True))
    claimed = []
    for notice in found:
        if notice.mail_attempts == len(MAIL_PAUSES):
            notice.mail_state, notice.mail_due_at = "failed", None
            continue
        notice.mail_due_at = now + MAIL_PAUSES[notice.mail_attempts]
        notice.mail_attempts += 1
        claimed.append(notice.id)
    return claimed


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
