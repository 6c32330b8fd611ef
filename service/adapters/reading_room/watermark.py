"""A number hidden in the pixels of a page, found again after scaling, cropping and JPEG compression.

Spread spectrum (Cox et al. 1997) in a tile that repeats over the page: averaging the tiles that survive lifts the mark
out of the page's own content, the tile's period shows how the page was scaled, and a known half of the chips where it
was cropped. The number stands beside its CRC-32: what does not check is no finding. Only numpy.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float32]

NUMBER_BITS = 48
CHECK_BITS = 32
BITS = NUMBER_BITS + CHECK_BITS
CHIP = 4  # pixels a side
SIDE = 64  # chips a side
TILE = CHIP * SIDE
STRENGTH = 4.0  # grey levels up or down
HEADROOM = 2 * STRENGTH  # below white, so that a chip on blank paper may go up
SCALES = (0.4, 1.3)
DOUBTFUL = 10  # bits that may be turned, the least certain ones
TURNED = 3  # of them at once
"""What a search may try before it gives up: 176 corrections a candidate against a check of 32 bits."""


@dataclass(frozen=True)
class Carriers:
    """How a key spreads a number over a tile: which chip carries what, and with which sign.

    `signs`: (SIDE, SIDE), ±1. `owners`: (SIDE, SIDE), the bit that a chip carries, −1 for those that only show where
    the tile begins.
    """

    signs: NDArray[np.int8]
    owners: NDArray[np.int16]

    @classmethod
    def of(cls, key: bytes) -> "Carriers":
        """The carriers of a key of 32 bytes."""
        random = np.random.default_rng(np.frombuffer(key, np.uint32))
        chips = SIDE * SIDE
        owners = np.full(chips, -1, np.int16)
        carrying = random.permutation(chips)[: chips // 2]
        owners[carrying] = np.arange(chips // 2) % BITS
        signs = random.choice(np.array([-1, 1], np.int8), chips)
        return cls(signs.reshape(SIDE, SIDE), owners.reshape(SIDE, SIDE))

    def tile(self, number: int) -> Pixels:
        """The tile of a number, in grey levels."""
        bits = np.append(bits_of(number), 1)  # −1 finds the last: chips that carry nothing keep their sign
        chips = self.signs * bits[self.owners] * STRENGTH
        return np.kron(chips, np.ones((CHIP, CHIP))).astype(np.float32)


def embed(grey_or_colour: NDArray[np.uint8], number: int, key: bytes) -> NDArray[np.uint8]:
    """A page, (height, width) or (height, width, 3), with the number in its pixels; 0 ≤ number < 2^48."""
    height, width = grey_or_colour.shape[:2]
    tile = Carriers.of(key).tile(number)
    mark = np.tile(tile, (-(-height // TILE), -(-width // TILE)))[:height, :width]
    dimmed = HEADROOM / 2 + grey_or_colour.astype(np.float32) * ((255 - HEADROOM) / 255)
    marked = np.rint(dimmed + (mark if grey_or_colour.ndim == 2 else mark[:, :, None]))
    pixels: NDArray[np.uint8] = np.clip(marked, 0, 255).astype(np.uint8)
    return pixels


def extract(grey: NDArray[np.uint8], key: bytes) -> int | None:
    """The number in a page's luminance, (height, width); None where none is found."""
    carriers = Carriers.of(key)
    flat = flattened(grey.astype(np.float32))
    for period in periods(flat):
        for chips in located(folded(flat, period), carriers):
            number = read(chips, carriers)
            if number is not None:
                return number
    return None


def bits_of(number: int) -> NDArray[np.int8]:
    """A number and its CRC-32 as ±1, most significant first."""
    word = number << CHECK_BITS | crc32(number.to_bytes(NUMBER_BITS // 8, "big"))
    return np.array([1 if word >> at & 1 else -1 for at in reversed(range(BITS))], np.int8)


def flattened(grey: Pixels) -> Pixels:
    """What is left of a page without its content: the difference from its surroundings, edges cut off.

    Letters and lines differ by far more than the mark; where they do, nothing is learned.
    """
    detail = grey - blurred(grey, 9)
    spread = np.sqrt(blurred(detail * detail, 15)) + 1.0
    detail[np.abs(detail) > 3 * STRENGTH] = 0
    return (detail / np.maximum(spread, STRENGTH)).astype(np.float32)


def blurred(picture: Pixels, size: int) -> Pixels:
    """The mean over a square of `size` (odd) pixels a side, by sums along both axes."""
    half = size // 2
    for axis in (0, 1):
        pad = [(half + 1, half) if one == axis else (0, 0) for one in (0, 1)]
        sums = np.cumsum(np.pad(picture, pad, mode="edge"), axis=axis, dtype=np.float64)
        upper = np.take(sums, range(size, sums.shape[axis]), axis=axis)
        lower = np.take(sums, range(sums.shape[axis] - size), axis=axis)
        picture = ((upper - lower) / size).astype(np.float32)
    return picture


def periods(flat: Pixels) -> Iterator[float]:
    """How many pixels a tile may measure now, likeliest first: where the page resembles itself."""
    farthest = round(3 * TILE * SCALES[1])  # three tiles down or right
    shape = [-(-(side + farthest) // 256) * 256 for side in flat.shape]  # whose small factors make the transform quick
    spectrum = np.fft.rfft2(flat, shape)
    likeness = np.fft.irfft2(np.abs(spectrum) ** 2, shape)
    candidates = np.arange(TILE * SCALES[0], TILE * SCALES[1], 0.05)
    scores = np.zeros_like(candidates)
    for down in range(4):
        for right in range(4):
            if down or right:
                rows, columns = np.rint(candidates * down).astype(int), np.rint(candidates * right).astype(int)
                inside = (rows < flat.shape[0] - TILE // 4) & (columns < flat.shape[1] - TILE // 4)
                overlap = (flat.shape[0] - rows) * (flat.shape[1] - columns)
                scores[inside] += likeness[rows[inside], columns[inside]] / np.sqrt(overlap[inside])
    order = np.argsort(-scores)
    tried: list[float] = []
    for at in order[:400]:
        period = float(candidates[at])
        if all(abs(period - other) > 0.1 for other in tried):
            tried.append(period)
            yield period
            if len(tried) == 24:
                return


def folded(flat: Pixels, period: float) -> Pixels:
    """The mean of all tiles of a period, in chips: (2 SIDE, 2 SIDE) samples, two a chip along each axis."""
    rows, columns = (places(side, period) for side in flat.shape)
    counts = np.outer(rows.sum(0), columns.sum(0))
    return (rows.T @ flat @ columns / np.maximum(counts, 1)).astype(np.float32)


def places(side: int, period: float) -> Pixels:
    """Which sample each of `side` pixels in a row falls on: (side, 2 SIDE), one 1 a pixel."""
    samples = 2 * SIDE
    numbers = (np.arange(side) / period * samples % samples).astype(int)
    rows: Pixels = np.eye(samples, dtype=np.float32)[numbers]
    return rows


def located(fold: Pixels, carriers: Carriers) -> Iterator[Pixels]:
    """The chips' values, (SIDE, SIDE), for the likeliest places at which the tile begins."""
    known = np.where(carriers.owners < 0, carriers.signs, 0)
    pattern = np.kron(known, np.ones((2, 2)))
    match = np.fft.ifft2(np.fft.fft2(fold) * np.conj(np.fft.fft2(pattern))).real
    for at in np.argsort(-match, axis=None)[:3]:
        row, column = np.unravel_index(at, match.shape)
        moved = np.roll(fold, (-int(row), -int(column)), (0, 1))
        yield moved.reshape(SIDE, 2, SIDE, 2).sum((1, 3))


def read(chips: Pixels, carriers: Carriers) -> int | None:
    """The number that the chips carry; where its check fails, with the least certain bits turned."""
    carrying = carriers.owners >= 0
    votes = np.bincount(carriers.owners[carrying], (chips * carriers.signs)[carrying], BITS)
    bits = votes > 0
    doubtful = np.argsort(np.abs(votes))[:DOUBTFUL]
    for count in range(TURNED + 1):
        for turned in combinations(doubtful, count):
            attempt = bits.copy()
            attempt[list(turned)] ^= True
            word = int.from_bytes(np.packbits(attempt).tobytes(), "big")
            number, check = word >> CHECK_BITS, word & (1 << CHECK_BITS) - 1
            if crc32(number.to_bytes(NUMBER_BITS // 8, "big")) == check:
                return number
    return None
