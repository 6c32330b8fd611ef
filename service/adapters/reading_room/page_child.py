"""The child that draws one page: a script that needs nothing of the service, under its own limits.

Standard input: a line of JSON (`media_type`, `page`, `font`), then the content. Standard output: a line of JSON
(`pages`, `width`, `height`), then the pixels, three bytes each; or `{"error": code}`.
"""

import codecs
import ctypes
import io
import json
import resource
import signal
import sys
import warnings
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate, islice
from typing import Any

from PIL import Image, ImageDraw, ImageFont, ImageOps

MOST_MEMORY = 1 << 30
"""Bytes of address space."""
MOST_SECONDS = 20
"""Seconds of processor time."""
MOST_PAGES = 2_000
MOST_PIXELS = 40_000_000
WIDTH, MOST_HEIGHT = 1240, 2480
"""Pixels of a page; 1240 are the width of A4 at 150 dpi."""
IMAGES = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/tiff": "TIFF",
    "image/bmp": "BMP",
    "image/gif": "GIF",
    "image/webp": "WEBP",
}
MARGIN, TEXT_SIZE, LINE_HEIGHT = 90, 24, 36
LINES_A_PAGE = 43
LINE_WIDTH = WIDTH - 2 * MARGIN
MOST_LETTERS = MOST_PAGES * LINES_A_PAGE * 100
"""More than that many lines hold, unless they are of the narrowest letters."""
WINDOW = 2048
"""Letters measured at once; a line never holds more."""
ENCODINGS = ("utf-8-sig", "gb18030")
PDEATHSIG = 1


class Refused(Exception):  # noqa: N818 - the file is
    """The page is not drawn, for a reason that has a code."""


def main() -> None:
    """One page on standard output."""
    ctypes.CDLL(None).prctl(PDEATHSIG, signal.SIGKILL)
    asked = json.loads(sys.stdin.buffer.readline())
    font = ImageFont.truetype(io.BytesIO(_file(asked["font"])), TEXT_SIZE)
    _prepare()
    _limit()
    answer: dict[str, Any]
    try:
        picture, pages = _drawn(sys.stdin.buffer.read(), asked["media_type"], asked["page"], font)
    except Refused as refused:
        answer, pixels = {"error": str(refused)}, b""
    except Image.DecompressionBombError:
        answer, pixels = {"error": "too_large"}, b""
    except Exception:  # noqa: BLE001 - whatever a hostile file makes of a parser
        answer, pixels = {"error": "damaged"}, b""
    else:
        answer, pixels = {"pages": pages, "width": picture.width, "height": picture.height}, picture.tobytes()
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + pixels)


def _prepare() -> None:
    """Everything that a page may need of the disk, loaded while files may still be opened."""
    import pypdfium2  # noqa: F401, PLC0415 - the service reads this script's limits, and does without the library

    Image.init()
    for encoding in ENCODINGS:
        codecs.lookup(encoding)


def _file(path: str) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123 - pathlib would be one more module to load
        return file.read()


def _limit() -> None:
    """From here on no more memory, time or processes, and no file is opened or written."""
    for what, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, MOST_SECONDS),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 3),
    ):
        resource.setrlimit(what, (most, most))


def _drawn(content: bytes, media_type: str, page: int, font: Any) -> tuple[Image.Image, int]:
    """The page, from 1, and how many there are."""
    if media_type == "application/pdf":
        return _of_pdf(content, page)
    if media_type in IMAGES:
        return _of_image(content, IMAGES[media_type], page)
    if media_type == "text/plain":
        return _of_text(content, page, font)
    raise Refused("unsupported")


def _of_pdf(content: bytes, page: int) -> tuple[Image.Image, int]:
    import pypdfium2  # noqa: PLC0415 - loaded by `_prepare`

    if not content.startswith(b"%PDF-"):
        raise Refused("damaged")
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise Refused("encrypted" if "password" in str(error).lower() else "damaged") from None
    pages = _counted(len(document), page)
    drawn = document[page - 1]
    width, height = drawn.get_size()
    if not 0 < width < 15_000 or not 0 < height < 15_000:
        raise Refused("too_large")
    scale = min(WIDTH / width, MOST_HEIGHT / height)
    return drawn.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB"), pages


def _of_image(content: bytes, kind: str, page: int) -> tuple[Image.Image, int]:
    warnings.simplefilter("ignore")  # of sizes, which are looked at here
    with Image.open(io.BytesIO(content), formats=[kind]) as image:
        pages = _counted(getattr(image, "n_frames", 1), page)
        image.seek(page - 1)
        if image.width * image.height > MOST_PIXELS:
            raise Refused("too_large")
        upright = ImageOps.exif_transpose(image).convert("RGBA")
    paper = Image.new("RGBA", upright.size, "white")
    paper.alpha_composite(upright)
    scale = min(WIDTH / paper.width, MOST_HEIGHT / paper.height)
    size = (max(1, round(paper.width * scale)), max(1, round(paper.height * scale)))
    return paper.convert("RGB").resize(size), pages


def _of_text(content: bytes, page: int, font: Any) -> tuple[Image.Image, int]:
    lines = list(islice(_wrapped(_decoded(content), font), MOST_PAGES * LINES_A_PAGE + 1))
    pages = _counted(-(-len(lines) // LINES_A_PAGE), page)
    paper = Image.new("RGB", (WIDTH, 1754), "white")
    draw = ImageDraw.Draw(paper)
    for at, line in enumerate(lines[(page - 1) * LINES_A_PAGE : page * LINES_A_PAGE]):
        draw.text((MARGIN, MARGIN + at * LINE_HEIGHT), line, font=font, fill="black")
    return paper, pages


def _decoded(content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("damaged")


def _wrapped(text: str, font: Any) -> Iterator[str]:
    """The text in lines as wide as the paper."""
    if len(text) > MOST_LETTERS:
        raise Refused("too_many_pages")
    widths = _Widths(font)
    for paragraph in text.splitlines() or [""]:
        letters = "".join(filter(str.isprintable, paragraph.replace("\t", "    ")))
        yield from _lines(letters, widths) if letters else ("",)


class _Widths(dict[str, float]):
    """How wide each letter is, measured when it first comes."""

    def __init__(self, font: Any) -> None:
        self._font = font

    def __missing__(self, letter: str) -> float:
        self[letter] = width = float(self._font.getlength(letter))
        return width


def _lines(letters: str, widths: _Widths) -> Iterator[str]:
    """A paragraph's lines; a window of it is measured at once, for a letter at a time would take many times as long."""
    start = 0
    while start < len(letters):
        window = letters[start : start + WINDOW]
        ends = [0.0, *accumulate(map(widths.__getitem__, window))]
        begun, end = 0, bisect_right(ends, LINE_WIDTH) - 1
        while end < len(window):
            yield window[begun:end]
            begun, end = end, bisect_right(ends, ends[end] + LINE_WIDTH) - 1
        if start + len(window) == len(letters) or not begun:
            yield window[begun:]
            begun = len(window)
        start += begun


def _counted(pages: int, page: int) -> int:
    """How many pages there are, when the one asked for is among them and they are not too many."""
    if pages > MOST_PAGES:
        raise Refused("too_many_pages")
    if not 1 <= page <= pages:
        raise Refused("no_such_page")
    return pages


if __name__ == "__main__":
    main()
