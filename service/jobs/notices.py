"""People are told of what concerns them, here and by mail."""

import time
from datetime import datetime, timedelta
from uuid import UUID

from service.adapters.mail import Postbox
from service.database import Database
from service.operations import notice_mails, notices
from service.settings import Settings

AT_ONCE = 20


async def tell_people(database: Database, settings: Settings, _now: datetime) -> int:
    """Notices of what was sealed since the last time; tells how many there were."""
    async with database.transaction() as session:
        return await notices.follow(session, settings.timezone, mailing=settings.smtp_host is not None)


async def mail_notices(database: Database, settings: Settings, now: datetime) -> int:
    """Mails what is due, some at a time; tells how many went out, none where no mail server is set."""
    if settings.smtp_host is None:
        return 0
    begun, sent = time.monotonic(), 0
    async with database.transaction() as session:
        await notice_mails.give_up(session, now)
    async with Postbox.of(settings) as postbox:
        for _ in range(AT_ONCE):
            # claimed one by one, each at its time: a slow server leaves no claim to run out before its letter is sent
            at = now + timedelta(seconds=time.monotonic() - begun)
            async with database.transaction() as session:
                notice_id = await notice_mails.claim(session, at)
            if notice_id is None:
                break
            sent += await mailed(database, settings, postbox, notice_id)
    return sent


async def mailed(database: Database, settings: Settings, postbox: Postbox, notice_id: UUID) -> bool:
    """Tries to mail one notice that was claimed; tells whether it went out."""
    async with database.transaction() as session:
        letter = await notice_mails.letter(session, notice_id, settings)
    outcome = await postbox.send(letter) if letter else "failed"
    if outcome is not None:
        async with database.transaction() as session:
            await notice_mails.settle(session, notice_id, outcome)
    return outcome == "sent"
