"""I-JSON only (RFC 7493): no duplicate names, no NaN, no lone surrogates, no U+0000."""

import json
from typing import Any

import orjson
from fastapi import Request

from service.errors import MalformedJson, Sentence


class StrictRequest(Request):
    """A request whose JSON is read strictly, once; `digest` stands for a body whose file was taken apart already."""

    digest: bytes | None = None

    @property
    def media_type(self) -> str:
        """What the body is declared to be, without parameters; "" where nothing is declared."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    async def json(self) -> Any:
        """The body as Python values; MalformedJson says why not."""
        if not hasattr(self, "_strict"):
            self._strict = parse(await self.body())
        return self._strict


def parse(content: bytes) -> Any:
    """Strict I-JSON; raises MalformedJson."""
    try:
        orjson.loads(content)  # refuses NaN, lone surrogates and broken UTF-8, and is fast
        value = json.loads(content, object_pairs_hook=unique_names)
    except RecursionError:
        raise MalformedJson(Sentence("The body is nested too deeply.", "请求体嵌套过深。")) from None
    except ValueError:
        raise MalformedJson from None
    if b"\\u0000" in content and holds_null(value):
        raise MalformedJson(Sentence("Text cannot hold the character U+0000.", "文本不能包含字符 U+0000。"))
    return value


def unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; ValueError when a name stands in it twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedJson(Sentence("A name stands twice in one object.", "同一对象中存在重复的名称。"))
    return found


def holds_null(value: Any) -> bool:
    """True when any text inside holds U+0000."""
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(holds_null(name) or holds_null(item) for name, item in value.items())
    return isinstance(value, list) and any(map(holds_null, value))
