"""Readers: each turns one JSON value into what a field holds, or tells what is wrong with it."""

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, TypeAlias

from service.errors import FieldError, Sentence

Reader: TypeAlias = Callable[[Any], Any]


class Wrong(ValueError):  # noqa: N818 - it names the state, like the problems of service.errors
    """A value does not fit its field; the pointer leads on from the field to the fault."""

    def __init__(self, code: str, en: str, zh: str, pointer: str = "") -> None:
        super().__init__(en)
        self.code, self.sentence, self.pointer = code, Sentence(en, zh), pointer

    def at(self, pointer: str) -> FieldError:
        """The fault as a field error whose field stands at a JSON pointer."""
        return FieldError(self.code, self.sentence, pointer=pointer + self.pointer)


def setting(default: Any, read: Reader) -> Any:
    """A dataclass field with its default and the reader that judges it."""
    fresh = (lambda: dict(default)) if isinstance(default, dict) else (lambda: default)
    return field(default_factory=fresh, metadata={"read": read})


def flag(value: Any) -> bool:
    """A yes or no."""
    if not isinstance(value, bool):
        raise Wrong("not_a_boolean", "Expected true or false.", "应为 true 或 false。")
    return value


def integer(least: int, most: int) -> Reader:
    """A reader of whole numbers within two bounds, both allowed."""

    def read(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise Wrong("not_an_integer", "Expected a whole number.", "应为整数。")
        if not least <= value <= most:
            raise Wrong("out_of_range", f"Expected {least} to {most}.", f"应在 {least} 到 {most} 之间。")
        return value

    return read


def text(value: Any) -> str:
    """A name of 1 to 200 printable characters."""
    if not isinstance(value, str):
        raise Wrong("not_text", "Expected text.", "应为文本。")
    if not 1 <= len(value) <= 200 or not value.isprintable():
        raise Wrong("bad_text", "Expected 1 to 200 printable characters.", "应为 1 到 200 个可见字符。")
    return value


def per_code(read_value: Reader) -> Reader:
    """A reader of objects that give one value per code, kept in the order of the codes."""

    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise Wrong("not_an_object", "Expected an object.", "应为对象。")
        return {inside(step(code), text, code): inside(step(code), read_value, value[code]) for code in sorted(value)}

    return read


def inside(pointer: str, read: Reader, value: Any) -> Any:
    """A value read inside another one; a fault there is told with its place."""
    try:
        return read(value)
    except Wrong as wrong:
        raise Wrong(wrong.code, *wrong.sentence, pointer + wrong.pointer) from wrong


def step(name: Any) -> str:
    """One step of a JSON pointer (RFC 6901)."""
    return "/" + str(name).replace("~", "~0").replace("/", "~1")
