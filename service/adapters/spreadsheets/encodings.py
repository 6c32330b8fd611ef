"""Which encoding a text file has, and the line at which it is not what it claims.

UTF-8 is known by its form and is preferred; then the byte order marks and the zeros of UTF-16 speak; among the legacy
encodings charset-normalizer judges a sample, GB18030 first, Big5 second where they are as likely as any other.
"""

import codecs
import re
from pathlib import Path

from charset_normalizer import from_bytes

from service.domain.unreadable import refusal

_LABELS = {
    "utf8": "utf-8",
    "utf8sig": "utf-8",
    "utf8bom": "utf-8",
    "utf16": "utf-16",
    "utf16le": "utf-16-le",
    "utf16be": "utf-16-be",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "cp936": "gb18030",
    "big5": "cp950",
    "big5hkscs": "big5hkscs",
    "cp950": "cp950",
    "shiftjis": "cp932",
    "sjis": "cp932",
    "cp932": "cp932",
    "eucjp": "euc_jp",
    "euckr": "cp949",
    "cp949": "cp949",
    "windows1252": "cp1252",
    "cp1252": "cp1252",
    "latin1": "cp1252",
    "iso88591": "cp1252",
    "windows1251": "cp1251",
    "cp1251": "cp1251",
}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LEGACY = ["gb18030", "cp950", "cp932", "euc_jp", "cp949", "cp1252", "cp1251"]
_PREFERRED = ("gb18030", "cp950")
_MARGIN = 0.05
_CHUNK = 1 << 18
_ESCAPED_BYTE = re.compile("[\udc80-\udcff]+")
_SAMPLE = 1 << 16


def encoding_of(path: Path, stated: str | None = None) -> str:
    """The codec that decodes the whole file, and that the file claims or shows to be in.

    `stated` overrides detection. Raises `InvalidInput`: `unknown_encoding`, `encoding_not_recognised`,
    `undecodable_bytes` with the line.
    """
    codec = codec_named(stated) if stated else _detected(path)
    if (line := first_undecodable_line(path, codec)) is not None:
        raise refusal("undecodable_bytes", line=line, encoding=codec.upper())
    return codec


def codec_named(label: str) -> str:
    """The codec of an encoding's name as people write it."""
    codec = _LABELS.get("".join(filter(str.isalnum, label.casefold())))
    if codec is None:
        raise refusal("unknown_encoding")
    return codec


def first_undecodable_line(path: Path, codec: str) -> int | None:
    """The number of the first line that is not valid in the codec; None where the whole file is."""
    decoder = codecs.getincrementaldecoder(codec)(errors="strict")
    line = 1
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            try:
                line += decoder.decode(chunk, final=not chunk).count("\n")
            except UnicodeDecodeError as error:
                return line + error.object[: error.start].decode(codec, errors="ignore").count("\n")
            if not chunk:
                return None


def _detected(path: Path) -> str:
    """The codec that the bytes show."""
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
    for mark, codec in _MARKS:
        if head.startswith(mark):
            return codec
    if (wide := _utf16_without_mark(head)) is not None:
        return wide
    bad_line = first_undecodable_line(path, "utf-8")
    if bad_line is None or _is_nearly_utf8(path):
        return "utf-8"
    return _legacy(path)


def _utf16_without_mark(head: bytes) -> str | None:
    """UTF-16 by its zeros: the separators and digits of a table have one in every other byte."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) * 20 < len(head) or min(even, odd) * 20 > max(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _is_nearly_utf8(path: Path) -> bool:
    """Whether far more characters are well-formed UTF-8 than bytes are not: a damaged file, no other encoding."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape")
    good = bad = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            text = decoder.decode(chunk)
            escaped = len(text) - len(_ESCAPED_BYTE.sub("", text))
            bad += escaped
            good += len(text) - len(text.encode("ascii", "ignore")) - escaped
    return good > 4 * bad


def _legacy(path: Path) -> str:
    """The likeliest legacy encoding of the lines that are not plain ASCII."""
    sample = bytearray()
    with path.open("rb") as file:
        while len(sample) < _SAMPLE and (line := file.readline(_SAMPLE)):
            if not line.isascii():
                sample += line
    # The library looks at a few chunks of the sample; small ones keep a file with rare foreign names readable.
    chaos = {match.encoding: match.chaos for match in from_bytes(bytes(sample), cp_isolation=_LEGACY)}
    if not chaos:
        raise refusal("encoding_not_recognised")
    least = min(chaos.values())
    for codec in (*_PREFERRED, min(chaos, key=chaos.__getitem__)):
        if chaos.get(codec, 1) <= least + _MARGIN:
            return codec
    raise refusal("encoding_not_recognised")
