"""docs/integrate.md: its table is the code's, and its quickstart runs."""

import re
from pathlib import Path

import pytest

from service.contract import problem_table
from tests.contract.conftest import ROOT, Company

PAGE = ROOT / "docs" / "integrate.md"
TABLE = re.compile(r"(<!-- problems: [^\n]*-->\n)(.*?)(<!-- end of problems -->)", re.DOTALL)


def test_the_table_of_problems_is_the_codes() -> None:
    kept = PAGE.read_text(encoding="utf-8")
    present = TABLE.sub(lambda found: f"{found[1]}{problem_table()}\n{found[3]}", kept)
    if present != kept:
        PAGE.write_text(present, encoding="utf-8")
    assert present == kept, "docs/integrate.md was out of date and has been written anew: read the difference"


def test_every_file_that_the_page_names_is_there() -> None:
    linked = re.findall(r"\]\((\.\./[^)]+)\)", PAGE.read_text(encoding="utf-8"))
    assert linked
    assert [name for name in linked if not (PAGE.parent / name).exists()] == []


@pytest.mark.contract
def test_the_quickstart_by_curl_runs(company: Company, tmp_path: Path) -> None:
    script = re.search(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert script
    done = company.run("bash", "-euo", "pipefail", "-c", script[1], cwd=tmp_path).splitlines()
    assert done[0] == "['data_steward']"
    assert done[-1] == "华南"
