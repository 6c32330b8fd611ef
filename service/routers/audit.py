"""/v1/audit: the signed checkpoints of the log, and proofs that others check by themselves."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from service.errors import EntryNotSealed, FieldError, InvalidInput, NotFound, Sentence
from service.http.answers import listed
from service.http.conditional import digest, respond
from service.http.context import Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.models import AuditCheckpoint
from service.policy import require
from service.queries import audit_checkpoints as queries
from service.queries.listing import Asked
from service.schemas.audit import AuditCheckpointFilter, AuditCheckpointPage, AuditProofQuery, AuditProofView

router = APIRouter(prefix="/v1/audit", tags=["evidence"], route_class=Endpoint)
ONLY_VERSION = 1  # a checkpoint never changes


@router.get("/checkpoints", response_model=AuditCheckpointPage, responses=raises())
async def list_audit_checkpoints(query: Annotated[AuditCheckpointFilter, Query()], context: Ctx) -> Response:
    """Signed states of the audit log, the newest first.

    Keep the newest one outside of the service: nothing that it covers can be changed unseen afterwards.

    审计日志的签名检查点，最新的在前。请将最新检查点保存在系统之外，其覆盖的内容此后若被改动即可发现。
    """
    require(context.actor, "see", AuditCheckpoint)
    return await listed(context, queries.AUDIT_CHECKPOINTS, Asked.of(query))


@router.get("/proofs", response_model=AuditProofView, responses=raises(NotFound, EntryNotSealed))
async def get_audit_proof(query: Annotated[AuditProofQuery, Query()], context: Ctx) -> Response:
    """A proof that an entry, or an earlier checkpoint, is in a checkpoint.

    Give `entry_id` for the first, `from_checkpoint` for the second. docs/audit.md tells how to check a proof without
    this service (RFC 6962).

    证明某条记录或较早的检查点包含在某检查点之内，可脱离本系统独立验证。
    """
    require(context.actor, "see", AuditCheckpoint)
    if (query.entry_id is None) == (query.from_checkpoint is None):
        sentence = Sentence("Give one of entry_id and from_checkpoint.", "entry_id 与 from_checkpoint 须择一给出。")
        raise InvalidInput(errors=[FieldError("one_of_two", sentence, parameter="entry_id")])
    ask = (context.connection, context.actor)
    if query.entry_id is not None:
        content = await queries.inclusion_json(*ask, query.entry_id, query.checkpoint)
    else:
        assert query.from_checkpoint is not None, "one of the two is given"
        content = await queries.consistency_json(*ask, query.from_checkpoint, query.checkpoint)
    return respond(context, content, ONLY_VERSION, digest(content.decode()))
