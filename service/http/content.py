"""The content of an item on its way out: proven piece by piece, and cut as soon as its reader may not have it."""

from urllib.parse import quote

from sqlalchemy import ColumnElement, and_, exists, or_

from service.http.context import Context
from service.http.leases import Lease, LeasedResponse, lease_of
from service.models import ArchiveItem, ArchiveVersion
from service.operations.archive_content import Content, opens_without_loan, own_upload
from service.policy import Actor, allowed
from service.queries.leases import Right, seconds_left


class ContentResponse(LeasedResponse):
    """A file as an attachment."""

    def __init__(self, content: Content, lease: Lease) -> None:
        disposition = f"attachment; filename=\"content\"; filename*=UTF-8''{quote(content.filename)}"
        headers = {"Content-Disposition": disposition}
        super().__init__(content.chunks(), content.size, content.media_type, headers, lease)


def still_open(context: Context, content: Content) -> Lease:
    """The caller's right to this file, shared by all their readings of it."""
    database, person = context.services.database, context.actor.id
    assert person is not None

    def of_the_file(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
        kept = (ArchiveVersion.id == content.version_id, ArchiveVersion.wrapped_key.is_not(None))
        return exists().where(ArchiveVersion.item_id == ArchiveItem.id, *kept, *conditions).correlate(ArchiveItem)

    def right(actor: Actor) -> Right:
        for_good = and_(of_the_file(), or_(opens_without_loan(actor), of_the_file(own_upload(actor))))
        return Right(for_good, and_(of_the_file(), allowed(actor, "open", ArchiveItem)))

    name = (id(database), person, content.version_id)
    return lease_of(name, lambda: seconds_left(database, person, content.item_id, right))
