"""Health as JSON."""

from pydantic import Field

from service.schemas.fields import View


class Health(View):
    """How the service is. 服务状态。"""

    status: str = Field(description="`ok` while it is up. 运行时为 `ok`。", examples=["ok"])
