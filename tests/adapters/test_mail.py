"""Letters, and what a real SMTP server makes of them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from service.adapters.mail import Letter, Postbox
from tests.mailing import LOGIN, MailServer, certified, mail_settings


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with MailServer() as running:
        yield running


def a_letter(**fields: object) -> Letter:
    values = {
        "id": uuid4(),
        "to": "zhangwei@example.com",
        "title": "客户 ACC-1 由您负责",
        "text": "原因：客户要求 <b>更换</b> & 其他。",
        "link": "/v1/assignments/1",
        "language": "zh-CN",
        "at": datetime(2026, 3, 2, tzinfo=UTC),
    }
    return Letter(**(values | fields))  # type: ignore[arg-type]


async def test_a_letter_arrives_as_text_and_as_html_in_its_language(server: MailServer) -> None:
    letter = a_letter()
    async with Postbox.of(mail_settings(server)) as postbox:
        assert await postbox.send(letter) == "sent"
    [(sender, recipients, content)] = server.received
    message = message_from_bytes(content, policy=policy.default)
    assert (sender, recipients) == ("evenhand@example.com", ["zhangwei@example.com"])
    assert (message["Subject"], message["Content-Language"]) == ("客户 ACC-1 由您负责", "zh-CN")
    assert message["Message-ID"] == f"<{letter.id}@example.com>"
    plain, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    assert plain.get_content().split() == [*letter.text.split(), "/v1/assignments/1"]
    assert "&lt;b&gt;更换&lt;/b&gt; &amp; 其他" in html.get_content()


@pytest.mark.parametrize("title", ["通知\r\nBcc: everybody@example.com", "通知\nX-Evil: 1\n\n正文"])
async def test_no_line_of_a_title_becomes_a_header(server: MailServer, title: str) -> None:
    async with Postbox.of(mail_settings(server)) as postbox:
        assert await postbox.send(a_letter(title=title)) == "sent"
    [(_, recipients, content)] = server.received
    message = message_from_bytes(content, policy=policy.default)
    assert recipients == ["zhangwei@example.com"]
    assert (message["Bcc"], message["X-Evil"]) == (None, None)
    assert message["Subject"] == " ".join(title.split())


@pytest.mark.parametrize(
    "to",
    [
        "a@example.com\r\nBcc: b@example.com",
        "a@example.com, b@example.com",
        "a@example.com\r\nRCPT TO:<b@example.com>",
        "no address",
        "",
        "@",
    ],
)
async def test_what_is_no_address_is_not_mailed_to_and_stops_no_other(server: MailServer, to: str) -> None:
    async with Postbox.of(mail_settings(server)) as postbox:
        assert await postbox.send(a_letter(to=to)) == "failed"
        assert await postbox.send(a_letter()) == "sent"
    assert [recipients for _, recipients, _ in server.received] == [["zhangwei@example.com"]]


async def test_a_refusal_for_good_is_told_from_one_for_now(server: MailServer) -> None:
    server.replies = {"gone@example.com": "550 no such user", "full@example.com": "452 mailbox full"}
    async with Postbox.of(mail_settings(server)) as postbox:
        outcomes = [
            await postbox.send(a_letter(to=to)) for to in ("gone@example.com", "full@example.com", "ok@example.com")
        ]
    assert outcomes == ["failed", None, "sent"]


async def test_a_server_that_is_away_is_asked_once(server: MailServer) -> None:
    settings = mail_settings(server)
    await server.stop()
    async with Postbox.of(settings) as postbox:
        assert [await postbox.send(a_letter()) for _ in range(3)] == [None, None, None]


async def test_a_server_that_hangs_up_gets_the_next_letter_on_a_new_connection(server: MailServer) -> None:
    server.replies = {"cut@example.com": "421 closing"}
    async with Postbox.of(mail_settings(server)) as postbox:
        assert await postbox.send(a_letter(to="cut@example.com")) is None
        assert await postbox.send(a_letter()) == "sent"


async def sent_to(server: MailServer, settings: dict[str, Any]) -> str | None:
    async with Postbox.of(mail_settings(server, **settings)) as postbox:
        return await postbox.send(a_letter())


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_mail_goes_out_encrypted_and_logged_in_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    certificate, mine = certified(tmp_path), {}
    async with MailServer(certificate, security) as server:
        if security == "starttls":
            mine = {"smtp_username": LOGIN.login.decode(), "smtp_password": LOGIN.password.decode()}
        assert await sent_to(server, mine) is None  # nobody vouches for the certificate
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert await sent_to(server, mine) == "sent"
        if security == "starttls":
            assert await sent_to(server, mine | {"smtp_password": "guessed"}) is None
            assert await sent_to(server, {}) is None
        assert len(server.received) == 1
    async with MailServer() as plain:
        assert await sent_to(plain, mine | {"smtp_security": security}) is None
        assert plain.received == []
