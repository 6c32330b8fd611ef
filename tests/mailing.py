"""A real SMTP server on a free port of this machine."""

import asyncio
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Envelope, Session

from service.settings import Settings


class MailServer:
    """Keeps what it receives; `replies`: what it says to some instead of OK; `slow_s`: how long it takes to say so."""

    def __init__(self) -> None:
        self.received: list[tuple[str, list[str], bytes]] = []
        self.replies: dict[str, str] = {}
        self.slow_s = 0.0
        self.server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self.server = await loop.create_server(lambda: SMTP(self, loop=loop), "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        assert self.server is not None
        self.server.close()
        await self.server.wait_closed()

    @property
    def port(self) -> int:
        assert self.server is not None
        return int(self.server.sockets[0].getsockname()[1])

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[Any]
    ) -> str:
        await asyncio.sleep(self.slow_s)
        reply = self.replies.get(address, "250 OK")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        if reply.startswith("421"):
            server.transport.close()
        return reply

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.received.append((str(envelope.mail_from), list(envelope.rcpt_tos), envelope.content))
        return "250 OK"


def mail_settings(server: MailServer) -> Settings:
    """Settings that name the server."""
    return Settings(
        _env_file=None,
        smtp_host="127.0.0.1",
        smtp_port=server.port,
        smtp_security="none",
        smtp_from="evenhand@example.com",
        embedded_issuer=True,
    )
