"""Settings as JSON."""

from pydantic import Field, StrictInt

from service.schemas.fields import Body, Instant, View


class SettingUpdate(Body):
    """A merge patch; null takes the setting back to its default."""

    value: StrictInt | None = Field(description="The number that counts from now on.")


class SettingView(View):
    """A number or schedule that the company may set."""

    key: str
    value: int = Field(description="What counts now.")
    default: int = Field(description="What counts when nobody has changed it.")
    unit: str = Field(description="What is counted: working_days, hours, months or times.")
    minimum: int
    maximum: int
    description: str = Field(
        description="What it decides, in your language.", examples=["分配通知之后可以申诉的期限。"]
    )
    version: int = Field(description="0 while nobody has changed it.")
    updated_at: Instant | None


class SettingPage(View):
    """Every setting."""

    items: list[SettingView]
    next_cursor: None = Field(description="Always null: the table is closed and short.")
