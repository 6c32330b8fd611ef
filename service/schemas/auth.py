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
    """The form of RFC 6749; parameters that are not known are ignored, as it asks."""

    model_config = ConfigDict(extra="ignore")

    grant_type: Annotated[str, Field(max_length=50)] = Field(
        description="password, client_credentials or refresh_token.", examples=["password"]
    )
    username: Typed | None = Field(default=None, description="Staff code; for grant_type=password.", examples=["admin"])
    password: Typed | None = Field(default=None, description="For grant_type=password.")
    refresh_token: Typed | None = Field(default=None, description="For grant_type=refresh_token; good once.")
    client_id: Typed | None = Field(default=None, description="An API key's id; or by HTTP Basic.")
    client_secret: Typed | None = Field(default=None, description="The API key itself; or by HTTP Basic.")


class TokenView(View):
    """The answer of RFC 6749."""

    access_token: str = Field(description="Goes into `Authorization: Bearer …`.")
    token_type: str = Field(description="Bearer.", examples=["Bearer"])
    expires_in: int = Field(description="Seconds until the access token ends.")
    refresh_token: str | None = Field(description="Good once, for the next pair; null for API keys.")


class PasswordChange(Body):
    """A new password, with either the token of an invitation or the password that you have."""

    token: Typed | None = Field(default=None, description="From an invitation; no log-in is needed then.")
    current_password: Typed | None = Field(default=None, description="For a change of your own password.")
    new_password: NewPassword = Field(description="At least ten characters.")
