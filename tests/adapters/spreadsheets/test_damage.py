"""Files damaged at random are read or refused, and never anything else."""

import random
import zipfile
from pathlib import Path

import pytest

from service.adapters.spreadsheets.opening import open_table
from service.domain.headings import find_headings
from service.domain.invalid import InvalidInput
from service.domain.row_reading import RowReader
from service.domain.unreadable import SENTENCES, Unreadable
from tests.adapters.spreadsheets.workbench import packed

TYPED = Path(__file__).parents[2] / "data"
MARKUP = list(b'<>"/ 0123456789AZrstnce=&;')


def damaged(content: bytes, chance: random.Random, alphabet: list[int]) -> bytes:
    found = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(found))
        length = chance.randint(1, 20)
        found[at : at + chance.choice((0, 1, length))] = bytes(chance.choices(alphabet, k=chance.randint(0, 4)))
    return bytes(found) or b"x"


def read(path: Path) -> str:
    """What became of the file: "read", or the code of its refusal."""
    try:
        table = open_table(path)
        headings = find_headings([row.cells for row in table.head(20)])
        reader = RowReader(headings.columns, "accounts", headings=headings.cells)
        for row in table.rows():
            str(reader.read(row)).encode()
    except InvalidInput as refused:
        return refused.errors[0].code
    except Unreadable as refused:
        return refused.code
    return "read"


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", ["division_of_labour.csv", "daily_management.xlsx"])
def test_a_damaged_file_is_read_or_refused(tmp_path: Path, name: str, seed: int) -> None:
    chance = random.Random(seed)
    path = tmp_path / name
    for _ in range(20):
        path.write_bytes(damaged((TYPED / name).read_bytes(), chance, list(range(256))))
        assert read(path) in {"read", *SENTENCES}


@pytest.mark.parametrize("seed", range(5))
def test_a_workbook_with_a_damaged_part_is_read_or_refused(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    with zipfile.ZipFile(TYPED / "division_of_labour.xlsx") as archive:
        parts: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    for _ in range(40):
        name = chance.choice([name for name in parts if name.startswith("xl/")])
        content = parts[name]
        assert isinstance(content, bytes)
        path = packed(tmp_path / "damaged.xlsx", parts | {name: damaged(content, chance, MARKUP)})
        assert read(path) in {"read", *SENTENCES}
