"""Clients generated from the document do the main job against a real service; so does the page of examples/."""

import shutil
import sys
from pathlib import Path

import pytest

from tests.contract.conftest import NODE_MODULES, ROOT, Company, Tools

pytestmark = pytest.mark.contract
DOCUMENT = ROOT / "openapi" / "openapi.json"
EXAMPLES = ROOT / "examples"


def test_the_python_client_does_the_main_job(company: Company, tmp_path: Path) -> None:
    generate = [
        "openapi-python-client",
        "generate",
        "--path",
        DOCUMENT,
        "--meta",
        "none",
        "--config",
        EXAMPLES / "client.yaml",
    ]
    told = company.run(*generate, "--fail-on-warning", "--output-path", tmp_path / "evenhand_client")
    assert "Warning" not in told
    done = company.run(sys.executable, EXAMPLES / "quickstart.py", PYTHONPATH=str(tmp_path))
    assert "imported: ImportCounts(rows=8, created=8" in done
    assert "appeal: upheld" in done


@pytest.fixture(scope="session")
def typescript(tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the programs of examples/ and a client, compiled with --strict."""
    folder = tmp_path_factory.mktemp("typescript")
    for name in ("quickstart.ts", "page.ts", "page_walk.ts", "tsconfig.json"):
        shutil.copy(EXAMPLES / name, folder)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "node_modules").symlink_to(NODE_MODULES)
    generate = ("openapi-typescript", DOCUMENT, "--output", "api.d.ts", "--default-non-nullable=false")
    for program in (generate, ("tsc", "--project", ".")):
        done = tools.run(*program, cwd=folder)
        assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_the_typescript_client_does_the_main_job(company: Company, typescript: Path) -> None:
    done = company.run("node", typescript / "built" / "quickstart.js")
    assert "created: 8" in done
    assert "appeal: upheld" in done


def test_a_page_lists_accounts_explains_an_assignment_and_files_an_appeal(company: Company, typescript: Path) -> None:
    company.run("node", typescript / "built" / "quickstart.js")
    done = company.run("node", typescript / "built" / "page_walk.js")
    assert "为什么" in done
    assert "申诉已提交" in done
