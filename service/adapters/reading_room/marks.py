"""The mark of a view: who saw a page and when, across it in letters and between the lines in its pixels."""

import io
import math
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from service.adapters.keys import KeyRing
from service.adapters.reading_room.pages import FONT
from service.adapters.reading_room.watermark import NUMBER_BITS, embed, extract

QUALITY = 92  # of the JPEG that goes out
TILT = 30  # degrees
TEXT_SIZE = 22
STEP = (60, 200)  # pixels between one writing and the next
GREY = (110, 110, 110, 60)
MOST_PIXELS = 60_000_000  # of a picture whose mark is looked for


@dataclass(frozen=True, slots=True)
class View:
    """One look at one page: its id, and the lines that stand across the page."""

    id: UUID
    words: str

    @property
    def number(self) -> int:
        """What the pixels carry: the first 48 bits of the id."""
        return number_of(self.id)


def number_of(view_id: UUID) -> int:
    """The first 48 bits of a view's id."""
    return view_id.int >> (128 - NUMBER_BITS)


def marked(page: Image.Image, view: View, keys: KeyRing) -> bytes:
    """The page as JPEG with the view's mark, visible and hidden."""
    written = across(page, view.words)
    pixels = embed(np.asarray(written), view.number, keys.keys[keys.current])
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, "JPEG", quality=QUALITY)
    return target.getvalue()


def across(page: Image.Image, words: str) -> Image.Image:
    """The page with the words written over it again and again, aslant and grey."""
    font = ImageFont.truetype(FONT, TEXT_SIZE)
    width = round(font.getlength(words)) + STEP[0]
    side = math.ceil(math.hypot(*page.size)) + 2  # however it is turned, the page lies within
    layer = Image.new("RGBA", (side, side))
    draw = ImageDraw.Draw(layer)
    for row, top in enumerate(range(0, side, STEP[1])):
        for left in range(-(row % 2) * width // 2, side, width):
            draw.text((left, top), words, font=font, fill=GREY)
    layer = layer.rotate(TILT, Image.Resampling.BICUBIC)
    corner = ((side - page.width) // 2, (side - page.height) // 2)
    layer = layer.crop((*corner, corner[0] + page.width, corner[1] + page.height))
    return Image.alpha_composite(page.convert("RGBA"), layer).convert("RGB")


def number_in(picture: bytes, keys: KeyRing) -> int | None:
    """The number that a picture carries under one of the keys; None where there is none.

    Raises ValueError for what is no picture or one too large.
    """
    try:
        with Image.open(io.BytesIO(picture)) as image:
            if image.width * image.height > MOST_PIXELS:
                raise ValueError("the picture is too large")
            grey = np.asarray(image.convert("L"))
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError("this is no picture that can be read") from error
    found = (extract(grey, key) for key in keys.keys.values())
    return next((number for number in found if number is not None), None)
