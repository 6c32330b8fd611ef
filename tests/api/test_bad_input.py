"""Bad input: each kind gets the answer that the conventions name, nothing is echoed, nothing half written."""

from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from service.http.route import takes_json
from service.main import ROUTES
from tests.house import House, Person

JSON = {"Content-Type": "application/json"}
PATCH = {"Content-Type": "application/merge-patch+json"}
SECRET = "机密内容-secret"
MEGABYTE = 1_000_000

MALFORMED = {
    "no JSON": b"{",
    "two documents": b'{"name": "a"} {"name": "b"}',
    "NaN": b'{"name": NaN}',
    "Infinity": b'{"name": Infinity}',
    "beyond a double": b'{"name": "a", "custom": {"n": 1e400}}',
    "a name twice": b'{"name": "a", "name": "b"}',
    "a name twice further in": b'{"name": "a", "custom": {"x": "1", "x": "2"}}',
    "a lone surrogate": b'{"name": "\\ud800"}',
    "a lone surrogate in a name": b'{"\\udc00": "a"}',
    "U+0000": b'{"name": "a\\u0000b"}',
    "U+0000 in a name": b'{"name": "a", "custom": {"x\\u0000": "a"}}',
    "broken UTF-8": b'{"name": "\xff\xfe"}',
    "UTF-16": '{"name": "a"}'.encode("utf-16"),
    "deep lists": b'{"name": "a", "products": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    "deep objects": b'{"a":' * 5000 + b"1" + b"}" * 5000,
    "a number of ten thousand digits": b'{"name": "a", "custom": {"n": ' + b"9" * 10_000 + b"}}",
}
UNACCEPTABLE = {
    "nothing": (b"", ""),
    "a list": (b"[]", ""),
    "a text": (b'"a"', ""),
    "null": (b"null", ""),
    "a name missing": (b"{}", "/name"),
    "a wrong type": (b'{"name": 5}', "/name"),
    "too long a text": (b'{"name": "' + b"a" * 201 + b'"}', "/name"),
    "an empty text": (b'{"name": ""}', "/name"),
    "only blanks": (b'{"name": "   "}', "/name"),
    "a number for an amount": (b'{"name": "a", "potential_value": {"amount": 1.5, "currency": "CNY"}}', None),
    "a negative amount": (b'{"name": "a", "potential_value": {"amount": "-1", "currency": "CNY"}}', None),
    "an amount that is none": (b'{"name": "a", "potential_value": {"amount": "NaN", "currency": "CNY"}}', None),
    "a float in a free field": (b'{"name": "a", "custom": {"n": 1.5}}', "/custom/n"),
    "an unsafe integer": (b'{"name": "a", "custom": {"n": 9007199254740993}}', "/custom/n"),
    "a nested free field": (b'{"name": "a", "custom": {"n": {"x": 1}}}', "/custom/n"),
    "moderate depth": (b'{"name": "a", "custom": {"n": ' + b"[" * 900 + b"]" * 900 + b"}}", "/custom/n"),
    "an unknown field": (b'{"name": "a", "nickname": "b"}', "/nickname"),
    "a state that is the service's own": (b'{"name": "a", "verified_at": "2024-01-01T00:00:00Z"}', "/verified_at"),
    "an owner": (b'{"name": "a", "owner_id": "00000000-0000-0000-0000-000000000000"}', "/owner_id"),
    "an unknown word": (b'{"name": "a", "intent": "huge"}', "/intent"),
    "no date": (b'{"name": "a", "potential_value_on": "2024-02-30"}', "/potential_value_on"),
    "no id": (b'{"name": "a", "parent_id": "1"}', "/parent_id"),
}


async def a_steward(house: House) -> Person:
    return await house.person("data_steward")


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem of an answer that must be one."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["request_id"] == answer.headers["X-Request-Id"]
    return body


@pytest.mark.parametrize("kind", MALFORMED)
async def test_what_is_not_i_json_is_400(house: House, kind: str) -> None:
    async with house.client(await a_steward(house), **JSON) as client:
        answer = await client.post("/v1/accounts", content=MALFORMED[kind])
        listed = (await client.get("/v1/accounts")).json()["items"]
    problem(answer, 400, "malformed_json")
    assert listed == []


@pytest.mark.parametrize("kind", MALFORMED)
async def test_with_an_idempotency_key_it_is_400_as_well(house: House, kind: str) -> None:
    async with house.client(await a_steward(house), **JSON, **{"Idempotency-Key": "k"}) as client:
        answer = await client.post("/v1/accounts", content=MALFORMED[kind])
    problem(answer, 400, "malformed_json")


@pytest.mark.parametrize("kind", UNACCEPTABLE)
async def test_what_breaks_the_schema_is_422_with_its_place(house: House, kind: str) -> None:
    content, pointer = UNACCEPTABLE[kind]
    async with house.client(await a_steward(house), **JSON) as client:
        answer = await client.post("/v1/accounts", content=content)
        listed = (await client.get("/v1/accounts")).json()["items"]
    told = problem(answer, 422, "invalid_input")
    if pointer is not None:
        assert [error["pointer"] for error in told["errors"]] == [pointer]
    assert listed == []


@pytest.mark.parametrize("value", [True, "3600"])
async def test_a_truth_or_a_text_is_no_number(house: House, value: bool | str) -> None:
    body = {"item_id": str(uuid4()), "purpose": "核对附件", "duration_seconds": value}
    async with house.client(await a_steward(house), **{"Accept-Language": "zh-CN"}) as client:
        answer = await client.post("/v1/reading-sessions", json=body)
    told = {error["pointer"]: error for error in problem(answer, 422, "invalid_input")["errors"]}
    assert (told["/duration_seconds"]["code"], told["/duration_seconds"]["detail"]) == ("int_type", "应为整数。")


def test_no_number_or_truth_of_any_json_body_is_guessed_from_something_else() -> None:
    bodies = [
        route.body_field.field_info.annotation for route in ROUTES if isinstance(route, APIRoute) and takes_json(route)
    ]
    assert len(bodies) > 50
    assert [(body, name) for body in bodies for name in guessed(TypeAdapter(body).core_schema)] == []


def guessed(schema: Any, name: str = "") -> Iterator[str]:
    """The fields below a schema of pydantic's that take 1 for true, true for 1, or a text for either."""
    if isinstance(schema, dict):
        if schema.get("type") in {"int", "bool", "float"} and not schema.get("strict"):
            yield name
        for key, part in schema.items():
            yield from guessed(part, str(key))
    elif isinstance(schema, list | tuple):
        for part in schema:
            yield from guessed(part, name)


async def test_a_repeated_name_is_told_in_words(house: House) -> None:
    async with house.client(await a_steward(house), **JSON) as client:
        answer = await client.post("/v1/accounts", content=MALFORMED["a name twice"])
    assert problem(answer, 400, "malformed_json")["detail"] == "A name stands twice in one object."


@pytest.mark.parametrize(
    ("method", "path", "answered"),
    [
        ("DELETE", "/v1/rulebooks/0198b2d6-58a4-7000-8000-000000000000/tests/run", "POST"),
        ("PATCH", "/v1/tier-schemes/templates", "GET, HEAD"),
        ("PUT", "/v1/tier-schemes/templates", "GET, HEAD"),
    ],
)
async def test_a_word_in_an_address_is_nobodys_id(house: House, method: str, path: str, answered: str) -> None:
    async with house.client(await a_steward(house)) as client:
        answer = await client.request(method, path)
    problem(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == answered


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("colour=red", 400, "unknown_parameter"),
        ("limit=0", 422, "invalid_input"),
        ("limit=201", 422, "invalid_input"),
        ("limit=ten", 422, "invalid_input"),
        ("limit=1e400", 422, "invalid_input"),
        ("sort=owner", 422, "invalid_input"),
        ("parent_id=1", 422, "invalid_input"),
        ("created_from=2024-01-01T00:00:00", 422, "invalid_input"),
        ("potential_value_min=NaN", 422, "invalid_input"),
        ("potential_value_min=1e400", 422, "invalid_input"),
        ("potential_value_min=1e-400", 422, "invalid_input"),
        ("q=a%00b", 400, "null_character"),
        ("code=a%00b", 400, "null_character"),
        ("q=", 422, "invalid_input"),
        ("cursor=abc", 400, "invalid_cursor"),
        ("cursor=%00", 400, "null_character"),
        ("cursor=" + "a" * 2001, 422, "invalid_input"),
    ],
)
async def test_a_query_is_refused_for_what_it_is(house: House, query: str, status: int, code: str) -> None:
    async with house.client(await a_steward(house)) as client:
        answer = await client.get(f"/v1/accounts?{query}")
    problem(answer, status, code)


@pytest.mark.parametrize("query", ["q=%ED%A0%80", "q=%FF%FE", "q=%25%5F%5C", "industry=%27%3B--", "q=%F0%9F%98%80"])
async def test_odd_but_legal_text_is_only_searched_for(house: House, query: str) -> None:
    async with house.client(await a_steward(house)) as client:
        answer = await client.get(f"/v1/accounts?{query}")
    assert (answer.status_code, answer.json()["items"]) == (200, [])


async def test_an_unknown_parameter_is_refused_on_every_method(house: House) -> None:
    account = await house.account()
    async with house.client(await a_steward(house)) as client:
        answers = [
            await client.get(f"/v1/accounts/{account}?expand=all"),
            await client.post("/v1/accounts?dry=1", json={"name": "a"}),
            await client.patch(f"/v1/accounts/{account}?dry=1", json={}, headers={**PATCH, "If-Match": '"1-full"'}),
            await client.delete(f"/v1/accounts/{account}?force=1", headers={"If-Match": '"1-full"'}),
        ]
    for answer in answers:
        problem(answer, 400, "unknown_parameter")


async def test_a_cursor_serves_only_its_own_list_filters_order_and_caller(house: House) -> None:
    steward, other = await a_steward(house), await a_steward(house)
    for _ in range(3):
        await house.account()
    async with house.client(steward) as client:
        cursor = (await client.get("/v1/accounts", params={"limit": 1})).json()["next_cursor"]
        good = await client.get("/v1/accounts", params={"limit": 2, "cursor": cursor})
        filtered = (await client.get("/v1/accounts", params={"limit": 1, "region": "华东"})).json()["next_cursor"]
        middle = len(cursor) // 2
        swapped = "A" if cursor[middle] != "A" else "B"
        refused = [
            await client.get(path, params=params)
            for path, params in (
                ("/v1/accounts", {"cursor": cursor, "industry": "制造"}),
                ("/v1/accounts", {"cursor": cursor, "sort": "name"}),
                ("/v1/accounts", {"cursor": filtered}),
                ("/v1/accounts", {"cursor": filtered, "region": "华北"}),
                ("/v1/accounts", {"cursor": cursor[:middle] + swapped + cursor[middle + 1 :]}),
                ("/v1/accounts", {"cursor": cursor[:-4]}),
                ("/v1/tasks", {"cursor": cursor}),
            )
        ]
    async with house.client(other) as client:
        refused.append(await client.get("/v1/accounts", params={"cursor": cursor}))
    assert good.status_code == 200
    assert len(good.json()["items"]) == 2
    for answer in refused:
        problem(answer, 400, "invalid_cursor")


@pytest.mark.parametrize(
    "path",
    ["/v1/accounts/1", "/v1/accounts/%00", "/v1/accounts/..", "/v1/accounts/01234567-89ab-4cde-8f01-23456789abcdx"],
)
async def test_an_address_that_is_no_id_is_refused(house: House, path: str) -> None:
    async with house.client(await a_steward(house)) as client:
        answer = await client.get(path)
    assert answer.status_code in {404, 422}
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/json-patch+json", ""])
async def test_a_change_is_a_merge_patch(house: House, content_type: str) -> None:
    account = await house.account()
    async with house.client(await a_steward(house)) as client:
        headers = {"Content-Type": content_type, "If-Match": '"1-full"'}
        answer = await client.patch(f"/v1/accounts/{account}", content=b'{"kind": "a"}', headers=headers)
    problem(answer, 415, "unsupported_media_type")
    assert answer.headers["Accept-Patch"] == "application/merge-patch+json"


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""])
async def test_what_is_entered_is_json(house: House, content_type: str) -> None:
    async with house.client(await a_steward(house)) as client:
        answer = await client.post("/v1/accounts", content=b'{"name": "a"}', headers={"Content-Type": content_type})
        charset = await client.post(
            "/v1/accounts", content=b'{"name": "a"}', headers={"Content-Type": "Application/JSON; charset=utf-8"}
        )
    problem(answer, 415, "unsupported_media_type")
    assert charset.status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v1/accounts", "GET, HEAD, POST"),
        ("DELETE", "/v1/accounts", "GET, HEAD, POST"),
        ("OPTIONS", "/v1/accounts", "GET, HEAD, POST"),
        ("PUT", "/v1/accounts/{account}", "DELETE, GET, HEAD, PATCH"),
        ("POST", "/v1/accounts/{account}", "DELETE, GET, HEAD, PATCH"),
        ("GET", "/v1/accounts/{account}/verify", "POST"),
        ("HEAD", "/v1/accounts/{account}/verify", "POST"),
        ("PATCH", "/v1/accounts/{account}/contacts", "GET, HEAD, POST"),
        ("POST", "/v1/audit-entries", "GET, HEAD"),
        ("DELETE", "/v1/audit-entries", "GET, HEAD"),
    ],
)
async def test_a_wrong_method_is_told_every_right_one(house: House, method: str, path: str, allowed: str) -> None:
    account = await house.account()
    async with house.client(await a_steward(house)) as client:
        answer = await client.request(method, path.format(account=account))
    assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)


async def test_head_answers_like_get_without_a_body(house: House) -> None:
    account = await house.account()
    async with house.client(await a_steward(house)) as client:
        for path in (f"/v1/accounts/{account}", "/v1/accounts", f"/v1/accounts/{uuid4()}", "/livez"):
            full, head = await client.get(path), await client.head(path)
            assert (head.status_code, head.content) == (full.status_code, b"")
            assert head.headers.get("ETag") == full.headers.get("ETag")
            assert head.headers["Content-Type"] == full.headers["Content-Type"]


class Body:
    """A body that comes in pieces and knows how much of it was taken."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b'{"name": "'
        while self.taken < self.size:
            self.taken += 64_000
            yield b"a" * 64_000
        yield b'"}'


async def test_a_strangers_twenty_megabytes_are_not_read(house: House) -> None:
    body = Body(20 * MEGABYTE)
    taken = 0

    async def receive() -> dict[str, Any]:
        nonlocal taken
        taken += 1
        return {"type": "http.request", "body": b"a" * MEGABYTE, "more_body": True}

    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json"), (b"content-length", str(body.size).encode())]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/v1/accounts",
        "raw_path": b"/v1/accounts",
        "root_path": "",
        "query_string": b"",
        "headers": headers,
        "server": ("evenhand.test", 80),
        "client": ("127.0.0.1", 1),
    }
    await house.app(scope, receive, send)
    assert (sent[0]["status"], taken) == (401, 0)
    async with house.client() as client:
        answer = await client.post("/v1/accounts", content=b"a" * 20 * MEGABYTE, headers=JSON)
    problem(answer, 401, "not_authenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "k"}])
async def test_too_large_a_body_is_413_declared_or_streamed(house: House, key: dict[str, str]) -> None:
    limit = house.services.settings.max_body_bytes
    async with house.client(await a_steward(house), **JSON, **key) as client:
        declared = await client.post("/v1/accounts", content=b'{"name": "' + b"a" * limit + b'"}')
        body = Body(10 * limit)
        streamed = await client.post("/v1/accounts", content=body)
        lied = await client.post(
            "/v1/accounts", content=b"{}", headers={"Content-Length": "many", "Transfer-Encoding": "identity"}
        )
    problem(declared, 413, "body_too_large")
    problem(streamed, 413, "body_too_large")
    assert body.taken <= 2 * limit + 128_000
    problem(lied, 413, "body_too_large")


@pytest.mark.parametrize(
    ("accepted", "title"),
    [
        ("zh-CN", "部分字段无效。"),
        ("zh-TW,en;q=0.1", "部分字段无效。"),
        ("en;q=0.2, zh;q=0.9", "部分字段无效。"),
        ("en-GB", "Some fields are not acceptable."),
        ("fr, en;q=0.5", "Some fields are not acceptable."),
        ("zh;q=0, en", "Some fields are not acceptable."),
        ("\xff\xfe;q=nan, en", "Some fields are not acceptable."),
    ],
)
async def test_problems_speak_the_callers_language(house: House, accepted: str, title: str) -> None:
    async with house.client(await a_steward(house)) as client:
        headers = {"Accept-Language": accepted.encode("latin-1")}
        answer = await client.post("/v1/accounts", json={"name": 5}, headers=headers)
    told = problem(answer, 422, "invalid_input")
    assert told["title"] == title
    sentence = {"部分字段无效。": "应为文本。", "Some fields are not acceptable.": "Text is expected."}[title]
    assert told["errors"] == [{"pointer": "/name", "code": "string_type", "detail": sentence}]


async def test_what_was_sent_is_never_sent_back(house: House) -> None:
    steward = await a_steward(house)
    account = await house.account()
    async with house.client(steward) as client:
        answers = [
            await client.post("/v1/accounts", json={"name": "a", "intent": SECRET}),
            await client.post("/v1/accounts", json={"name": SECRET * 50}),
            await client.post("/v1/accounts", json={"name": "a", "parent_id": SECRET}),
            await client.post(
                "/v1/accounts", json={"name": "a", "potential_value": {"amount": SECRET, "currency": "CNY"}}
            ),
            await client.post("/v1/accounts", json={"name": "a", "custom": {"x": [SECRET]}}),
            await client.post("/v1/accounts", content=f'{{"name": "{SECRET}"'.encode(), headers=JSON),
            await client.post(f"/v1/accounts/{account}/contacts", json={"name": "李娜", "email": SECRET}),
            await client.get("/v1/accounts", params={"limit": SECRET}),
            await client.get("/v1/accounts", params={"sort": SECRET}),
            await client.get("/v1/accounts", params={"cursor": SECRET}),
            await client.patch(f"/v1/accounts/{account}", json={"kind": "a"}, headers={**PATCH, "If-Match": b"secret"}),
            await client.post("/v1/accounts", json={"name": "a"}, headers={"Idempotency-Key": "secret" * 60}),
        ]
    for answer in answers:
        assert 400 <= answer.status_code < 500, answer.text
        assert "secret" not in answer.text, answer.text
        assert "机密" not in answer.text


async def test_a_request_id_is_taken_over_or_made(house: House) -> None:
    async with house.client(await a_steward(house)) as client:
        given = await client.get("/v1/accounts/1", headers={"X-Request-Id": "trace-42"})
        odd = await client.get("/v1/accounts/1", headers={"X-Request-Id": "a b\tc<script>"})
    assert given.headers["X-Request-Id"] == given.json()["request_id"] == "trace-42"
    assert "<script>" not in odd.headers["X-Request-Id"]
    assert odd.json()["request_id"] == odd.headers["X-Request-Id"]


async def test_an_upload_with_a_key_that_is_refused_is_a_refusal_and_not_a_failure(house: House) -> None:
    headers = {"Idempotency-Key": "the same twice"}
    files = {"file": ("客户.csv", "客户名称\n华为\n".encode())}
    async with house.client(await house.person("sales_rep"), **headers) as client:
        refused = await client.post("/v1/imports", files=files)
        empty = await client.post("/v1/imports", files={"other": ("客户.csv", b"")})
    assert refused.status_code == 403, refused.text
    assert empty.status_code == 422, empty.text


async def test_allow_tells_of_the_address_and_not_of_a_record_of_its_name(house: House) -> None:
    async with house.client(await house.person("director")) as client:
        answer = await client.put(f"/v1/rulebooks/{uuid4()}/tests/run")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


async def test_a_list_of_tags_that_is_too_long_is_refused(house: House) -> None:
    person = await house.person()
    async with house.client(person) as client:
        answer = await client.get(f"/v1/staff/{person.id}", headers={"If-None-Match": '"1-full", ' * 200})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["header"] == "If-None-Match"
