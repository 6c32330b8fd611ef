"""JSON data read field by field: what is wrong is gathered with its place, so that all of it is told at once.

Beside a gathered flaw a reader returns a stand-in of the right type, which nobody sees once `Flaws.refuse` has spoken.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from service.domain.invalid import Flaws, Sentence

Choice = TypeVar("Choice", bound=StrEnum)
Stand = TypeVar("Stand")

CODE = Sentence("a code of small letters, digits and underscores", "由小写字母、数字和下划线组成的代码")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_DECIMAL = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,6})?")


class Fields:
    """One object of some JSON data."""

    def __init__(self, data: Any, flaws: Flaws, pointer: str = "") -> None:
        self.flaws, self.pointer = flaws, pointer
        self._data: Mapping[Any, Any] = data if isinstance(data, Mapping) else {}
        self._seen: set[str] = set()
        if not isinstance(data, Mapping):
            self._told(pointer, "not_an_object", "an object", "对象", is_there=data is not None)
            self.flaws = Flaws()  # of what is no object, nothing more is told

    def has(self, name: str) -> bool:
        """Whether the field is there and not null."""
        self._seen.add(name)
        return self._data.get(name) is not None

    def text(self, name: str, longest: int = 500) -> str:
        """Printable text of 1 to `longest` characters."""
        value = self._value(name)
        if isinstance(value, str) and 1 <= len(value) <= longest and value.isprintable():
            return value
        return self._expected(
            name, "bad_text", f"1 to {longest} printable characters", f" 1 到 {longest} 个可见字符", ""
        )

    def code(self, name: str) -> str:
        """A lower-case code such as `white_gold`."""
        value = self._value(name)
        if isinstance(value, str) and _CODE.fullmatch(value):
            return value
        return self._expected(name, "bad_code", *CODE, "")

    def wording(self, name: str) -> Sentence:
        """An object with `en` and `zh`."""
        part = self.part(name)
        return part.finish(Sentence(part.text("en"), part.text("zh")))

    def whole(self, name: str, least: int, most: int) -> int:
        """A whole number within two bounds, both allowed."""
        value = self._value(name)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        return self._expected(
            name,
            "not_a_whole_number",
            f"a whole number from {least} to {most}",
            f" {least} 到 {most} 的整数",
            least,
        )

    def wholes(self, name: str, least: int, most: int) -> tuple[int, ...]:
        """A list of different whole numbers within two bounds, both allowed; it may be empty."""
        value = self._value(name)
        known = range(least, most + 1)
        fits = isinstance(value, (list, tuple)) and all(type(one) is int and one in known for one in value)
        if fits and len(set(value)) == len(value):
            return tuple(value)
        return self._expected(
            name,
            "not_whole_numbers",
            f"a list of different whole numbers from {least} to {most}",
            f" {least} 到 {most} 的整数列表，且不得重复",
            (),
        )

    def flag(self, name: str) -> bool:
        """A yes or no."""
        value = self._value(name)
        if isinstance(value, bool):
            return value
        return self._expected(name, "not_a_boolean", "true or false", " true 或 false", False)

    def decimal(self, name: str, least: int = 0, most: int = 10**15) -> Decimal:
        """A decimal string or whole number within two bounds, both allowed; at most 6 places."""
        value = exact_number(self._value(name))
        if value is not None and least <= value <= most:
            return value
        return self._expected(
            name,
            "not_a_decimal",
            f"a decimal number as text from {least} to {most}, with at most 6 places",
            f"以文本表示的小数，{least} 到 {most}，小数不超过 6 位",
            Decimal(least),
        )

    def choice(self, name: str, kind: type[Choice]) -> Choice:
        """One of the values of an enumeration."""
        value = self._value(name)
        if value in tuple(kind):
            return kind(value)
        return self._expected(name, "unknown_choice", *one_of(kind), next(iter(kind)))

    def part(self, name: str) -> "Fields":
        """The object within this one."""
        return Fields(self._value(name), self.flaws, self._at(name))

    def parts(self, name: str, most: int = 50, least: int = 1) -> list["Fields"]:
        """The objects of a list of `least` to `most`."""
        value = self._value(name)
        if isinstance(value, (list, tuple)) and least <= len(value) <= most:
            return [Fields(item, self.flaws, f"{self._at(name)}/{position}") for position, item in enumerate(value)]
        return self._expected(
            name, "not_a_list", f"a list of {least} to {most} objects", f"含 {least} 到 {most} 个对象的列表", []
        )

    def by_code(self, name: str, read: Callable[["Fields", str], Stand]) -> dict[str, Stand]:
        """An object that gives one value per code, in the order of the codes."""
        part = self.part(name)
        return part.finish({code: read(part, code) for code in sorted(part.names())})

    def names(self) -> list[str]:
        """The field names of an object whose keys are data; those that are no code are flaws."""
        found = [str(name) for name in self._data]
        for name in found:
            if not _CODE.fullmatch(name):
                self._expected(name, "bad_code", *CODE, None)
        return found

    def finish(self, value: Stand) -> Stand:
        """The value made of this object, after telling which fields nobody asked for."""
        for name in sorted({str(name) for name in self._data} - self._seen):
            en, zh = one_of(sorted(self._seen))
            self.flaws.add(
                self._at(name),
                "unknown_field",
                f"There is no field {name} here; expected {en}.",
                f"此处没有字段 {name}；应为{zh}。",
            )
        return value

    def expected(self, name: str, code: str, en: str, zh: str) -> None:
        """One more flaw at a field of this object, which ought to be something else."""
        self._expected(name, code, en, zh, None)

    def _value(self, name: str) -> Any:
        self._seen.add(name)
        return self._data.get(name)

    def _expected(self, name: str, code: str, en: str, zh: str, stand_in: Stand) -> Stand:
        self._told(self._at(name), code, en, zh, is_there=name in self._data and self._data[name] is not None)
        return stand_in

    def _told(self, pointer: str, code: str, en: str, zh: str, *, is_there: bool) -> None:
        """A flaw that names the field, and says whether it is missing or other than expected."""
        *_, whole, last = ["", *pointer.split("/")]
        name = (f"{whole}/{last}" if last.isdigit() else last).replace("~1", "/").replace("~0", "~")
        if not is_there and name:
            self.flaws.add(pointer, "missing", f"{name} is missing; expected {en}.", f"缺少 {name}；应为{zh}。")
            return
        head = (f"{name}: expected", f"{name} 应为") if name else ("Expected", "应为")
        self.flaws.add(pointer, code, f"{head[0]} {en}.", f"{head[1]}{zh}。")

    def _at(self, name: str) -> str:
        return f"{self.pointer}/{name.replace('~', '~0').replace('/', '~1')}"


def one_of(choices: Iterable[str]) -> Sentence:
    """What is expected where only some words are possible."""
    known = list(choices)
    return Sentence(f"one of {', '.join(known)}", f"以下之一：{'、'.join(known)}")


def exact_number(value: object) -> Decimal | None:
    """A whole number, a decimal string or a finite Decimal as Decimal; None for anything else, above all a float."""
    if isinstance(value, Decimal):
        return value if value.is_finite() and -20 <= value.adjusted() <= 20 else None
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value) if abs(value) <= 10**20 else None
    return Decimal(value) if isinstance(value, str) and _DECIMAL.fullmatch(value) else None
