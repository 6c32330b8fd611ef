"""The field types that every schema is made of."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

from service.domain.amounts import read_number
from service.domain.names import clean_text, match_key
from service.domain.unreadable import SENTENCES, Unreadable
from service.errors import FieldFlaw, InvalidInput

# The default of a field that a merge patch may change but not empty: left out means unchanged.
UNCHANGED: Any = None

FILLERS = "\u115f\u1160\u2800"  # letters that show nothing
EARLIEST, LATEST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
DECIMAL_PATTERN = r"^-?\d{1,18}(\.\d{1,10})?$"
WRITTEN_DECIMAL = re.compile(DECIMAL_PATTERN, re.ASCII)


# What makes a text look other than it is, or does something to a terminal: control characters but white space,
# changes of direction, tags and noncharacters.
STRAY = re.compile(
    "[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e007f]"
)
WRITTEN_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def stored(text: str) -> str:
    """Text as it is kept: NFC, trimmed, without stray characters; what no database keeps is refused."""
    try:
        return clean_text(STRAY.sub("", text))
    except InvalidInput as problem:
        flaw = problem.errors[0]
        raise FieldFlaw(flaw.code, *flaw.detail) from None


def filled(text: str) -> str:
    """Text that shows something, as it is kept."""
    kept = stored(text)
    if not match_key(kept).strip(FILLERS):
        raise FieldFlaw("string_too_short", "At least one character is needed.", "至少需要一个字符。")
    return kept


def read_decimal(value: Any) -> Any:
    """A decimal from text; JSON numbers are refused, because a float has lost digits before we see it."""
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str):
        raise FieldFlaw("decimal_as_text", "A decimal number is given as text.", "小数须以文本给出。")
    if not WRITTEN_DECIMAL.fullmatch(value):
        raise FieldFlaw("decimal_parsing", "A decimal number as text is expected.", "应为以文本表示的小数。")
    return Decimal(value)


def read_amount(value: Any) -> Any:
    """An amount of no stated currency: a decimal, or as people write it, 1.5亿 and 3,000万 among them."""
    if not isinstance(value, str) or WRITTEN_DECIMAL.fullmatch(value):
        return read_decimal(value)
    try:
        return read_number(value)
    except Unreadable as flaw:
        sentence = SENTENCES[flaw.code]
        raise FieldFlaw(flaw.code, sentence.en, sentence.zh) from None


def written_decimal(value: Decimal) -> str:
    """A decimal as text without an exponent."""
    return format(value, "f")


def written_day(value: Any) -> Any:
    """A day as ISO 8601 writes it; numbers would be read as seconds since 1970."""
    if not isinstance(value, date) and not (isinstance(value, str) and WRITTEN_DAY.fullmatch(value)):
        raise FieldFlaw("date_parsing", "A date such as 2026-02-15 is expected.", "应为日期，例如 2026-02-15。")
    return value


def written_instant(value: Any) -> Any:
    """An instant as RFC 3339 writes it; numbers would be read as seconds since 1970."""
    if not isinstance(value, datetime) and not (isinstance(value, str) and WRITTEN_DAY.match(value)):
        raise FieldFlaw("datetime_parsing", "An instant with a time zone is expected.", "应为带时区的时间。")
    return value


def finite(day: date) -> date:
    """A day but the calendar's first and last, which PostgreSQL's driver stores as infinity: no date to read back."""
    if day in (date.min, date.max):
        raise FieldFlaw("out_of_range", "A day that people can mean is expected.", "应为实际可用的日期。")
    return day


def in_utc(value: datetime) -> datetime:
    """The same instant in UTC, a day off the ends of the calendar, so that every time zone can write it."""
    if not EARLIEST <= value <= LATEST:
        raise FieldFlaw(
            "out_of_range", "An instant of the years 1 to 9999 is expected.", "应为公元 1 至 9999 年的时间。"
        )
    return value.astimezone(UTC)


def utc(value: datetime) -> str:
    """An instant as it goes out: UTC with microseconds and Z."""
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


Text50 = Annotated[str, StringConstraints(min_length=1, max_length=50), AfterValidator(filled)]
Text200 = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(filled)]
Text2000 = Annotated[str, StringConstraints(min_length=1, max_length=2000), AfterValidator(filled)]
Text10000 = Annotated[str, StringConstraints(min_length=1, max_length=10_000), AfterValidator(filled)]
Blank200 = Annotated[str, StringConstraints(max_length=200), AfterValidator(stored)]
Blank2000 = Annotated[str, StringConstraints(max_length=2000), AfterValidator(stored)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$")]
CurrencyCode = Annotated[
    str, StringConstraints(pattern=r"^[A-Z]{3}$"), Field(description="ISO 4217 code. ISO 4217 货币代码。", max_length=3)
]
LOAD_WORDS = Field(description="value, workload, count or tier:<code>. 负荷：价值、工时、客户数量，或某级别的客户。")
LoadName = Annotated[str, LOAD_WORDS]
DecimalText = Annotated[
    Decimal,
    BeforeValidator(read_decimal),
    PlainSerializer(written_decimal, return_type=str),
    WithJsonSchema({"type": "string", "pattern": DECIMAL_PATTERN, "maxLength": 30}),
]
AmountText = Annotated[
    Decimal,
    BeforeValidator(read_amount),
    PlainSerializer(written_decimal, return_type=str),
    Field(ge=0),
    WithJsonSchema({"type": "string", "maxLength": 200}),
]
Day = Annotated[date, BeforeValidator(written_day), AfterValidator(finite)]
Instant = Annotated[
    AwareDatetime,
    BeforeValidator(written_instant),
    AfterValidator(in_utc),
    PlainSerializer(utc, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "maxLength": 40}),
]


class Body(BaseModel):
    """What comes in: every field is known, or the request is refused."""

    model_config = ConfigDict(extra="forbid")


class View(BaseModel):
    """What goes out: every field is present, null where there is nothing."""

    model_config = ConfigDict(from_attributes=True, defer_build=True)


class Money(Body):
    """An amount in its own currency. 金额及其货币。"""

    amount: DecimalText = Field(
        ge=0, max_digits=20, decimal_places=2, description="Decimal amount as text. 以文本表示的小数金额。"
    )
    currency: CurrencyCode
