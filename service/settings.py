"""What an operator may set: environment variables named EVENHAND_*."""

from functools import cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """One field an environment variable; docs/operations.md lists them."""

    model_config = SettingsConfigDict(env_prefix="EVENHAND_", env_file=".env", extra="ignore")

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    state: Path | None = None
    database_url: SecretStr | None = None
    migration_url: SecretStr | None = None
    keys: SecretStr | None = None
    timezone: str = "Asia/Shanghai"
    base_currency: str = Field(default="CNY", pattern="^[A-Z]{3}$")
    language: Literal["en", "zh-CN"] = "en"
    admin_password: SecretStr | None = None
    embedded_issuer: bool | None = None
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

    @property
    def is_embedded(self) -> bool:
        """True when the service brings its own PostgreSQL."""
        return self.database_url is None

    @property
    def issues_tokens(self) -> bool:
        """True when the embedded issuer answers: by default only beside the embedded database."""
        return self.is_embedded if self.embedded_issuer is None else self.embedded_issuer


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
