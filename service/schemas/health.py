"""Health as JSON."""

from pydantic import Field

from service.schemas.fields import View


class Health(View):
    """How the service is."""

    status: str = Field(description="ok", examples=["ok"])
