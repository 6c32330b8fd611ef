"""People of the demo at the other end of the API: each logs in and asks, over HTTP and nothing else."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from demo.failure import DemoFailed

Json = dict[str, Any]
TIMEOUT_S = 60.0
LOOK_EVERY_S = 0.1
PAGE = 200
UNFINISHED = frozenset({"queued", "running"})


@dataclass
class Caller:
    """One person with a log-in; the token is fetched with the first question."""

    client: httpx.Client
    code: str
    password: str
    _headers: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Who this is."""
        return str(self.get("/v1/me")["id"])

    def get(self, path: str, **query: Any) -> Json:
        """What an address answers."""
        return self._json(self.ask("GET", path, params=query))

    def post(self, path: str, body: Json, version: int | None = None) -> Json:
        """What comes of an act; `version` where the caller must have read what they change."""
        return self._json(self.ask("POST", path, json=body, headers=if_match(version)))

    def send(self, path: str, name: str, content: bytes, media_type: str) -> Json:
        """A file, as a form."""
        return self._json(self.ask("POST", path, files={"file": (name, content, media_type)}))

    def read(self, path: str) -> bytes:
        """A file's content."""
        return self.ask("GET", path).content

    def refusal(self, path: str) -> Json:
        """The problem with which a look is refused, without what names this one request."""
        response = self.client.get(path, headers=self._authorised())
        if not response.is_error:
            raise DemoFailed(f"GET {path} by {self.code} was to be refused, and was not.")
        problem: Json = response.json()
        return {name: told for name, told in problem.items() if name not in {"request_id", "instance"}}

    def patch(self, path: str, body: Json, version: int) -> Json:
        """A record after a merge patch."""
        headers = if_match(version) | {"Content-Type": "application/merge-patch+json"}
        return self._json(self.ask("PATCH", path, json=body, headers=headers))

    def items(self, path: str, **query: Any) -> Iterator[Json]:
        """Everything that a list holds, page by page."""
        cursor: Json = {}
        while True:
            page = self.get(path, **({"limit": PAGE} | query | cursor))
            yield from page["items"]
            if page["next_cursor"] is None:
                return
            cursor = {"cursor": page["next_cursor"]}

    def first(self, path: str, **query: Any) -> Json | None:
        """The first of a list, or None."""
        return next(iter(self.get(path, **({"limit": 1} | query))["items"]), None)

    def until(self, path: str, **query: Any) -> list[Json]:
        """What a list holds, once it holds anything; DemoFailed when nothing comes."""
        deadline = time.monotonic() + TIMEOUT_S
        while not (items := list(self.items(path, **query))):
            if time.monotonic() > deadline:
                raise DemoFailed(f"Nothing came to {path} of {self.code}.")
            time.sleep(LOOK_EVERY_S)
        return items

    def is_under_way(self, job_id: str | None) -> bool:
        """Whether a job waits or runs."""
        return job_id is not None and self.get(f"/v1/jobs/{job_id}")["state"] in UNFINISHED

    def job(self, job_id: str) -> Iterator[int]:
        """How far a job is, in per cent, until it has done its work."""
        while (job := self.get(f"/v1/jobs/{job_id}"))["state"] in UNFINISHED:
            yield job["progress"]
            time.sleep(LOOK_EVERY_S)
        if job["state"] != "succeeded":
            told = job["problem"]["detail"] if job["problem"] else f"it is {job['state']}."
            raise DemoFailed(f"The job {job['kind']} did not succeed: {told}")
        yield 100

    def ask(self, method: str, path: str, **how: Any) -> httpx.Response:
        """One request; a problem becomes `DemoFailed` with its text."""
        how["headers"] = self._authorised() | how.get("headers", {})
        response = self.client.request(method, path, **how)
        if response.is_error:
            raise DemoFailed(f"{method} {path} by {self.code}: {problem_text(response)}")
        return response

    def _authorised(self) -> dict[str, str]:
        if not self._headers:
            form = {"grant_type": "password", "username": self.code, "password": self.password}
            response = self.client.post("/v1/auth/token", data=form)
            if response.is_error:
                raise DemoFailed(f"{self.code} cannot log in: {problem_text(response)}")
            self._headers = {"Authorization": f"Bearer {response.json()['access_token']}"}
        return self._headers

    @staticmethod
    def _json(response: httpx.Response) -> Json:
        """The body as it was read; {} where there is none."""
        body: Json = response.json() if response.content else {}
        return body


def if_match(version: int | None) -> dict[str, str]:
    """The header that names the version which was read."""
    return {} if version is None else {"If-Match": f'"{version}-full"'}


def problem_text(response: httpx.Response) -> str:
    """A refusal in one line: status, code, and every sentence of it."""
    try:
        problem = response.json()
        places = (f"{one.get('pointer') or one.get('parameter') or ''} {one['detail']}" for one in problem["errors"])
        return f"{response.status_code} {problem['code']}: {' '.join([problem['detail'], *places])}"
    except (ValueError, KeyError, TypeError):
        return f"{response.status_code} {response.text[:200]}"
