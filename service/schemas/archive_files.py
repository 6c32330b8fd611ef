"""The files of an item of the archive as JSON."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, WithJsonSchema

from service.domain.states import VersionOfItemState
from service.schemas.fields import Body, Instant, Text2000, View
from service.schemas.page import PageFilter


class ArchiveVersionView(View):
    """One file of an item, which never changes; its bytes are at `/content` for those who may open them.

    档案的一个文件，不可更改；有权打开者可在 `/content` 取得其内容。
    """

    id: UUID
    item_id: UUID = Field(description="The item of the archive. 档案。")
    number: int = Field(description="1 for the first. 首个为 1。")
    state: str = Field(description="deposited, accepted or refused. 待接收、已接收或已退回。")
    filename: str
    media_type: str
    sha256: str = Field(
        description="SHA-256 of the bytes that were sent, in hexadecimal. 所上传字节的 SHA-256，十六进制。"
    )
    size: int = Field(description="Bytes. 字节数。")
    is_kept: bool = Field(description="false once its content was destroyed. 内容销毁后为 false。")
    uploader_id: UUID = Field(description="Who sent it. 上传人。")
    accepted_at: Instant | None = Field(
        description="When the archivist accepted it; null until then. 档案管理员接收的时间；未接收时为空。"
    )
    accepted_by: UUID | None
    created_at: Instant


class ArchiveVersionPage(View):
    """Some files of an item, and where the next ones begin. 一页档案文件及下一页的起点。"""

    items: list[ArchiveVersionView]
    next_cursor: str | None


class ArchiveVersionSort(StrEnum):
    """What files are sorted by; a leading minus turns the order round. 文件的排序依据；前加减号为倒序。"""

    NUMBER = "number"
    NUMBER_DESC = "-number"


class ArchiveVersionFilter(PageFilter):
    """Which files."""

    state: Annotated[list[VersionOfItemState], Field(max_length=3)] | None = Field(
        default=None, description="States. 状态。"
    )
    sort: ArchiveVersionSort = Field(default=ArchiveVersionSort.NUMBER_DESC, description="The order. 排序。")


class ArchiveFileForm(Body):
    """A file for the archive. 存入档案的文件。"""

    file: Annotated[bytes, WithJsonSchema({"type": "string", "format": "binary", "maxLength": 52_428_800})] = Field(
        description="The file, at most 50 MiB. 文件。", examples=["合同.pdf"]
    )


class VersionUpload(Body):
    """What is told beside a file that is sent as the body itself."""

    filename: Annotated[str, Field(max_length=200)] | None = Field(
        default=None,
        description="The file's name, where the body is the file itself. 请求体即文件本身时的文件名。",
        examples=["合同.pdf"],
    )


class VersionRefusal(Body):
    """The archivist turns a file down; its content is destroyed. 档案管理员退回文件；其内容随即销毁。"""

    reason: Text2000 = Field(description="Why. 原因。", examples=["扫描件缺第三页"])


class ContentFilter(Body):
    """Which file of the item."""

    number: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        default=None,
        description="The file's number; the latest that you may open when left out. 文件序号；不填则为最新。",
    )
