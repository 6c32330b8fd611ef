"""Telephone numbers and e-mail addresses: what is valid, what is masked, what says that there is none.

A masked number (138****8888) and a word for nothing (-, 无) are kept as the text they are; only a valid
number or address has a key by which contacts are matched.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from unicodedata import normalize

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from service.domain.invalid import Flaws

_ABSENT = frozenset(
    {"", "-", "--", "---", "—", "——", "/", "无", "無", "暂无", "没有", "未知", "none", "null", "nil", "n/a", "na"}
)
_MASK = "x*×●•∗█"
_MASKED_PHONE = re.compile(rf"[\d+()\-\s]*[{_MASK}][\d+()\-\s]*[{_MASK}][\d+()\-\s{_MASK}]*", re.IGNORECASE)
_MASKED_EMAIL = re.compile(r".*[*●•∗█].*@.*|x{3,}@.*", re.IGNORECASE | re.DOTALL)
_PHONE = re.compile(
    r"(?:tel:|电话:?|手机:?)?\s*([\d+()\-.\s]{3,40}?)(?:\s*(?:转|分机|ext\.?|x|#)\s*(\d{1,7}))?", re.IGNORECASE
)
_CHINESE_EXTENSION = re.compile(r"(0\d{2,3}-\d{7,8})-(\d{1,6})")


class Standing(StrEnum):
    """What a piece of contact information is good for."""

    VALID = "valid"
    INVALID = "invalid"
    MASKED = "masked"
    ABSENT = "absent"


class Line(StrEnum):
    """The kind of telephone line, as far as its number tells; `either` where a country does not separate them."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    EITHER = "either"
    OTHER = "other"


_LINES = {
    phonenumbers.PhoneNumberType.MOBILE: Line.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE: Line.LANDLINE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE: Line.EITHER,
}


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number as written, and in E.164 with its kind of line and extension where it is valid."""

    text: str
    standing: Standing
    e164: str | None = None
    line: Line | None = None
    extension: str | None = None

    @property
    def key(self) -> str | None:
        """What identifies the number; none unless it is valid."""
        return self.e164

    @property
    def is_mobile(self) -> bool:
        """Whether it is valid and may be a mobile number."""
        return self.line in (Line.MOBILE, Line.EITHER)


@dataclass(frozen=True, slots=True)
class Email:
    """An e-mail address as written, and normalised (domain in lower case) where it is valid."""

    text: str
    standing: Standing
    address: str | None = None

    @property
    def key(self) -> str | None:
        """What identifies the address: without case; none unless it is valid."""
        return self.address.casefold() if self.address else None


def read_phone(text: str, region: str = "CN") -> Phone:
    """What a telephone number is good for; one without a country code belongs to the region (ISO 3166)."""
    written = normalize("NFKC", text).strip()
    if written.casefold() in _ABSENT:
        return Phone(text, Standing.ABSENT)
    if _MASKED_PHONE.fullmatch(written):
        return Phone(text, Standing.MASKED)
    match = _CHINESE_EXTENSION.fullmatch(written) or _PHONE.fullmatch(written)
    if match is None:
        return Phone(text, Standing.INVALID)
    return _dialled(text, match[1], match[2], region)


def read_email(text: str) -> Email:
    """What an e-mail address is good for by its syntax (RFC 5321, RFC 6531); no name server is asked."""
    written = normalize("NFKC", text).strip()
    if written.casefold() in _ABSENT:
        return Email(text, Standing.ABSENT)
    if _MASKED_EMAIL.fullmatch(written):
        return Email(text, Standing.MASKED)
    try:
        address = validate_email(written, check_deliverability=False).normalized
    except EmailNotValidError:
        return Email(text, Standing.INVALID)
    return Email(text, Standing.VALID, address)


def read_contact(text: str, region: str = "CN") -> Phone | Email:
    """A cell that may hold either (联系方式): an address where there is an @, else a number."""
    return read_email(text) if "@" in normalize("NFKC", text) else read_phone(text, region)


def require_reachable(mobile: Phone, email: Email) -> None:
    """Nothing, or `InvalidInput`: a contact has a mobile number or an e-mail address, and each one given is valid."""
    flaws = Flaws()
    if mobile.standing is not Standing.ABSENT and not mobile.is_mobile:
        flaws.add("/mobile", "invalid_mobile", "This is not a valid mobile number.", "手机号码无效。")
    if email.standing not in (Standing.ABSENT, Standing.VALID):
        flaws.add("/email", "invalid_email", "This is not a valid e-mail address.", "电子邮箱无效。")
    if mobile.standing is Standing.ABSENT and email.standing is Standing.ABSENT:
        flaws.add(
            "",
            "unreachable",
            "A contact needs a mobile number or an e-mail address.",
            "联系人至少需要一个手机号码或电子邮箱。",
        )
    flaws.refuse()


def _dialled(text: str, number: str, extension: str | None, region: str) -> Phone:
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return Phone(text, Standing.INVALID)
    if not phonenumbers.is_valid_number(parsed):
        return Phone(text, Standing.INVALID)
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    line = _LINES.get(phonenumbers.number_type(parsed), Line.OTHER)
    return Phone(text, Standing.VALID, e164, line, extension)
