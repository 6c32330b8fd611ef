"""Sealed evidence: checkpoints of the audit log, and proofs against them."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.schemas.fields import Body, Instant, View
from service.schemas.history import TimeSort
from service.schemas.page import PageFilter

Number = Annotated[int, Field(ge=1, le=2**53 - 1)]
NOTE = """\
evenhand/5f0c8a52-6f0e-4c8e-9a63-0d6f8f0a7b11
1234
n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=
number 17
epoch 1
cluster 7526483920112345678
horizon 84211
at 2026-07-01T01:30:00.000000Z
previous 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=

— evenhand/5f0c8a52-6f0e-4c8e-9a63-0d6f8f0a7b11 GisMTnNpZ25hdHVyZQ==
"""
KEY = "evenhand/5f0c8a52-6f0e-4c8e-9a63-0d6f8f0a7b11+1a2b0c4e+AdWYIRmDsXbnPXXG1yRWzfmFmjXX6aTlZGdMmFbgv2wM"
HASH = "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="


class AuditCheckpointView(View):
    """The whole log at one moment, signed."""

    number: Number = Field(description="Checkpoints are counted from 1.", examples=[17])
    epoch: int = Field(ge=1, description="Counts the database servers that the log has lived on.", examples=[1])
    size: Number = Field(description="How many entries it covers.", examples=[1234])
    root: str = Field(description="Merkle tree hash (RFC 6962) of these entries, base64.", examples=[HASH])
    at: Instant
    verifier_key: str = Field(
        description="Who signed it, as a C2SP signed-note key. Trust a key that you got by another way.", examples=[KEY]
    )
    note: str = Field(description="The checkpoint as it was signed, a C2SP signed note.", examples=[NOTE])


class AuditCheckpointPage(View):
    """Some checkpoints, and where the next ones begin."""

    items: list[AuditCheckpointView]
    next_cursor: str | None


class AuditCheckpointFilter(PageFilter):
    """Typed filters, one per field."""

    at_from: Instant | None = Field(default=None, description="Signed at or after this instant. 签署时间不早于此时刻。")
    at_to: Instant | None = Field(default=None, description="Signed before this instant. 签署时间早于此时刻。")
    sort: TimeSort = Field(default=TimeSort.NEWEST, description="The order.")


class AuditProofQuery(Body):
    """What is to be proved: of an entry, or of an earlier checkpoint, that it is in a checkpoint."""

    entry_id: UUID | None = Field(
        default=None, description="Prove that this entry is in the checkpoint. 证明此记录已包含在检查点中。"
    )
    from_checkpoint: Number | None = Field(
        default=None,
        description="Prove that the checkpoint only adds to this earlier one. 证明检查点仅在此较早检查点之上追加。",
    )
    checkpoint: Number | None = Field(
        default=None, description="In this checkpoint; without it, in the newest. 在此检查点中；不填则为最新检查点。"
    )


class ProofKind(StrEnum):
    """What a proof is of."""

    INCLUSION = "inclusion"
    CONSISTENCY = "consistency"


class AuditProofView(View):
    """A proof of RFC 6962, to be checked against a checkpoint that somebody holds."""

    kind: ProofKind = Field(description="`inclusion` of an entry, or `consistency` with an earlier checkpoint.")
    leaf_index: int | None = Field(description="The entry's place in the tree, from 0.", examples=[41])
    canonical: str | None = Field(
        description="The entry's content in RFC 8785 form; its leaf hash is SHA-256 of a zero byte and these bytes.",
        examples=['{"account_id":null,"action":"staff.created"}'],
    )
    earlier: AuditCheckpointView | None = Field(description="The earlier checkpoint, for `consistency`.")
    checkpoint: AuditCheckpointView = Field(description="The checkpoint that it is proved to be in.")
    hashes: Annotated[list[str], Field(max_length=128)] = Field(
        description="The hashes of the path in the order of RFC 6962, base64.", examples=[[HASH]]
    )
