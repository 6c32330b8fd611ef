"""People are told of what concerns them, here and by mail."""

from datetime import datetime

from service.adapters.mail import Postbox
from service.database import Database
from service.operations import notice_mails, notices
from service.settings import Settings


async def tell_people(database: Database, settings: Settings, _now: datetime) -> int:
    """Notices of what was sealed since the last time; tells how many there were."""
    async with database.transaction() as session:
        return await notices.follow(session, settings.timezone, mailing=settings.smtp_host is not None)


async def mail_notices(database: Database, settings: Settings, now: datetime) -> int:
    """Mails what is due, some at a time; tells how many went out, none where no mail server is set."""
    if settings.smtp_host is None:
        return 0
    async with database.transaction() as session:
        due = await notice_mails.claim(session, now)
    if not due:
        return 0
    sent = 0
    async with Postbox.of(settings) as postbox:
        for notice_id in due:
            async with database.transaction() as session:
                letter = await notice_mails.letter(session, notice_id, settings)
            outcome = await postbox.send(letter) if letter else "failed"
            if outcome is not None:
                async with database.transaction() as session:
                    await notice_mails.settle(session, notice_id, outcome)
            sent += outcome == "sent"
    return sent
