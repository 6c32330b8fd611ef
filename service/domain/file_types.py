"""What files of the archive may be: their name, the type that was declared and their bytes must tell the same.

Sources: the signatures of ISO 32000-2 (PDF), ISO 15948 (PNG), ITU-T T.81 (JPEG), TIFF 6.0, RIFF, ISO 14496-12 (MP4),
ID3v2 and ISO 11172-3 (MP3), and PKWARE's APPNOTE for office documents.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple
from unicodedata import category

from service.errors import Sentence

HEAD_BYTES = 64 * 1024
TAIL_BYTES = 65_557  # as far back as a zip's end record may lie
LONGEST_NAME = 200
ANY_TYPE = "application/octet-stream"
ZIP_END, ZIP_START, PDF_START = b"PK\x05\x06", b"PK\x03\x04", b"%PDF-"
BAD_NAME = re.compile(r"[/\\:*?\"<>|]|^\.|^\s|[\s.]$")  # a path, a device, or something hidden
# Control characters, what shows nothing (zero-width letters) or turns the reading direction, and line ends.
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


class FileFlaw(Exception):  # noqa: N818 - a flaw, not a failure of ours
    """Why a file is not taken: a code and a sentence."""

    def __init__(self, code: str, en: str, zh: str) -> None:
        super().__init__(en)
        self.code, self.sentence = code, Sentence(en, zh)


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file: its media type, and what its first and last bytes look like."""

    media_type: str
    begins: Callable[[bytes], bool]
    ends: Callable[[bytes], bool]


class Edges(NamedTuple):
    """A file's first and last bytes, at most HEAD_BYTES and TAIL_BYTES."""

    head: bytes
    tail: bytes


def office(folder: bytes) -> FileType:
    """A zip of Office Open XML whose main part lies in this folder."""
    kind = {b"word/": "wordprocessingml.document", b"xl/": "spreadsheetml.sheet"}[folder]
    return FileType(
        f"application/vnd.openxmlformats-officedocument.{kind}",
        lambda head: head.startswith(ZIP_START) and b"[Content_Types].xml" in head and folder in head,
        ends_as_zip,
    )


def ends_as_zip(tail: bytes) -> bool:
    """A zip's end record without a comment, in which anything could hide."""
    return tail[-22:].startswith(ZIP_END) and tail.endswith(b"\0\0")


def is_text(head: bytes) -> bool:
    """Text in UTF-8 or GB18030: no control characters but white space; a character may be cut at the end."""
    if re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]", head):
        return False
    return any(readable(head, encoding) for encoding in ("utf-8", "gb18030"))


def readable(head: bytes, encoding: str) -> bool:
    """Whether bytes are text of an encoding, apart from a last character that was cut."""
    for cut in range(4):
        try:
            head[: len(head) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def no_end(_tail: bytes) -> bool:
    """A format whose end has no mark."""
    return True


PDF = FileType(
    "application/pdf", lambda head: head.startswith(PDF_START), lambda tail: tail.rstrip().endswith(b"%%EOF")
)
JPEG = FileType(
    "image/jpeg", lambda head: head.startswith(b"\xff\xd8\xff"), lambda tail: tail.rstrip(b"\0").endswith(b"\xff\xd9")
)
PNG = FileType(
    "image/png", lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"), lambda tail: tail.endswith(b"IEND\xaeB`\x82")
)
TIFF = FileType("image/tiff", lambda head: head.startswith((b"II*\0", b"MM\0*")), no_end)
MP3 = FileType("audio/mpeg", lambda head: head.startswith((b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")), no_end)
WAV = FileType("audio/wav", lambda head: head.startswith(b"RIFF") and head[8:12] == b"WAVE", no_end)
MP4 = FileType("video/mp4", lambda head: head[4:8] == b"ftyp", no_end)
TEXT = FileType("text/plain", is_text, lambda tail: b"\0" not in tail)
BY_EXTENSION: dict[str, FileType] = {
    "pdf": PDF, "jpg": JPEG, "jpeg": JPEG, "png": PNG, "tif": TIFF, "tiff": TIFF, "mp3": MP3, "wav": WAV, "mp4": MP4,
    "txt": TEXT, "docx": office(b"word/"), "xlsx": office(b"xl/"),
}  # fmt: skip
TAKEN = ", ".join(BY_EXTENSION)


def check_name(filename: str) -> None:
    """Nothing, or FileFlaw for what is no plain file name."""
    unseen = any(category(letter) in UNSEEN for letter in filename)
    if unseen or not 0 < len(filename) <= LONGEST_NAME or BAD_NAME.search(filename):
        raise FileFlaw(
            "bad_filename",
            "A plain file name is expected, without a path or letters that show nothing.",
            "应为普通文件名，不含路径与不可见字符。",
        )


def type_of(filename: str, declared: str) -> FileType:
    """The type by a file's name, if what was declared agrees; FileFlaw."""
    found = BY_EXTENSION.get(filename.rpartition(".")[2].lower())
    if found is None:
        raise FileFlaw("unknown_file_type", f"Files of these types are taken: {TAKEN}.", f"仅接受以下文件：{TAKEN}。")
    if declared.lower() not in {found.media_type, ANY_TYPE, ""}:
        raise FileFlaw("type_mismatch", "The name and the declared type differ.", "文件名与声明的类型不一致。")
    return found


def check_content(kind: FileType, edges: Edges) -> None:
    """Nothing, or FileFlaw where the bytes are of another type, or of two at once."""
    if not edges.head:
        raise FileFlaw("empty_file", "The file is empty.", "文件为空。")
    if not kind.begins(edges.head) or not kind.ends(edges.tail):
        raise FileFlaw("type_mismatch", "The content is not what the name tells.", "内容与文件名所示类型不符。")
    hidden_pdf = kind is not PDF and PDF_START in edges.head[:1024]
    hidden_zip = not kind.media_type.startswith("application/vnd") and ZIP_END in edges.tail
    if hidden_pdf or hidden_zip:
        raise FileFlaw("polyglot", "The file is of two types at once.", "文件同时属于两种类型。")
