"""/v1/auth: the embedded issuer, where there is no other identity provider."""

import base64
import binascii
from typing import Annotated
from urllib.parse import unquote_plus
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response, status

from service.domain.invalid import invalid
from service.errors import (
    InvalidClient,
    InvalidGrant,
    InvalidLink,
    NotFound,
    Overloaded,
    UnsupportedGrantType,
    WrongPassword,
)
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import SteppedEndpoint
from service.operations import logins, passwords
from service.operations.logins import Door, Tokens
from service.schemas.auth import PasswordChange, TokenRequest, TokenView

router = APIRouter(prefix="/v1/auth", tags=["identity"], route_class=SteppedEndpoint)


@router.post(
    "/token",
    response_model=TokenView,
    responses=raises(NotFound, InvalidGrant, InvalidClient, UnsupportedGrantType, Overloaded),
)
async def create_token(
    form: Annotated[TokenRequest, Form()], context: Ctx, request: Request, response: Response
) -> Tokens:
    """Log in: OAuth 2.0 with the grants password, client_credentials and refresh_token.

    Send a form, not JSON. Refresh tokens are good once; too many wrong passwords must wait.

    登录并取得访问令牌；请以表单提交。
    """
    door = door_of(context, request)
    response.headers["Cache-Control"] = "no-store"
    if form.grant_type == "password":
        return await logins.log_in(door, needed(form, "username"), needed(form, "password"))
    if form.grant_type == "refresh_token":
        return await logins.refresh(door, needed(form, "refresh_token"))
    if form.grant_type == "client_credentials":
        client_id, secret = client_of(form, request)
        return await logins.log_in_client(door, client_id, secret)
    raise UnsupportedGrantType


@router.post(
    "/password",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=raises(NotFound, InvalidLink, WrongPassword, Overloaded),
)
async def change_password(change: PasswordChange, context: Ctx, request: Request) -> None:
    """Set a password, with an invitation's token or with the current one; every earlier token ends.

    Whoever was invited sends the token of the link; others send their current password.

    设置或修改密码；此前的令牌全部失效。
    """
    door = door_of(context, request)
    if (change.token is None) == (change.current_password is None):
        raise invalid(
            "",
            "one_of",
            "Exactly one of token and current_password is needed.",
            "token 与 current_password 须且仅须提供一项。",
        )
    if change.token is not None:
        await passwords.accept_invitation(door, change.token, change.new_password)
    elif change.current_password is not None:
        await passwords.change_password(door, context.actor, change.current_password, change.new_password)
    context.services.identities.forget()


def door_of(context: Context, request: Request) -> Door:
    """What a log-in needs; 404 where somebody else issues the tokens."""
    services = context.services
    if services.issuer is None:
        raise NotFound
    address = request.client.host if request.client else ""
    return Door(services.database, services.issuer, services.passwords, address, context.request_id)


def needed(form: TokenRequest, name: str) -> str:
    """A parameter that the grant needs."""
    value: str | None = getattr(form, name)
    if value is None:
        raise invalid(f"/{name}", "missing", "This field is needed.", "此字段必填。")
    return value


def client_of(form: TokenRequest, request: Request) -> tuple[UUID | None, str]:
    """The client's id, None when it is no id of ours, and its secret: by HTTP Basic or in the form."""
    client_id, secret = form.client_id or "", form.client_secret or ""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise InvalidClient(headers={"WWW-Authenticate": "Basic"}) from None
    try:
        return UUID(unquote_plus(client_id)), unquote_plus(secret)
    except ValueError:
        return None, secret
