"""/v1/audit-entries: what happened, for those who check."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from service.errors import NotFound
from service.http.answers import listed
from service.http.conditional import respond
from service.http.context import Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.models import AuditEntry
from service.policy import require
from service.queries import audit_entries as queries
from service.queries.listing import Asked
from service.schemas.evidence import AuditEntryFilter, AuditEntryPage, AuditEntryView

router = APIRouter(prefix="/v1/audit-entries", tags=["evidence"], route_class=Endpoint)
ONLY_VERSION = 1  # an entry never changes


@router.get("", response_model=AuditEntryPage, responses=raises())
async def list_audit_entries(query: Annotated[AuditEntryFilter, Query()], context: Ctx) -> Response:
    """What happened, the newest first; for auditors and the general manager.

    Entries are sealed and never changed; filter by person, subject or time.

    审计记录，按人员、对象或时间筛选。
    """
    require(context.actor, "see", AuditEntry)
    return await listed(context, queries.AUDIT_ENTRIES, Asked.of(query))


@router.get("/{entry_id}", response_model=AuditEntryView, responses=raises(NotFound))
async def get_audit_entry(entry_id: UUID, context: Ctx) -> Response:
    """One entry.

    With the canonical text that is a leaf of the Merkle tree.

    查看一条审计记录。
    """
    content = await queries.audit_entry_json(context.connection, context.actor, entry_id)
    return respond(context, content, ONLY_VERSION)
