"""What the service says by itself, in both languages."""

from pydantic import Field

from service.schemas.fields import View


class Wording(View):
    """One statement in English and in Chinese. 一句话的英文与中文。"""

    en: str = Field(description="In English. 英文。")
    zh: str = Field(description="In Chinese. 中文。")
