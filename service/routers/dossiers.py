"""/v1/accounts/{account_id}/dossier: which originals the archive should hold of an account, and what lacks."""

from uuid import UUID

import orjson
from fastapi import APIRouter, Response

from service.errors import NotFound
from service.http.conditional import digest, respond
from service.http.context import Ctx
from service.http.responses import raises
from service.http.route import ArchiveEndpoint
from service.operations.archives import note_listing
from service.queries.accounts import find_account
from service.queries.dossiers import dossier
from service.schemas.dossiers import DossierView

router = APIRouter(prefix="/v1/accounts/{account_id}", tags=["archives"], route_class=ArchiveEndpoint)


@router.get("/dossier", response_model=DossierView, responses=raises(NotFound))
async def get_dossier(account_id: UUID, context: Ctx) -> Response:
    """What the archive should hold of an account by its grades, what is there, and what lacks.

    Items that you may not know of count for nothing, so that two people may find it complete to different parts.
    Looking at classified items is recorded.

    客户档案清单：按级别应存的十类原件、已存与缺失；您无权知悉的档案不计入。
    """
    connection = await context.reader()
    await find_account(connection, context.actor, "see_dossier", account_id)
    found = await dossier(connection, context.actor, account_id, context.language)
    items = [item for group in found["groups"] for item in group["items"]]
    await note_listing(context.session, context.actor, [item["id"] for item in items if item["rank"]])
    content = orjson.dumps(found).decode()
    return respond(context, content, 1, digest(content))
