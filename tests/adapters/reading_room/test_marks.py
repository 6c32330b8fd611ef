"""The mark of a view survives what people do to a picture, and is found by whoever holds the key."""

import io
import random
from uuid import UUID, uuid4

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from service.adapters.keys import Keys, new_keys
from service.adapters.reading_room.marks import View, marked, number_in
from service.adapters.reading_room.pages import FONT
from service.adapters.reading_room.watermark import bits_of

WORDS = "张伟 S0001 2026-03-04 09:30 · {}"
KEYS = Keys.read(new_keys()).watermark


def letter() -> Image.Image:
    """A page of a contract."""
    page = Image.new("RGB", (1240, 1754), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.truetype(FONT, 24)
    for top in range(90, 1660, 36):
        draw.text((90, top), "甲方与乙方约定价款人民币壹佰万元整按季度结算违约金按日计算" * 2, "black", font)
    return page


def photograph() -> Image.Image:
    """A page full of colour and grain."""
    grain = np.random.default_rng(1)
    coarse = Image.fromarray(grain.integers(0, 255, (60, 44, 3), dtype=np.uint8)).resize((1240, 1754), 3)
    noisy = np.asarray(coarse).astype(int) + grain.normal(0, 6, (1754, 1240, 3))
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))


def blank() -> Image.Image:
    """An empty page."""
    return Image.new("RGB", (1240, 1754), "white")


def sent_on(picture: bytes, luck: random.Random, scale: float = 0.8, crop: float = 0.1, quality: int = 60) -> bytes:
    """The picture at another size, cropped by a share of each side anywhere, as JPEG, without metadata."""
    with Image.open(io.BytesIO(picture)) as page:
        smaller = page.resize((round(page.width * scale), round(page.height * scale)), Image.Resampling.LANCZOS)
    away = (int(smaller.width * crop), int(smaller.height * crop))
    left, top = luck.randint(0, away[0]), luck.randint(0, away[1])
    target = io.BytesIO()
    part = smaller.crop((left, top, left + smaller.width - away[0], top + smaller.height - away[1]))
    part.save(target, "JPEG", quality=quality)
    return target.getvalue()


def seen(page: Image.Image) -> tuple[View, bytes]:
    """A view of a page."""
    id_ = uuid4()
    view = View(id_, WORDS.format(id_))
    return view, marked(page, view, KEYS)


@pytest.mark.parametrize("page", [letter, photograph, blank])
@pytest.mark.parametrize("luck", [1, 2, 3])
def test_the_view_is_read_back_after_scaling_cropping_and_compression(page: object, luck: int) -> None:
    view, picture = seen(page())  # type: ignore[operator]
    assert number_in(sent_on(picture, random.Random(luck)), KEYS) == view.number


@pytest.mark.parametrize(("scale", "crop", "quality"), [(1.0, 0.0, 92), (1.0, 0.3, 60), (0.6, 0.0, 70), (1.2, 0.1, 60)])
def test_other_sizes_and_qualities_do_not_hide_it(scale: float, crop: float, quality: int) -> None:
    view, picture = seen(letter())
    assert number_in(sent_on(picture, random.Random(5), scale, crop, quality), KEYS) == view.number


def test_one_person_twice_gets_two_marks() -> None:
    page = letter()
    (first, one), (second, other) = seen(page), seen(page)
    assert first.number != second.number
    assert {number_in(one, KEYS), number_in(other, KEYS)} == {first.number, second.number}


def test_nothing_is_found_where_nothing_is_or_under_another_key() -> None:
    _, picture = seen(letter())
    assert number_in(picture, Keys.read(new_keys()).watermark) is None
    target = io.BytesIO()
    letter().save(target, "PNG")
    assert number_in(target.getvalue(), KEYS) is None


def test_the_mark_stands_on_the_page_for_everybody_to_see() -> None:
    page = blank()
    _, picture = seen(page)
    with Image.open(io.BytesIO(picture)) as shown:
        grey = np.asarray(shown.convert("L"))
    assert grey.min() < 225  # the writing, far below what hides in the pixels
    assert (grey < 225).any(axis=1).mean() > 0.5


def test_what_is_no_picture_is_told() -> None:
    for content in (b"", b"%PDF-1.7", b"\xff\xd8\xff" + b"\x00" * 100):
        with pytest.raises(ValueError, match="no picture"):
            number_in(content, KEYS)


def test_a_number_and_its_check_are_eighty_signs() -> None:
    signs = bits_of(UUID(int=1).int)
    assert len(signs) == 80
    assert set(signs.tolist()) == {-1, 1}
    assert signs[:48].tolist() == [-1] * 47 + [1]
