"""Files that somebody might want to read, and files that nobody wants."""

import io
import zlib

from PIL import Image, ImageDraw


def pdf(pages: int, *, content: bytes = b"0 0 m 100 100 l S", extra: bytes = b"", size: str = "595 842") -> bytes:
    """A PDF by hand, all pages with one content stream."""
    packed = zlib.compress(content, 9)
    kids = b" ".join(b"%d 0 R" % (4 + at) for at in range(pages))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (pages, kids),
        b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(packed), packed),
        *[b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %s]/Contents 3 0 R>>" % size.encode()] * pages,
    ]
    written, places = io.BytesIO(), []
    written.write(b"%PDF-1.7\n")
    for at, one in enumerate(objects, 1):
        places.append(written.tell())
        written.write(b"%d 0 obj\n%s\nendobj\n" % (at, one))
    start = written.tell()
    written.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    written.writelines(b"%010d 00000 n \n" % place for place in places)
    written.write(b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    return written.getvalue() + extra


def picture(kind: str, size: tuple[int, int] = (300, 200)) -> bytes:
    """A white picture with a black cross."""
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).line((0, 0, *size), "black", 5)
    target = io.BytesIO()
    image.save(target, kind)
    return target.getvalue()


def bomb(side: int) -> bytes:
    """A PNG of a few kilobytes that claims `side`² pixels."""
    target = io.BytesIO()
    Image.new("1", (side, side)).save(target, "PNG")
    return target.getvalue()
