"""People told of what happened in a test, without waiting for the seal."""

from typing import Any

from sqlalchemy import select

from service.models import AuditEntry
from service.operations.notices import Teller
from service.queries.notice_events import ENTRY, TELLING
from tests.house import House, Person


async def tell_all(house: House, *, mailing: bool = False) -> int:
    """Tells of everything that was recorded; how many notices that made."""
    async with house.services.database.transaction(request_id="test") as session:
        teller = Teller(session, house.services.settings.timezone, mailing)
        recorded = select(*ENTRY).where(TELLING).order_by(AuditEntry.position)
        return sum([await teller.tell(entry) for entry in (await session.execute(recorded)).all()])


async def notices(house: House, who: Person, **query: Any) -> list[dict[str, Any]]:
    """What somebody was told, the earliest first."""
    async with house.client(who) as client:
        answer = await client.get("/v1/me/notices", params={"sort": "created_at", "limit": 200, **query})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def kinds(house: House, who: Person) -> list[str]:
    """The kinds of what somebody was told, the earliest first."""
    return [one["kind"] for one in await notices(house, who)]
