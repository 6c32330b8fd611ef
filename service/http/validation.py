"""pydantic's findings as field errors with a sentence in both languages."""

from typing import Any

from service.errors import FieldError, FieldFlaw, Sentence

PLACES = {"query": "parameter", "path": "parameter", "header": "header"}

# pydantic's error type → our sentences; {…} are filled from the error's context, which holds limits, never input
SENTENCES: dict[str, tuple[str, str]] = {
    "missing": ("This field is needed.", "此字段必填。"),
    "extra_forbidden": ("This name is not known here.", "此处没有该名称。"),
    "string_type": ("Text is expected.", "应为文本。"),
    "string_too_short": ("Too short; the least length is {min_length}.", "文本过短，至少 {min_length} 个字符。"),
    "string_too_long": ("Too long; the greatest length is {max_length}.", "文本过长，最多 {max_length} 个字符。"),
    "string_pattern_mismatch": ("The text has not the expected form.", "文本格式不符合要求。"),
    "int_type": ("A whole number is expected.", "应为整数。"),
    "int_parsing": ("A whole number is expected.", "应为整数。"),
    "int_from_float": ("A whole number is expected.", "应为整数。"),
    "bool_type": ("true or false is expected.", "应为 true 或 false。"),
    "bool_parsing": ("true or false is expected.", "应为 true 或 false。"),
    "decimal_type": ("A decimal number as text is expected.", "应为以文本表示的小数。"),
    "decimal_parsing": ("A decimal number as text is expected.", "应为以文本表示的小数。"),
    "decimal_max_places": ("Too many decimal places; at most {decimal_places}.", "最多 {decimal_places} 位小数。"),
    "decimal_max_digits": ("Too many digits; at most {max_digits}.", "最多 {max_digits} 位数字。"),
    "decimal_whole_digits": ("The number is too large.", "数字过大。"),
    "greater_than": ("More than {gt} is expected.", "应大于 {gt}。"),
    "greater_than_equal": ("At least {ge} is expected.", "应不小于 {ge}。"),
    "less_than": ("Less than {lt} is expected.", "应小于 {lt}。"),
    "less_than_equal": ("At most {le} is expected.", "应不大于 {le}。"),
    "enum": ("One of these is expected: {expected}.", "应为下列之一：{expected}。"),
    "literal_error": ("One of these is expected: {expected}.", "应为下列之一：{expected}。"),
    "uuid_type": ("An id (UUID) is expected.", "应为标识（UUID）。"),
    "uuid_parsing": ("An id (UUID) is expected.", "应为标识（UUID）。"),
    "date_type": ("A date such as 2026-02-15 is expected.", "应为日期，例如 2026-02-15。"),
    "date_parsing": ("A date such as 2026-02-15 is expected.", "应为日期，例如 2026-02-15。"),
    "date_from_datetime_parsing": ("A date such as 2026-02-15 is expected.", "应为日期，例如 2026-02-15。"),
    "datetime_type": ("An instant with a time zone is expected.", "应为带时区的时间。"),
    "datetime_parsing": ("An instant with a time zone is expected.", "应为带时区的时间。"),
    "datetime_from_date_parsing": ("An instant with a time zone is expected.", "应为带时区的时间。"),
    "timezone_aware": ("An instant needs a time zone.", "时间必须带时区。"),
    "list_type": ("A list is expected.", "应为列表。"),
    "too_long": ("Too many entries; at most {max_length}.", "列表过长，最多 {max_length} 项。"),
    "too_short": ("Too few entries; at least {min_length}.", "列表过短，至少 {min_length} 项。"),
    "dict_type": ("An object is expected.", "应为对象。"),
    "model_type": ("An object is expected.", "应为对象。"),
    "model_attributes_type": ("An object is expected.", "应为对象。"),
}
FALLBACK = ("This value is not acceptable.", "此值不可接受。")


def field_error(found: Any) -> FieldError:
    """One finding: where, which code, what sentence; the value itself is left out."""
    source, *path = found["loc"]
    context = found.get("ctx") or {}
    if isinstance(context.get("error"), FieldFlaw):
        return placed(str(source), path, context["error"].code, context["error"].sentence)
    en, zh = SENTENCES.get(found["type"], FALLBACK)
    values = {key: str(value) for key, value in context.items() if key != "error"}
    return placed(str(source), path, found["type"], Sentence(en.format_map(values), zh.format_map(values)))


def placed(source: str, path: list[Any], code: str, sentence: Sentence) -> FieldError:
    """The error at its place: a JSON Pointer (RFC 6901) in the body, else the parameter's or header's name."""
    kind = PLACES.get(source, "pointer")
    if kind == "pointer":
        steps = (str(step).replace("~", "~0").replace("/", "~1") for step in path)
        return FieldError(code, sentence, pointer="".join(f"/{step}" for step in steps))
    return FieldError(code, sentence, **{kind: str(path[0]) if path else ""})
