"""What the service says by itself, in both languages."""

from pydantic import Field

from service.schemas.fields import View


class Wording(View):
    """One statement in English and in Chinese."""

    en: str = Field(description="In English.")
    zh: str = Field(description="In Chinese.")
