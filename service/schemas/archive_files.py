"""The files of an item of the archive as JSON."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, WithJsonSchema

from service.domain.states import VersionOfItemState
from service.schemas.fields import Body, Instant, Text2000, View
from service.schemas.page import PageFilter


class ArchiveVersionView(View):
    """One file of an item, which never changes; its bytes are at `/content` for those who may open them."""

    id: UUID
    item_id: UUID = Field(description="The item of the archive.")
    number: int = Field(description="1 for the first.")
    state: str = Field(description="deposited, accepted or refused.")
    filename: str
    media_type: str
    sha256: str = Field(description="SHA-256 of the bytes that were sent, in hexadecimal.")
    size: int = Field(description="Bytes.")
    is_kept: bool = Field(description="false once its content was destroyed.")
    uploader_id: UUID = Field(description="Who sent it.")
    accepted_at: Instant | None = Field(description="When the archivist accepted it; null until then.")
    accepted_by: UUID | None
    created_at: Instant


class ArchiveVersionPage(View):
    """Some files of an item, and where the next ones begin."""

    items: list[ArchiveVersionView]
    next_cursor: str | None


class ArchiveVersionSort(StrEnum):
    """What files are sorted by; a leading minus turns the order round."""

    NUMBER = "number"
    NUMBER_DESC = "-number"


class ArchiveVersionFilter(PageFilter):
    """Which files."""

    state: Annotated[list[VersionOfItemState], Field(max_length=3)] | None = Field(default=None, description="States.")
    sort: ArchiveVersionSort = Field(default=ArchiveVersionSort.NUMBER_DESC, description="The order.")


class ArchiveFileForm(Body):
    """A file for the archive."""

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
    """The archivist turns a file down; its content is destroyed."""

    reason: Text2000 = Field(description="Why.", examples=["扫描件缺第三页"])


class ContentFilter(Body):
    """Which file of the item."""

    number: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        default=None,
        description="The file's number; the latest that you may open when left out. 文件序号；不填则为最新。",
    )
