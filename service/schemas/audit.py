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
    """The whole log at one moment, signed. 某一时刻的整份日志，附签名。"""

    number: Number = Field(description="Checkpoints are counted from 1. 检查点序号，从 1 起。", examples=[17])
    epoch: int = Field(
        ge=1,
        description="Counts the database servers that the log has lived on. 日志先后所在数据库服务器的计数。",
        examples=[1],
    )
    size: Number = Field(description="How many entries it covers. 所覆盖的记录条数。", examples=[1234])
    root: str = Field(
        description="Merkle tree hash (RFC 6962) of these entries, base64. "
        "这些记录的默克尔树散列值（RFC 6962），base64。",
        examples=[HASH],
    )
    at: Instant
    verifier_key: str = Field(
        description="Who signed it, as a C2SP signed-note key. Trust a key that you got by another way. "
        "签名者的密钥，采用 C2SP 签名注记格式。请仅信任通过其他途径取得的密钥。",
        examples=[KEY],
    )
    note: str = Field(
        description="The checkpoint as it was signed, a C2SP signed note. 已签名的检查点，采用 C2SP 签名注记格式。",
        examples=[NOTE],
    )


class AuditCheckpointPage(View):
    """Some checkpoints, and where the next ones begin. 一页检查点及下一页的起点。"""

    items: list[AuditCheckpointView]
    next_cursor: str | None


class AuditCheckpointFilter(PageFilter):
    """Typed filters, one per field."""

    at_from: Instant | None = Field(default=None, description="Signed at or after this instant. 签署时间不早于此时刻。")
    at_to: Instant | None = Field(default=None, description="Signed before this instant. 签署时间早于此时刻。")
    sort: TimeSort = Field(default=TimeSort.NEWEST, description="The order. 排序。")


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
    """What a proof is of. 证明的类型。"""

    INCLUSION = "inclusion"
    CONSISTENCY = "consistency"


class AuditProofView(View):
    """A proof of RFC 6962, to be checked against a checkpoint that somebody holds.

    RFC 6962 证明，可对照所持的检查点验证。
    """

    kind: ProofKind = Field(
        description="`inclusion` of an entry, or `consistency` with an earlier checkpoint. "
        "`inclusion` 证明包含某条记录，`consistency` 证明与较早的检查点一致。"
    )
    leaf_index: int | None = Field(
        description="The entry's place in the tree, from 0. 该记录在树中的位置，从 0 起。", examples=[41]
    )
    canonical: str | None = Field(
        description="The entry's content in RFC 8785 form; its leaf hash is SHA-256 of a zero byte and these "
        "bytes. "
        "记录内容的 RFC 8785 规范形式；叶散列值为一个零字节加这些字节的 SHA-256。",
        examples=['{"account_id":null,"action":"staff.created"}'],
    )
    earlier: AuditCheckpointView | None = Field(
        description="The earlier checkpoint, for `consistency`. 较早的检查点，用于 `consistency`。"
    )
    checkpoint: AuditCheckpointView = Field(
        description="The checkpoint that it is proved to be in. 被证明所在的检查点。"
    )
    hashes: Annotated[list[str], Field(max_length=128)] = Field(
        description="The hashes of the path in the order of RFC 6962, base64. "
        "路径上的散列值，按 RFC 6962 的顺序，base64。",
        examples=[[HASH]],
    )
