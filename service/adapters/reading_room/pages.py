"""Pages of PDF files, pictures and text, drawn by a child process that a hostile file may do with what it likes."""

import asyncio
import contextlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from service.adapters.reading_room import page_child
from service.errors import DamagedPages, NoSuchPage, PagesNotShown, Sentence, TooManyPages

FONT = Path(__file__).parents[2] / "static" / "fonts" / "NotoSansCJKsc-GB2312.otf"
MOST_SECONDS = 30.0
AT_ONCE = 2
LONGEST_HEAD = 200  # bytes of the child's first line
SHOWN = frozenset({"application/pdf", "text/plain", *page_child.IMAGES})
REFUSALS = {
    "no_such_page": NoSuchPage(),
    "unsupported": PagesNotShown(),
    "damaged": DamagedPages(),
    "encrypted": DamagedPages(Sentence("The file is locked with a password.", "文件已加密。")),
    "too_large": DamagedPages(Sentence("The page is larger than can be shown.", "页面过大，无法显示。")),
    "too_many_pages": TooManyPages(
        Sentence(f"At most {page_child.MOST_PAGES} pages can be shown.", f"最多显示 {page_child.MOST_PAGES} 页。")
    ),
}
TURNS = asyncio.Semaphore(AT_ONCE)
"""Held by whoever reads a file to have a page of it drawn, so that no more files are in memory than are drawn."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page as a picture, and how many the file has."""

    picture: Image.Image
    pages: int


async def draw_page(content: bytes, media_type: str, page: int) -> Page:
    """A page, counted from 1; raises PagesNotShown, NoSuchPage, TooManyPages or DamagedPages.

    DamagedPages too for whatever takes the child more than its memory or time.
    """
    if media_type not in SHOWN:
        raise PagesNotShown
    asked = json.dumps({"media_type": media_type, "page": page, "font": str(FONT)}).encode()
    output = await _answer(asked + b"\n" + content)
    head, _, pixels = output.partition(b"\n")
    if not head or len(head) > LONGEST_HEAD:
        raise DamagedPages
    told = json.loads(head)
    if "error" in told:
        refusal = REFUSALS[told["error"]]
        raise type(refusal)(refusal.detail)
    size = (told["width"], told["height"])
    if len(pixels) != size[0] * size[1] * 3:
        raise DamagedPages
    return Page(Image.frombytes("RGB", size, pixels), told["pages"])


async def _answer(question: bytes) -> bytes:
    """What the child says; nothing where it did not live to say it."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-I", page_child.__file__, env={}, cwd="/",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(MOST_SECONDS):
            output, _ = await child.communicate(question)
    except TimeoutError:
        return b""
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()
    return output
