"""What an operator may set: environment variables named EVENHAND_*."""

from functools import cache
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import EmailStr, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ARCHIVE_CLASSES = frozenset({"unclassified", "secret", "confidential", "top_secret"})


class Settings(BaseSettings):
    """One field an environment variable; docs/operations.md lists them."""

    model_config = SettingsConfigDict(env_prefix="EVENHAND_", env_file=".env", extra="ignore")

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    state: Path | None = None
    database_url: SecretStr | None = None
    migration_url: SecretStr | None = None
    keys: SecretStr | None = None
    files: str | None = Field(default=None, pattern="^s3://")
    archive_kms_keys: dict[str, str] | None = None
    timezone: str = "Asia/Shanghai"
    base_currency: str = Field(default="CNY", pattern="^[A-Z]{3}$")
    language: Literal["en", "zh-CN"] = "en"
    admin_password: SecretStr | None = None
    embedded_issuer: bool | None = None
    oidc_issuer: str | None = None
    oidc_audience: str | None = Field(default=None, min_length=1)
    rate_limit: int = Field(default=6000, ge=1)
    anonymous_rate_limit: int = Field(default=600, ge=1)
    smtp_host: str | None = None
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_from: EmailStr | None = None
    worker: bool = True
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    max_body_bytes: int = Field(default=1024 * 1024, ge=1024)
    max_file_bytes: int = Field(default=50 * 1024 * 1024, ge=1024)

    @field_validator("timezone")
    @classmethod
    def known_zone(cls, name: str) -> str:
        """A time zone that the machine knows."""
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            message = f"{name} is no time zone, such as Asia/Shanghai"
            raise ValueError(message) from error
        return name

    @field_validator("archive_kms_keys")
    @classmethod
    def a_key_for_each_class(cls, keys: dict[str, str] | None) -> dict[str, str] | None:
        """A KMS key for each class of the archive."""
        if keys is not None and set(keys) != ARCHIVE_CLASSES:
            message = f"one KMS key each for {', '.join(sorted(ARCHIVE_CLASSES))}"
            raise ValueError(message)
        return keys

    @field_validator("oidc_issuer")
    @classmethod
    def trustworthy_issuer(cls, address: str | None) -> str | None:
        """An issuer whose keys nobody on the way can change."""
        if address is not None and not is_trustworthy(address):
            message = "an issuer is an address that begins with https://"
            raise ValueError(message)
        return address

    @model_validator(mode="after")
    def audience_of_issuer(self) -> Self:
        """An issuer signs tokens for many services: without an audience, theirs would open ours."""
        if (self.oidc_issuer is None) != (self.oidc_audience is None):
            message = "EVENHAND_OIDC_ISSUER and EVENHAND_OIDC_AUDIENCE are set together"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def sender_of_mail(self) -> Self:
        """Who sends mail has an address; a password goes with its user name."""
        if (self.smtp_host is None) != (self.smtp_from is None):
            message = "EVENHAND_SMTP_HOST and EVENHAND_SMTP_FROM are set together"
            raise ValueError(message)
        if (self.smtp_username is None) != (self.smtp_password is None):
            message = "EVENHAND_SMTP_USERNAME and EVENHAND_SMTP_PASSWORD are set together"
            raise ValueError(message)
        return self

    @property
    def is_embedded(self) -> bool:
        """True when the service brings its own PostgreSQL."""
        return self.database_url is None

    @property
    def issues_tokens(self) -> bool:
        """True when the embedded issuer answers: by default only beside the embedded database."""
        return self.is_embedded if self.embedded_issuer is None else self.embedded_issuer


def is_trustworthy(address: str) -> bool:
    """Whether nobody on the way can change what an address says: https, or this very machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1", "localhost"})


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
