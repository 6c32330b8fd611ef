"""Pages drawn in the child, and what it refuses."""

import io
import random
import subprocess
import sys
import zipfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFont

from service.adapters.reading_room import page_child
from service.adapters.reading_room import pages as reading_room
from service.adapters.reading_room.pages import draw_page
from service.errors import DamagedPages, NoSuchPage, PagesNotShown, TooManyPages
from tests.adapters.reading_room.files import bomb, pdf, picture


def ink(image: Image.Image) -> int:
    """How many pixels are dark."""
    return int((np.asarray(image.convert("L")) < 128).sum())


@pytest.mark.parametrize(("kind", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("TIFF", "image/tiff")])
async def test_a_picture_is_one_page_as_wide_as_paper(kind: str, media_type: str) -> None:
    page = await draw_page(picture(kind), media_type, 1)
    assert page.pages == 1
    assert page.picture.size == (1240, 827)
    assert ink(page.picture) > 1000


async def test_every_page_of_a_pdf_is_drawn_and_none_beyond() -> None:
    page = await draw_page(pdf(3), "application/pdf", 3)
    assert (page.pages, page.picture.size) == (3, (1240, 1755))
    assert ink(page.picture) > 100
    for number in (0, 4, 10**9):
        with pytest.raises(NoSuchPage):
            await draw_page(pdf(3), "application/pdf", number)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_chinese_text_is_set_and_broken_into_pages(encoding: str) -> None:
    first = await draw_page(("合同编号：甲方与乙方约定如下。\n" * 50).encode(encoding), "text/plain", 1)
    assert first.pages == 2
    assert ink(first.picture) > 20_000
    long_line = await draw_page(("长" * (43 * 44 * 2 + 1)).encode(encoding), "text/plain", 3)
    assert long_line.pages == 3  # 44 letters a line, 43 lines a page, and one letter more


async def test_empty_text_is_a_blank_page() -> None:
    page = await draw_page(b"", "text/plain", 1)
    assert (page.pages, ink(page.picture)) == (1, 0)


@pytest.mark.parametrize(
    "media_type",
    [
        "application/zip",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "text/html",
        "image/svg+xml",
    ],
)
async def test_what_is_no_page_is_refused_without_being_opened(
    media_type: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_room.sys, "executable", "/nowhere")
    with pytest.raises(PagesNotShown):
        await draw_page(b"PK\x03\x04", media_type, 1)


async def test_a_pdf_of_ten_thousand_pages_is_refused() -> None:
    with pytest.raises(TooManyPages):
        await draw_page(pdf(10_000), "application/pdf", 1)


@pytest.mark.parametrize("content", [b"\n" * 2_000_000, b"a" * 8_599_999, b"a" * 40_000_000])
async def test_more_text_than_anybody_reads_is_refused_without_reading_it(
    content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_room, "MOST_SECONDS", 4)  # a letter at a time would take twice as long
    with pytest.raises(TooManyPages):
        await draw_page(content, "text/plain", 1)


def test_a_line_takes_as_many_letters_as_it_holds_and_none_is_lost() -> None:
    font = ImageFont.truetype(reading_room.FONT, page_child.TEXT_SIZE)
    text = "".join(random.Random(7).choices("甲乙iWl. 合同", k=3 * page_child.WINDOW))
    lines = list(page_child._wrapped(text, font))
    assert "".join(lines) == text
    for line, following in pairwise(lines):
        widths = [sum(map(font.getlength, letters)) for letters in (line, line + following[0])]
        assert widths[0] <= page_child.LINE_WIDTH < widths[1]
    assert list(page_child._wrapped("甲\n\n乙\u200b", font)) == ["甲", "", "乙"]


@pytest.mark.parametrize("side", [8_000, 30_000])
async def test_a_picture_that_unpacks_to_very_much_is_refused(side: int) -> None:
    with pytest.raises(DamagedPages, match="larger than"):
        await draw_page(bomb(side), "image/png", 1)


async def test_a_pdf_that_unpacks_to_very_much_ends_its_child_only() -> None:
    hostile = pdf(1, content=b"0 0 m 1 1 l S\n" * 80_000_000)
    assert len(hostile) < 3_000_000
    with pytest.raises(DamagedPages):
        await draw_page(hostile, "application/pdf", 1)
    assert (await draw_page(pdf(1), "application/pdf", 1)).pages == 1


@pytest.mark.parametrize("size", ["99999999 10", "10 99999999"])
async def test_a_page_of_no_paper_size_is_refused(size: str) -> None:
    with pytest.raises(DamagedPages):
        await draw_page(pdf(1, size=size), "application/pdf", 1)


@pytest.mark.parametrize("media_type", ["application/pdf", "image/png", "image/jpeg", "image/gif", "image/tiff"])
@pytest.mark.parametrize("content", [b"", b"\x00" * 5000, b"%PDF-1.7\n\xff\xfe", b"\x89PNG\r\n\x1a\n" + b"\xff" * 999])
async def test_what_is_damaged_is_refused(media_type: str, content: bytes) -> None:
    with pytest.raises(DamagedPages):
        await draw_page(content, media_type, 1)


async def test_a_file_of_two_kinds_is_read_as_the_one_it_is_kept_as() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("藏.txt", "hidden")
    both = pdf(1, extra=archive.getvalue())
    assert (await draw_page(both, "application/pdf", 1)).pages == 1
    for media_type in ("image/png", "image/gif"):
        with pytest.raises(DamagedPages):
            await draw_page(both, media_type, 1)
    with pytest.raises(DamagedPages):
        await draw_page(picture("GIF") + pdf(1), "application/pdf", 1)


async def test_a_pdf_with_a_password_says_so() -> None:
    locked = pdf(1).replace(
        b"/Root 1 0 R",
        b"/Root 1 0 R/ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<"
        + b"61" * 32
        + b">/U<"
        + b"62" * 32
        + b">>>",
    )
    with pytest.raises(DamagedPages) as refused:
        await draw_page(locked, "application/pdf", 1)
    assert refused.value.detail == ("The file is locked with a password.", "文件已加密。")


async def test_a_child_that_does_not_come_to_an_end_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = tmp_path / "sleeps.py"
    script.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(reading_room, "MOST_SECONDS", 0.3)
    monkeypatch.setattr(reading_room.page_child, "__file__", str(script))
    with pytest.raises(DamagedPages):
        await draw_page(b"x", "text/plain", 1)


PROBE = """
import importlib.util, socket, sys
spec = importlib.util.spec_from_file_location("child", sys.argv[1])
child = importlib.util.module_from_spec(spec)
spec.loader.exec_module(child)
child._prepare()
child._limit()
for attempt in (lambda: open("/etc/hostname"), lambda: socket.socket(), lambda: bytearray(2 << 30)):
    try:
        attempt()
    except (OSError, MemoryError) as error:
        print(type(error).__name__)
"""


def test_the_child_opens_no_file_and_no_connection_and_takes_no_more_memory() -> None:
    command = [sys.executable, "-c", PROBE, reading_room.page_child.__file__]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stdout.split() == [b"OSError", b"OSError", b"MemoryError"]
