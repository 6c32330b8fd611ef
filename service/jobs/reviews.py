"""The clock of reviews and rulebooks: what is due is opened, who has not read is reminded."""

from contextlib import suppress
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from service.database import Database
from service.operations.reviews import open_review
from service.operations.rulebooks import remind_of_rulebook
from service.policy import system_actor
from service.queries.reviews import due_teams
from service.queries.rulebooks import unreminded
from service.settings import Settings

REVIEWS, RULES = system_actor("reviews"), system_actor("rulebooks")


async def open_due_reviews(database: Database, settings: Settings, now: datetime) -> int:
    """Opens a review of each team that is due, unless somebody does so meanwhile; tells how many there were."""
    async with database.reading() as connection:
        due = await due_teams(connection, now, settings.timezone)
    opened = 0
    for team in due:
        with suppress(IntegrityError):
            async with database.transaction() as session:
                await open_review(session, REVIEWS, team, now, settings.timezone)
            opened += 1
    return opened


async def remind_of_rulebooks(database: Database, settings: Settings, now: datetime) -> int:
    """Reminds those who sell of rulebooks that they have not acknowledged; tells of how many rulebooks."""
    async with database.reading() as connection:
        due = await unreminded(connection, now, settings.timezone)
    reminded = 0
    for rulebook_id in due:
        async with database.transaction() as session:
            reminded += await remind_of_rulebook(session, RULES, rulebook_id, now)
    return reminded
