"""Memory does not grow with the file."""

import subprocess
import sys
from pathlib import Path

import pytest

from service.adapters.spreadsheets.writing import write_csv, write_xlsx

READER = Path(__file__).parent / "read_file.py"
HEADINGS = ("客户名称", "地域分布", "所属行业", "潜在价值", "备注")
GROWTH_MIB = 8


def written(folder: Path, kind: str, rows: int) -> Path:
    """A file of so many rows."""
    path = folder / f"{rows}.{kind}"
    write = write_csv if kind == "csv" else write_xlsx
    write(path, HEADINGS, ((f"客户{n}有限公司", "华东", "制造业", f"{n}万", "说明" * 10) for n in range(rows)))
    return path


@pytest.mark.parametrize(("kind", "few", "many"), [("csv", 10_000, 50_000), ("xlsx", 4_000, 20_000)])
def test_five_times_the_rows_take_hardly_more_memory(tmp_path: Path, kind: str, few: int, many: int) -> None:
    command = [sys.executable, READER, *(written(tmp_path, kind, rows) for rows in (few, many))]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert list(map(int, told[:2])) == [few, many]
    assert float(told[2]) < GROWTH_MIB
