"""Settings as JSON."""

from pydantic import Field, StrictInt

from service.schemas.fields import Body, Instant, View


class SettingUpdate(Body):
    """A merge patch; null takes the setting back to its default. 合并补丁；null 使设置恢复默认值。"""

    value: StrictInt | None = Field(description="The number that counts from now on. 今后生效的数值。")


class SettingView(View):
    """A number or schedule that the company may set. 公司可以设置的数值或安排。"""

    key: str = Field(description="The setting's name. 设置项的名称。")
    value: int = Field(description="What counts now. 现行数值。")
    default: int = Field(description="What counts when nobody has changed it. 未作更改时的数值。")
    unit: str = Field(
        description="What is counted: working_days, hours, months or times. 计量单位：工作日、小时、月或次。"
    )
    minimum: int
    maximum: int
    description: str = Field(
        description="What it decides, in your language. 该设置的作用，以您的语言显示。",
        examples=["分配通知之后可以申诉的期限。"],
    )
    version: int = Field(description="0 while nobody has changed it. 修改版次；从未修改为 0。")
    updated_at: Instant | None


class SettingPage(View):
    """Every setting. 全部设置。"""

    items: list[SettingView]
    next_cursor: None = Field(description="Always null: the table is closed and short. 始终为空：设置项固定且不多。")
