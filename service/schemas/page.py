"""What every list takes."""

from typing import Annotated

from pydantic import Field

from service.schemas.fields import Body


class PageFilter(Body):
    """How many, and from where."""

    limit: int = Field(default=50, ge=1, le=200, description="How many at most. 最多返回几条。")
    cursor: Annotated[str, Field(max_length=2000)] | None = Field(
        default=None, description="From `next_cursor`. 取自上一页的 `next_cursor`。"
    )
