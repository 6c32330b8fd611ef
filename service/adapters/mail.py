"""Mail by SMTP (RFC 5321): one connection for some letters, each accepted, refused for good, or to be tried again."""

import html
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from types import TracebackType
from typing import Literal, Self
from uuid import UUID

import structlog
from aiosmtplib import SMTP, SMTPDataError, SMTPException, SMTPRecipientsRefused

from service.settings import Settings

log = structlog.get_logger("evenhand.mail")

PATIENCE_S = 10.0
PERMANENT = range(500, 600)  # a reply code of RFC 5321 that says: do not try again
Outcome = Literal["sent", "failed"] | None


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail: to whom, a line, a text, where to look, in which language; `id` makes its Message-ID."""

    id: UUID
    to: str
    title: str
    text: str
    link: str | None
    language: str
    at: datetime

    def message(self, sender: str) -> EmailMessage:
        """As it goes out, as plain text and as HTML; ValueError where the address is none.

        The same letter has the same Message-ID (RFC 5322), so that a second copy is known as one.
        """
        message = EmailMessage(policy=SMTP_POLICY)
        message["From"] = Address("Evenhand", addr_spec=sender)
        message["To"] = Address(addr_spec=self.to)
        message["Subject"] = " ".join(self.title.split())
        message["Date"] = self.at
        message["Message-ID"] = f"<{self.id}@{sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation answers
        message.set_content("\n\n".join(part for part in (self.text, self.link) if part))
        paragraphs = (f"<p>{html.escape(part)}</p>" for part in (self.text, self.link) if part)
        message.add_alternative(
            f'<html lang="{self.language}"><body>{"".join(paragraphs)}</body></html>', subtype="html"
        )
        message["Content-Language"] = self.language  # last, because headers of content stay with the parts
        return message


class Postbox:
    """A connection to the mail server, made with the first letter and again after it broke."""

    def __init__(self, client: SMTP, sender: str) -> None:
        self._client = client
        self._sender = sender
        self._away = False

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The server that the settings name."""
        assert settings.smtp_host is not None
        assert settings.smtp_from is not None
        password = settings.smtp_password
        client = SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            use_tls=settings.smtp_security == "tls",
            start_tls=settings.smtp_security == "starttls",
            username=settings.smtp_username,
            password=password.get_secret_value() if password else None,
            timeout=PATIENCE_S,
        )
        return cls(client, settings.smtp_from)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Says good-bye where there is somebody to say it to."""
        if self._client.is_connected:
            await self._client.quit()

    async def send(self, letter: Letter) -> Outcome:
        """Sent, failed for good, or None: to be tried again."""
        try:
            message = letter.message(self._sender)
        except (ValueError, MessageError, IndexError):
            log.warning("no address to mail to", notice=str(letter.id))
            return "failed"
        return await self._handed_over(letter, message) if await self._reached() else None

    async def _reached(self) -> bool:
        """Whether the server is there; one that was not is not asked again for these letters."""
        if not self._client.is_connected and not self._away:
            try:
                await self._client.connect()
            except (SMTPException, OSError) as error:
                log.warning("mail server not reached", error=type(error).__name__)
                self._away = True
        return not self._away

    async def _handed_over(self, letter: Letter, message: EmailMessage) -> Outcome:
        """What the server says to one letter."""
        try:
            await self._client.send_message(message)
        except SMTPRecipientsRefused as refused:
            log.warning("recipient refused", notice=str(letter.id))
            return "failed" if all(one.code in PERMANENT for one in refused.recipients) else None
        except SMTPDataError as refused:
            log.warning("mail refused", notice=str(letter.id), code=refused.code)
            return "failed" if refused.code in PERMANENT else None
        except (SMTPException, OSError) as error:
            log.warning("mail not sent", notice=str(letter.id), error=type(error).__name__)
            return None
        return "sent"
