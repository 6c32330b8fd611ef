"""Single sign-on for real: a provider that was not written here, its tokens, and a whole service."""

import base64
import hashlib
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import pytest

from tests.faults.running import ROOT, RunningService, created, free_port

FOLDER = Path(__file__).parent.parent / "oidc"
AUDIENCE = "https://evenhand.example.com"
RETURN = "http://127.0.0.1/signed-in"

pytestmark = [
    pytest.mark.contract,
    pytest.mark.skipif(
        shutil.which("node") is None or not (ROOT / "openapi/node_modules/oidc-provider").is_dir(),
        reason="the node packages are not installed: make contract installs them where npm is reachable",
    ),
]


class Forms(HTMLParser):
    """The action and the hidden fields of a page's form."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action, self.fields = "", dict[str, str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        told = dict(attributes)
        if tag == "form":
            self.action = told.get("action") or ""
        if tag == "input" and told.get("type") == "hidden":
            self.fields[told["name"] or ""] = told.get("value") or ""


@dataclass
class Provider:
    """The provider, and what people and programs do with it."""

    address: str

    def client_credentials(self) -> str:
        """A token of a program."""
        form = {"grant_type": "client_credentials"}
        answer = httpx.post(f"{self.address}/token", data=form, auth=("erp", "erp%20secret"))
        return str(answer.json()["access_token"])

    def signed_in(self, name: str) -> dict[str, Any]:
        """The tokens of a person who logs in by browser: authorization code with PKCE (RFC 7636)."""
        verifier = secrets.token_urlsafe(40)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "client_id": "page", "response_type": "code", "scope": "openid", "redirect_uri": RETURN,
            "code_challenge": challenge, "code_challenge_method": "S256", "resource": AUDIENCE,
        }  # fmt: skip
        with httpx.Client(base_url=self.address) as browser:
            code = self.code(browser, browser.get("/auth", params=asked), name)
            form = {
                "grant_type": "authorization_code", "code": code, "redirect_uri": RETURN, "client_id": "page",
                "code_verifier": verifier, "resource": AUDIENCE,
            }  # fmt: skip
            answer = browser.post("/token", data=form)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def code(self, browser: httpx.Client, answer: httpx.Response, name: str) -> str:
        """Follows redirects and fills in forms until the provider sends the browser back with a code."""
        for _ in range(20):
            if answer.has_redirect_location:
                target = urljoin(str(answer.url), answer.headers["Location"])
                if target.startswith(RETURN):
                    return parse_qs(urlsplit(target).query)["code"][0]
                answer = browser.get(target)
            else:
                form = Forms(answer.text)
                answer = browser.post(form.action, data=form.fields | {"login": name, "password": "any"})
        raise AssertionError(answer.text)


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    port = free_port()
    command = ["node", str(FOLDER / "provider.mjs"), str(port), AUDIENCE]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        yield Provider(f"http://127.0.0.1:{port}")
        process.terminate()


@pytest.fixture(scope="module")
def service(provider: Provider) -> Iterator[RunningService]:
    folder = Path(mkdtemp(prefix="evenhand-test-"))
    running = RunningService(
        folder, EVENHAND_OIDC_ISSUER=provider.address, EVENHAND_OIDC_AUDIENCE=AUDIENCE, EVENHAND_WORKER="false"
    )
    running.start()
    yield running
    running.stop()
    running.wait_until_gone()
    shutil.rmtree(folder)


def asked(service: RunningService, token: str, path: str = "/v1/me") -> httpx.Response:
    with service.client(token) as client:
        return client.get(path)


def person(service: RunningService, code: str, subject: str) -> dict[str, Any]:
    """Somebody active, linked by the administrator."""
    with service.client(service.token()) as admin:
        made: dict[str, Any] = created(admin.post("/v1/staff", json={"code": code, "name": "张伟"}))
        assert admin.post(f"/v1/staff/{made['id']}/activate", json={}).status_code == 200
        created(admin.post("/v1/identities", json={"staff_id": made["id"], "subject": subject}))
    return made


def test_a_person_who_signed_in_by_browser_is_the_staff_member_linked(
    provider: Provider, service: RunningService
) -> None:
    tokens = provider.signed_in("zhangwei")
    assert asked(service, tokens["access_token"]).status_code == 401
    made = person(service, "S100", "zhangwei")
    me = asked(service, tokens["access_token"])
    assert (me.status_code, me.json()["id"], me.json()["roles"]) == (200, made["id"], []), me.text
    assert asked(service, tokens["id_token"]).status_code == 401, "a token for the page opened the service"
    assert asked(service, tokens["access_token"], "/v1/role-grants").json()["items"] == []


def test_a_program_of_the_provider_is_whom_it_is_linked_to(provider: Provider, service: RunningService) -> None:
    token = provider.client_credentials()
    assert asked(service, token).status_code == 401
    made = person(service, "ERP1", "erp")
    assert asked(service, token).json()["id"] == made["id"]


def test_whoever_leaves_is_out_at_once_whatever_the_provider_says(provider: Provider, service: RunningService) -> None:
    made = person(service, "S200", "liming")
    token = provider.signed_in("liming")["access_token"]
    assert asked(service, token).status_code == 200
    with service.client(service.token()) as admin:
        assert admin.post(f"/v1/staff/{made['id']}/leave", json={"reason": "离职"}).status_code == 200
    assert asked(service, token).status_code == 401
    assert asked(service, provider.signed_in("liming")["access_token"]).status_code == 401
