"""Logging in, as forms and JSON."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from service.schemas.fields import Body, View, stored


def sound(text: str) -> str:
    """A secret as it was typed, spaces included; what is no text is refused."""
    stored(text)
    return text


Typed = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(sound)]
NewPassword = Annotated[str, StringConstraints(min_length=10, max_length=200), AfterValidator(sound)]


class TokenRequest(BaseModel):
    """The form of RFC 6749; parameters that are not known are ignored, as it asks.

    RFC 6749 规定的表单；按其要求忽略未知参数。
    """

    model_config = ConfigDict(extra="ignore")

    grant_type: Annotated[str, Field(max_length=50)] = Field(
        description="password, client_credentials or refresh_token. "
        "password、client_credentials 或 refresh_token 三种授权方式之一。",
        examples=["password"],
    )
    username: Typed | None = Field(
        default=None,
        description="Staff code; for grant_type=password. 工号；用于 grant_type=password。",
        examples=["admin"],
    )
    password: Typed | None = Field(
        default=None, description="For grant_type=password. 密码；用于 grant_type=password。"
    )
    refresh_token: Typed | None = Field(
        default=None,
        description="For grant_type=refresh_token; good once. 刷新令牌；用于 grant_type=refresh_token，仅可使用一次。",
    )
    client_id: Typed | None = Field(
        default=None, description="An API key's id; or by HTTP Basic. API 密钥的标识；也可用 HTTP Basic。"
    )
    client_secret: Typed | None = Field(
        default=None, description="The API key itself; or by HTTP Basic. API 密钥本身；也可用 HTTP Basic。"
    )


class TokenView(View):
    """The answer of RFC 6749. RFC 6749 规定的响应。"""

    access_token: str = Field(description="Goes into `Authorization: Bearer …`. 填入 `Authorization: Bearer …`。")
    token_type: str = Field(description="Bearer. 令牌类型。", examples=["Bearer"])
    expires_in: int = Field(description="Seconds until the access token ends. 访问令牌剩余的有效秒数。")
    refresh_token: str | None = Field(
        description="Good once, for the next pair; null for API keys. 用于换取下一对令牌，仅可使用一次；API 密钥为空。"
    )


class PasswordChange(Body):
    """A new password, with either the token of an invitation or the password that you have.

    新密码，附邀请令牌或现有密码。
    """

    token: Typed | None = Field(
        default=None, description="From an invitation; no log-in is needed then. 取自邀请；此时无须登录。"
    )
    current_password: Typed | None = Field(
        default=None, description="For a change of your own password. 用于修改本人密码。"
    )
    new_password: NewPassword = Field(description="At least ten characters. 至少十个字符。")
