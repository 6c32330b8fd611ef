"""A real SMTP server on a free port of this machine, with TLS and a log-in if need be."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from service.settings import Settings

LOGIN = LoginPassword(b"evenhand", "密码 secret".encode())


class MailServer:
    """Keeps what it receives; `replies`: what it says to some instead of OK; `slow_s`: how long it takes to say so.

    `certificate`: key and certificate in one PEM file; `security`: as in settings, with `starttls` only LOGIN sends.
    """

    def __init__(self, certificate: Path | None = None, security: str = "none") -> None:
        self.security = security
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH) if certificate else None
        if self.context and certificate:
            self.context.load_cert_chain(certificate)
        self.received: list[tuple[str, list[str], bytes]] = []
        self.replies: dict[str, str] = {}
        self.slow_s = 0.0
        self.server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        wrapped = self.context if self.security == "tls" else None
        self.server = await loop.create_server(self.session, "127.0.0.1", 0, ssl=wrapped)
        return self

    def session(self) -> SMTP:
        """What serves one connection."""
        loop, options = asyncio.get_running_loop(), {}
        if self.security == "starttls":
            options = {"tls_context": self.context, "require_starttls": True}
            options |= {"auth_required": True, "authenticator": self.admit}
        return SMTP(self, loop=loop, **options)

    def admit(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, said: Any) -> AuthResult:
        """Whether somebody logs in with the right name and password."""
        return AuthResult(success=said == LOGIN, handled=False)

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


def mail_settings(server: MailServer, **more: Any) -> Settings:
    """Settings that name the server."""
    values = {
        "smtp_host": "127.0.0.1",
        "smtp_port": server.port,
        "smtp_security": server.security,
        "smtp_from": "evenhand@example.com",
        "embedded_issuer": True,
    }
    return Settings(_env_file=None, **(values | more))


def certified(folder: Path) -> Path:
    """A PEM file with a key, and the certificate that it signs itself, of a server on this machine."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    later = now + timedelta(hours=1)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, later)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path = folder / "mail.pem"
    path.write_bytes(pem + certificate.public_bytes(serialization.Encoding.PEM))
    return path
